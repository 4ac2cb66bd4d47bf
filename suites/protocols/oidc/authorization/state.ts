import { expectThat, show } from '../../../../core/expectation.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks } from '../../../checks.ts'
import { auth0Docs, oidcCore, rfc } from '../../../sources.ts'
import { authorizationOperation, authorized, codeRequest, frontChannelRequest, granted, withConfidential, withImplicit } from './authorizing.ts'

const authorizePage = auth0Docs('api/authentication/authorization-code-flow/authorize-application')

/** What comes back as `state`. */
export const state = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/state/unchanged',
    title: 'Authorization: the state comes back unchanged, whatever printable characters it is made of',
    sources: [rfc(6749, '4.1.2'), authorizePage],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      // What decoders stumble over: an escape of an escape, a plus, separators of queries; letters in both cases; what markup stumbles over.
      for (const value of ['a+b&c=d#e%f;g', 'aB%2BcD%2520eF/gH?iJ==', '{"returnTo":"/x?y=1 z"}']) await expectState(world, value)
    },
  },
  {
    id: 'protocols/oidc/authorization/state/long',
    title: 'Authorization: a state of 512 characters comes back whole',
    sources: [rfc(6749, '4.1.2'), authorizePage],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      await expectState(world, `${'0123456789abcdef'.repeat(31)}-and-the-end--->`)
    },
  },
  {
    // RFC 6749 has printable ASCII in a state only (appendix A.5): the standard says nothing of these.
    id: 'protocols/oidc/authorization/state/unicode',
    title: 'Authorization: a state with characters beyond ASCII comes back unchanged',
    sources: [authorizePage],
    level: 'should',
    profiles: ['auth0'],
    needs: withConfidential,
    async run(world) {
      await expectState(world, 'zażółć-日本語-🙂-e\u0301')
    },
  },
  {
    id: 'protocols/oidc/authorization/state/front-channel',
    title: 'Authorization: the state comes back unchanged beside an ID token',
    sources: [oidcCore('3.2.2.5', 'ImplicitAuthResponse'), authorizePage],
    level: 'must',
    needs: withImplicit,
    async run(world) {
      const request = frontChannelRequest(world, 'id_token', { state: 'a+b&c=D#e%2Bf;g' })
      const { parameters } = await granted(world, request)
      expectThat(world, parameters.get('state') === request.state, 'parameter state', show(request.state), parameters.get('state') ?? undefined)
    },
  },
  {
    id: 'protocols/oidc/authorization/state/absent',
    title: 'Authorization: where no state was sent, none comes back',
    sources: [rfc(6749, '4.1.2')],
    level: 'should',
    profiles: ['standard'],
    needs: withConfidential,
    async run(world) {
      const { state: _, ...parameters } = codeRequest(world).parameters
      const { parameters: answer } = await authorized(world, parameters)
      expectThat(world, !answer.get('state'), 'parameter state', '(absent)', answer.get('state'))
    },
  },
])

async function expectState(world: World, value: string): Promise<void> {
  const { parameters } = await authorized(world, codeRequest(world, { state: value }).parameters, { atLoginPage: true })
  expectThat(world, parameters.get('state') === value, 'parameter state', show(value), parameters.get('state') ?? undefined)
}
