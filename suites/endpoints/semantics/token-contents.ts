import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { isObject } from '../../../core/json.ts'
import type { World } from '../../../core/world.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import type { Variant } from '../../../specs/operations.ts'
import type { StatedCheck } from '../../checks.ts'
import { perProfile } from '../../protocols/oidc/authorization/authorizing.ts'
import { auth0Docs, oidcCore, recorded2021, rfc } from '../../sources.ts'
import { required } from '../recipes.ts'
import { valueOf, withValue, type Values } from '../request.ts'
import { accessTokenOf, bodyOf, decoded, idTokenOf, signatureFindings, timeFindings } from './reading-tokens.ts'

/** Sends a request of the variant that the target has to grant, changed where `change` says so. */
export type Send = (world: World, change?: (values: Values) => Values) => Promise<{ answer: Answer; values: Values }>

/** A lifetime that is counted from the moment of the answer may be a little shorter. */
const roundingSeconds = 2

/** What an ID token of the answer says, and who signed it. */
export function idTokenChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
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

/** What an access token for `openid` is good for. */
export function accessTokenChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
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

/** What an access token for the API of the configuration says, and who signed it. */
export function apiTokenChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
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
          ...(['azp', 'client_id'] as const).map((name) => (claims[name] === undefined || claims[name] === clientId ? [] : [finding(`access_token claims /${name}`, show(clientId), show(claims[name]))])),
          claims.azp === undefined && claims.client_id === undefined ? [finding('access_token claims /azp', show(clientId), '(absent)')] : [],
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
