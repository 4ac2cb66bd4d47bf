import { generateKeyPairSync } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { assertionClaims, keyProblem, signedAssertion } from '../../core/client-assertion.ts'
import type { PrivateKeyJwtClientPersona } from '../../core/persona.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })

test.each<[NonNullable<PrivateKeyJwtClientPersona['signingAlgorithm']>, typeof rsa]>([['RS256', rsa], ['RS384', rsa], ['PS256', rsa], ['ES256', ec]])('an assertion by %s is verified by the public key', async (signingAlgorithm, pair) => {
  const client = { clientId: 'c', signingKey: pair.privateKey, signingAlgorithm, keyId: 'k' }
  const token = await signedAssertion(client, assertionClaims(client, 'https://tenant.example.com/', 'j', 1_700_000_000))
  const { payload, protectedHeader } = await jwtVerify(token, await importSPKI(pair.publicKey, signingAlgorithm), { currentDate: new Date(1_700_000_030_000) })
  expect(protectedHeader).toEqual({ alg: signingAlgorithm, kid: 'k' })
  expect(payload).toEqual({ iss: 'c', sub: 'c', aud: 'https://tenant.example.com/', iat: 1_700_000_000, exp: 1_700_000_060, jti: 'j' })
})

describe('a key that does not fit is told without the key', () => {
  const pkcs1 = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } }).privateKey
  const short = generateKeyPairSync('rsa', { modulusLength: 1024, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } }).privateKey
  test.each<[string, Omit<PrivateKeyJwtClientPersona, 'clientId'>, string | undefined]>([
    ['a good one', { signingKey: rsa.privateKey }, undefined],
    ['a public key', { signingKey: rsa.publicKey }, 'is no private key: it must be PEM, PKCS #8, with its line breaks'],
    ['a key without its line breaks', { signingKey: rsa.privateKey.replaceAll('\n', ' ') }, 'is no private key: it must be PEM, PKCS #8, with its line breaks'],
    ['a key of another kind', { signingKey: ec.privateKey }, 'is of the kind ec, and RS256 takes rsa'],
    ['an RSA key where a curve is wanted', { signingKey: rsa.privateKey, signingAlgorithm: 'ES256' }, 'is of the kind rsa, and ES256 takes ec'],
    ['a key on another curve', { signingKey: ec.privateKey, signingAlgorithm: 'ES384' }, 'is on the curve prime256v1, and ES384 takes secp384r1'],
    ['a short key', { signingKey: short }, 'has 1024 bits, and RS256 takes 2048 or more'],
    ['PKCS #1', { signingKey: pkcs1 }, 'is no PKCS #8 key: openssl pkcs8 -topk8 -nocrypt makes one of it'],
  ])('%s', (_, client, problem) => {
    expect(keyProblem({ clientId: 'c', ...client })).toBe(problem)
  })
})
