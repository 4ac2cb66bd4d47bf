import { createHash, randomBytes } from 'node:crypto'
import type { Capability } from '../../../../core/capability.ts'
import type { Check, Level, Source } from '../../../../core/check.ts'
import type { Answer } from '../../../../core/client.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { ClientPersona } from '../../../../core/persona.ts'
import type { GivenAuthorization, World } from '../../../../core/world.ts'
import { isObject, type JsonObject } from '../../../../core/json.ts'
import { decodeJwt } from '../../../../specs/judgement.ts'
import type { StatedCheck } from '../../../checks.ts'

/** What most of these checks are about. */
export const authorizationOperation = { operations: ['GET /authorize'], collectionItems: [] } satisfies Pick<Check, 'operations' | 'collectionItems'>

/** The confidential client logs the main user in. */
export const withConfidential: readonly Capability[] = ['login', 'authorization-code']
/** The same at an OpenID Provider: an authorization server that is none knows nothing of what OpenID Connect adds. */
export const withOpenId: readonly Capability[] = [...withConfidential, 'openid-connect']
/** The confidential client logs the main user in for what comes without the token endpoint. */
export const withImplicit: readonly Capability[] = ['login', 'implicit']
/** The same, with a code beside it. */
export const withHybrid: readonly Capability[] = ['login', 'authorization-code', 'implicit']
/** The public client does. */
export const withPublic: readonly Capability[] = ['login', 'pkce']

/** OAuth 2.0 Multiple Response Type Encoding Practices. */
export function responseTypePractices(section: string, anchor: string): Source {
  return { name: 'OAuth 2.0 Multiple Response Type Encoding Practices', section, url: `https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#${anchor}` }
}

/** OAuth 2.0 Form Post Response Mode. */
export const formPostMode: Source = { name: 'OAuth 2.0 Form Post Response Mode', section: '2', url: 'https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode' }

/** One requirement whose sources bind Auth0 and the standard differently: a check for each profile. */
export function perProfile(levels: { readonly auth0: Level; readonly standard: Level }, stated: StatedCheck): StatedCheck[] {
  return [
    { ...stated, level: levels.auth0, profiles: ['auth0'] },
    { ...stated, id: `${stated.id}/standard`, level: levels.standard, profiles: ['standard'] },
  ]
}

type Role = 'confidential' | 'public'

/** A client of the suite, with the callback that it needs here. */
export function application(world: World, role: Role = 'confidential'): ClientPersona & { readonly redirectUri: string } {
  const client = world.personas.clients[role]
  if (client?.redirectUri === undefined) throw new Blocked(`clients.${role}.redirectUri is missing`)
  return { ...client, redirectUri: client.redirectUri }
}

export type AuthorizationParameters = Readonly<Record<string, string>>

/**
 * Parameters of a request for a code that any server accepts: with a state, a nonce, and a challenge, which some demand of every client.
 * The client's own id and callback are in it.
 */
export function codeRequest(world: World, more: AuthorizationParameters = {}, role: Role = 'confidential'): {
  readonly parameters: AuthorizationParameters
  readonly codeVerifier: string
} {
  const { clientId, redirectUri } = application(world, role)
  const codeVerifier = newVerifier()
  return {
    codeVerifier,
    parameters: {
      response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'openid', state: `state-${world.unique()}`, nonce: `nonce-${world.unique()}`,
      code_challenge: challengeOf(codeVerifier), code_challenge_method: 'S256', ...more,
    },
  }
}

/** Parameters of a request for what comes without the token endpoint. */
export function frontChannelRequest(world: World, responseType: string, more: AuthorizationParameters = {}): AuthorizationParameters {
  const { parameters } = codeRequest(world, { response_type: responseType, ...more })
  return responseType.split(' ').includes('code') ? parameters : without(parameters, 'code_challenge', 'code_challenge_method')
}

/** 43 characters, the fewest that RFC 7636 allows. */
export function newVerifier(): string {
  return randomBytes(32).toString('base64url')
}

/** The challenge of a verifier by the method S256. */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url')
}

/** Without some of the parameters. */
export function without(parameters: AuthorizationParameters, ...names: readonly string[]): AuthorizationParameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)))
}

/** Who asks, and how. */
interface Asking {
  readonly role?: Role
  /** The main user comes to the login page and logs in; a session of an earlier login does otherwise. */
  readonly atLoginPage?: boolean
}

/** Asks as the main user, and stops where nothing comes back to the application: a server may refuse what it need not accept. */
export async function authorized(world: World, parameters: AuthorizationParameters, { role = 'confidential', atLoginPage = false }: Asking = {}): Promise<GivenAuthorization> {
  const authorization = await world.given.authorize({ client: role, parameters, ...(atLoginPage ? {} : { inSession: true }) })
  if (authorization.mode === 'none') {
    const { answer: { url, status } } = authorization
    // A redirect that sends the password on leads where nobody expects it: the check of that redirect says more.
    const sentOn = world.client.exchanges.filter(({ request, response }) => request.method === 'POST' && (response?.status === 307 || response?.status === 308)).at(-1)
    const cause = sentOn ? `, after ${new URL(sentOn.request.url).pathname} had answered ${sentOn.response!.status}` : ''
    throw new Blocked(`the authorization request was not answered to the application: ${url.pathname} answered ${status}${cause}`)
  }
  return authorization
}

/** As {@link authorized}, and the answer is no error. */
export async function granted(world: World, parameters: AuthorizationParameters, asking: Asking = {}): Promise<GivenAuthorization> {
  const authorization = await authorized(world, parameters, asking)
  const error = authorization.parameters.get('error')
  if (error !== null) throw new Blocked(`the authorization request was answered with ${[error, authorization.parameters.get('error_description') ?? []].flat().join(': ')}`)
  return authorization
}

/** A code of the main user. */
export async function codeFor(world: World, parameters: AuthorizationParameters, asking: Asking = {}): Promise<string> {
  const code = (await granted(world, parameters, asking)).parameters.get('code')
  if (!code) throw new Blocked('the authorization response has no code')
  return code
}

/** Sends a code to the token endpoint. */
export async function redeem(world: World, code: string, { role = 'confidential', codeVerifier }: { readonly role?: Role; readonly codeVerifier?: string } = {}): Promise<Answer> {
  const { clientId, clientSecret, redirectUri } = application(world, role)
  const answer = await world.client.send({
    method: 'POST',
    path: '/oauth/token',
    form: {
      grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
    },
  })
  return answer
}

/** Members of an answer of the token endpoint that gives tokens. */
export function tokensOf(answer: Answer): JsonObject {
  const body = isObject(answer.json) ? answer.json : undefined
  if (answer.status !== 200 || typeof body?.access_token !== 'string') throw new Blocked(`the code could not be redeemed: POST /oauth/token answered ${answer.status}`)
  return body
}

/** Claims of an ID token that has to be there for anything to be said of it. */
export function idTokenClaims(token: unknown): Readonly<Record<string, unknown>> {
  const decoded = decodeJwt(token)
  if (!decoded) throw new Blocked('there is no ID token')
  return decoded.claims
}

/** Claims of the ID token that a request for a code leads to. */
export async function claimsFor(world: World, { parameters, codeVerifier }: ReturnType<typeof codeRequest>, asking: Asking = {}): Promise<Readonly<Record<string, unknown>>> {
  return idTokenClaims(tokensOf(await redeem(world, await codeFor(world, parameters, asking), { codeVerifier })).id_token)
}

/** A list of the discovery document; what a missing one stands for may be given. */
export async function announced(world: World, member: string, otherwise: readonly string[] = []): Promise<readonly unknown[]> {
  const { json } = await world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' })
  const list = isObject(json) ? json[member] : undefined
  return Array.isArray(list) ? list : otherwise
}

/**
 * Whether PKCE binds codes of clients with a secret, too. RFC 7636 is an extension: who does not know it ignores challenge and verifier (RFC 6749, 3.1
 * and 3.2). Clients without a secret need it (RFC 8252, 6).
 */
export async function promisesPkce(world: World): Promise<boolean> {
  return (await announced(world, 'code_challenge_methods_supported')).length > 0
}

/** Stops where nobody knows whether clients with a secret are bound by PKCE. */
export async function needsPkce(world: World): Promise<void> {
  if (!(await promisesPkce(world))) throw new Blocked('code_challenge_methods_supported of discovery lists nothing: PKCE may not be offered to clients with a secret')
}

/** Stops where discovery does not say that an optional thing is there. */
export async function needsAnnounced(world: World, member: string, value: string, otherwise: readonly string[] = []): Promise<void> {
  if (!(await announced(world, member, otherwise)).includes(value)) throw new Blocked(`${member} of discovery does not list ${value}`)
}
