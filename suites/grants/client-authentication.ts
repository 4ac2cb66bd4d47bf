import type { Check } from '../../core/check.ts'
import type { Answer } from '../../core/client.ts'
import { expectNone, expectOneOf, expectThat, finding } from '../../core/expectation.ts'
import { Blocked } from '../../core/finding.ts'
import type { ClientPersona } from '../../core/persona.ts'
import type { World } from '../../core/world.ts'
import { decodeJwt } from '../../specs/judgement.ts'
import { toChecks, type StatedCheck } from '../checks.ts'
import { required } from '../endpoints/recipes.ts'
import { auth0Docs, rfc } from '../sources.ts'
import { bodyOf, grantedFindings, refusedFindings } from './token-requests.ts'

const documentation = auth0Docs('api/authentication')
const needs = ['client-credentials'] as const

/** Values that are almost the secret of the client. */
const secrets: Readonly<Record<string, { readonly title: string; readonly of: (secret: string) => string }>> = {
  'letter-case': { title: 'A client is refused with its secret in other letters', of: (secret) => swappedCase(secret) },
  truncated: { title: 'A client is refused with its secret without the last character', of: (secret) => secret.slice(0, -1) },
  appended: { title: 'A client is refused with its secret and one character more', of: (secret) => `${secret}a` },
  spaced: { title: 'A client is refused with its secret and a space behind', of: (secret) => `${secret} ` },
  'same-length': { title: 'A client is refused with another secret of the same length', of: (secret) => [...secret].reverse().join('') },
}

/** How a client proves that it is the one: by its own secret, to the letter, in the body or by HTTP Basic. */
export const clientAuthentication: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  ...Object.entries(secrets).map(([name, { title, of }]): StatedCheck => ({
    id: `grants/client-authentication/secret/${name}`,
    title,
    sources: [rfc(6749, '2.3.1'), documentation],
    level: 'must',
    needs,
    async run(world) {
      const { clientId, clientSecret } = machineOf(world)
      const changed = of(clientSecret)
      if (changed === clientSecret || changed === '') throw new Blocked("the client secret can't be changed in this way")
      expectNone(world, grantedFindings(await ask(world, { client_id: clientId, client_secret: changed }), 'POST /oauth/token'))
    },
  })),
  {
    id: 'grants/client-authentication/secret/of-another-client',
    title: 'A client is refused with the secret of another client',
    sources: [rfc(6749, '2.3.1'), documentation],
    level: 'must',
    needs: [...needs, 'other-client'],
    async run(world) {
      const { clientId, clientSecret } = machineOf(world)
      const theirs = required(world.personas.clients.other?.clientSecret, 'clients.other.clientSecret')
      if (theirs === clientSecret) throw new Blocked('clients.other has the same secret')
      expectNone(world, grantedFindings(await ask(world, { client_id: clientId, client_secret: theirs }), 'POST /oauth/token'))
    },
  },
  {
    id: 'grants/client-authentication/id/letter-case',
    title: 'A client is refused with its id in other letters',
    sources: [rfc(6749, '1.9'), documentation],
    level: 'should',
    needs,
    async run(world) {
      const { clientId, clientSecret } = machineOf(world)
      const changed = swappedCase(clientId)
      if (changed === clientId) throw new Blocked('the client id has no letters')
      expectNone(world, grantedFindings(await ask(world, { client_id: changed, client_secret: clientSecret }), 'POST /oauth/token'))
    },
  },
  {
    id: 'grants/client-authentication/grant-type/letter-case',
    title: 'A grant type is refused in capitals',
    sources: [rfc(6749, '1.9')],
    level: 'should',
    profiles: ['standard'],
    needs,
    async run(world) {
      const { clientId, clientSecret } = machineOf(world)
      expectNone(world, grantedFindings(await ask(world, { client_id: clientId, client_secret: clientSecret, grant_type: 'CLIENT_CREDENTIALS' }), 'POST /oauth/token'))
    },
  },
  {
    id: 'grants/client-authentication/secret/in-address',
    title: 'A client is refused with its secret in the address of the request',
    sources: [rfc(6749, '2.3.1')],
    // The must is the client's.
    level: 'should',
    profiles: ['standard'],
    needs,
    async run(world) {
      const { clientId, clientSecret } = machineOf(world)
      const { audience } = required(world.personas.api, 'api')
      const answer = await world.client.send({
        method: 'POST', path: '/oauth/token', query: { client_id: clientId, client_secret: clientSecret }, form: { grant_type: 'client_credentials', audience },
      })
      expectNone(world, grantedFindings(answer, 'POST /oauth/token'))
    },
  },
  {
    // That of two values the first is taken shows in other checks, where the second is wrong.
    id: 'grants/client-authentication/repeated-secret',
    title: 'A client is refused with two secrets, of which the second is the right one',
    sources: [rfc(6749, '3.2'), rfc(6749, '5.2')],
    level: 'should',
    profiles: ['standard'],
    needs,
    async run(world) {
      const { clientId, clientSecret } = machineOf(world)
      const { audience } = required(world.personas.api, 'api')
      const answer = await world.client.send({
        method: 'POST', path: '/oauth/token',
        form: [['grant_type', 'client_credentials'], ['audience', audience], ['client_id', clientId], ['client_secret', `wrong-${world.unique()}`], ['client_secret', clientSecret]],
      })
      expectNone(world, grantedFindings(answer, 'POST /oauth/token'))
    },
  },
  {
    id: 'grants/client-authentication/basic',
    title: 'A client may authenticate by HTTP Basic, which discovery lists',
    sources: [documentation, rfc(6749, '2.3.1')],
    // Whether the method that a client is registered for is the only one that it may use, is written nowhere.
    level: 'may',
    profiles: ['auth0'],
    needs: [...needs, 'discovery'],
    async run(world) {
      await requireBasic(world)
      const { clientId, clientSecret } = machineOf(world)
      expectNone(world, refusedFindings(await askByBasic(world, clientId, clientSecret), 'POST /oauth/token'))
    },
  },
  {
    id: 'grants/client-authentication/basic/wrong-secret',
    title: 'A wrong secret by HTTP Basic is refused with 401',
    sources: [rfc(6749, '5.2'), documentation],
    level: 'must',
    needs: [...needs, 'discovery'],
    async run(world) {
      await requireBasic(world)
      const { clientId, clientSecret } = machineOf(world)
      const answer = await askByBasic(world, clientId, [...clientSecret].reverse().join(''))
      expectOneOf(world, 'status', answer.status, [401])
      expectThat(world, bodyOf(answer).access_token === undefined, 'body /access_token', '(absent)', '(present)')
    },
  },
  {
    id: 'grants/client-authentication/basic/scheme-letter-case',
    title: 'The scheme Basic may be written in small letters',
    sources: [rfc(9110, '11.1')],
    level: 'should',
    profiles: ['standard'],
    needs,
    async run(world) {
      const { clientId, clientSecret } = machineOf(world)
      const usual = await askByBasic(world, clientId, clientSecret)
      if (usual.status !== 200) throw new Blocked(`HTTP Basic is not accepted of this client: ${usual.status}`)
      expectNone(world, refusedFindings(await askByBasic(world, clientId, clientSecret, {}, 'basic'), 'POST /oauth/token'))
    },
  },
  {
    id: 'grants/client-authentication/basic/another-client',
    title: 'A client that authenticates by HTTP Basic is not taken for the one that the form names',
    sources: [rfc(6749, '2.3.1'), rfc(6749, '3.2.1')],
    level: 'should',
    needs: [...needs, 'other-client'],
    async run(world) {
      const { clientId: named } = machineOf(world)
      const { clientId, clientSecret } = required(world.personas.clients.other, 'clients.other')
      if (clientId === named) throw new Blocked('clients.other and clients.machine are the same')
      const { access_token: token } = bodyOf(await askByBasic(world, clientId, required(clientSecret, 'clients.other.clientSecret'), { client_id: named }))
      const { azp, client_id: client, sub } = decodeJwt(token)?.claims ?? {}
      expectNone(world, [azp, client, sub].some((claim) => claim === named || claim === `${named}@clients`) ? [finding('client of the access token', clientId, named)] : [])
    },
  },
  {
    id: 'grants/client-authentication/basic/challenge',
    title: 'A client that fails to authenticate by HTTP Basic is told of that scheme in WWW-Authenticate',
    sources: [rfc(6749, '5.2')],
    level: 'must',
    profiles: ['standard'],
    needs: [...needs, 'discovery'],
    async run(world) {
      await requireBasic(world)
      const { clientId, clientSecret } = machineOf(world)
      const challenge = (await askByBasic(world, clientId, [...clientSecret].reverse().join(''))).header('www-authenticate')
      expectThat(world, /\bbasic\b/i.test(challenge ?? ''), 'header www-authenticate', 'a challenge of the scheme Basic', challenge)
    },
  },
])

/** The client with the grant that takes nothing but a client, and its secret. */
export function machineOf(world: World): ClientPersona & { readonly clientSecret: string } {
  const client = required(world.personas.clients.machine ?? world.personas.clients.confidential, 'clients.machine')
  return { ...client, clientSecret: required(client.clientSecret, 'a client secret') }
}

function ask(world: World, credentials: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { audience } = required(world.personas.api, 'api')
  return world.client.send({ method: 'POST', path: '/oauth/token', headers, form: { grant_type: 'client_credentials', audience, ...credentials } })
}

/** RFC 6749 has id and secret encoded as in a form; Auth0 does not say. Where it makes a difference, nothing can be demanded. */
function askByBasic(world: World, clientId: string, clientSecret: string, more: Readonly<Record<string, string>> = {}, scheme = 'Basic'): Promise<Answer> {
  if ([clientId, clientSecret].some((part) => encodeURIComponent(part) !== part)) throw new Blocked('the client id or its secret has reserved characters')
  return ask(world, more, { authorization: `${scheme} ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` })
}

async function requireBasic(world: World): Promise<void> {
  const { token_endpoint_auth_methods_supported: methods } = bodyOf(await world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' }))
  if (!Array.isArray(methods) || !methods.includes('client_secret_basic')) throw new Blocked('discovery does not list client_secret_basic')
}

function swappedCase(text: string): string {
  return [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('')
}
