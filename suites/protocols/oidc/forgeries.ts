import { createHmac, createPublicKey, sign, type JsonWebKey } from 'node:crypto'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { isObject, type JsonObject } from '../../../core/json.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { bodyOf } from '../../grants/token-requests.ts'
import { strangersKeys } from '../stranger.ts'

/** A way to make a token that its issuer did not sign. `title` goes on from "An access token". */
export interface Forgery {
  readonly title: string
  readonly forge: (token: string, world: World) => string | Promise<string>
}

/** Ways that have worked somewhere (RFC 8725 3.1 and 3.2, and the attacks that it tells of in 2). */
export const forgeries: Readonly<Record<string, Forgery>> = {
  'changed-claims': {
    title: 'whose claims were changed',
    forge: (token) => {
      const [header, , signature] = token.split('.')
      return `${header}.${part({ ...claimsOf(token), exp: Number(claimsOf(token).exp) + 3600 })}.${signature}`
    },
  },
  'changed-signature': {
    title: 'whose signature was changed',
    forge: (token) => {
      const [header, claims, signature = ''] = token.split('.')
      // The last character may hold bits that do not count; the first always does.
      return `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    },
  },
  'no-signature': { title: 'whose signature was taken away', forge: (token) => `${token.slice(0, token.lastIndexOf('.'))}.` },
  'algorithm-none': { title: 'with the algorithm none', forge: (token) => `${part({ ...headerOf(token), alg: 'none' })}.${token.split('.')[1]}.` },
  'algorithm-none-letter-case': { title: 'with the algorithm NoNe', forge: (token) => `${part({ ...headerOf(token), alg: 'NoNe' })}.${token.split('.')[1]}.` },
  'public-key-as-secret': {
    title: 'with an HS256 signature by the published key as its secret',
    forge: async (token, world) => {
      const pem = createPublicKey({ key: await publishedKey(world, token), format: 'jwk' }).export({ type: 'spki', format: 'pem' })
      const signed = `${part({ ...headerOf(token), alg: 'HS256' })}.${token.split('.')[1]}`
      return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`
    },
  },
  'other-key': { title: 'signed with another key than it names', forge: (token) => signedByStranger(headerOf(token), claimsOf(token)) },
  'own-key': {
    title: 'that brings the key for its signature along',
    forge: async (token) => {
      const jwk = { ...(await strangersKeys()).publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'brought-along' }
      return signedByStranger({ ...headerOf(token), kid: 'brought-along', jwk }, claimsOf(token))
    },
  },
}

async function signedByStranger(header: JsonObject, claims: JsonObject): Promise<string> {
  const signed = `${part({ ...header, alg: 'RS256' })}.${part(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), (await strangersKeys()).privateKey).toString('base64url')}`
}

async function publishedKey(world: World, token: string): Promise<JsonWebKey> {
  const { keys } = bodyOf(await world.client.send({ method: 'GET', path: '/.well-known/jwks.json' }))
  const { kid } = headerOf(token)
  const key = Array.isArray(keys) ? keys.filter(isObject).find((candidate) => candidate.kid === kid && candidate.kty === 'RSA') : undefined
  if (!key) throw new Blocked('the key of the access token is not published')
  return key as JsonWebKey
}

function headerOf(token: string): JsonObject {
  return { ...decodeJwt(token)?.header }
}

function claimsOf(token: string): JsonObject {
  return { ...decodeJwt(token)?.claims }
}

function part(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
