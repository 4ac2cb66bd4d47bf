import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, RequestStatement } from '../../core/client.ts'
import { finding } from '../../core/expectation.ts'
import { Blocked, type Finding } from '../../core/finding.ts'
import type { ClientPersona } from '../../core/persona.ts'
import type { GivenCode, World } from '../../core/world.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { decodeJwt, errorCodeOf } from '../../specs/judgement.ts'
import { required } from '../endpoints/recipes.ts'

type Form = Readonly<Record<string, string>>

/** A client that these checks act as. */
export type Role = 'confidential' | 'public' | 'other'

/** The persona of a role. Throws {@link Blocked} where the target offers none. */
export function clientOf(world: World, role: Role): ClientPersona {
  return required(world.personas.clients[role], `clients.${role}`)
}

/** Redeems a code; `change` replaces parameters, an empty one is left out. */
export function redeem(world: World, role: Role, { code, redirectUri, codeVerifier }: GivenCode, change: Form = {}): Promise<Answer> {
  const form = {
    grant_type: 'authorization_code', ...credentialsOf(clientOf(world, role)), code, redirect_uri: redirectUri,
    ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }), ...change,
  }
  return world.client.send({ method: 'POST', path: '/oauth/token', form: Object.fromEntries(Object.entries(form).filter(([, value]) => value !== '')) })
}

/** Asks for new tokens with a refresh token. */
export function refresh(world: World, role: Role, refreshToken: string, more: Form = {}): Promise<Answer> {
  return world.client.send({
    method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token', ...credentialsOf(clientOf(world, role)), refresh_token: refreshToken, ...more },
  })
}

/** Revokes a token in the name of a client. Throws {@link Blocked} where there is no such endpoint: the standards let a server do without it. */
export async function revoke(world: World, role: Role, token: string, more: Form = {}): Promise<Answer> {
  const answer = await world.client.send({ method: 'POST', path: '/oauth/revoke', form: { ...credentialsOf(clientOf(world, role)), token, ...more } })
  if ([404, 405, 501].includes(answer.status)) throw new Blocked(`there is no revocation: POST /oauth/revoke answered ${answer.status}`)
  return answer
}

/** Whether userinfo knows an access token, and what it says. */
export function userinfo(world: World, accessToken: string, statement: Partial<RequestStatement> = {}): Promise<Answer> {
  return world.client.send({ method: 'GET', path: '/userinfo', headers: { authorization: `Bearer ${accessToken}` }, ...statement })
}

/** The members of a JSON object, none where the answer is something else. */
export function bodyOf(answer: Answer): JsonObject {
  return isObject(answer.json) ? answer.json : {}
}

/** A token of an answer that a check starts from. Throws {@link Blocked} where there is none. */
export function tokenOf(answer: Answer, name: 'access_token' | 'refresh_token' | 'id_token'): string {
  const token = bodyOf(answer)[name]
  if (answer.status === 200 && typeof token === 'string') return token
  throw new Blocked(`the answer of ${answer.url.pathname} (${answer.status}${errorCodeOf(answer) === undefined ? '' : ` ${errorCodeOf(answer)}`}) has no ${name}`)
}

/** The refresh token that is good after a refresh: the new one, or the one that was sent where none came. */
export function currentToken(answer: Answer, sent: string): string {
  const { refresh_token: token } = bodyOf(answer)
  return typeof token === 'string' && token !== '' ? token : sent
}

/** Scopes that an answer names, apart from `offline_access`, which Auth0 keeps in it; `undefined` where it names none. */
export function scopesOf(answer: Answer): string[] | undefined {
  const { scope } = bodyOf(answer)
  return typeof scope === 'string' ? [...new Set(scope.split(' '))].filter((name) => name !== '' && name !== 'offline_access').sort() : undefined
}

/** What an answer grants, by its `scope` and by that of the access token, as in {@link scopesOf}; `undefined` where neither can be read. */
export function scopesIn(answer: Answer): string[] | undefined {
  const claim = decodeJwt(bodyOf(answer).access_token)?.claims.scope
  const inToken = typeof claim === 'string' ? claim.split(' ').filter((scope) => scope !== '' && scope !== 'offline_access') : undefined
  const told = scopesOf(answer)
  return told || inToken ? [...new Set([...(told ?? []), ...(inToken ?? [])])].sort() : undefined
}

/** An answer that gave tokens, though it had to refuse. */
export function grantedFindings(answer: Answer, at: string): Finding[] {
  return [
    ...(answer.status >= 400 && answer.status < 500 ? [] : [finding(`status of ${at}`, '4xx', String(answer.status))]),
    ...(bodyOf(answer).access_token === undefined ? [] : [finding(`body /access_token of ${at}`, '(absent)', '(present)')]),
  ]
}

/** An answer that refused, though it had to give tokens. */
export function refusedFindings(answer: Answer, at: string): Finding[] {
  const code = errorCodeOf(answer)
  return answer.status === 200 && typeof bodyOf(answer).access_token === 'string' ? [] : [finding(`status of ${at}`, '200 with an access token', code === undefined ? String(answer.status) : `${answer.status} ${code}`)]
}

/**
 * Uses a refresh token until it is refused, a few times: documentation calls revocation eventually consistent. Each time it is the token that
 * is good by then, so that no attempt is a reuse. The last answer counts.
 */
export async function refreshUntilRefused(world: World, role: Role, refreshToken: string): Promise<Answer> {
  let token = refreshToken
  let answer = await refresh(world, role, token)
  for (let attempt = 0; attempt < 3 && answer.status === 200; attempt++) {
    await sleep(500)
    token = currentToken(answer, token)
    answer = await refresh(world, role, token)
  }
  return answer
}

/** `client_id`, and `client_secret` where the client has one. */
function credentialsOf({ clientId, clientSecret }: ClientPersona): Form {
  return { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) }
}
