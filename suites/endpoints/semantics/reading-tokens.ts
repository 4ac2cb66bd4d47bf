import { compactVerify, createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Answer } from '../../../core/client.ts'
import { expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import { isObject, type JsonObject } from '../../../core/json.ts'
import type { World } from '../../../core/world.ts'
import { decodeJwt } from '../../../specs/judgement.ts'

/** The members of a JSON answer; none where it is something else. */
export function bodyOf(answer: Answer): JsonObject {
  return isObject(answer.json) ? answer.json : {}
}

/** The ID token of an answer to a request with `openid`. Whether there is an answer with tokens at all, the success check judges. */
export function idTokenOf(world: World, answer: Answer): string {
  if (answer.status !== 200) throw new Blocked(`tokens could not be had: the answer is ${answer.status}`)
  const token = bodyOf(answer).id_token
  expectThat(world, typeof token === 'string', 'body /id_token', 'an ID token, for the scope openid', token)
  return token
}

/** The access token of an answer. Throws {@link Blocked} where it has none. */
export function accessTokenOf(answer: Answer): string {
  const token = bodyOf(answer).access_token
  if (typeof token !== 'string') throw new Blocked(`the answer (${answer.status}) has no access token`)
  return token
}

/** Header and claims of what has to be a JWT; `name` says which in a finding. */
export function decoded(world: World, token: string, name: string) {
  const jwt = decodeJwt(token)
  expectThat(world, jwt !== undefined, name, 'a JWT', '(something else)')
  return jwt
}

/** What is wrong with the times that a token claims, by our clock. */
export function timeFindings(claims: JsonObject, name: string): Finding[] {
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
