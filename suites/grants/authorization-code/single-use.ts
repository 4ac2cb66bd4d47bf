import type { Check } from '../../../core/check.ts'
import { expectNone, expectThat, finding } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { grantedFindings, redeem, refresh, tokenOf, userinfo } from '../token-requests.ts'

const needs = ['authorization-code', 'login'] as const

/** A code is for one redemption: what comes of a second, beyond its refusal. */
export const singleUse: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/authorization-code/single-use/parallel',
    title: 'Of several redemptions of one code at the same time, one at most gives tokens',
    sources: [rfc(6749, '4.1.2'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow')],
    level: 'should',
    endsGrants: true,
    needs,
    async run(world) {
      const code = await world.given.authorizationCode({ client: 'confidential', scope: 'openid' })
      const answers = await Promise.all(Array.from({ length: 4 }, () => redeem(world, 'confidential', code)))
      const successes = answers.filter(({ status }) => status === 200).length
      expectNone(world, successes <= 1 ? [] : [finding('answers with 200', '1 at most', String(successes))])
    },
  },
  {
    id: 'grants/authorization-code/single-use/replay-ends-access-token',
    title: 'The replay of a code ends the access token that it gave, where that can be called back',
    sources: [rfc(6749, '4.1.2')],
    level: 'should',
    endsGrants: true,
    profiles: ['standard'],
    needs: [...needs, 'userinfo'],
    async run(world) {
      const { accessToken } = await replayed(world, 'openid')
      // A JWT is good wherever its signature is; a token without a content is looked up.
      if (accessToken.startsWith('eyJ')) throw new Blocked('the access token is a JWT, which nobody can call back')
      const answer = await userinfo(world, accessToken)
      expectThat(world, answer.status === 401, 'status of GET /userinfo after the replay', '401', answer.status)
    },
  },
  {
    id: 'grants/authorization-code/single-use/replay-ends-refresh-token',
    title: 'The replay of a code ends the refresh token that it gave',
    sources: [rfc(6749, '4.1.2')],
    level: 'should',
    endsGrants: true,
    profiles: ['standard'],
    needs: [...needs, 'refresh-token'],
    async run(world) {
      const { refreshToken } = await replayed(world, 'openid offline_access')
      if (refreshToken === undefined) throw new Blocked('the code gave no refresh token')
      expectNone(world, grantedFindings(await refresh(world, 'confidential', refreshToken), 'the refresh after the replay'))
    },
  },
])

/** The tokens of a code that came a second time. */
async function replayed(world: World, scope: string): Promise<{ readonly accessToken: string; readonly refreshToken?: string }> {
  const code = await world.given.authorizationCode({ client: 'confidential', scope })
  const first = await redeem(world, 'confidential', code)
  const accessToken = tokenOf(first, 'access_token')
  const refreshToken = scope.includes('offline_access') ? { refreshToken: tokenOf(first, 'refresh_token') } : {}
  const second = await redeem(world, 'confidential', code)
  if (second.status === 200) throw new Blocked('the replay was not refused, which another check judges')
  return { accessToken, ...refreshToken }
}
