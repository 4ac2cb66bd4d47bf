import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { isObject, type JsonObject } from '../../../core/json.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { required } from '../../endpoints/recipes.ts'
import { userinfo as ask } from '../../grants/token-requests.ts'
import { auth0Docs, oidcCore, recorded2021, rfc } from '../../sources.ts'
import { forgeries } from './forgeries.ts'

const needs = ['userinfo', 'authorization-code', 'login'] as const
const refusal = [rfc(6750, '3.1'), recorded2021]

/** OpenID Connect Core 5.4 and 11. */
const standardScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** Claims that do not change between two requests. `updated_at` does, with every login of another check. */
const stableClaims = ['sub', 'name', 'given_name', 'family_name', 'nickname', 'picture', 'email', 'email_verified', 'phone_number']

/**
 * Almost the token. A single character more, and padding that is missing, mean nothing to lenient decoders; letters in the other case are another
 * value (RFC 6750, 1.1).
 */
const nearMisses: Readonly<Record<string, { readonly title: string; readonly of: (token: string) => string }>> = {
  appended: { title: 'with four characters more', of: (token) => token.replace(/=*$/, (padding) => `AbCd${padding}`) },
  truncated: { title: 'without its last character', of: (token) => token.replace(/=+$/, '').slice(0, -1) },
  'letter-case': { title: 'in other letters', of: (token) => [...token].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('') },
}

/** Which tokens userinfo answers to, and what it gives for which scope. The tokens come from a code: a password grant widens `openid`. */
export const userinfo: readonly Check[] = toChecks({ operations: ['GET /userinfo'], collectionItems: [] }, [
  ...Object.entries(forgeries).map(([name, { title, forge }]): StatedCheck => ({
    id: `protocols/oidc/userinfo/forged/${name}`,
    title: `An access token ${title} is refused`,
    sources: [...refusal, rfc(8725, '3')],
    level: 'must',
    needs: [...needs, 'jwks'],
    async run(world) {
      const token = await signedToken(world)
      const answer = await ask(world, await forge(token, world))
      // 401, as for any token that is none; the rest is no less of a refusal.
      expectOneOf(world, 'status', answer.status, [401, 400, 403])
    },
  })),
  {
    id: 'protocols/oidc/userinfo/id-token',
    title: 'An ID token is no access token',
    sources: [oidcCore('5.3.1', 'UserInfoRequest'), auth0Docs('secure/tokens/access-tokens/use-access-tokens')],
    level: 'should',
    needs,
    async run(world) {
      const { idToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
      const answer = await ask(world, required(idToken, 'an ID token'))
      expectOneOf(world, 'status', answer.status, [401, 400, 403])
    },
  },
  {
    id: 'protocols/oidc/userinfo/refresh-token',
    title: 'A refresh token is no access token',
    sources: [...refusal, rfc(6749, '1.5')],
    level: 'must',
    needs: ['userinfo', 'refresh-token'],
    async run(world) {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access' })
      const answer = await ask(world, required(refreshToken, 'a refresh token'))
      expectOneOf(world, 'status', answer.status, [401, 400, 403])
    },
  },
  ...(['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `protocols/oidc/userinfo/without-openid${profile === 'auth0' ? '' : '/standard'}`,
    title: profile === 'auth0' ? 'An access token for an API alone is refused with 401 or 403' : 'An access token that openid was not asked for is refused',
    sources: [oidcCore('5.3.1', 'UserInfoRequest'), auth0Docs('api/authentication/user-profile/get-user-info')],
    // Both say which tokens userinfo is for. What Auth0 does with others was never recorded, and the standard leaves it open.
    level: profile === 'auth0' ? 'should' : 'may',
    profiles: [profile],
    needs,
    async run(world) {
      const { audience, scopes } = required(world.personas.api, 'api')
      const scope = required(scopes.find((one) => !standardScopes.includes(one)), 'a scope of the API that is none of OpenID Connect')
      const { accessToken } = await world.given.tokens({ client: 'confidential', scope, audience })
      const granted = decodeJwt(accessToken)?.claims.scope
      if (typeof granted === 'string' && granted.split(' ').includes('openid')) throw new Blocked(`openid was granted though only ${scope} was asked for`)
      const answer = await ask(world, accessToken)
      expectOneOf(world, 'status', answer.status, profile === 'auth0' ? [401, 403] : [401, 400, 403])
    },
  })),
  {
    id: 'protocols/oidc/userinfo/audience',
    title: 'An access token for an API and openid is for userinfo as well, and says so',
    sources: [auth0Docs('secure/tokens/access-tokens/get-access-tokens'), rfc(7519, '4.1.3')],
    level: 'should',
    profiles: ['auth0'],
    needs: ['userinfo', 'authorization-code', 'login'],
    async run(world) {
      const { aud, scope } = decodeJwt(await signedToken(world))?.claims ?? {}
      if (typeof scope === 'string' && !scope.split(' ').includes('openid')) throw new Blocked('openid was not granted')
      // It may be named by another domain of the tenant.
      expectThat(world, [aud].flat().some((one) => String(one).endsWith('/userinfo')), 'access_token claims /aud', `${world.target.issuer}userinfo among others`, aud)
    },
  },
  {
    id: 'protocols/oidc/userinfo/scope-openid',
    title: 'For openid alone there is neither an e-mail address nor a name',
    sources: [oidcCore('5.4', 'ScopeClaims'), auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
    level: 'should',
    profiles: ['auth0'],
    needs,
    async run(world) {
      expectNone(world, presentFindings(await profileFor(world, 'openid'), ['email', 'email_verified', 'name', 'nickname', 'picture']))
    },
  },
  {
    id: 'protocols/oidc/userinfo/scope-profile',
    title: 'For the scope profile there is a name, and no e-mail address',
    sources: [oidcCore('5.4', 'ScopeClaims'), auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
    level: 'should',
    profiles: ['auth0'],
    needs,
    async run(world) {
      const profile = await profileFor(world, 'openid profile')
      expectNone(world,
        ['name', 'nickname'].some((name) => typeof profile[name] === 'string') ? [] : [finding('body /name', 'a text, or a nickname', show(profile.name))],
        presentFindings(profile, ['email', 'email_verified']),
      )
    },
  },
  {
    id: 'protocols/oidc/userinfo/scope-email',
    title: 'For the scope email there is an e-mail address, and no name',
    sources: [oidcCore('5.4', 'ScopeClaims'), auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
    level: 'should',
    profiles: ['auth0'],
    needs,
    async run(world) {
      const profile = await profileFor(world, 'openid email')
      expectNone(world, typeof profile.email === 'string' ? [] : [finding('body /email', 'a text', show(profile.email))], presentFindings(profile, ['name', 'nickname', 'picture']))
    },
  },
  ...(['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `protocols/oidc/userinfo/post${profile === 'auth0' ? '' : '/standard'}`,
    title: profile === 'auth0' ? 'Userinfo says the same by GET and by POST' : 'Userinfo answers POST with what it answers GET',
    sources: [oidcCore('5.3', 'UserInfo')],
    level: profile === 'auth0' ? 'should' : 'must',
    profiles: [profile],
    needs,
    async run(world) {
      const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
      const byGet = profileOf((await ask(world, accessToken)).json)
      const answer = await ask(world, accessToken, { method: 'POST' })
      const byPost = isObject(answer.json) ? answer.json : {}
      expectNone(world,
        answer.status === 200 ? [] : [finding('status of POST /userinfo', '200', String(answer.status))],
        stableClaims.flatMap((name) => (JSON.stringify(byGet[name]) === JSON.stringify(byPost[name]) ? [] : [finding(`body /${name} of POST /userinfo`, show(byGet[name]), show(byPost[name]))])),
      )
    },
  })),
  ...Object.entries(nearMisses).map(([name, { title, of }]): StatedCheck => ({
    id: `protocols/oidc/userinfo/altered/${name}`,
    title: `An opaque access token ${title} is refused`,
    sources: [...refusal, rfc(6750, '1.1')],
    level: 'must',
    needs,
    async run(world) {
      const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
      if (accessToken.includes('.') || of(accessToken) === accessToken) throw new Blocked('the access token is not opaque, or has nothing to change')
      profileOf((await ask(world, accessToken)).json)
      const answer = await ask(world, of(accessToken))
      expectOneOf(world, 'status', answer.status, [401, 400, 403])
    },
  })),
  {
    id: 'protocols/oidc/userinfo/no-token/no-error',
    title: 'Whoever sends no token is not told that it is invalid',
    sources: [rfc(6750, '3.1')],
    level: 'should',
    profiles: ['standard'],
    needs: ['userinfo'],
    async run(world) {
      const answer = await world.client.send({ method: 'GET', path: '/userinfo' })
      const challenge = answer.header('www-authenticate')
      if (challenge === undefined) throw new Blocked('there is no WWW-Authenticate, which another check judges')
      expectThat(world, !/\berror=/i.test(challenge), 'header www-authenticate', 'no error', challenge)
    },
  },
  {
    id: 'protocols/oidc/userinfo/scheme-letter-case',
    title: 'The scheme Bearer may be written in small letters',
    sources: [rfc(9110, '11.1')],
    level: 'should',
    profiles: ['standard'],
    needs,
    async run(world) {
      const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
      profileOf((await ask(world, accessToken)).json)
      const answer = await ask(world, accessToken, { headers: { authorization: `bearer ${accessToken}` } })
      expectOneOf(world, 'status', answer.status, [200])
    },
  },
])

/** An access token that anybody can read, and that userinfo answers to. Others can't be forged in these ways. */
async function signedToken(world: World): Promise<string> {
  const { audience } = required(world.personas.api, 'api')
  const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email', audience })
  if (!/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(accessToken)) throw new Blocked('the access token is not a signed JWT')
  const { status } = await ask(world, accessToken)
  if (status !== 200) throw new Blocked(`userinfo does not answer to the token as it is: ${status}`)
  return accessToken
}

async function profileFor(world: World, scope: string): Promise<JsonObject> {
  const { accessToken } = await world.given.tokens({ client: 'confidential', scope })
  return profileOf((await ask(world, accessToken)).json)
}

/** Whether userinfo answers at all, another check judges. */
function profileOf(body: unknown): JsonObject {
  if (isObject(body) && typeof body.sub === 'string') return body
  throw new Blocked('userinfo gives no profile')
}

function presentFindings(profile: JsonObject, names: readonly string[]) {
  return names.flatMap((name) => (profile[name] === undefined ? [] : [finding(`body /${name}`, '(absent)', '(present)')]))
}
