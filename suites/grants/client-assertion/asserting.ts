import { assertionClaims, assertionType, signedAssertion } from '../../../core/client-assertion.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { PrivateKeyJwtClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, oidcCore } from '../../sources.ts'
import { bodyOf, grantedFindings, refusedFindings } from '../token-requests.ts'

export const documentation = auth0Docs('get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt')
export const clientAuthenticationOfOidc = oidcCore('9', 'ClientAuthentication')

type Claims = Readonly<Record<string, unknown>>

/** What is changed about a good request. A claim that is `undefined` is left out, a parameter that is empty too. */
export interface Change {
  readonly claims?: Claims
  /** Makes the assertion out of its claims; the client's own signature where absent. */
  readonly sign?: (claims: Claims, client: PrivateKeyJwtClientPersona) => string | Promise<string>
  readonly form?: Readonly<Record<string, string>>
}

/** The client that signs. */
export function assertingClient(world: World): PrivateKeyJwtClientPersona {
  return required(world.personas.clients.privateKeyJwt, 'clients.privateKeyJwt')
}

/** Clocks that differ by less are taken to agree, in milliseconds: `Date` has whole seconds, and an answer takes a while. */
const toleratedSkewMs = 5000

/** What a client has to know before it signs: the token endpoint, and by how many milliseconds the target's clock is ahead of ours. */
function targetFacts(world: World): Promise<{ readonly tokenEndpoint: string; readonly aheadMs: number }> {
  return world.once('grants/client-assertion target', async () => {
    const answer = await world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' })
    // A cache on the way keeps the date of when it asked, and tells how long ago that was (RFC 9111, 5.1).
    const age = Number(answer.header('age') ?? 0)
    const aheadMs = Date.parse(answer.header('date') ?? '') + (Number.isFinite(age) ? age : 0) * 1000 - Date.now()
    const { token_endpoint: endpoint } = bodyOf(answer)
    return {
      tokenEndpoint: typeof endpoint === 'string' ? endpoint : `${world.target.baseUrl}/oauth/token`,
      aheadMs: Math.abs(aheadMs) > toleratedSkewMs ? aheadMs : 0,
    }
  })
}

/** Seconds since the epoch by the target's clock: an assertion is judged by that. */
async function targetTime(world: World): Promise<number> {
  return Math.floor((Date.now() + (await targetFacts(world)).aheadMs) / 1000)
}

/** Form members by which the client proves itself. */
export async function proofFor(world: World, audience: string, { claims = {}, sign = (all, client) => signedAssertion(client, all) }: Change = {}): Promise<Readonly<Record<string, string>>> {
  const client = assertingClient(world)
  const good = assertionClaims(client, audience, `conformance-${world.unique()}`, await targetTime(world))
  const stated = Object.fromEntries(Object.entries({ ...good, ...claims }).filter(([, value]) => value !== undefined))
  return { client_id: client.clientId, client_assertion_type: assertionType, client_assertion: await sign(stated, client) }
}

/** Asks for a token of the API by client credentials. */
export async function askFor(world: World, proof: Readonly<Record<string, string>>): Promise<Answer> {
  const { audience } = required(world.personas.api, 'api')
  const form = Object.entries({ grant_type: 'client_credentials', audience, ...proof }).filter(([, value]) => value !== '')
  return world.client.send({ method: 'POST', path: '/oauth/token', form })
}

/** The two names by which a client may address the target (RFC 7523, 3; OpenID Connect Core 9). */
export type Addressee = 'issuer' | 'token endpoint'

/** How the target answers to a good assertion that is addressed so, and that assertion. */
export function goodRequest(world: World, addressee: Addressee): Promise<{ readonly audience: string; readonly proof: Readonly<Record<string, string>>; readonly answer: Answer }> {
  return world.once(`grants/client-assertion to the ${addressee}`, async () => {
    const audience = addressee === 'issuer' ? world.target.issuer : (await targetFacts(world)).tokenEndpoint
    const proof = await proofFor(world, audience)
    return { audience, proof, answer: await askFor(world, proof) }
  })
}

/** A request with a good assertion that the target accepts. Throws {@link Blocked} where it accepts none: nothing can be told from a refusal then. */
export async function acceptedRequest(world: World): Promise<{ readonly audience: string; readonly proof: Readonly<Record<string, string>> }> {
  for (const addressee of ['issuer', 'token endpoint'] as const) {
    const { answer, ...request } = await goodRequest(world, addressee)
    if (refusedFindings(answer, '').length === 0) return request
  }
  throw new Blocked('no client assertion is accepted, be it addressed to the issuer or to the token endpoint')
}

/** The answer to a request that differs in one thing from one that is accepted. */
export async function changedRequest(world: World, change: Change | ((now: number) => Change)): Promise<Answer> {
  const { audience } = await acceptedRequest(world)
  const stated = typeof change === 'function' ? change(await targetTime(world)) : change
  return askFor(world, { ...(await proofFor(world, audience, stated)), ...stated.form })
}

/** Such a request is refused. */
export async function expectRefusal(world: World, change: Change | ((now: number) => Change)): Promise<void> {
  expectNone(world, grantedFindings(await changedRequest(world, change), 'POST /oauth/token'))
}
