import { createPrivateKey } from 'node:crypto'
import { importPKCS8, SignJWT } from 'jose'
import type { PrivateKeyJwtClientPersona } from './persona.ts'

/** Parameter `client_assertion_type` of a JWT (RFC 7523, 2.2). */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The algorithm that a client's key is registered for. */
export function algorithmOf({ signingAlgorithm = 'RS256' }: PrivateKeyJwtClientPersona): string {
  return signingAlgorithm
}

/** A client assertion with these claims, signed by the client's own key. Times in seconds since the epoch. */
export async function signedAssertion(client: PrivateKeyJwtClientPersona, claims: Readonly<Record<string, unknown>>, alg = algorithmOf(client)): Promise<string> {
  const header = { alg, ...(client.keyId === undefined ? {} : { kid: client.keyId }) }
  return new SignJWT({ ...claims }).setProtectedHeader(header).sign(await importPKCS8(client.signingKey, alg))
}

/** Claims of an assertion that is good for a minute (RFC 7523, 3; Auth0 takes up to five). `now`: seconds since the epoch, by the target's clock. */
export function assertionClaims({ clientId }: PrivateKeyJwtClientPersona, audience: string, jti: string, now: number): Readonly<Record<string, unknown>> {
  return { iss: clientId, sub: clientId, aud: audience, iat: now, exp: now + 60, jti }
}

/** Of an algorithm with elliptic curves, the one that it takes (RFC 7518, 3.4), as OpenSSL calls it. */
const curves: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' }

/** Why a client can't sign with its key, as a clause without the key; `undefined` where it can. */
export function keyProblem(client: PrivateKeyJwtClientPersona): string | undefined {
  const algorithm = algorithmOf(client)
  const curve = curves[algorithm]
  const wanted = curve === undefined ? 'rsa' : 'ec'
  try {
    const { asymmetricKeyType, asymmetricKeyDetails: { modulusLength = 0, namedCurve } = {} } = createPrivateKey(client.signingKey)
    if (!client.signingKey.includes('BEGIN PRIVATE KEY')) return 'is no PKCS #8 key: openssl pkcs8 -topk8 -nocrypt makes one of it'
    if (asymmetricKeyType !== wanted) return `is of the kind ${asymmetricKeyType}, and ${algorithm} takes ${wanted}`
    if (curve === undefined && modulusLength < 2048) return `has ${modulusLength} bits, and ${algorithm} takes 2048 or more`
    return curve === namedCurve ? undefined : `is on the curve ${namedCurve}, and ${algorithm} takes ${curve}`
  } catch {
    return 'is no private key: it must be PEM, PKCS #8, with its line breaks'
  }
}
