import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { perProfile } from '../../protocols/oidc/authorization/authorizing.ts'
import { auth0Docs, oidcCore, rfc } from '../../sources.ts'
import { bodyOf, currentToken, redeem, refresh, refusedFindings, scopesOf, tokenOf, userinfo } from '../token-requests.ts'

const sources = [rfc(6749, '6'), auth0Docs('api/authentication/refresh-token/refresh-token')]
const needs = ['refresh-token', 'authorization-code', 'login'] as const
const scope = 'openid email offline_access'

/** What a refresh grants. The tokens come from a code: a password grant for `openid` implies every standard scope. */
export const refreshScope: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/refresh-token/scope/omitted',
    title: 'A refresh without a scope grants what was granted before',
    sources,
    level: 'must',
    needs,
    async run(world) {
      const { refreshToken, granted } = await grantedTokens(world)
      const answer = await refresh(world, 'confidential', refreshToken)
      const now = scopesOf(answer) ?? granted
      expectNone(world, refusedFindings(answer, 'the refresh'), now.join(' ') === granted.join(' ') ? [] : [finding('body /scope', granted.join(' '), now.join(' '))])
    },
  },
  {
    id: 'grants/refresh-token/scope/narrowed',
    title: 'A refresh for less than was granted says that it grants less',
    sources,
    level: 'should',
    // By RFC 6749 3.3 a server may ignore the scope that is asked for, if it says so.
    profiles: ['auth0'],
    needs,
    async run(world) {
      const { refreshToken } = await grantedTokens(world)
      const answer = await refresh(world, 'confidential', refreshToken, { scope: 'openid' })
      expectNone(world, refusedFindings(answer, 'the refresh'), (scopesOf(answer) ?? ['openid']).join(' ') === 'openid' ? [] : [finding('body /scope', 'openid, or nothing', show(bodyOf(answer).scope))])
    },
  },
  {
    id: 'grants/refresh-token/scope/narrowed/userinfo',
    title: 'The access token of a refresh for openid alone does not give the e-mail address',
    sources: [...sources, oidcCore('5.4', 'ScopeClaims')],
    level: 'should',
    needs: [...needs, 'userinfo'],
    async run(world) {
      const { accessToken, refreshToken } = await grantedTokens(world)
      if (bodyOf(await userinfo(world, accessToken)).email === undefined) throw new Blocked('userinfo gives no e-mail address for the scope email')
      // OpenID Connect lets a server give more than was asked for: then it shows nothing of the scope.
      const plain = await world.given.tokens({ client: 'confidential', scope: 'openid' })
      if (bodyOf(await userinfo(world, plain.accessToken)).email !== undefined) throw new Blocked('userinfo gives the e-mail address for openid alone')
      const answer = await refresh(world, 'confidential', refreshToken, { scope: 'openid' })
      // One that says that it granted more has not narrowed anything, which another check judges.
      if (scopesOf(answer)?.includes('email')) throw new Blocked('the refresh was not narrowed')
      const profile = await userinfo(world, tokenOf(answer, 'access_token'))
      expectThat(world, bodyOf(profile).email === undefined, 'body /email of GET /userinfo', '(absent)', '(present)')
    },
  },
  // A new refresh token has the scope of the one that was sent (RFC 6749, 6); what Auth0 does is not known.
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'grants/refresh-token/scope/narrowed-once',
    title: 'A refresh for less takes nothing from the refresh token: the next one grants all of it again',
    sources,
    level: 'must',
    needs,
    async run(world) {
      const { refreshToken, granted } = await grantedTokens(world)
      const narrowed = await refresh(world, 'confidential', refreshToken, { scope: 'openid' })
      if (narrowed.status !== 200) throw new Blocked(`a narrowed refresh was answered with ${narrowed.status}`)
      const answer = await refresh(world, 'confidential', currentToken(narrowed, refreshToken))
      expectNone(world, refusedFindings(answer, 'the next refresh'))
      expectOneOf(world, 'body /scope of the next refresh', (scopesOf(answer) ?? granted).join(' '), [granted.join(' ')])
    },
  }),
])

async function grantedTokens(world: World): Promise<{ readonly accessToken: string; readonly refreshToken: string; readonly granted: readonly string[] }> {
  const answer = await redeem(world, 'confidential', await world.given.authorizationCode({ client: 'confidential', scope }))
  const refreshToken = tokenOf(answer, 'refresh_token')
  const granted = scopesOf(answer) ?? ['email', 'openid']
  if (!granted.includes('email')) throw new Blocked(`the code gave the scope ${granted.join(' ')}, which can't be narrowed`)
  return { accessToken: tokenOf(answer, 'access_token'), refreshToken, granted }
}
