import { expectThat, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks } from '../../../checks.ts'
import { auth0Docs, oidcCore } from '../../../sources.ts'
import {
  authorizationOperation, claimsFor, codeRequest, frontChannelRequest, granted, idTokenClaims, perProfile, redeem, tokensOf, withOpenId, withImplicit, without,
} from './authorizing.ts'
import { session, visit } from './browser.ts'

const claim = oidcCore('2', 'IDToken')
const implicitRequest = oidcCore('3.2.2.1', 'ImplicitAuthRequest')
const implicitDocs = auth0Docs('api/authentication/implicit-flow/authorize')

/** What comes back as `nonce`. */
export const nonce = toChecks({ ...authorizationOperation, operations: ['GET /authorize', 'POST /oauth/token'] }, [
  {
    id: 'protocols/oidc/authorization/nonce/unchanged',
    title: 'Authorization: each ID token has the nonce of its own request, unchanged',
    sources: [claim],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      for (const value of ['aB+c&D=e%2Bf/g', 'Zażółć-日本語-🙂']) await expectNonce(world, value)
    },
  },
  {
    id: 'protocols/oidc/authorization/nonce/long',
    title: 'Authorization: a nonce of 512 characters is in the ID token whole',
    sources: [claim],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      await expectNonce(world, `${'0123456789abcdef'.repeat(31)}-and-the-end----`)
    },
  },
  {
    id: 'protocols/oidc/authorization/nonce/absent',
    title: 'Authorization: an ID token has no nonce where none was sent',
    sources: [claim],
    level: 'should',
    profiles: ['standard'],
    needs: withOpenId,
    async run(world) {
      const { parameters, codeVerifier } = codeRequest(world)
      const claims = await claimsFor(world, { parameters: without(parameters, 'nonce'), codeVerifier })
      expectThat(world, !claims.nonce, 'id_token claims /nonce', '(absent)', claims.nonce)
    },
  },
  {
    id: 'protocols/oidc/authorization/nonce/second-login',
    title: 'Authorization: where a session is used again, the ID token has the nonce of the new request',
    sources: [claim],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      const { cookies } = await session(world)
      const { parameters, codeVerifier } = codeRequest(world)
      const code = (await visit(world, parameters, cookies)).delivered?.parameters.get('code')
      if (!code) throw new Blocked('the session is not used again')
      const claims = idTokenClaims(tokensOf(await redeem(world, code, { codeVerifier })).id_token)
      expectThat(world, claims.nonce === parameters.nonce, 'id_token claims /nonce', show(parameters.nonce), claims.nonce)
    },
  },
  {
    id: 'protocols/oidc/authorization/nonce/front-channel',
    title: 'Authorization: an ID token that comes without the token endpoint has the nonce of its request',
    sources: [oidcCore('3.2.2.10', 'ImplicitIDToken'), implicitDocs],
    level: 'must',
    needs: withImplicit,
    async run(world) {
      const request = frontChannelRequest(world, 'id_token', { nonce: 'aB+c&D=e%2Bf/g' })
      const claims = idTokenClaims((await granted(world, request)).parameters.get('id_token'))
      expectThat(world, claims.nonce === request.nonce, 'id_token claims /nonce', show(request.nonce), claims.nonce)
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/nonce/needed-in-front-channel',
    title: 'Authorization: a request for an ID token without a nonce gets none',
    sources: [implicitRequest, implicitDocs],
    level: 'must',
    needs: withImplicit,
    async run(world) {
      const request = frontChannelRequest(world, 'id_token')
      const { cookies } = await session(world)
      const { delivered } = await visit(world, without(request, 'nonce'), cookies)
      expectThat(world, !delivered?.parameters.has('id_token'), 'parameter id_token', '(absent)', '(present)')
    },
  }),
])

async function expectNonce(world: World, value: string): Promise<void> {
  const claims = await claimsFor(world, codeRequest(world, { nonce: value }), { atLoginPage: true })
  expectThat(world, claims.nonce === value, 'id_token claims /nonce', show(value), claims.nonce)
}
