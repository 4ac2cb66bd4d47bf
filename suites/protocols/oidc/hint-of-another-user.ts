import type { Check } from '../../../core/check.ts'
import { expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { clientOf, tokenOf } from '../../grants/token-requests.ts'
import { oidcCore, rpInitiatedLogout } from '../../sources.ts'
import { authorizationOperation, codeRequest, withConfidential } from './authorization/authorizing.ts'
import { session, visit } from './authorization/browser.ts'
import { expectNoReturn, logoutUrl } from './rp-initiated-logout.ts'

const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'
/** Somebody else signs up and gets an ID token of the same client. */
const withSomebodyElse = ['signup', 'password-realm'] as const

/** What the ID token of a user is worth in the browser of another one. */
export const hintOfAnotherUser: readonly Check[] = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/hint-of-another-user/authorization',
    title: 'Authorization: prompt=none with the ID token of another user than the one who is logged in leads to no code',
    sources: [oidcCore('3.1.2.1', 'AuthRequest')],
    level: 'must',
    profiles: ['standard'],
    needs: [...withConfidential, ...withSomebodyElse],
    effects: ['signup'],
    async run(world) {
      const { cookies } = await session(world)
      const silent = await visit(world, codeRequest(world, { prompt: 'none' }).parameters, cookies)
      if (!silent.delivered?.parameters.has('code')) throw new Blocked('prompt=none without an ID token leads to no code')
      const { delivered } = await visit(world, codeRequest(world, { prompt: 'none', id_token_hint: await theirIdToken(world) }).parameters, cookies)
      expectThat(world, !delivered?.parameters.has('code'), 'parameter code', '(absent)', '(present)')
    },
  },
  {
    id: 'protocols/oidc/hint-of-another-user/logout',
    title: 'A logout with the ID token of another user than the one who is logged in leads nobody on without a question',
    sources: [rpInitiatedLogout('2', 'RPLogout')],
    // Such a request is suspect; what becomes of it is left to the server.
    level: 'may',
    profiles: ['standard'],
    operations: ['GET /oidc/logout'],
    needs: [...withConfidential, ...withSomebodyElse, 'discovery', 'logout-return'],
    effects: ['signup', 'logout'],
    run: async (world) => expectNoReturn(world, logoutUrl(world), { id_token_hint: await theirIdToken(world) }),
  },
])

function theirIdToken(world: World): Promise<string> {
  return world.once('protocols/oidc/hint-of-another-user ID token', async () => {
    const { clientId, clientSecret, grantTypes } = clientOf(world, 'confidential')
    if (!grantTypes?.includes(realmGrant)) throw new Blocked(`clients.confidential.grantTypes lacks ${realmGrant}`)
    const { email, password } = await world.given.user()
    return tokenOf(await world.client.send({
      method: 'POST', path: '/oauth/token',
      form: {
        grant_type: realmGrant, client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
        username: email, password, realm: required(world.personas.connections.database, 'connections.database'), scope: 'openid',
      },
    }), 'id_token')
  })
}
