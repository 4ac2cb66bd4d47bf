import type { Check } from '../../../core/check.ts'
import { expectNone, finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { errorCodeOf } from '../../../specs/judgement.ts'
import { toChecks } from '../../checks.ts'
import { bodyOf, clientOf } from '../../grants/token-requests.ts'
import { oidcDiscovery, rfc } from '../../sources.ts'
import { announced, application, perProfile } from './authorization/authorizing.ts'
import { visit } from './authorization/browser.ts'

const metadata = oidcDiscovery('3', 'ProviderMetadata')

/** Endpoints that answer whoever asks, if only with an error, and how they are asked. */
const endpoints = {
  token_endpoint: 'POST',
  userinfo_endpoint: 'GET',
  jwks_uri: 'GET',
  revocation_endpoint: 'POST',
  end_session_endpoint: 'GET',
  device_authorization_endpoint: 'POST',
  pushed_authorization_request_endpoint: 'POST',
  introspection_endpoint: 'POST',
} as const

/** That what discovery tells of the target is what the target does. */
export const discovery: readonly Check[] = toChecks({ operations: ['GET /.well-known/openid-configuration'], collectionItems: [] }, [
  // Auth0 names endpoints of features that a tenant has switched off; what they answer then is not known.
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/discovery/endpoints',
    title: 'Endpoints that discovery names are there',
    sources: [metadata, rfc(8414, '2')],
    level: 'must',
    needs: ['discovery'],
    async run(world) {
      const absent = await Promise.all(Object.entries(endpoints).map(async ([member, method]) => {
        const path = await advertisedPath(world, member)
        if (path === undefined) return []
        const { status } = await world.client.send({ method, path, ...(method === 'POST' ? { form: {} } : {}) })
        return status === 404 || status === 405 ? [finding(`status of ${member}`, 'not 404 or 405', show(status))] : []
      }))
      expectNone(world, ...absent)
    },
  }),
  {
    id: 'protocols/oidc/discovery/grant-types',
    title: 'Grant types that discovery lists are known at the token endpoint',
    sources: [metadata, rfc(6749, '5.2')],
    level: 'should',
    profiles: ['standard'],
    operations: ['GET /.well-known/openid-configuration', 'POST /oauth/token'],
    needs: ['discovery', 'authorization-code'],
    async run(world) {
      const { clientId, clientSecret = '' } = clientOf(world, 'confidential')
      // The implicit grant has no request to the token endpoint.
      const listed = (await announced(world, 'grant_types_supported')).filter((type): type is string => typeof type === 'string' && type !== 'implicit')
      if (listed.length === 0) throw new Blocked('grant_types_supported of discovery lists nothing for the token endpoint')
      const unknown = await Promise.all(listed.map(async (type) => {
        const answer = await world.client.send({ method: 'POST', path: '/oauth/token', form: { grant_type: type, client_id: clientId, client_secret: clientSecret } })
        return errorCodeOf(answer) === 'unsupported_grant_type' ? [finding(`body /error for ${type}`, 'another error', 'unsupported_grant_type')] : []
      }))
      expectNone(world, ...unknown)
    },
  },
  {
    id: 'protocols/oidc/discovery/response-types',
    title: 'Response types that discovery lists are known at the authorization endpoint',
    sources: [metadata, rfc(6749, '4.1.2.1')],
    level: 'must',
    profiles: ['standard'],
    operations: ['GET /.well-known/openid-configuration', 'GET /authorize'],
    needs: ['discovery', 'authorization-code'],
    async run(world) {
      const { clientId, redirectUri } = application(world)
      const listed = (await announced(world, 'response_types_supported')).filter((type): type is string => typeof type === 'string')
      if (listed.length === 0) throw new Blocked('response_types_supported of discovery lists nothing')
      const unknown = await Promise.all(listed.map(async (type) => {
        const { delivered } = await visit(world, { response_type: type, client_id: clientId, redirect_uri: redirectUri, scope: 'openid', nonce: world.unique(), state: world.unique(), prompt: 'none' })
        return delivered?.parameters.get('error') === 'unsupported_response_type' ? [finding(`parameter error for ${type}`, 'another error', 'unsupported_response_type')] : []
      }))
      expectNone(world, ...unknown)
    },
  },
])

/**
 * Where discovery puts an endpoint: from the address that the target is reached by, where it lies there or at the issuer, else in full.
 * `undefined` where discovery does not name it.
 */
export async function advertisedPath(world: World, member: string): Promise<string | undefined> {
  const document = await world.once('protocols/oidc/discovery document', () => world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' }))
  const { [member]: endpoint } = bodyOf(document)
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return undefined
  const { baseUrl, issuer } = world.target
  const base = [baseUrl, issuer.replace(/\/$/, '')].find((candidate) => endpoint.startsWith(`${candidate}/`))
  return base === undefined ? endpoint : endpoint.slice(base.length)
}
