import { expectOneOf, expectThat } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcCore } from '../../../sources.ts'
import { application, authorizationOperation, codeRequest, perProfile, redeem, tokensOf, withOpenId } from './authorizing.ts'
import { needsLoginPage, session, visit, type Visit } from './browser.ts'

const request = oidcCore('3.1.2.1', 'AuthRequest')
const errors = oidcCore('3.1.2.6', 'AuthError')
const silent = auth0Docs('authenticate/login/configure-silent-authentication')

/** Errors that say that the user would have to do something (OpenID Connect Core 3.1.2.6). */
const interactions = ['login_required', 'interaction_required', 'account_selection_required', 'consent_required']

/** Whether the user is asked. */
export const prompt = toChecks(authorizationOperation, [
  ...(['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `protocols/oidc/authorization/prompt/none-without-session${profile === 'auth0' ? '' : '/standard'}`,
    title: `Authorization: prompt=none without a session is answered with ${profile === 'auth0' ? 'login_required' : 'an error at the callback'}`,
    sources: [errors, silent],
    level: 'must',
    profiles: [profile],
    needs: withOpenId,
    async run(world) {
      const { delivered, answer } = await visit(world, codeRequest(world, { prompt: 'none' }).parameters)
      if (!delivered && answer.status >= 400) await needsServed(world)
      if (delivered?.parameters.has('code')) await needsLoginPage(world)
      expectThat(world, delivered !== undefined, 'answer', `a redirect to ${application(world).redirectUri}`, describe(answer))
      const error = delivered.parameters.get('error') ?? undefined
      // The standard names codes that are typical. Auth0 asks for consent whenever a callback is not a public https address, silently or not.
      if (profile === 'standard') expectThat(world, error !== undefined, 'parameter error', '(present)', error)
      else expectOneOf(world, 'parameter error', error, isVerifiable(world) ? ['login_required'] : interactions)
    },
  })),
  {
    id: 'protocols/oidc/authorization/prompt/none-with-session',
    title: 'Authorization: prompt=none with a session is answered with a code at once',
    sources: [request, silent],
    level: 'should',
    needs: withOpenId,
    async run(world) {
      const { cookies } = await session(world)
      const { delivered, answer } = await visit(world, codeRequest(world, { prompt: 'none' }).parameters, cookies)
      expectThat(world, delivered !== undefined, 'answer', `a redirect to ${application(world).redirectUri}`, describe(answer))
      const error = delivered.parameters.get('error')
      if (error !== null && error !== 'login_required' && interactions.includes(error)) throw new Blocked(`the user would be asked for something else than a login: ${error}`)
      expectThat(world, delivered.parameters.has('code'), 'parameter code', '(present)', error ?? '(absent)')
    },
  },
  {
    id: 'protocols/oidc/authorization/prompt/none-with-hint',
    title: 'Authorization: prompt=none with the ID token of the session is answered with a code, as without it',
    sources: [request],
    level: 'must',
    profiles: ['standard'],
    operations: ['GET /authorize', 'POST /oauth/token'],
    needs: withOpenId,
    async run(world) {
      const { cookies } = await session(world)
      const { parameters, codeVerifier } = codeRequest(world, { prompt: 'none' })
      const code = (await visit(world, parameters, cookies)).delivered?.parameters.get('code')
      if (!code) throw new Blocked('prompt=none without the ID token leads to no code')
      const { id_token: idToken } = tokensOf(await redeem(world, code, { codeVerifier }))
      const { delivered, answer } = await visit(world, codeRequest(world, { prompt: 'none', id_token_hint: String(idToken) }).parameters, cookies)
      expectThat(world, delivered?.parameters.has('code') ?? false, 'parameter code', '(present)', delivered?.parameters.get('error') ?? describe(answer))
    },
  },
  {
    id: 'protocols/oidc/authorization/prompt/none-with-login',
    title: 'Authorization: prompt=none together with another value is answered with an error',
    sources: [request],
    level: 'must',
    profiles: ['standard'],
    needs: withOpenId,
    async run(world) {
      const { cookies } = await session(world)
      const { delivered, answer, asksToLogIn } = await visit(world, codeRequest(world, { prompt: 'none login' }).parameters, cookies)
      expectThat(world, !asksToLogIn, 'answer', 'an error', describe(answer))
      expectThat(world, !delivered?.parameters.has('code'), 'parameter code', '(absent)', '(present)')
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/prompt/login',
    title: 'Authorization: prompt=login gets no code without a new login, though there is a session',
    sources: [request, auth0Docs('authenticate/login/max-age-reauthentication')],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      const { cookies } = await session(world)
      const { delivered } = await visit(world, codeRequest(world, { prompt: 'login' }).parameters, cookies)
      if (delivered?.parameters.has('code')) await needsLoginPage(world)
      expectThat(world, !delivered?.parameters.has('code'), 'parameter code', '(absent)', '(present)')
    },
  }),
  {
    id: 'protocols/oidc/authorization/prompt/login-ends-in-code',
    title: 'Authorization: with prompt=login, the new login is answered with a code',
    sources: [request, auth0Docs('authenticate/login/max-age-reauthentication')],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      await session(world)
      const { parameters, mode } = await world.given.authorize({ client: 'confidential', parameters: codeRequest(world, { prompt: 'login' }).parameters })
      expectThat(world, parameters.has('code'), 'parameter code', '(present)', parameters.get('error') ?? mode)
    },
  },
  {
    id: 'protocols/oidc/authorization/prompt/session-reused',
    title: 'Authorization: where there is a session, nobody has to log in again',
    sources: [auth0Docs('authenticate/single-sign-on')],
    level: 'should',
    profiles: ['auth0'],
    needs: withOpenId,
    async run(world) {
      const { cookies } = await session(world)
      expectNoLogin(world, await visit(world, codeRequest(world).parameters, cookies))
    },
  },
])

/** Stops where a request that is fine is refused as well: then prompt=none is not what is wrong. */
async function needsServed(world: World): Promise<void> {
  const { answer } = await visit(world, codeRequest(world).parameters)
  if (answer.status >= 400) throw new Blocked(`a request without prompt is not served either: ${describe(answer)}`)
}

/** A page with something else to answer (a consent) is no login. */
export function expectNoLogin(world: World, { delivered, answer, asksToLogIn }: Visit): void {
  if (!delivered && !asksToLogIn) throw new Blocked(`the session leads to ${describe(answer)}`)
  expectThat(world, !asksToLogIn, 'answer', 'a redirect to the application', describe(answer))
  expectThat(world, delivered?.parameters.has('code') ?? false, 'parameter code', '(present)', delivered?.parameters.get('error') ?? '(absent)')
}

function describe({ status, location, url }: Visit['answer']): string {
  return location ? `${status} with location ${location.origin}${location.pathname}` : `${status} from ${url.pathname}`
}

function isVerifiable(world: World): boolean {
  const { protocol, hostname } = new URL(application(world).redirectUri)
  return protocol === 'https:' && hostname !== 'localhost' && !/^127\.|^\[/.test(hostname)
}
