import type { Check } from '../../core/check.ts'
import { expectNone } from '../../core/expectation.ts'
import { toChecks, type StatedCheck } from '../checks.ts'
import { required } from '../endpoints/recipes.ts'
import { auth0Docs, rfc } from '../sources.ts'
import { clientOf, grantedFindings, redeem, refresh } from './token-requests.ts'

const scope = 'openid offline_access'

/** A token is good for what it was given for, and for nothing else at the token endpoint. */
export const tokenConfusion: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  ...([['access-token', 'accessToken', 'An access token'], ['id-token', 'idToken', 'An ID token']] as const).map(([name, member, title]): StatedCheck => ({
    id: `grants/token-confusion/${name}-as-refresh-token`,
    title: `${title} is refused as a refresh token`,
    sources: [rfc(6749, '5.2'), auth0Docs('api/authentication/refresh-token/refresh-token')],
    level: 'must',
    needs: ['refresh-token'],
    async run(world) {
      const tokens = await world.given.tokens({ client: 'confidential', scope })
      expectNone(world, grantedFindings(await refresh(world, 'confidential', required(tokens[member], title)), 'the refresh'))
    },
  })),
  {
    id: 'grants/token-confusion/refresh-token-as-code',
    title: 'A refresh token is refused as an authorization code',
    sources: [rfc(6749, '5.2'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow')],
    level: 'must',
    needs: ['refresh-token', 'authorization-code'],
    async run(world) {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope })
      const code = required(refreshToken, 'a refresh token')
      const { redirectUri = '' } = clientOf(world, 'confidential')
      expectNone(world, grantedFindings(await redeem(world, 'confidential', { code, redirectUri }), 'the redemption'))
    },
  },
])
