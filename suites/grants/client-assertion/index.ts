import { assertionType, signedAssertion } from '../../../core/client-assertion.ts'
import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone } from '../../../core/expectation.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { perProfile } from '../../protocols/oidc/authorization/authorizing.ts'
import { rfc } from '../../sources.ts'
import { grantedFindings, refusedFindings, tokenOf } from '../token-requests.ts'
import { acceptedRequest, askFor, assertingClient, clientAuthenticationOfOidc, documentation, expectRefusal, goodRequest, proofFor } from './asserting.ts'
import { claimChecks } from './claims.ts'
import { signatureChecks, strangersKey } from './signature.ts'

const needs = ['private-key-jwt'] as const
const at = 'POST /oauth/token'

/** How a client proves that it is the one by signing that it is (`private_key_jwt`). */
export const clientAssertion: readonly Check[] = toChecks({ operations: [at], collectionItems: [] }, [
  {
    id: 'grants/client-assertion/accepted',
    title: 'A client that signs an assertion for the issuer gets a token',
    sources: [documentation],
    level: 'must',
    profiles: ['auth0'],
    needs,
    run: async (world) => expectNone(world, refusedFindings((await goodRequest(world, 'issuer')).answer, at)),
  },
  {
    id: 'grants/client-assertion/accepted/standard',
    title: 'A client that signs an assertion for the issuer or for the token endpoint gets a token',
    sources: [rfc(7523, '3'), clientAuthenticationOfOidc],
    level: 'must',
    profiles: ['standard'],
    needs,
    async run(world) {
      const forIssuer = refusedFindings((await goodRequest(world, 'issuer')).answer, at)
      expectNone(world, forIssuer.length === 0 ? [] : refusedFindings((await goodRequest(world, 'token endpoint')).answer, at))
    },
  },
  {
    id: 'grants/client-assertion/accepted/issuer',
    title: 'An assertion may be addressed to the issuer',
    sources: [rfc(7523, '3')],
    level: 'should',
    profiles: ['standard'],
    needs,
    run: async (world) => expectNone(world, refusedFindings((await goodRequest(world, 'issuer')).answer, at)),
  },
  {
    id: 'grants/client-assertion/accepted/token-endpoint',
    title: 'An assertion may be addressed to the token endpoint',
    sources: [clientAuthenticationOfOidc, rfc(7523, '3')],
    level: 'should',
    profiles: ['standard'],
    needs,
    run: async (world) => expectNone(world, refusedFindings((await goodRequest(world, 'token endpoint')).answer, at)),
  },
  {
    id: 'grants/client-assertion/accepted/code',
    title: 'A client that signs an assertion gets tokens for its code',
    sources: [documentation, clientAuthenticationOfOidc],
    level: 'must',
    needs: ['private-key-jwt-login', 'login'],
    operations: ['GET /authorize', at],
    async run(world) {
      await acceptedRequest(world)
      expectNone(world, refusedFindings(await redeemedCode(world), at))
    },
  },
  {
    id: 'grants/client-assertion/refresh-by-stranger',
    title: 'A refresh token of a client is worthless with an assertion that somebody else signed',
    sources: [rfc(6749, '6'), rfc(7523, '3'), documentation],
    level: 'must',
    needs: ['private-key-jwt-login', 'login'],
    async run(world) {
      const { audience } = await acceptedRequest(world)
      const refreshToken = tokenOf(await redeemedCode(world), 'refresh_token')
      const proof = await proofFor(world, audience, { sign: async (claims, client) => signedAssertion({ ...client, signingKey: await strangersKey(client) }, claims) })
      expectNone(world, grantedFindings(await world.client.send({ method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token', refresh_token: refreshToken, ...proof } }), at))
    },
  },
  ...signatureChecks,
  ...claimChecks,
  {
    id: 'grants/client-assertion/absent',
    title: 'A client that has a key and signs nothing is refused',
    sources: [rfc(6749, '3.2.1'), documentation],
    level: 'must',
    needs,
    async run(world) {
      await acceptedRequest(world)
      expectNone(world, grantedFindings(await askFor(world, { client_id: assertingClient(world).clientId }), at))
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'grants/client-assertion/other-type',
    title: 'An assertion that says it is SAML is refused',
    sources: [rfc(7523, '2.2'), rfc(7521, '4.2'), documentation],
    level: 'must',
    needs,
    run: (world) => expectRefusal(world, { form: { client_assertion_type: assertionType.replace('jwt-bearer', 'saml2-bearer') } }),
  }),
  {
    id: 'grants/client-assertion/missing-type',
    title: 'An assertion that does not say what it is is refused',
    sources: [rfc(7521, '4.2')],
    level: 'must',
    profiles: ['standard'],
    needs,
    run: (world) => expectRefusal(world, { form: { client_assertion_type: '' } }),
  },
  {
    id: 'grants/client-assertion/secret-beside',
    title: 'A client that sends a secret beside its assertion is refused',
    sources: [rfc(6749, '5.2'), rfc(7521, '4.2')],
    level: 'should',
    profiles: ['standard'],
    needs,
    run: (world) => expectRefusal(world, { form: { client_secret: `conformance-${world.unique()}` } }),
  },
])

/** The answer to a code that the main user's login gave the client, with a good assertion: tried once. */
function redeemedCode(world: World): Promise<Answer> {
  return world.once('grants/client-assertion code', async () => {
    const { audience } = await acceptedRequest(world)
    const { code, redirectUri, codeVerifier } = await world.given.authorizationCode({ client: 'privateKeyJwt', scope: 'openid offline_access' })
    const proof = await proofFor(world, audience)
    return world.client.send({
      method: 'POST', path: '/oauth/token',
      form: { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }), ...proof },
    })
  })
}
