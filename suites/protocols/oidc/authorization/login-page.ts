import type { Source } from '../../../../core/check.ts'
import type { Answer } from '../../../../core/client.ts'
import { headerValues } from '../../../../core/exchange.ts'
import { expectThat } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks } from '../../../checks.ts'
import { auth0Docs, recorded2021, rfc } from '../../../sources.ts'
import { authorizationOperation, codeRequest, withConfidential } from './authorizing.ts'
import { asksToLogIn, hasElement, isRedirect, session, visit } from './browser.ts'

const clickjacking = auth0Docs('troubleshoot/product-lifecycle/past-migrations/clickjacking-protection-for-universal-login')

const sameSite: Source = { name: 'Cookies: HTTP State Management Mechanism (RFC 6265bis)', section: '5.2', url: 'https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.2' }

const sessionCookies = ['auth0', 'auth0_compat']

/** What was set on the way of a login. Throws {@link Blocked} where the cookies have other names: nobody knows then which is that of the session. */
async function cookiesOfSession(world: World): Promise<readonly { readonly name: string; readonly attributes: readonly string[] }[]> {
  await session(world)
  const set = world.client.exchanges.flatMap(({ response }) => headerValues(response?.headers ?? [], 'set-cookie'))
  const cookies = set.map((cookie) => cookie.split(';').map((part) => part.trim())).map(([pair = '', ...attributes]) => ({ name: pair.split('=')[0]!.trim(), attributes }))
  const ofSession = cookies.filter(({ name }) => sessionCookies.includes(name))
  if (ofSession.length === 0) throw new Blocked(`no cookie is named ${sessionCookies.join(' or ')}`)
  return ofSession
}

/** The page that asks for the password: whom it lets in, what it repeats, and what browsers are told about it. */
export const loginPage = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/login-page/frame-protection',
    title: 'Login page: other sites cannot show it in a frame',
    sources: [rfc(6749, '10.13'), rfc(9700, '4.16'), clickjacking],
    level: 'may',
    needs: withConfidential,
    async run(world) {
      const answer = await shownPage(world)
      const frames = answer.header('x-frame-options')
      const policies = headerValues(answer.headers, 'content-security-policy').join(', ')
      expectThat(world, /^\s*(?:deny|sameorigin)\s*$/i.test(frames ?? '') || /frame-ancestors/i.test(policies), 'header x-frame-options or content-security-policy', 'deny, or frame-ancestors', frames ?? (policies || undefined))
    },
  },
  {
    id: 'protocols/oidc/authorization/login-page/wrong-password',
    title: 'Login page: with a wrong password, nothing is sent to the application but an error',
    sources: [rfc(6749, '3.1'), auth0Docs('authenticate/database-connections')],
    level: 'must',
    needs: withConfidential,
    effects: ['signup', 'lockout'],
    async run(world) {
      // Where nobody can log in, a refusal says nothing.
      await session(world)
      const { email, password } = await world.given.expendableUser()
      const login = await unlessBlocked(world.given.authorize({
        client: 'confidential', parameters: codeRequest(world, { prompt: 'login' }).parameters, user: { email, password: `${[...password].reverse().join('')}-wrong` },
      }))
      expectThat(world, !login?.parameters.has('code'), 'parameter code', '(absent)', '(present)')
    },
  },
  {
    id: 'protocols/oidc/authorization/login-page/other-browser',
    title: 'Login page: a login that was begun in one browser is not gone on with in another',
    sources: [rfc(6749, '10.12'), auth0Docs('manage-users/cookies/authentication-api-cookies')],
    level: 'should',
    profiles: ['auth0'],
    needs: withConfidential,
    async run(world) {
      const { url } = await shownPage(world)
      // Such a page comes at an address of its own.
      if (url.pathname.endsWith('/authorize')) throw new Blocked('the login page is the answer to the authorization request itself')
      const answer = await world.client.send({ method: 'GET', path: url.href, headers: { accept: 'text/html' } })
      expectThat(world, !asksToLogIn(answer), 'answer without the cookies of the login', 'no login page', `a login page, with ${answer.status}`)
    },
  },
  {
    id: 'protocols/oidc/authorization/login-page/after-password',
    title: 'Login page: the redirect after the password does not ask the browser to send the password on',
    sources: [rfc(9700, '4.12')],
    level: 'should',
    needs: withConfidential,
    async run(world) {
      // A login that came to no end on the way tells as much.
      await unlessBlocked(session(world))
      // What was sent is recorded without the password itself.
      const answers = world.client.exchanges.filter(({ request }) => request.method === 'POST' && /password/i.test(request.body ?? '')).flatMap(({ request, response }) => (response ? [{ request, response }] : []))
      if (answers.length === 0) throw new Blocked('the login driver did not see the answer to the password')
      for (const { request, response } of answers) {
        expectThat(world, response.status !== 307 && response.status !== 308, `status of POST ${new URL(request.url).pathname}`, 'a redirect by 303 or 302, after which the browser asks by GET', response.status)
      }
    },
  },
  {
    id: 'protocols/oidc/authorization/login-page/session-cookie',
    title: 'Login: the cookies of a session are kept from scripts',
    sources: [auth0Docs('manage-users/cookies/authentication-api-cookies'), recorded2021],
    level: 'should',
    profiles: ['auth0'],
    needs: withConfidential,
    async run(world) {
      for (const { name, attributes } of await cookiesOfSession(world)) {
        expectThat(world, attributes.some((attribute) => attribute.toLowerCase() === 'httponly'), `header set-cookie of ${name}`, 'HttpOnly among its attributes', attributes.join('; '))
      }
    },
  },
  {
    id: 'protocols/oidc/authorization/login-page/session-cookie/cross-site',
    title: 'Login: browsers send a cookie of the session along when an application leads them back',
    sources: [auth0Docs('manage-users/cookies/samesite-cookie-attribute-changes'), sameSite],
    level: 'should',
    profiles: ['auth0'],
    needs: withConfidential,
    async run(world) {
      const cookies = await cookiesOfSession(world)
      const isSent = cookies.some(({ attributes }) => !attributes.some((attribute) => /^samesite\s*=\s*strict$/i.test(attribute)))
      expectThat(world, isSent, `header set-cookie of ${cookies.map(({ name }) => name).join(' and ')}`, 'one without SameSite=Strict', 'SameSite=Strict in all')
    },
  },
  ...(['login_hint', 'state', 'ui_locales'] as const).map((name) => ({
    id: `protocols/oidc/authorization/login-page/markup/${name.replace('_', '-')}`,
    title: `Login page: ${name} is no part of its markup`,
    sources: [rfc(6749, '10.14')],
    level: 'must' as const,
    needs: withConfidential,
    async run(world: World) {
      const element = `x-conformance-${world.unique()}`
      const { answer } = await visit(world, codeRequest(world, { [name]: `"'></title></script><${element}>` }).parameters)
      expectThat(world, !hasElement(answer, element), 'elements of the page', `none that ${name} made`, `<${element}>`)
    },
  })),
])

/** The page that a request leads to without a session. */
async function shownPage(world: World): Promise<Answer> {
  const { answer } = await visit(world, codeRequest(world).parameters)
  if (answer.status !== 200 || isRedirect(answer)) throw new Blocked(`there is no login page: ${answer.url.pathname} answered ${answer.status}`)
  return answer
}

async function unlessBlocked<T>(made: Promise<T>): Promise<T | undefined> {
  try {
    return await made
  } catch (error) {
    if (error instanceof Blocked) return undefined
    throw error
  }
}
