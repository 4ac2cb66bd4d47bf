import type { Answer } from '../../../core/client.ts'
import { finding, show } from '../../../core/expectation.ts'
import type { Finding } from '../../../core/finding.ts'
import { decodeJwt, errorCodeOf } from '../../../specs/judgement.ts'
import { bodyOf, scopesIn } from '../token-requests.ts'
import type { CodeState, LoginState, Model, UserState } from './model.ts'

/** What an answer of the token endpoint was, in a few words. */
export function told(answer: Answer): string {
  if (typeof bodyOf(answer).access_token === 'string') return `${answer.status} with tokens`
  return errorCodeOf(answer) === undefined ? String(answer.status) : `${answer.status} ${errorCodeOf(answer)}`
}

/** The login that an answer with tokens begins. */
export function loginOf(answer: Answer, start: Pick<LoginState, 'name' | 'role' | 'user' | 'scopes'>): LoginState {
  const granted = scopesIn(answer)
  const login: LoginState = { ...start, scopes: [...new Set([...start.scopes, ...(granted ?? [])])], granted, status: 'live', refreshTokens: [], accessTokens: [] }
  keepTokens(login, answer)
  return login
}

/** Adds what an answer gave to a login. */
export function keepTokens(login: LoginState, answer: Answer): void {
  const { access_token: accessToken, refresh_token: refreshToken } = bodyOf(answer)
  if (typeof accessToken === 'string') login.accessTokens.push(accessToken)
  if (typeof refreshToken === 'string' && refreshToken !== login.refreshTokens.at(-1)) login.refreshTokens.push(refreshToken)
}

/** ID tokens of one user for one client name one subject, and those of another user another. */
export function userFindings(model: Model, whose: Pick<LoginState, 'user' | 'role'>, answer: Answer): Finding[] {
  const sub = decodeJwt(bodyOf(answer).id_token)?.claims.sub
  return typeof sub === 'string' ? subjectFindings(model, whose, 'claim /sub of the ID token', sub) : []
}

/** Remembers the subject of a user who had none. */
export function subjectFindings({ users }: Model, { user, role }: Pick<LoginState, 'user' | 'role'>, at: string, sub: string): Finding[] {
  const stranger = users.find((other) => other !== user && other.subjects.get(role) === sub)
  if (stranger) return [finding(at, `that of ${user.name}`, `that of ${stranger.name}`)]
  const known = user.subjects.get(role) ?? sub
  user.subjects.set(role, known)
  return sub === known ? [] : [finding(at, known, sub)]
}

/** The user whom a subject names, for whichever client. */
export function userNamed({ users }: Model, sub: unknown): UserState | undefined {
  return users.find(({ subjects }) => [...subjects.values()].some((subject) => subject === sub))
}

/** The nonce is that of the request which the code was asked for with. */
export function nonceFindings({ nonce }: CodeState, answer: Answer): Finding[] {
  const claims = decodeJwt(bodyOf(answer).id_token)?.claims
  return claims === undefined || claims.nonce === nonce ? [] : [finding('claim /nonce of the ID token', nonce, show(claims.nonce))]
}

/** The audience of an ID token is the client that was given it. */
export function audienceFindings(clientId: string, answer: Answer): Finding[] {
  const aud = decodeJwt(bodyOf(answer).id_token)?.claims.aud
  const names = Array.isArray(aud) ? aud : [aud]
  return aud === undefined || names.includes(clientId) ? [] : [finding('claim /aud of the ID token', clientId, show(aud))]
}

/** No refresh gives more than the login. */
export function widerFindings({ scopes }: LoginState, answer: Answer): Finding[] {
  const beyond = (scopesIn(answer) ?? []).filter((scope) => !scopes.includes(scope))
  return beyond.length === 0 ? [] : [finding('scopes of the refresh', `nothing but ${scopes.join(' ')}`, `${beyond.join(' ')} as well`)]
}

/** A refresh that names no scope gives what the login gave, whatever was asked for in between. */
export function narrowerFindings({ granted }: LoginState, answer: Answer): Finding[] {
  const scopes = scopesIn(answer)
  const missing = scopes && granted ? granted.filter((scope) => !scopes.includes(scope)) : []
  return missing.length === 0 ? [] : [finding('scopes of the refresh', (granted ?? []).join(' '), `${(scopes ?? []).join(' ')}, without ${missing.join(' ')}`)]
}
