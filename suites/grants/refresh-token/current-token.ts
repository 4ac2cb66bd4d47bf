import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { decodeJwt, errorCodeOf } from '../../../specs/judgement.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { perProfile } from '../../protocols/oidc/authorization/authorizing.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { bodyOf, clientOf, currentToken, grantedFindings, redeem, refresh, refusedFindings, tokenOf } from '../token-requests.ts'

const sources = [rfc(6749, '6'), auth0Docs('secure/tokens/refresh-tokens/use-refresh-tokens')]

/** Which refresh token is good after a refresh, and for whom. */
export const currentTokens: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  ...(['confidential', 'public'] as const).flatMap((role): StatedCheck[] => {
    const stated = (profile: 'auth0' | 'standard'): StatedCheck => ({
      id: `grants/refresh-token/current-token/${role}${profile === 'auth0' ? '' : '/standard'}`,
      title: profile === 'auth0'
        ? `A ${role} client refreshes again and again, with the newest refresh token that it was given`
        : `The newest refresh token of a ${role} client works until something ends it`,
      sources,
      level: profile === 'auth0' ? 'must' : 'should',
      profiles: [profile],
      needs: role === 'confidential' ? ['refresh-token'] : ['pkce', 'login'],
      async run(world) {
        const { refreshToken } = await world.given.tokens({ client: role, scope: 'openid offline_access', fresh: true })
        const first = required(refreshToken, `a refresh token of clients.${role}`)
        const once = await refresh(world, role, first)
        if (once.status !== 200) throw new Blocked(`a refresh token could not be used at all: POST /oauth/token answered ${once.status} ${errorCodeOf(once) ?? ''}`)
        const second = currentToken(once, first)
        const twice = await refresh(world, role, second)
        const thrice = await refresh(world, role, currentToken(twice, second))
        expectNone(world, refusedFindings(twice, 'the second refresh'), refusedFindings(thrice, 'the third refresh'))
      },
    })
    return [stated('auth0'), stated('standard')]
  }),
  ...(['confidential', 'public'] as const).map((role): StatedCheck => {
    const owner = role === 'confidential' ? 'public' : 'confidential'
    return {
      id: `grants/refresh-token/current-token/of-another-client/${role}`,
      title: `A refresh token of the ${owner} client is refused to the ${role} one`,
      sources: [rfc(6749, '6'), rfc(6749, '10.4'), auth0Docs('secure/tokens/refresh-tokens')],
      level: 'must',
      needs: ['refresh-token', 'pkce', 'login'],
      async run(world) {
        if (clientOf(world, 'confidential').clientId === clientOf(world, 'public').clientId) throw new Blocked('clients.confidential and clients.public are the same')
        const { refreshToken } = await world.given.tokens({ client: owner, scope: 'openid offline_access', fresh: true })
        const answer = await refresh(world, role, required(refreshToken, `a refresh token of clients.${owner}`))
        expectNone(world, grantedFindings(answer, 'the refresh'))
      },
    }
  }),
  {
    id: 'grants/refresh-token/current-token/after-another-client',
    title: 'A refresh token that another client tried to use still works for its own',
    sources: [rfc(6749, '10.4')],
    // What an attempt of a stranger does to the token is written nowhere.
    level: 'may',
    needs: ['refresh-token', 'other-client'],
    async run(world) {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true })
      const token = required(refreshToken, 'a refresh token')
      const theirs = await refresh(world, 'other', token)
      if (theirs.status === 200) throw new Blocked('the other client was given tokens, which another check judges')
      expectNone(world, refusedFindings(await refresh(world, 'confidential', token), 'the refresh by its own client'))
    },
  },
  {
    id: 'grants/refresh-token/current-token/audience',
    title: 'The access token of a refresh is for the API that the login was for',
    sources,
    level: 'should',
    profiles: ['auth0'],
    needs: ['refresh-token'],
    async run(world) {
      const { audience, refreshed } = await refreshedForApi(world)
      const after = audienceOf(tokenOf(refreshed, 'access_token'))
      expectNone(world, after.includes(audience) ? [] : [finding('access_token claims /aud', audience, show(after))])
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'grants/refresh-token/current-token/lifetime',
    title: 'The lifetime that a refresh tells is that of its access token, in seconds',
    sources: [rfc(6749, '5.1'), ...sources],
    level: 'must',
    needs: ['refresh-token'],
    async run(world) {
      const { refreshed } = await refreshedForApi(world)
      const { iat, exp } = decodeJwt(tokenOf(refreshed, 'access_token'))?.claims ?? {}
      const { expires_in: told } = bodyOf(refreshed)
      if (typeof iat !== 'number' || typeof exp !== 'number' || told === undefined) throw new Blocked('the access token, or the answer, tells no lifetime')
      // One that is counted from the moment of the answer may be a little shorter.
      expectNone(world, Math.abs(exp - iat - Number(told)) <= 60 ? [] : [finding('body /expires_in', `${exp - iat}, as in the access token`, show(told))])
    },
  }),
  {
    id: 'grants/refresh-token/current-token/jti',
    title: 'The jti of access tokens, where there is one, differs from one to the next',
    sources: [rfc(7519, '4.1.7'), rfc(9068, '2.2')],
    level: 'must',
    needs: ['refresh-token'],
    async run(world) {
      const { ofLogin, refreshed } = await refreshedForApi(world)
      const later = tokenOf(refreshed, 'access_token')
      const [first, second] = [ofLogin, later].map((token) => decodeJwt(token)?.claims.jti)
      expectNone(world, first === undefined || first !== second || ofLogin === later ? [] : [finding('access_token claims /jti of the refresh', 'another than that of the login', show(second))])
    },
  },
  {
    id: 'grants/refresh-token/current-token/another-audience',
    title: 'A refresh gives no access token for an API that the login was not for',
    sources: [rfc(6749, '6'), ...sources],
    level: 'should',
    profiles: ['auth0'],
    needs: ['refresh-token', 'ungranted-api'],
    async run(world) {
      const { token } = await refreshedForApi(world)
      const other = required(world.personas.api?.ungrantedAudience, 'api.ungrantedAudience')
      const answer = await refresh(world, 'confidential', token, { audience: other })
      const audiences = audienceOf(typeof bodyOf(answer).access_token === 'string' ? String(bodyOf(answer).access_token) : '')
      expectNone(world, audiences.includes(other) ? [finding('access_token claims /aud', `not ${other}`, show(audiences))] : [])
    },
  },
  {
    id: 'grants/refresh-token/current-token/without-offline-access',
    title: 'A login without the scope offline_access gives no refresh token',
    sources: [auth0Docs('secure/tokens/refresh-tokens/get-refresh-tokens')],
    level: 'should',
    // By RFC 6749 1.5 a server gives refresh tokens at its discretion.
    profiles: ['auth0'],
    needs: ['authorization-code', 'login', 'refresh-token'],
    async run(world) {
      const answer = await redeem(world, 'confidential', await world.given.authorizationCode({ client: 'confidential', scope: 'openid' }))
      if (answer.status !== 200) throw new Blocked(`the code could not be redeemed: POST /oauth/token answered ${answer.status}`)
      expectNone(world, bodyOf(answer).refresh_token === undefined ? [] : [finding('body /refresh_token', '(absent)', '(present)')])
    },
  },
])

/** A refresh after a login for the API of the configuration, and the refresh token that is good by then. */
function refreshedForApi(world: World): Promise<{ readonly audience: string; readonly ofLogin: string; readonly refreshed: Answer; readonly token: string }> {
  return world.once('grants/refresh-token/current-token for the API', async () => {
    const { audience } = required(world.personas.api, 'api')
    const tokens = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', audience, fresh: true })
    if (!audienceOf(tokens.accessToken).includes(audience)) throw new Blocked(`the login gave no token for ${audience}`)
    const first = required(tokens.refreshToken, 'a refresh token')
    const refreshed = await refresh(world, 'confidential', first)
    return { audience, ofLogin: tokens.accessToken, refreshed, token: currentToken(refreshed, first) }
  })
}

function audienceOf(token: string): unknown[] {
  return [decodeJwt(token)?.claims.aud].flat()
}
