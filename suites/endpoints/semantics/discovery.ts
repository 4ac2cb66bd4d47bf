import { X509Certificate } from 'node:crypto'
import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { isObject } from '../../../core/json.ts'
import { operationOf, type Variant } from '../../../specs/operations.ts'
import { oidcDiscovery, rfc } from '../../sources.ts'
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
          expectOneOf('body /issuer', isObject(answer.json) ? answer.json.issuer : undefined, [world.target.issuer])
        },
      },
      {
        id: 'endpoints/discovery/endpoints',
        title: 'Discovery: the endpoints lie at the issuer, at the paths that Auth0 gives them',
        sources: [{ name: 'Discovery documents of four real tenants, 2022 to 2026', url: 'https://github.com/DockYard/openid_connect/blob/c45731401dcadf387eddd540db9cf2c7187d83e5/test/fixtures/http/auth0/discovery_document.exs' }],
        level: 'must',
        profiles: ['auth0'],
        needs: variant.needs,
        async run(world) {
          const answer = await world.client.send({ method: 'GET', path: variant.path })
          const body = isObject(answer.json) ? answer.json : {}
          expectNone(Object.entries(auth0Paths).flatMap(([member, path]) => {
            const expected = world.target.issuer.replace(/\/$/, '') + path
            // Tenants of long ago do not tell where tokens are revoked.
            if (member === 'revocation_endpoint' && body[member] === undefined) return []
            return body[member] === expected ? [] : [finding(`body /${member}`, expected, show(body[member]))]
          }))
        },
      },
    ])
    case 'jwks': return toChecks(shared, [{
      id: 'endpoints/jwks/no-private-key',
      title: 'Key set: no member of a key is private',
      sources: [rfc(7517, '9.2'), rfc(7518, '6.3.2')],
      level: 'must',
      needs: variant.needs,
      async run(world) {
        const answer = await world.client.send({ method: 'GET', path: variant.path })
        const keys = isObject(answer.json) && Array.isArray(answer.json.keys) ? answer.json.keys.filter(isObject) : []
        expectThat(keys.length > 0, 'body /keys', 'at least one key', show(keys))
        expectNone(keys.flatMap((key, index) => privateMembers.filter((member) => member in key).map((member) => finding(`body /keys/${index}/${member}`, '(absent)', '(present)'))))
      },
    }, {
      id: 'endpoints/jwks/certificates',
      title: 'Key set: the certificate of each key holds that key',
      sources: [rfc(7517, '4.7')],
      level: 'must',
      needs: variant.needs,
      async run(world) {
        const answer = await world.client.send({ method: 'GET', path: variant.path })
        const keys = isObject(answer.json) && Array.isArray(answer.json.keys) ? answer.json.keys.filter(isObject) : []
        expectThat(keys.length > 0, 'body /keys', 'at least one key', show(keys))
        expectNone(keys.flatMap((key, index) => {
          const [certificate] = Array.isArray(key.x5c) ? key.x5c : []
          if (typeof certificate !== 'string') return []
          const modulus = modulusOf(certificate)
          return modulus === key.n ? [] : [finding(`body /keys/${index}/x5c/0`, 'a certificate of the key n', modulus === undefined ? '(no certificate)' : 'a certificate of another key')]
        }))
      },
    }])
    default: return []
  }
}

const auth0Paths = {
  authorization_endpoint: '/authorize',
  token_endpoint: '/oauth/token',
  userinfo_endpoint: '/userinfo',
  jwks_uri: '/.well-known/jwks.json',
  revocation_endpoint: '/oauth/revoke',
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function modulusOf(certificate: string): string | undefined {
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).publicKey.export({ format: 'jwk' }).n
  } catch {
    return undefined
  }
}
