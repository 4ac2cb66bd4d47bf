import type { Check } from '../../../core/check.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { bodyOf, clientOf, redeem, tokenOf } from '../../grants/token-requests.ts'
import { auth0Docs, oidcCore } from '../../sources.ts'
import { cookiesAfter, loggedIn, silentLogin } from './session.ts'

const documentation = auth0Docs('api/authentication/logout/auth-0-logout')
const needs = ['logout', 'login', 'authorization-code'] as const

/**
 * Addresses that resemble an allowed one. What stands behind a question mark does not count at Auth0. That an address elsewhere is refused has been
 * told of often; how the path and the scheme are compared is documented only.
 */
const nearMisses: Readonly<Record<string, { readonly title: string; readonly level?: 'should'; readonly of: (url: URL) => string }>> = {
  'longer-path': { title: 'whose path goes on', level: 'should', of: (url) => `${url.origin}${url.pathname.replace(/\/$/, '')}/further` },
  'longer-segment': { title: 'whose path ends in more letters', level: 'should', of: (url) => `${url.origin}${url.pathname.replace(/\/$/, '')}-and-more` },
  'other-scheme': { title: 'with http for https or the other way round', level: 'should', of: (url) => `${url.protocol === 'https:' ? 'http' : 'https'}://${url.host}${url.pathname}` },
  'longer-host': { title: 'whose host goes on', of: (url) => `${url.protocol}//${url.hostname}.attacker.example${url.pathname}` },
  'user-information': { title: 'that holds the allowed host as user information', of: (url) => `${url.protocol}//${url.host}@attacker.example${url.pathname}` },
  'without-scheme': { title: 'without a scheme', of: (url) => `//attacker.example${url.pathname}` },
  backslash: { title: 'that has the allowed host behind a backslash', of: (url) => `${url.protocol}//attacker.example\\@${url.host}${url.pathname}` },
}

/** That a session which was ended has ended: the login page is there to tell, and nothing else. */
export const logout: readonly Check[] = [
  ...toChecks({ operations: ['GET /v2/logout'], collectionItems: [] }, [
    {
      id: 'protocols/oidc/logout/session-ends',
      title: 'After a logout nobody is logged in silently',
      sources: [documentation, oidcCore('3.1.2.6', 'AuthError')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      effects: ['logout'],
      endsGrants: true,
      async run(world) {
        const { cookies } = await session(world)
        const after = cookiesAfter(cookies, await logOut(world, cookies))
        const { code, error } = await silentLogin(world, after)
        expectThat(world, !code, 'parameter code of the response to prompt=none', '(absent)', '(present)')
        expectOneOf(world, 'parameter error of the response to prompt=none', error, ['login_required'])
      },
    },
    {
      id: 'protocols/oidc/logout/session-ends/old-cookies',
      title: 'The cookies of before a logout log nobody in after it',
      sources: [documentation],
      // It says that the session is invalidated, and not whether the server or the browser forgets it.
      level: 'may',
      profiles: ['auth0'],
      needs,
      effects: ['logout'],
      endsGrants: true,
      async run(world) {
        const { cookies } = await session(world)
        await logOut(world, cookies)
        const { code } = await silentLogin(world, cookies)
        expectThat(world, !code, 'parameter code of the response to prompt=none', '(absent)', '(present)')
      },
    },
    ...Object.entries(nearMisses).map(([name, { title, level = 'must' as const, of }]): StatedCheck => ({
      id: `protocols/oidc/logout/return-to/${name}`,
      title: `A logout leads nobody to an address ${title}`,
      sources: [documentation, auth0Docs('authenticate/login/logout/redirect-users-after-logout')],
      level,
      profiles: ['auth0'],
      needs: ['logout', 'logout-return'],
      run: (world) => expectNoReturn(world, of(new URL(required(clientOf(world, 'confidential').logoutUrl, 'clients.confidential.logoutUrl')))),
    })),
    {
      id: 'protocols/oidc/logout/return-to/other-client',
      title: 'A logout that names a client leads nobody to the address of another',
      sources: [documentation, auth0Docs('authenticate/login/logout/redirect-users-after-logout')],
      level: 'should',
      profiles: ['auth0'],
      needs: ['logout', 'logout-return', 'other-client'],
      async run(world) {
        const theirs = required(clientOf(world, 'other').logoutUrl, 'clients.other.logoutUrl')
        if (theirs === clientOf(world, 'confidential').logoutUrl) throw new Blocked('clients.other has the same logoutUrl')
        await expectNoReturn(world, theirs)
      },
    },
  ]),
  ...toChecks({ operations: ['GET /oidc/logout'], collectionItems: [] }, [
    {
      id: 'protocols/oidc/logout/id-token-hint',
      title: 'A logout with the ID token of the session ends it without a question',
      sources: [auth0Docs('api/authentication/logout/oidc-logout')],
      level: 'should',
      profiles: ['auth0'],
      needs: [...needs, 'discovery'],
      effects: ['logout'],
      endsGrants: true,
      async run(world) {
        const { end_session_endpoint: endpoint } = bodyOf(await world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' }))
        if (typeof endpoint !== 'string' || new URL(endpoint, world.target.baseUrl).pathname !== '/oidc/logout') throw new Blocked('discovery names no end_session_endpoint at /oidc/logout')
        const { cookies, idToken } = await session(world)
        const answer = await world.client.send({ method: 'GET', path: '/oidc/logout', query: { id_token_hint: idToken, client_id: clientOf(world, 'confidential').clientId }, headers: { cookie: cookies } })
        const { code, error } = await silentLogin(world, cookiesAfter(cookies, answer))
        expectThat(world, !code, 'parameter code of the response to prompt=none', '(absent)', '(present)')
        expectOneOf(world, 'parameter error of the response to prompt=none', error, ['login_required'])
      },
    },
  ]),
]

/** A login whose session is there: it logs in silently. */
async function session(world: World): Promise<{ readonly cookies: string; readonly idToken: string }> {
  const { login, given } = await loggedIn(world)
  const idToken = tokenOf(await redeem(world, 'confidential', given), 'id_token')
  const { code, error, answer } = await silentLogin(world, login.cookies)
  if (!code) throw new Blocked(`the session could not be used before the logout: ${error ?? `the authorization endpoint answered ${answer.status}`}`)
  return { cookies: cookiesAfter(login.cookies, answer), idToken }
}

async function logOut(world: World, cookies: string) {
  const answer = await world.client.send({ method: 'GET', path: '/v2/logout', query: { client_id: clientOf(world, 'confidential').clientId }, headers: { cookie: cookies } })
  if (answer.status >= 400) throw new Blocked(`the logout itself was refused: GET /v2/logout answered ${answer.status}`)
  return answer
}

async function expectNoReturn(world: World, address: string): Promise<void> {
  const { location, status } = await world.client.send({ method: 'GET', path: '/v2/logout', query: { client_id: clientOf(world, 'confidential').clientId, returnTo: address } })
  const wanted = new URL(address, world.target.baseUrl)
  const isThere = status >= 300 && status < 400 && location?.protocol === wanted.protocol && location.host === wanted.host && location.pathname === wanted.pathname
  expectThat(world, !isThere, 'header location', `not ${address}`, location?.href)
}
