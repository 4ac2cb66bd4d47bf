import { describe, expect, test } from 'vitest'
import type { ReferenceTenantOptions } from '../fixtures/reference/server.ts'
import { decodeJwt } from '../specs/judgement.ts'
import { allChecks } from '../suites/index.ts'
import { judge, notPassed } from './judging.ts'

/**
 * Servers may keep one grant for a user and a client: what is suspicious of one token ends every other (RFC 6749 4.1.2, RFC 7009 2.1, and "Refresh
 * Token Revocation Deletes Grant" at Auth0). Checks that act as the same user and client must not be taken for the target's failures then.
 */
describe.each(['auth0', 'standard'] as const)('where a replay, a reuse, a revocation or a logout ends all tokens of a user and client, profile %s', (profile) => {
  // What belongs to both is judged once. That a logout spares refresh tokens is what one is about.
  const checks = allChecks().filter(({ id, profiles }) => profiles[0] === profile && id !== 'grants/machine/logout-spares' && /^(?:endpoints\/(?:token|revoke|userinfo)|grants|protocols\/oidc)/.test(id))

  test('no check ends a grant that does not say so, and nobody is accused', async () => {
    const { tamper, ended } = oneGrant(profile)
    const verdicts = await judge({ profile, tamper }, checks.filter(({ endsGrants }) => !endsGrants))
    expect(ended).toEqual([])
    expect(notPassed(verdicts)).toEqual([])
  }, 240_000)

  test('those that say so end some, and nobody is accused', async () => {
    const { tamper, ended } = oneGrant(profile)
    const verdicts = await judge({ profile, tamper }, checks.filter(({ endsGrants }) => endsGrants))
    expect(new Set(ended)).toEqual(new Set(['revocation', 'authorization_code', 'refresh_token', 'logout']))
    expect(notPassed(verdicts)).toEqual([])
  }, 240_000)
})

/** A tenant whose tokens live as long as the grant of their user and client, and what has ended grants by then. */
function oneGrant(profile: 'auth0' | 'standard'): { readonly tamper: NonNullable<ReferenceTenantOptions['tamper']>; readonly ended: readonly string[] } {
  const refusal = profile === 'auth0' ? 403 : 400
  const ended: string[] = []
  /** When each token was given, in exchanges. */
  const given = new Map<string, number>()
  const used = new Set<string>()
  /** By grant: user and client. */
  const endedAt = new Map<string, number>()
  const grantOf = new Map<string, string>()
  const sessionOf = new Map<string, string>()
  const userOf = new Map<string, string>()
  let now = 0

  const end = (grant: string | undefined, by: string): void => {
    if (grant === undefined) return
    endedAt.set(grant, now)
    ended.push(by)
  }
  const isEnded = (token: string | undefined, grant: string | undefined): boolean => token !== undefined && grant !== undefined && (given.get(token) ?? now) < (endedAt.get(grant) ?? 0)
  const tamper: NonNullable<ReferenceTenantOptions['tamper']> = async ({ request: { method, path, query, form, headers }, response }) => {
    now++
    const session = sessionIn(response.headers.getSetCookie().join()) ?? sessionIn(headers.get('cookie') ?? '')
    const code = new URL(response.headers.get('location') ?? '', 'http://localhost').searchParams.get('code')
    if (code) {
      given.set(code, now)
      if (session !== undefined) sessionOf.set(code, session)
    }
    const client = form.client_id ?? ''
    if (path === '/oauth/revoke' && response.status === 200 && grantOf.get(form.token ?? '')?.endsWith(` ${client}`)) end(grantOf.get(form.token ?? ''), 'revocation')
    // Other redirects lead to a question first.
    const isLogout = ['/v2/logout', '/oidc/logout'].includes(path) && [302, 303].includes(response.status) && headers.has('cookie') && !response.headers.get('location')?.startsWith('/u/')
    if (isLogout) {
      const user = userOf.get(sessionIn(headers.get('cookie') ?? '') ?? '')
      const out = query.get('client_id') ?? decodeJwt(query.get('id_token_hint') ?? form.id_token_hint)?.claims.aud
      if (user !== undefined) end(`${user} ${String(out)}`, 'logout')
    }
    if (path === '/userinfo') {
      const token = headers.get('authorization')?.split(' ')[1] ?? ''
      if (isEnded(token, grantOf.get(token))) return new Response('Unauthorized', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    }
    if (method !== 'POST' || path !== '/oauth/token') return response
    const sent = form.grant_type === 'refresh_token' ? form.refresh_token : form.grant_type === 'authorization_code' ? form.code : undefined
    if (response.status !== 200) {
      if (sent !== undefined && used.has(sent)) end(grantOf.get(sent), form.grant_type ?? '')
      return response
    }
    const body = await response.clone().json() as Record<string, unknown>
    const user = decodeJwt(body.id_token)?.claims.sub ?? userOf.get(sessionOf.get(sent ?? '') ?? '')
    const grant = grantOf.get(sent ?? '') ?? (user === undefined ? undefined : `${String(user)} ${client}`)
    if (isEnded(sent, grant)) return Response.json({ error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }, { status: refusal })
    if (grant === undefined) return response
    const at = sessionOf.get(sent ?? '')
    if (at !== undefined && user !== undefined) userOf.set(at, String(user))
    for (const token of [body.access_token, body.refresh_token].filter((one) => typeof one === 'string')) {
      given.set(token, now)
      grantOf.set(token, grant)
    }
    if (sent !== undefined && (form.grant_type === 'authorization_code' || (typeof body.refresh_token === 'string' && body.refresh_token !== sent))) {
      used.add(sent)
      grantOf.set(sent, grant)
    }
    return response
  }
  return { tamper, ended }
}

/** The session that cookies name. */
function sessionIn(cookies: string): string | undefined {
  return /(?:^|[\s,;])auth0=([^;,\s]+)/.exec(cookies)?.[1]
}
