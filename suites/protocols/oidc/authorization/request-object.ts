import { expectThat, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { bodyOf } from '../../../grants/token-requests.ts'
import { toChecks } from '../../../checks.ts'
import { oidcCore } from '../../../sources.ts'
import { authorizationOperation, codeRequest, withOpenId } from './authorizing.ts'
import { visit } from './browser.ts'

/** Requests in a token: where a server does not read them, it says so. What Auth0 answers is not known. */
export const requestObject = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/request-object/by-value',
    title: 'Authorization: a request object that the server does not read is answered with request_not_supported',
    sources: [oidcCore('6.1', 'RequestParameter')],
    level: 'must',
    profiles: ['standard'],
    needs: [...withOpenId, 'discovery'],
    async run(world) {
      // Absent, it means that request objects are not read.
      await needsUnsupported(world, 'request_parameter_supported', [false, undefined])
      await expectError(world, { request: unsigned(world) }, 'request_not_supported')
    },
  },
  {
    id: 'protocols/oidc/authorization/request-object/by-reference',
    title: 'Authorization: the address of a request object that the server does not fetch is answered with request_uri_not_supported',
    sources: [oidcCore('6.2', 'RequestUriParameter')],
    level: 'must',
    profiles: ['standard'],
    needs: [...withOpenId, 'discovery'],
    async run(world) {
      // Absent, it means that they are fetched.
      await needsUnsupported(world, 'request_uri_parameter_supported', [false])
      await expectError(world, { request_uri: 'https://client.example/request-object.jwt' }, 'request_uri_not_supported')
    },
  },
])

async function needsUnsupported(world: World, member: string, unsupported: readonly unknown[]): Promise<void> {
  const { [member]: value } = bodyOf(await world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' }))
  if (!unsupported.includes(value)) throw new Blocked(`${member} of discovery is ${show(value)}`)
}

async function expectError(world: World, more: Readonly<Record<string, string>>, expected: string): Promise<void> {
  const plain = await world.once('protocols/oidc/authorization/request-object plain request', () => visit(world, codeRequest(world).parameters))
  if (plain.answer.status >= 400 || plain.delivered?.parameters.has('error')) throw new Blocked(`a request without it is not served either: ${plain.answer.status} from ${plain.answer.url.pathname}`)
  const { parameters } = codeRequest(world, more)
  const first = await visit(world, parameters)
  // Some servers let the user log in before they look at the request.
  const { parameters: told, answer } = first.asksToLogIn ? await world.given.authorize({ client: 'confidential', parameters }) : { ...first, parameters: first.delivered?.parameters }
  const error = told?.get('error')
  expectThat(world, error === expected, 'parameter error', expected, error ?? (told?.has('code') ? '(absent), but a code' : `${answer.status} from ${answer.url.pathname}`))
}

/** Without a signature, and with another state than the one beside it. */
function unsigned(world: World): string {
  const { client_id: clientId, redirect_uri: redirectUri } = codeRequest(world).parameters
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ iss: clientId, aud: world.target.issuer, client_id: clientId, response_type: 'code', redirect_uri: redirectUri, scope: 'openid', state: world.unique() })}.`
}
