import { setTimeout as sleep } from 'node:timers/promises'
import { expectThat, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcCore } from '../../../sources.ts'
import { authorizationOperation, claimsFor, codeRequest, idTokenClaims, perProfile, redeem, tokensOf, withOpenId } from './authorizing.ts'
import { agedSession, needsLoginPage, visit } from './browser.ts'
import { expectNoLogin } from './prompt.ts'

const request = oidcCore('3.1.2.1', 'AuthRequest')
const claim = oidcCore('2', 'IDToken')
const maxAgeDocs = auth0Docs('authenticate/login/max-age-reauthentication')
/** Longer than a second by more than the times of servers are rounded. */
const pastOneSecondMs = 2100
/** Seconds by which clocks may differ. */
const clockTolerance = 300

/** How old a login may be, and how the application gets to know. */
export const maxAge = toChecks({ ...authorizationOperation, operations: ['GET /authorize', 'POST /oauth/token'] }, [
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/max-age/exceeded',
    title: 'Authorization: a login that is older than max_age gets no code without a new one',
    sources: [request, maxAgeDocs],
    level: 'must',
    needs: withOpenId,
    tellsLoginTime: true,
    pausesMs: pastOneSecondMs,
    async run(world) {
      const { cookies } = await agedSession(world, pastOneSecondMs)
      const { delivered } = await visit(world, codeRequest(world, { max_age: '1' }).parameters, cookies)
      if (delivered?.parameters.has('code')) await needsLoginPage(world)
      expectThat(world, !delivered?.parameters.has('code'), 'parameter code', '(absent)', '(present)')
    },
  }),
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/max-age/zero',
    title: 'Authorization: max_age=0 gets no code without a new login',
    sources: [request, maxAgeDocs],
    level: 'must',
    needs: withOpenId,
    tellsLoginTime: true,
    pausesMs: pastOneSecondMs,
    async run(world) {
      const { cookies } = await agedSession(world, pastOneSecondMs)
      const { delivered } = await visit(world, codeRequest(world, { max_age: '0' }).parameters, cookies)
      if (delivered?.parameters.has('code')) await needsLoginPage(world)
      expectThat(world, !delivered?.parameters.has('code'), 'parameter code', '(absent)', '(present)')
    },
  }),
  {
    id: 'protocols/oidc/authorization/max-age/exceeded-silently',
    title: 'Authorization: with prompt=none, a login that is older than max_age is answered with login_required',
    sources: [oidcCore('3.1.2.6', 'AuthError'), maxAgeDocs],
    level: 'should',
    profiles: ['auth0'],
    needs: withOpenId,
    tellsLoginTime: true,
    pausesMs: pastOneSecondMs,
    async run(world) {
      const { cookies } = await agedSession(world, pastOneSecondMs)
      const { delivered } = await visit(world, codeRequest(world, { max_age: '1', prompt: 'none' }).parameters, cookies)
      if (delivered?.parameters.has('code')) await needsLoginPage(world)
      const error = delivered?.parameters.get('error')
      if (error === 'consent_required' || error === 'interaction_required') throw new Blocked(`the user would be asked for something else than a login: ${error}`)
      expectThat(world, error === 'login_required', 'parameter error', 'login_required', error ?? (delivered?.parameters.has('code') ? '(a code)' : undefined))
    },
  },
  {
    id: 'protocols/oidc/authorization/max-age/not-exceeded',
    title: 'Authorization: a login that is younger than max_age is not asked for again',
    sources: [maxAgeDocs],
    level: 'should',
    profiles: ['auth0'],
    needs: withOpenId,
    async run(world) {
      const { cookies } = await agedSession(world, 0)
      expectNoLogin(world, await visit(world, codeRequest(world, { max_age: '3600' }).parameters, cookies))
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/max-age/auth-time',
    title: 'Authorization: where max_age was sent, the ID token says when the user logged in',
    sources: [claim, maxAgeDocs],
    level: 'must',
    needs: withOpenId,
    run: (world) => expectAuthTime(world, { max_age: '3600' }),
  }),
  {
    id: 'protocols/oidc/authorization/max-age/auth-time-for-prompt-login',
    title: 'Authorization: where prompt=login was sent, the ID token says when the user logged in',
    sources: [maxAgeDocs],
    level: 'should',
    profiles: ['auth0'],
    needs: withOpenId,
    run: (world) => expectAuthTime(world, { prompt: 'login' }),
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/max-age/auth-time-of-login',
    title: 'Authorization: as long as a session is used, auth_time is the same',
    sources: [claim, maxAgeDocs],
    level: 'must',
    needs: withOpenId,
    tellsLoginTime: true,
    pausesMs: pastOneSecondMs,
    async run(world) {
      const { cookies } = await agedSession(world, 0)
      const before = await silentAuthTime(world, cookies)
      await sleep(pastOneSecondMs)
      const after = await silentAuthTime(world, cookies)
      expectThat(world, Math.abs(after - before) <= 1, 'id_token claims /auth_time of the second ID token', `${before}`, after)
    },
  }),
] satisfies StatedCheck[])

async function silentAuthTime(world: World, cookies: string): Promise<number> {
  const { parameters, codeVerifier } = codeRequest(world, { max_age: '3600' })
  const code = (await visit(world, parameters, cookies)).delivered?.parameters.get('code')
  if (!code) throw new Blocked('the session is not used again')
  const { auth_time: authTime } = idTokenClaims(tokensOf(await redeem(world, code, { codeVerifier })).id_token)
  if (typeof authTime !== 'number') throw new Blocked('the ID token has no auth_time')
  return authTime
}

async function expectAuthTime(world: World, more: Readonly<Record<string, string>>): Promise<void> {
  const { auth_time: authTime, iat } = await claimsFor(world, codeRequest(world, more), { atLoginPage: true })
  expectThat(world, typeof authTime === 'number' && typeof iat === 'number' && Math.abs(iat - authTime) <= clockTolerance, 'id_token claims /auth_time', `seconds since 1970, not long before iat (${show(iat)})`, authTime)
}
