import { expectThat } from '../../../../core/expectation.ts'
import type { World } from '../../../../core/world.ts'
import { isObject } from '../../../../core/json.ts'
import { toChecks } from '../../../checks.ts'
import { auth0Docs, rfc } from '../../../sources.ts'
import { authorizationOperation, challengeOf, codeFor, codeRequest, needsAnnounced, needsPkce, newVerifier, redeem, withConfidential, withPublic, without, type AuthorizationParameters } from './authorizing.ts'

const pkceDocs = auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow-with-pkce')
const verification = [rfc(7636, '4.6'), pkceDocs]

/** Verifiers that are nearly the right one. The challenge of each by S256 is another. */
const nearMisses: readonly { readonly slug: string; readonly title: string; readonly of: (codeVerifier: string) => string }[] = [
  { slug: 'longer', title: 'the right verifier with one character more', of: (codeVerifier) => `${codeVerifier}A` },
  { slug: 'last-character', title: 'a verifier with another last character', of: (codeVerifier) => `${codeVerifier.slice(0, -1)}${codeVerifier.endsWith('A') ? 'E' : 'A'}` },
  { slug: 'other-case', title: 'the right verifier in the other case', of: swappedCase },
]

/** Proof Key for Code Exchange, as the authorization endpoint and the token endpoint have to agree on it. */
export const pkce = toChecks({ ...authorizationOperation, operations: ['GET /authorize', 'POST /oauth/token'] }, [
  {
    id: 'protocols/oidc/authorization/pkce/s256/accepted',
    title: 'PKCE: a code that was asked for with an S256 challenge is redeemed with its verifier',
    sources: verification,
    level: 'must',
    needs: withPublic,
    async run(world) {
      const { parameters, codeVerifier } = codeRequest(world, {}, 'public')
      await expectRedeemed(world, parameters, codeVerifier)
    },
  },
  ...nearMisses.map(({ slug, title, of }) => ({
    id: `protocols/oidc/authorization/pkce/s256/${slug}`,
    title: `PKCE: with an S256 challenge, ${title} is refused`,
    sources: verification,
    level: 'must' as const,
    needs: withPublic,
    async run(world: World) {
      const { parameters, codeVerifier } = codeRequest(world, {}, 'public')
      await expectRefused(world, parameters, of(codeVerifier))
    },
  })),
  {
    id: 'protocols/oidc/authorization/pkce/s256/challenge-as-verifier',
    title: 'PKCE: with an S256 challenge, the challenge itself is no verifier',
    sources: verification,
    level: 'must',
    needs: withPublic,
    async run(world) {
      const { parameters } = codeRequest(world, {}, 'public')
      await expectRefused(world, parameters, parameters.code_challenge!)
    },
  },
  {
    id: 'protocols/oidc/authorization/pkce/plain/accepted',
    title: 'PKCE: where discovery lists plain, a code that was asked for with a plain challenge is redeemed with it',
    sources: [...verification, rfc(8414, '2')],
    level: 'must',
    needs: withPublic,
    async run(world) {
      await needsAnnounced(world, 'code_challenge_methods_supported', 'plain')
      const codeVerifier = newVerifier()
      await expectRedeemed(world, codeRequest(world, { code_challenge: codeVerifier, code_challenge_method: 'plain' }, 'public').parameters, codeVerifier)
    },
  },
  ...nearMisses.map(({ slug, title, of }) => ({
    id: `protocols/oidc/authorization/pkce/plain/${slug}`,
    title: `PKCE: with a plain challenge, ${title} is refused`,
    sources: verification,
    level: 'must' as const,
    needs: withPublic,
    async run(world: World) {
      const codeVerifier = newVerifier()
      await expectRefused(world, codeRequest(world, { code_challenge: codeVerifier, code_challenge_method: 'plain' }, 'public').parameters, of(codeVerifier))
    },
  })),
  {
    id: 'protocols/oidc/authorization/pkce/plain/not-hashed',
    title: 'PKCE: with a plain challenge, what has the challenge for its hash is no verifier',
    sources: verification,
    level: 'must',
    needs: withPublic,
    async run(world) {
      const codeVerifier = newVerifier()
      const { parameters } = codeRequest(world, { code_challenge: challengeOf(codeVerifier), code_challenge_method: 'plain' }, 'public')
      await expectRefused(world, parameters, codeVerifier)
    },
  },
  {
    id: 'protocols/oidc/authorization/pkce/confidential-client',
    title: 'PKCE: a client that authenticates with a secret needs the right verifier as well',
    sources: verification,
    level: 'must',
    needs: withConfidential,
    async run(world) {
      await needsPkce(world)
      const { parameters } = codeRequest(world)
      await expectRefused(world, parameters, newVerifier(), 'confidential')
    },
  },
  {
    id: 'protocols/oidc/authorization/pkce/no-method',
    title: 'PKCE: a challenge without a method binds the code all the same',
    sources: [rfc(7636, '4.3'), rfc(7636, '4.6')],
    level: 'must',
    needs: withPublic,
    async run(world) {
      const { parameters } = codeRequest(world, {}, 'public')
      await expectRefused(world, without(parameters, 'code_challenge_method'), newVerifier())
    },
  },
  {
    id: 'protocols/oidc/authorization/pkce/unsupported-method',
    title: 'PKCE: a challenge by a method that does not exist gets no code',
    sources: [rfc(7636, '4.4.1')],
    level: 'must',
    profiles: ['standard'],
    needs: withPublic,
    async run(world) {
      const { parameters } = codeRequest(world, { code_challenge_method: 'conformance-512' }, 'public')
      const { parameters: answer } = await world.given.authorize({ client: 'public', parameters })
      expectThat(world, !answer.has('code'), 'parameter code', '(absent)', '(present)')
    },
  },
])

async function expectRedeemed(world: World, parameters: AuthorizationParameters, codeVerifier: string): Promise<void> {
  const answer = await redeem(world, await codeFor(world, parameters, { role: 'public', atLoginPage: true }), { role: 'public', codeVerifier })
  expectThat(world, answer.status === 200, 'status of POST /oauth/token', '200', answer.status)
}

async function expectRefused(world: World, parameters: AuthorizationParameters, codeVerifier: string, role: 'confidential' | 'public' = 'public'): Promise<void> {
  const answer = await redeem(world, await codeFor(world, parameters, { role }), { role, codeVerifier })
  const { json } = answer
  expectThat(world, answer.status >= 400, 'status of POST /oauth/token', '4xx', answer.status)
  expectThat(world, !isObject(json) || json.access_token === undefined, 'body /access_token of POST /oauth/token', '(absent)', '(present)')
}

function swappedCase(text: string): string {
  return [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('')
}
