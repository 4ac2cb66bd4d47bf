import { createHash, X509Certificate } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Check, Source } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { isObject, type JsonObject } from '../../../core/json.ts'
import type { World } from '../../../core/world.ts'
import { operationOf, type Variant } from '../../../specs/operations.ts'
import { auth0Docs, oidcDiscovery, rfc } from '../../sources.ts'
import { toChecks } from '../../checks.ts'

/** What discovery and the published keys say, beyond the form of their answers. */
export function discoverySemantics(variant: Variant): Check[] {
  const shared = { operations: [operationOf(variant)], collectionItems: [] }
  switch (variant.id) {
    case 'discovery': return toChecks(shared, [
      {
        id: 'endpoints/discovery/issuer',
        title: 'Discovery: the issuer is the one that the document was asked of',
        sources: [oidcDiscovery('4.3', 'ProviderConfigurationValidation')],
        level: 'must',
        needs: variant.needs,
        async run(world) {
          const answer = await world.client.send({ method: 'GET', path: variant.path })
          expectOneOf(world, 'body /issuer', isObject(answer.json) ? answer.json.issuer : undefined, [world.target.issuer])
        },
      },
      {
        id: 'endpoints/discovery/endpoints',
        title: 'Discovery: the endpoints lie at the issuer, at the paths that Auth0 gives them',
        sources: [tenants],
        level: 'must',
        profiles: ['auth0'],
        needs: variant.needs,
        async run(world) {
          const answer = await world.client.send({ method: 'GET', path: variant.path })
          const body = isObject(answer.json) ? answer.json : {}
          expectNone(world, Object.entries(auth0Paths).flatMap(([member, path]) => {
            // Where the configuration gives a path another name, that is the one.
            const { issuer, baseUrl } = world.target
            const address = world.target.address(path)
            const expected = address.startsWith(`${baseUrl}/`) ? issuer.replace(/\/$/, '') + address.slice(baseUrl.length) : address
            // Tenants of long ago do not tell where tokens are revoked.
            if (member === 'revocation_endpoint' && body[member] === undefined) return []
            return body[member] === expected ? [] : [finding(`body /${member}`, expected, show(body[member]))]
          }))
        },
      },
      {
        id: 'endpoints/discovery/no-empty-lists',
        title: 'Discovery: no list is empty',
        sources: [oidcDiscovery('4.2', 'ProviderConfigurationResponse')],
        level: 'must',
        needs: variant.needs,
        async run(world) {
          const answer = await world.client.send({ method: 'GET', path: variant.path })
          expectThat(world, isObject(answer.json), 'body', 'a JSON object', '(something else)')
          expectNone(world, Object.entries(answer.json).flatMap(([member, value]) => (Array.isArray(value) && value.length === 0 ? [finding(`body /${member}`, '(absent)', '[]')] : [])))
        },
      },
      {
        id: 'endpoints/discovery/response-types',
        title: 'Discovery: the response types are those that Auth0 lists',
        sources: [tenants, oidcDiscovery('3', 'ProviderMetadata')],
        // Each stands for a feature: who does not have it need not promise it.
        level: 'may',
        profiles: ['auth0'],
        needs: variant.needs,
        async run(world) {
          const answer = await world.client.send({ method: 'GET', path: variant.path })
          const listed = isObject(answer.json) && Array.isArray(answer.json.response_types_supported) ? answer.json.response_types_supported.map((type) => wordsOf(String(type))) : []
          expectNone(world, auth0ResponseTypes.flatMap((type) => (listed.includes(wordsOf(type)) ? [] : [finding('body /response_types_supported', `${type} among others`, '(absent)')])))
        },
      },
    ])
    case 'discovery-oauth': return toChecks(shared, [{
      id: 'endpoints/discovery-oauth/same',
      title: 'Discovery: the metadata of the authorization server and of the OpenID provider say the same',
      sources: [auth0Docs('get-started/applications/configure-applications-with-oidc-discovery'), rfc(8414, '5')],
      // An alias, as the documentation has it; one tenant was seen to serve the same document twice.
      level: 'should',
      profiles: ['auth0'],
      needs: variant.needs,
      async run(world) {
        const [provider, server] = await Promise.all(['/.well-known/openid-configuration', variant.path].map(async (path) => {
          const { status, json, mediaType } = await world.client.send({ method: 'GET', path })
          if (status === 404 || mediaType === 'text/html') throw new Blocked(`GET ${path} is not there (${status}), and nobody has to have both`)
          return isObject(json) ? json : {}
        }))
        expectThat(world, Object.keys(server!).length > 0, 'body', 'a JSON object with members', '(something else)')
        expectNone(world, Object.entries(server!).flatMap(([member, value]) =>
          (provider![member] === undefined || isDeepStrictEqual(provider![member], value) ? [] : [finding(`body /${member}`, show(provider![member]), show(value))])))
      },
    }])
    case 'jwks': return toChecks(shared, [{
      id: 'endpoints/jwks/thumbprints',
      title: 'Key set: the thumbprint of each key is that of its certificate',
      sources: [rfc(7517, '4.8'), rfc(7517, '4.9')],
      level: 'must',
      needs: variant.needs,
      async run(world) {
        const keys = await publishedKeys(world, variant)
        expectNone(world, keys.flatMap((key, index) => {
          const [certificate] = Array.isArray(key.x5c) ? key.x5c : []
          if (typeof certificate !== 'string') return []
          return Object.entries(thumbprintsOf(Buffer.from(certificate, 'base64'))).flatMap(([member, accepted]) =>
            (key[member] === undefined || accepted.includes(String(key[member])) ? [] : [finding(`body /keys/${index}/${member}`, accepted[0]!, show(key[member]))]))
        }))
      },
    }, {
      id: 'endpoints/jwks/no-private-key',
      title: 'Key set: no member of a key is private',
      sources: [rfc(7517, '9.2'), rfc(7518, '6.3.2')],
      level: 'must',
      needs: variant.needs,
      async run(world) {
        const keys = await publishedKeys(world, variant)
        expectNone(world, keys.flatMap((key, index) => privateMembers.filter((member) => member in key).map((member) => finding(`body /keys/${index}/${member}`, '(absent)', '(present)'))))
      },
    }, {
      id: 'endpoints/jwks/certificates',
      title: 'Key set: the certificate of each key holds that key',
      sources: [rfc(7517, '4.7'), rfc(7518, '6.3.1')],
      level: 'must',
      needs: variant.needs,
      async run(world) {
        const keys = await publishedKeys(world, variant)
        expectNone(world, keys.flatMap((key, index) => {
          const [certificate] = Array.isArray(key.x5c) ? key.x5c : []
          if (typeof certificate !== 'string') return []
          const held = keyOf(certificate)
          if (held?.n !== key.n) return [finding(`body /keys/${index}/x5c/0`, 'a certificate of the key n', held === undefined ? '(no certificate)' : 'a certificate of another key')]
          return held?.e === key.e ? [] : [finding(`body /keys/${index}/e`, `${show(held?.e)}, as in the certificate`, show(key.e))]
        }))
      },
    }])
    default: return []
  }
}

const tenants: Source = {
  name: 'Discovery documents of four real tenants, 2022 to 2026',
  url: 'https://github.com/DockYard/openid_connect/blob/c45731401dcadf387eddd540db9cf2c7187d83e5/test/fixtures/http/auth0/discovery_document.exs',
}

const auth0ResponseTypes = ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token']

/** The members of the key set, of which there has to be one. */
async function publishedKeys(world: World, { path }: Variant): Promise<JsonObject[]> {
  const { json } = await world.client.send({ method: 'GET', path })
  const keys = isObject(json) && Array.isArray(json.keys) ? json.keys.filter(isObject) : []
  expectThat(world, keys.length > 0, 'body /keys', 'at least one key', show(keys))
  return keys
}

/** The order of the words does not matter. */
function wordsOf(responseType: string): string {
  return responseType.split(' ').sort().join(' ')
}

const auth0Paths = {
  authorization_endpoint: '/authorize',
  token_endpoint: '/oauth/token',
  userinfo_endpoint: '/userinfo',
  jwks_uri: '/.well-known/jwks.json',
  revocation_endpoint: '/oauth/revoke',
}

/** By member; the right one first. Keys that Auth0 made until 2020 or so have the hexadecimal digits encoded, in capitals. */
function thumbprintsOf(certificate: Buffer): Readonly<Record<string, readonly string[]>> {
  const sha1 = createHash('sha1').update(certificate).digest()
  return { x5t: [sha1.toString('base64url'), Buffer.from(sha1.toString('hex').toUpperCase()).toString('base64url')], 'x5t#S256': [createHash('sha256').update(certificate).digest('base64url')] }
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function keyOf(certificate: string): { readonly n?: string; readonly e?: string } | undefined {
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).publicKey.export({ format: 'jwk' })
  } catch {
    return undefined
  }
}
