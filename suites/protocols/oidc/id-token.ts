import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import { repeatedNames } from '../../../core/json.ts'
import type { World } from '../../../core/world.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { bodyOf, clientOf, redeem, refresh, tokenOf } from '../../grants/token-requests.ts'
import { auth0Docs, oidcCore, oidcDiscovery, recorded2021, rfc } from '../../sources.ts'
import { perProfile } from './authorization/authorizing.ts'
import { loggedIn } from './session.ts'

type Jwt = NonNullable<ReturnType<typeof decodeJwt>>
type Written = Jwt & { readonly token: string }

const needs = ['authorization-code', 'login', 'openid-connect'] as const

/** What ID tokens of a login say of that login. Most claims are optional: they are right where they are there. */
export const idToken: readonly Check[] = [
  ...toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
    {
      id: 'protocols/oidc/id-token/at-hash',
      title: 'The at_hash of an ID token, where there is one, is the hash of the access token beside it',
      sources: [oidcCore('3.1.3.6', 'CodeIDToken'), oidcCore('3.1.3.8', 'CodeFlowTokenValidation')],
      level: 'must',
      needs,
      async run(world) {
        const login = await tokensOfLogin(world, {})
        expectNone(world, hashFindings(login.idToken, 'at_hash', login.accessToken))
      },
    },
    {
      id: 'protocols/oidc/id-token/azp',
      title: 'The azp of an ID token, where there is one, is the client',
      sources: [oidcCore('2', 'IDToken'), oidcCore('3.1.3.7', 'IDTokenValidation')],
      level: 'must',
      needs,
      async run(world) {
        const { azp } = (await tokensOfLogin(world, {})).idToken.claims
        expectOneOf(world, 'id_token claims /azp', azp, [undefined, clientOf(world, 'confidential').clientId])
      },
    },
    {
      id: 'protocols/oidc/id-token/sid',
      title: 'The ID token of a login with a session names the session in sid',
      sources: [auth0Docs('authenticate/login/logout/back-channel-logout')],
      level: 'should',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { sid } = (await tokensOfLogin(world, {})).idToken.claims
        expectThat(world, typeof sid === 'string' && sid !== '', 'id_token claims /sid', 'a session id', sid)
      },
    },
    {
      id: 'protocols/oidc/id-token/jti',
      title: 'The jti of ID tokens, where there is one, differs from one to the next',
      sources: [rfc(7519, '4.1.7')],
      level: 'must',
      needs,
      async run(world) {
        const [first, second] = (await twoLogins(world)).map(({ claims }) => claims.jti)
        expectThat(world, first === undefined || first !== second, 'id_token claims /jti of the second login', 'another than that of the first', second)
      },
    },
    {
      id: 'protocols/oidc/id-token/sid-of-session',
      title: 'The sid of ID tokens, where there is one, differs from one session to the next',
      sources: [{ name: 'OpenID Connect Back-Channel Logout 1.0', section: '2.1', url: 'https://openid.net/specs/openid-connect-backchannel-1_0.html#BCSupport' }, auth0Docs('authenticate/login/logout/back-channel-logout')],
      // What the claim is for, both say; neither demands it in so many words.
      level: 'should',
      needs,
      async run(world) {
        const [first, second] = (await twoLogins(world)).map(({ claims }) => claims.sid)
        expectThat(world, first === undefined || first !== second, 'id_token claims /sid of the second login', 'another than that of the first', second)
      },
    },
    {
      id: 'protocols/oidc/id-token/audience',
      title: 'The audience of an ID token is the client, and nobody else',
      sources: [recorded2021, oidcCore('3.1.3.7', 'IDTokenValidation'), auth0Docs('secure/tokens/id-tokens/id-token-structure')],
      // Recorded of password grants. The standard lets there be others, as long as the client trusts them, and SDKs look for themselves among them.
      level: 'should',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { aud } = (await twoLogins(world))[0].claims
        expectThat(world, JSON.stringify([aud].flat()) === JSON.stringify([clientOf(world, 'confidential').clientId]), 'id_token claims /aud', clientOf(world, 'confidential').clientId, aud)
      },
    },
    {
      id: 'protocols/oidc/id-token/scope-openid',
      title: 'For openid alone, the ID token of a code has neither an e-mail address nor a name',
      sources: [oidcCore('5.4', 'ScopeClaims'), auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
      level: 'should',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { claims } = (await twoLogins(world))[0]
        expectNone(world, ['email', 'email_verified', 'name', 'nickname', 'picture'].flatMap((name) => (claims[name] === undefined ? [] : [finding(`id_token claims /${name}`, '(absent)', '(present)')])))
      },
    },
    {
      id: 'protocols/oidc/id-token/scope-profile-email',
      title: 'For the scopes profile and email, the ID token of a code has the e-mail address and a name',
      sources: [recorded2021, oidcCore('5.4', 'ScopeClaims'), auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
      // Recorded of password grants, documented of codes. By OpenID Connect Core 5.4 they are at userinfo where there is an access token.
      level: 'should',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { claims } = (await tokensOfLogin(world, { scope: 'openid profile email' })).idToken
        expectNone(world,
          typeof claims.email === 'string' ? [] : [finding('id_token claims /email', 'a text', show(claims.email))],
          ['name', 'nickname'].some((name) => typeof claims[name] === 'string') ? [] : [finding('id_token claims /name', 'a text, or a nickname', show(claims.name))],
        )
      },
    },
    {
      id: 'protocols/oidc/id-token/header',
      title: 'ID tokens do not bring the key for their signature along',
      sources: [oidcCore('2', 'IDToken')],
      level: 'should',
      needs,
      async run(world) {
        const { header } = (await twoLogins(world))[0]
        expectNone(world, ['x5u', 'x5c', 'jku', 'jwk'].flatMap((name) => (header[name] === undefined ? [] : [finding(`id_token header /${name}`, '(absent)', '(present)')])))
      },
    },
    {
      id: 'protocols/oidc/id-token/serialization',
      title: 'An ID token is written in base64url without padding, and no name in it stands twice',
      sources: [rfc(7515, '2'), rfc(7519, '4')],
      level: 'must',
      needs,
      async run(world) {
        const { token } = (await twoLogins(world))[0]
        const parts = token.split('.')
        if (parts.length !== 3) throw new Blocked('the ID token is encrypted')
        expectThat(world, parts.every((part) => /^[\w-]*$/.test(part)), 'id_token', 'letters, digits, - and _ in each part', '(others, or padding)')
        const repeated = parts.slice(0, 2).flatMap((part) => repeatedNames(Buffer.from(part, 'base64url').toString('utf8')))
        expectThat(world, repeated.length === 0, 'id_token', 'each name once', `${repeated.join(', ')} more than once`)
      },
    },
    {
      id: 'protocols/oidc/id-token/published-algorithm',
      title: 'ID tokens are signed with an algorithm that discovery lists',
      sources: [oidcDiscovery('3', 'ProviderMetadata'), oidcCore('3.1.3.7', 'IDTokenValidation')],
      level: 'must',
      needs: [...needs, 'discovery'],
      async run(world) {
        const { alg } = (await tokensOfLogin(world, {})).idToken.header
        const { id_token_signing_alg_values_supported: listed } = bodyOf(await world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' }))
        if (!Array.isArray(listed)) throw new Blocked('discovery does not list id_token_signing_alg_values_supported')
        expectOneOf(world, 'id_token header /alg', alg, listed)
      },
    },
    ...(['auth0', 'standard'] as const).map((profile) => ({
      id: profile === 'auth0' ? 'protocols/oidc/id-token/refreshed' : 'protocols/oidc/id-token/refreshed/standard',
      title: profile === 'auth0' ? 'The ID token of a refresh tells of the same login' : 'The ID token of a refresh, where there is one, has the client and the time of the login',
      sources: [oidcCore('12.2', 'RefreshTokenResponse')],
      level: profile === 'auth0' ? 'should' as const : 'must' as const,
      profiles: [profile],
      needs: [...needs, 'refresh-token'] as const,
      pausesMs: 1100,
      async run(world: World) {
        const login = await tokensOfLogin(world, { scope: 'openid offline_access', max_age: '3600', nonce: `nonce-${world.unique()}` })
        // Times are in seconds: a later one has to differ.
        await sleep(1100)
        const answer = await refresh(world, 'confidential', tokenOf(login.answer, 'refresh_token'))
        const before = login.idToken.claims
        const after = decoded(tokenOf(answer, 'id_token')).claims
        expectNone(world,
          [after.aud].flat().includes(clientOf(world, 'confidential').clientId) ? [] : [finding('id_token claims /aud', show(before.aud), show(after.aud))],
          (['auth_time', 'azp', 'nonce'] as const).flatMap((name) =>
            (after[name] === undefined || before[name] === undefined || after[name] === before[name] ? [] : [finding(`id_token claims /${name}`, show(before[name]), show(after[name]))])),
        )
      },
    })),
  ]),
  ...toChecks({ operations: ['GET /authorize'], collectionItems: [] }, [
    {
      id: 'protocols/oidc/id-token/front-channel/at-hash',
      title: 'The at_hash of an ID token that comes by redirect is the hash of the access token beside it',
      sources: [oidcCore('3.2.2.10', 'ImplicitIDToken')],
      level: 'must',
      needs: [...needs, 'implicit'],
      async run(world) {
        const parameters = await frontChannel(world, 'id_token token')
        expectNone(world, hashFindings(decoded(required(parameters.get('id_token') ?? undefined, 'an ID token')), 'at_hash', required(parameters.get('access_token') ?? undefined, 'an access token')))
      },
    },
    {
      id: 'protocols/oidc/id-token/front-channel/c-hash',
      title: 'The c_hash of an ID token that comes by redirect is the hash of the code beside it',
      sources: [oidcCore('3.3.2.11', 'HybridIDToken')],
      level: 'must',
      needs: [...needs, 'implicit'],
      async run(world) {
        const parameters = await frontChannel(world, 'code id_token')
        expectNone(world, hashFindings(decoded(required(parameters.get('id_token') ?? undefined, 'an ID token')), 'c_hash', required(parameters.get('code') ?? undefined, 'a code')))
      },
    },
    ...([['at_hash', 'id_token token', oidcCore('3.2.2.10', 'ImplicitIDToken')], ['c_hash', 'code id_token', oidcCore('3.3.2.11', 'HybridIDToken')]] as const)
      .flatMap(([claim, responseType, source]) => perProfile({ auth0: 'should', standard: 'must' }, {
        id: `protocols/oidc/id-token/front-channel/${claim.replace('_', '-')}-present`,
        title: `For the response type ${responseType}, the ID token has ${claim}`,
        sources: [source],
        level: 'must',
        needs: [...needs, 'implicit'],
        async run(world) {
          const parameters = await frontChannel(world, responseType)
          const { claims } = decoded(required(parameters.get('id_token') ?? undefined, 'an ID token'))
          expectThat(world, typeof claims[claim] === 'string', `id_token claims /${claim}`, '(present)', claims[claim])
        },
      })),
  ]),
]

/** A login by code, and the tokens that it gave. */
async function tokensOfLogin(world: World, parameters: Readonly<Record<string, string>>) {
  const answer = await redeem(world, 'confidential', (await loggedIn(world, parameters)).given)
  const token = tokenOf(answer, 'id_token')
  return { answer, idToken: { ...decoded(token), token }, accessToken: tokenOf(answer, 'access_token') }
}

/** The ID tokens of two browsers, for `openid` alone. */
function twoLogins(world: World): Promise<readonly [Written, Written]> {
  return world.once('protocols/oidc/id-token two logins', async () => [(await tokensOfLogin(world, {})).idToken, (await tokensOfLogin(world, {})).idToken])
}

/** The response to another response type, where the client may use that. */
async function frontChannel(world: World, responseType: string): Promise<URLSearchParams> {
  return world.once(`protocols/oidc/id-token ${responseType}`, async () => {
    const { parameters, answer } = await world.given.authorize({
      client: 'confidential', parameters: { response_type: responseType, scope: 'openid', state: world.unique(), nonce: `nonce-${world.unique()}` },
    })
    if (!parameters.has('id_token')) throw new Blocked(`there is no ID token for the response type ${responseType}: ${parameters.get('error') ?? answer.status}`)
    return parameters
  })
}

function decoded(token: string): Jwt {
  const jwt = decodeJwt(token)
  if (!jwt) throw new Blocked('the ID token is not a JWT, which another check judges')
  return jwt
}

/** The left half of the hash that goes with the token's own algorithm. Where the claim is absent there is nothing wrong with it. */
function hashFindings({ header, claims }: Jwt, claim: 'at_hash' | 'c_hash', value: string): Finding[] {
  const actual = claims[claim]
  if (actual === undefined) return []
  const bits = /^(?:RS|PS|ES|HS)(256|384|512)$/.exec(String(header.alg))?.[1]
  if (bits === undefined) throw new Blocked(`there is no hash for the algorithm ${show(header.alg)}`)
  const digest = createHash(`sha${bits}`).update(value, 'ascii').digest()
  const expected = digest.subarray(0, digest.length / 2).toString('base64url')
  return actual === expected ? [] : [finding(`id_token claims /${claim}`, `${expected} (left half of SHA-${bits})`, show(actual))]
}
