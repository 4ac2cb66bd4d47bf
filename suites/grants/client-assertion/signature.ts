import { createHmac, createPublicKey } from 'node:crypto'
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose'
import { algorithmOf, signedAssertion } from '../../../core/client-assertion.ts'
import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, expectOneOf } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { PrivateKeyJwtClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { errorCodeOf } from '../../../specs/judgement.ts'
import type { StatedCheck } from '../../checks.ts'
import { strangersPem } from '../../protocols/stranger.ts'
import { rfc } from '../../sources.ts'
import { grantedFindings } from '../token-requests.ts'
import { assertingClient, changedRequest, documentation, expectRefusal, type Change } from './asserting.ts'

type Sign = NonNullable<Change['sign']>

/** Ways to sign that prove nothing (RFC 8725 2.1 to 2.6 tells of all of them). */
const forgeries: Readonly<Record<string, { readonly title: string; readonly sign: Sign }>> = {
  'own-key': {
    title: 'A client assertion that brings the key for its signature along is refused',
    sign: async (claims, client) => {
      const alg = algorithmOf(client)
      const key = await importPKCS8(await strangersKey(client), alg, { extractable: true })
      const { kty, n, e, crv, x, y } = await exportJWK(key)
      const jwk = JSON.parse(JSON.stringify({ kty, n, e, crv, x, y })) as Record<string, string>
      return new SignJWT({ ...claims }).setProtectedHeader({ alg, jwk }).sign(key)
    },
  },
  'algorithm-none': { title: 'A client assertion with the algorithm none is refused', sign: (claims) => `${part({ alg: 'none' })}.${part(claims)}.` },
  'public-key-as-secret': {
    title: 'A client assertion with an HS256 signature by the public key as its secret is refused',
    sign: (claims, { signingKey }) => withSecret(claims, createPublicKey(signingKey).export({ type: 'spki', format: 'pem' }).toString()),
  },
  'client-id-as-secret': {
    title: 'A client assertion with an HS256 signature by the client ID as its secret is refused',
    sign: (claims, { clientId }) => withSecret(claims, clientId),
  },
}

const sources = [rfc(7523, '3'), documentation, rfc(8725, '3.1')]

/** That the key proves who signed, and nothing else does. */
export const signatureChecks: readonly StatedCheck[] = [
  {
    id: 'grants/client-assertion/signature/other-key',
    title: 'A client assertion that somebody else signed is refused',
    sources,
    level: 'must',
    needs: ['private-key-jwt'],
    run: async (world) => expectNone(world, grantedFindings(await signedByStranger(world), 'POST /oauth/token')),
  },
  // Auth0 says access_denied of a wrong secret, and its documentation has invalid_client.
  errorCheck('', { level: 'should', profiles: ['auth0'], codes: ['invalid_client', 'access_denied'] }),
  errorCheck('/standard', { level: 'must', profiles: ['standard'], codes: ['invalid_client'] }),
  ...Object.entries(forgeries).map(([name, { title, sign }]): StatedCheck => ({
    id: `grants/client-assertion/signature/${name}`, title, sources, level: 'must', needs: ['private-key-jwt'], run: (world) => expectRefusal(world, { sign }),
  })),
  {
    id: 'grants/client-assertion/signature/other-algorithm',
    title: 'A client assertion by another algorithm than the key is registered for is refused',
    sources: [documentation],
    level: 'should',
    profiles: ['auth0'],
    needs: ['private-key-jwt'],
    async run(world) {
      const algorithm = algorithmOf(assertingClient(world))
      if (algorithm.startsWith('ES')) throw new Blocked('the key of clients.privateKeyJwt is good for one algorithm only')
      await expectRefusal(world, { sign: (claims, client) => signedAssertion(client, claims, algorithm === 'PS256' ? 'RS256' : 'PS256') })
    },
  },
]

function errorCheck(suffix: string, { codes, ...bearing }: Pick<Check, 'level' | 'profiles'> & { readonly codes: readonly string[] }): StatedCheck {
  return {
    ...bearing,
    id: `grants/client-assertion/signature/error${suffix}`,
    title: `A client whose assertion somebody else signed is told ${codes.join(' or ')}`,
    sources: [rfc(7521, '4.2.1'), documentation],
    needs: ['private-key-jwt'],
    async run(world) {
      const answer = await signedByStranger(world)
      if (answer.status < 400) throw new Blocked('the assertion is not refused')
      expectOneOf(world, 'body error code', errorCodeOf(answer), codes)
    },
  }
}

function signedByStranger(world: World): Promise<Answer> {
  return world.once('grants/client-assertion by a stranger', () =>
    changedRequest(world, { sign: async (claims, client) => signedAssertion({ ...client, signingKey: await strangersKey(client) }, claims) }))
}

/** A key that is good for the client's algorithm and that no target knows, PEM. */
export async function strangersKey(client: PrivateKeyJwtClientPersona): Promise<string> {
  const algorithm = algorithmOf(client)
  return algorithm.startsWith('ES') ? exportPKCS8((await generateKeyPair(algorithm, { extractable: true })).privateKey) : strangersPem()
}

function withSecret(claims: object, secret: string): string {
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
