import type { Check } from '../../../core/check.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { bodyOf, clientOf, redeem, send, tokenOf } from '../../grants/token-requests.ts'
import { auth0Docs, oidcCore } from '../../sources.ts'
import { codeOf, cookiesAfter, silentLogin } from './session.ts'

const documentation = auth0Docs('api/authentication/logout/auth-0-logout')
const needs = ['logout', 'login', 'authorization-code'] as const

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
      async run(world) {
        const { cookies } = await session(world)
        const after = cookiesAfter(cookies, await logOut(world, cookies))
        const { code, error } = await silentLogin(world, after)
        expectThat(!code, 'parameter code of the response to prompt=none', '(absent)', '(present)')
        expectOneOf('parameter error of the response to prompt=none', error, ['login_required'])
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
      async run(world) {
        const { cookies } = await session(world)
        await logOut(world, cookies)
        const { code } = await silentLogin(world, cookies)
        expectThat(!code, 'parameter code of the response to prompt=none', '(absent)', '(present)')
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
      async run(world) {
        const { end_session_endpoint: endpoint } = bodyOf(await send(world, { method: 'GET', path: '/.well-known/openid-configuration' }))
        if (typeof endpoint !== 'string' || new URL(endpoint, world.target.baseUrl).pathname !== '/oidc/logout') throw new Blocked('discovery names no end_session_endpoint at /oidc/logout')
        const { cookies, idToken } = await session(world)
        const answer = await send(world, { method: 'GET', path: '/oidc/logout', query: { id_token_hint: idToken, client_id: clientOf(world, 'confidential').clientId }, headers: { cookie: cookies } })
        const { code, error } = await silentLogin(world, cookiesAfter(cookies, answer))
        expectThat(!code, 'parameter code of the response to prompt=none', '(absent)', '(present)')
        expectOneOf('parameter error of the response to prompt=none', error, ['login_required'])
      },
    },
  ]),
]

/** A login whose session is there: it logs in silently. */
async function session(world: World): Promise<{ readonly cookies: string; readonly idToken: string }> {
  const login = await world.given.authorize({ client: 'confidential', parameters: { response_type: 'code', scope: 'openid', state: world.unique() } })
  const idToken = tokenOf(await redeem(world, 'confidential', codeOf(world, login)), 'id_token')
  const { code, error, answer } = await silentLogin(world, login.cookies)
  if (!code) throw new Blocked(`the session could not be used before the logout: ${error ?? `the authorization endpoint answered ${answer.status}`}`)
  return { cookies: cookiesAfter(login.cookies, answer), idToken }
}

async function logOut(world: World, cookies: string) {
  const answer = await send(world, { method: 'GET', path: '/v2/logout', query: { client_id: clientOf(world, 'confidential').clientId }, headers: { cookie: cookies } })
  if (answer.status >= 400) throw new Blocked(`the logout itself was refused: GET /v2/logout answered ${answer.status}`)
  return answer
}
