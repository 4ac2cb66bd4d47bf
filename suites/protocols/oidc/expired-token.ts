import { setTimeout as sleep } from 'node:timers/promises'
import type { Check } from '../../../core/check.ts'
import { expectOneOf } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { userinfo } from '../../grants/token-requests.ts'
import { auth0Docs, rfc } from '../../sources.ts'

/** The longest life that is waited for, in seconds. */
const longestLife = 2
/** Milliseconds beyond it: whole seconds are counted. */
const marginMs = 1000

/** What access tokens are worth when their time is over. */
export const expiredToken: readonly Check[] = toChecks({ operations: ['GET /userinfo'], collectionItems: [] }, [
  {
    id: 'protocols/oidc/expired-token/userinfo',
    title: 'An access token is refused once it has expired',
    sources: [rfc(6750, '3.1'), rfc(9068, '4'), auth0Docs('secure/tokens/access-tokens/update-access-token-lifetime')],
    // Some minutes of leeway are a server's right, for clocks that differ (RFC 9068, 4).
    level: 'may',
    needs: ['short-lived-tokens', 'userinfo', 'authorization-code', 'login'],
    pausesMs: longestLife * 1000 + marginMs,
    async run(world) {
      const audience = required(world.personas.api?.shortLivedAudience, 'api.shortLivedAudience')
      const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid', audience, fresh: true })
      const { iat, exp } = decodeJwt(accessToken)?.claims ?? {}
      if (typeof iat !== 'number' || typeof exp !== 'number') throw new Blocked('the access token does not tell when it expires')
      if (exp - iat > longestLife) throw new Blocked(`the access token is good for ${exp - iat} s, which is not waited for`)
      // It came a moment ago, whatever the target's clock says.
      await sleep((exp - iat) * 1000 + marginMs)
      expectOneOf(world, 'status', (await userinfo(world, accessToken)).status, [401, 400, 403])
    },
  },
])
