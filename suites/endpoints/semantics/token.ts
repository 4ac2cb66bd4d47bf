import { compactVerify, createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { isObject, type JsonObject } from '../../../core/json.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { operationOf, type Variant } from '../../../specs/operations.ts'
import { auth0Docs, oidcCore, recorded2021, rfc } from '../../sources.ts'
import { required, freshAddress } from '../recipes.ts'
import { requestOf, valueOf, withValue, type Values } from '../request.ts'
import { grantedFindings } from '../../grants/token-requests.ts'
import { recipeOf } from '../situation.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { perProfile } from '../../protocols/oidc/authorization/authorizing.ts'

/** Grants that give an ID token for the scope `openid`. */
const withUser = new Set(['token/authorization-code', 'token/authorization-code-pkce', 'token/password', 'token/password-realm', 'token/refresh-token', 'token/passwordless-otp'])

/** What the tokens of a variant of `POST /oauth/token` say, beyond their form. */
export function tokenSemantics(variant: Variant): Check[] {
  const recipe = recipeOf(variant)
  if (!recipe || !variant.id.startsWith('token/')) return []
  const needs = [...variant.needs, ...recipe.needs]
  const shared = { operations: [operationOf(variant)], collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem] }
  const send = async (world: World, change: (values: Values) => Values = (values) => values): Promise<{ answer: Answer; values: Values }> => {
    const ingredients = await recipe.make(world)
    const values = change(ingredients.values)
    return { answer: await world.client.send(requestOf(variant, { ...ingredients, values })), values }
  }
  return toChecks(shared, [
    ...(withUser.has(variant.id) ? [...idTokenChecks(variant, needs, send), ...accessTokenChecks(variant, needs, send)] : []),
    ...(variant.id === 'token/client-credentials' || variant.id === 'token/password' || variant.id === 'token/password-realm' ? apiTokenChecks(variant, needs, send) : []),
    ...(variant.id === 'token/client-credentials' ? machineChecks(needs, send) : []),
    ...(variant.id === 'token/refresh-token' ? refreshChecks(needs, send) : []),
    ...(variant.id === 'token/password' || variant.id === 'token/password-realm' ? [...enumerationChecks(variant, needs, send), ...widenedChecks(variant, needs, send)] : []),
    ...(variant.id === 'token/password-realm' ? otherAddressChecks(needs, send) : []),
  ])
}

type Send = (world: World, change?: (values: Values) => Values) => Promise<{ answer: Answer; values: Values }>

function idTokenChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
  const prefix = `endpoints/${variant.id}/id-token`
  // OpenID Connect Core 12.2 lets a server leave the ID token out of a refresh; Auth0 gives one.
  const profiles: Check['profiles'] = variant.id === 'token/refresh-token' ? ['auth0'] : profilesOf(variant)
  return [
    {
      id: `${prefix}/signature`,
      title: `${variant.title}: the ID token is signed by a key that the target publishes`,
      sources: [oidcCore('3.1.3.7', 'IDTokenValidation'), recorded2021],
      level: 'must',
      profiles,
      needs: [...needs, 'openid-connect', 'jwks'],
      async run(world) {
        const token = idTokenOf(world, (await send(world)).answer)
        expectNone(world, await signatureFindings(world, token, 'id_token'))
      },
    },
    {
      id: `${prefix}/claims`,
      title: `${variant.title}: the ID token names the issuer, the client and its own lifetime`,
      sources: [oidcCore('2', 'IDToken'), recorded2021],
      level: 'must',
      profiles,
      needs: [...needs, 'openid-connect'],
      async run(world) {
        const { answer, values } = await send(world)
        const { claims } = decoded(world, idTokenOf(world, answer), 'id_token')
        const clientId = valueOf(values, 'client_id')
        expectNone(world, 
          claims.iss === world.target.issuer ? [] : [finding('id_token claims /iss', world.target.issuer, show(claims.iss))],
          [claims.aud].flat().includes(clientId) ? [] : [finding('id_token claims /aud', show(clientId), show(claims.aud))],
          typeof claims.sub === 'string' && claims.sub !== '' ? [] : [finding('id_token claims /sub', 'a user id', show(claims.sub))],
          timeFindings(claims, 'id_token'),
        )
      },
    },
  ]
}

/** OpenID Connect says nothing of what passwords are exchanged for; at Auth0 they are exchanged for what a login gives. */
function profilesOf({ id }: Variant): Check['profiles'] {
  return /^token\/(?:password|passwordless)/.test(id) ? ['auth0'] : ['auth0', 'standard']
}

function accessTokenChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
  const profiles = profilesOf(variant)
  return [
    {
      id: `endpoints/${variant.id}/access-token/userinfo`,
      title: `${variant.title}: the access token for openid is good for the profile of the same user`,
      sources: [oidcCore('5.3.1', 'UserInfoRequest'), oidcCore('5.3.2', 'UserInfoResponse'), recorded2021],
      level: 'must',
      profiles,
      needs: [...needs, 'openid-connect', 'userinfo'],
      async run(world) {
        const { answer } = await send(world)
        const profile = await world.client.send({ method: 'GET', path: '/userinfo', headers: { authorization: `Bearer ${accessTokenOf(answer)}` } })
        expectOneOf(world, 'status of GET /userinfo', profile.status, [200])
        const subject = decodeJwt(bodyOf(answer).id_token)?.claims.sub
        const { sub } = isObject(profile.json) ? profile.json : {}
        expectThat(world, typeof sub === 'string' && (subject === undefined || sub === subject), 'body /sub of GET /userinfo', subject === undefined ? 'a user id' : show(subject), sub)
      },
    },
    // A server may grant less than it was asked for, as long as it says so: nothing ties an ID token to the scope that is told.
    ...perProfile({ auth0: 'must', standard: 'should' }, {
      id: `endpoints/${variant.id}/scope`,
      title: `${variant.title}: the scope in the answer, where there is one, holds openid`,
      sources: [rfc(6749, '5.1'), recorded2021],
      level: 'must',
      needs: [...needs, 'openid-connect'],
      async run(world) {
        const { answer } = await send(world)
        if (answer.status !== 200) throw new Blocked(`tokens could not be had: the answer is ${answer.status}`)
        const { scope } = bodyOf(answer)
        expectThat(world, scope === undefined || (typeof scope === 'string' && scope.split(' ').includes('openid')), 'body /scope', 'openid among others, or nothing', scope)
      },
    }).filter((check) => check.profiles!.every((profile) => profiles.includes(profile))),
  ]
}

function apiTokenChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
  const prefix = `endpoints/${variant.id}/access-token`
  const forApi = (world: World) => (values: Values): Values => withValue(values, 'audience', required(world.personas.api, 'api').audience)
  return [
    {
      id: `${prefix}/signature`,
      title: `${variant.title}: the access token for an API is signed by a key that the target publishes`,
      sources: [auth0Docs('secure/tokens/access-tokens/access-token-profiles'), rfc(9068, '4'), recorded2021],
      level: 'must',
      profiles: ['auth0'],
      needs: [...needs, 'jwks'],
      async run(world) {
        const { answer } = await send(world, forApi(world))
        expectNone(world, await signatureFindings(world, accessTokenOf(answer), 'access_token'))
      },
    },
    {
      id: `${prefix}/claims`,
      title: `${variant.title}: the access token for an API names the issuer, the API, the client and the lifetime that the answer gives`,
      sources: [auth0Docs('secure/tokens/access-tokens/access-token-profiles'), rfc(9068, '2.2'), recorded2021],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { answer, values } = await send(world, forApi(world))
        const { claims } = decoded(world, accessTokenOf(answer), 'access_token')
        const audience = valueOf(values, 'audience')
        const clientId = valueOf(values, 'client_id')
        const { expires_in: lifetime, scope } = bodyOf(answer)
        expectNone(world, 
          scope === undefined || scopeWords(claims.scope) === scopeWords(scope) ? [] : [finding('body /scope', `the scope of the token: ${show(claims.scope)}`, show(scope))],
          claims.iss === world.target.issuer ? [] : [finding('access_token claims /iss', world.target.issuer, show(claims.iss))],
          // With openid, userinfo is one as well.
          [claims.aud].flat().includes(audience) && [claims.aud].flat().every((one) => one === audience || one === `${world.target.issuer}userinfo`)
            ? [] : [finding('access_token claims /aud', show(audience), show(claims.aud))],
          // `azp` in Auth0's own profile, `client_id` in that of RFC 9068.
          [claims.azp, claims.client_id].includes(clientId) ? [] : [finding('access_token claims /azp', show(clientId), show(claims.azp ?? claims.client_id))],
          timeFindings(claims, 'access_token'),
          Math.abs(Number(claims.exp) - Number(claims.iat) - Number(lifetime)) <= roundingSeconds ? [] : [finding('access_token claims /exp', `iat + expires_in (${show(lifetime)})`, `iat + ${Number(claims.exp) - Number(claims.iat)}`)],
        )
      },
    },
  ]
}

/** The words of a scope, whose order does not matter (RFC 6749, 3.3); `offline_access` is for the refresh token. */
function scopeWords(scope: unknown): string {
  return typeof scope === 'string' ? [...new Set(scope.split(' '))].filter((word) => word !== '' && word !== 'offline_access').sort().join(' ') : ''
}

function machineChecks(needs: Check['needs'], send: Send): StatedCheck[] {
  return [
    {
      id: 'endpoints/token/client-credentials/subject',
      title: 'Client credentials grant: the subject of the access token is the client itself',
      sources: [auth0Docs('secure/tokens/access-tokens/access-token-profiles')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { answer, values } = await send(world)
        const { claims } = decoded(world, accessTokenOf(answer), 'access_token')
        const clientId = valueOf(values, 'client_id')
        expectOneOf(world, 'access_token claims /sub', claims.sub, [`${clientId}@clients`, clientId])
      },
    },
    {
      id: 'endpoints/token/client-credentials/byte-order-mark',
      title: 'Client credentials grant: the answer has no byte order mark before its JSON',
      sources: [rfc(8259, '8.1'), recorded2021],
      level: 'must',
      needs,
      async run(world) {
        const { answer } = await send(world)
        if (answer.status !== 200) throw new Blocked(`tokens could not be had: the answer is ${answer.status}`)
        expectThat(world, !answer.body.startsWith('\uFEFF'), 'first character of the body', '{', 'U+FEFF')
      },
    },
    {
      id: 'endpoints/token/client-credentials/no-user-tokens',
      title: 'Client credentials grant: there is neither an ID token nor a refresh token',
      sources: [rfc(6749, '4.4.3'), auth0Docs('api/authentication/client-credential-flow/get-token')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { answer } = await send(world)
        const body = bodyOf(answer)
        expectThat(world, answer.status === 200, 'status', '200', answer.status)
        expectThat(world, body.id_token === undefined, 'body /id_token', '(absent)', '(present)')
        expectThat(world, body.refresh_token === undefined, 'body /refresh_token', '(absent)', '(present)')
      },
    },
  ]
}

function refreshChecks(needs: Check['needs'], send: Send): StatedCheck[] {
  return [
    {
      id: 'endpoints/token/refresh-token/same-subject',
      title: 'Refresh token grant: the new ID token is about the same user and issuer',
      sources: [oidcCore('12.2', 'RefreshTokenResponse')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const first = await world.given.tokens({ client: 'confidential', scope: 'openid profile email offline_access', fresh: true })
        const { answer } = await send(world, (values) => withValue(values, 'refresh_token', required(first.refreshToken, 'a refresh token')))
        // OpenID Connect lets a server leave the ID token out here; Auth0 gives one for `openid`.
        const before = decoded(world, required(first.idToken, 'an ID token'), 'id_token').claims
        const after = decoded(world, idTokenOf(world, answer), 'id_token').claims
        expectOneOf(world, 'id_token claims /sub', after.sub, [before.sub])
        expectOneOf(world, 'id_token claims /iss', after.iss, [before.iss])
      },
    },
    {
      id: 'endpoints/token/refresh-token/scope-not-wider',
      title: 'Refresh token grant: a scope that was not granted is not added',
      sources: [rfc(6749, '6'), auth0Docs('api/authentication/refresh-token/refresh-token')],
      level: 'must',
      needs: [...needs, 'authorization-code', 'login'],
      async run(world) {
        // A password grant for openid implies every scope of OpenID Connect; a code is for what was asked.
        const { code, redirectUri, codeVerifier } = await world.given.authorizationCode({ client: 'confidential', scope: 'openid offline_access' })
        const { clientId, clientSecret = '' } = required(world.personas.clients.confidential, 'clients.confidential')
        const credentials = { client_id: clientId, client_secret: clientSecret }
        const first = await world.client.send({
          method: 'POST', path: '/oauth/token',
          form: { grant_type: 'authorization_code', ...credentials, code, redirect_uri: redirectUri, ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }) },
        })
        const { refresh_token: refreshToken, scope = 'openid offline_access' } = bodyOf(first)
        if (typeof refreshToken !== 'string') throw new Blocked(`the answer (${first.status}) has no refresh token`)
        const answer = await world.client.send({
          method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token', ...credentials, refresh_token: refreshToken, scope: 'openid offline_access phone' },
        })
        const before = String(scope).split(' ')
        const added = String(bodyOf(answer).scope ?? '').split(' ').filter((name) => name !== '' && !before.includes(name))
        expectThat(world, answer.status >= 400 || added.length === 0, 'body /scope', `nothing beyond ${before.join(' ')}`, bodyOf(answer).scope)
      },
    },
  ]
}

function enumerationChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
  return [{
    id: `endpoints/${variant.id}/no-user-enumeration`,
    title: `${variant.title}: an unknown user and a wrong password get the same answer`,
    sources: [recorded2021],
    level: 'must',
    profiles: ['auth0'],
    needs,
    async run(world) {
      const user = await world.given.expendableUser()
      const wrong = `wrong-${world.unique()}`
      const known = await send(world, (values) => withValue(withValue(values, 'username', user.email), 'password', wrong))
      const unknown = await send(world, (values) => withValue(withValue(values, 'username', freshAddress(world)), 'password', wrong))
      expectOneOf(world, 'status', unknown.answer.status, [known.answer.status])
      for (const member of ['error', 'error_description']) expectOneOf(world, `body /${member}`, bodyOf(unknown.answer)[member], [bodyOf(known.answer)[member]])
    },
  }]
}

/** Auth0 gives every standard scope to whom tells it a password for `openid`. */
function widenedChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
  return [{
    id: `endpoints/${variant.id}/scope/told`,
    title: `${variant.title}: where more is granted than openid, the answer says so`,
    sources: [rfc(6749, '5.1'), recorded2021],
    level: 'must',
    profiles: ['auth0'],
    needs,
    async run(world) {
      const { answer } = await send(world)
      if (decodeJwt(bodyOf(answer).id_token)?.claims.email === undefined) throw new Blocked('the ID token has nothing that openid alone does not give')
      const { scope } = bodyOf(answer)
      expectThat(world, typeof scope === 'string' && scope.split(' ').includes('email'), 'body /scope', 'email among others, which the ID token has', scope)
    },
  }]
}

function otherAddressChecks(needs: Check['needs'], send: Send): StatedCheck[] {
  return [{
    id: 'endpoints/token/password-realm/unknown-user/same-name',
    title: 'Password grant with realm: nobody logs in by the password of a user whose address begins in the same way',
    sources: [rfc(6749, '4.3.2'), recorded2021],
    level: 'must',
    needs,
    async run(world) {
      const { email } = required(world.personas.users.main, 'users.main')
      const { answer } = await send(world, (values) => withValue(values, 'username', `${email.split('@')[0]}@${world.unique()}.example.com`))
      expectNone(world, grantedFindings(answer, 'POST /oauth/token'))
    },
  }]
}

function bodyOf(answer: Answer): JsonObject {
  return isObject(answer.json) ? answer.json : {}
}

/** The ID token of an answer to a request with `openid`. Whether there is an answer with tokens at all, the success check judges. */
function idTokenOf(world: World, answer: Answer): string {
  if (answer.status !== 200) throw new Blocked(`tokens could not be had: the answer is ${answer.status}`)
  const token = bodyOf(answer).id_token
  expectThat(world, typeof token === 'string', 'body /id_token', 'an ID token, for the scope openid', token)
  return token
}

function accessTokenOf(answer: Answer): string {
  const token = bodyOf(answer).access_token
  if (typeof token !== 'string') throw new Blocked(`the answer (${answer.status}) has no access token`)
  return token
}

function decoded(world: World, token: string, name: string) {
  const jwt = decodeJwt(token)
  expectThat(world, jwt !== undefined, name, 'a JWT', '(something else)')
  return jwt
}

/** A lifetime that is counted from the moment of the answer may be a little shorter. */
const roundingSeconds = 2

function timeFindings(claims: JsonObject, name: string): Finding[] {
  const now = Date.now() / 1000
  const { iat, exp } = claims
  // Two minutes for clocks that differ, as the OpenID Foundation's own suite grants.
  return [
    ...(typeof iat === 'number' && Math.abs(iat - now) < 120 ? [] : [finding(`${name} claims /iat`, 'the current time, in seconds', show(iat))]),
    ...(typeof exp === 'number' && typeof iat === 'number' && exp > iat && exp > now - 120 ? [] : [finding(`${name} claims /exp`, 'a later time, in seconds', show(exp))]),
    // Nobody may accept it before (RFC 7519 4.1.5).
    ...(claims.nbf === undefined || (typeof claims.nbf === 'number' && claims.nbf < now + 120) ? [] : [finding(`${name} claims /nbf`, 'no later than now', show(claims.nbf))]),
  ]
}

/** By the secret as it is written, or by what it encodes: Auth0 knows both. */
async function isSignedWith(token: string, secret: string): Promise<boolean> {
  const keys = [Buffer.from(secret), Buffer.from(secret, 'base64')]
  const verdicts = await Promise.all(keys.map((key) => compactVerify(token, key).then(() => true, () => false)))
  return verdicts.includes(true)
}

/** Signatures that anybody can verify with a published key (RFC 7518, 3.1, and RFC 8037). */
const publicAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/**
 * Why a token's signature is not one of a published key. Throws {@link Blocked} where the client is set to be given tokens with a shared
 * secret, which then is that client's own.
 */
export async function signatureFindings(world: World, token: string, name: string): Promise<Finding[]> {
  const { header, claims } = decoded(world, token, name)
  const isShared = String(header.alg).startsWith('HS')
  const secret = Object.values(world.personas.clients).find((client) => [claims.aud].flat().includes(client?.clientId))?.clientSecret
  if (isShared && name === 'id_token' && secret !== undefined && !(await isSignedWith(token, secret))) {
    return [finding(`${name} signature`, 'one that a published key or the client secret verifies', `${show(header.alg)} with another secret`)]
  }
  if (isShared) throw new Blocked(`the ${name} is signed with a secret (${show(header.alg)}); set the client or the API to RS256`)
  const answer = await world.client.send({ method: 'GET', path: '/.well-known/jwks.json' })
  const keys = isObject(answer.json) && Array.isArray(answer.json.keys) ? (answer.json as unknown as JSONWebKeySet) : undefined
  if (!keys) throw new Blocked(`GET /.well-known/jwks.json answered ${answer.status} without a key set`)
  try {
    await jwtVerify(token, createLocalJWKSet(keys), { algorithms: publicAlgorithms, clockTolerance: 120 })
    return []
  } catch (error) {
    // A published key may be none that WebCrypto takes.
    if (!(error instanceof errors.JOSEError)) return [finding(`${name} signature`, 'one that a published key verifies', `${show(header.alg)} with kid ${show(header.kid)}: ${error instanceof Error ? error.message : String(error)}`)]
    // A token that is out of date has been verified: its times are another check's business.
    if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) return []
    return [finding(`${name} signature`, 'one that a published key verifies', `${show(header.alg)} with kid ${show(header.kid)}: ${error.code}`)]
  }
}
