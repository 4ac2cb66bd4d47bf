import type { Answer } from '../../../../core/client.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import { readPage } from '../../../../core/page.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcDiscovery } from '../../../sources.ts'
import { application, authorizationOperation, authorized, codeRequest, formPostMode, frontChannelRequest, granted, needsAnnounced, responseTypePractices, withConfidential, withHybrid, withImplicit } from './authorizing.ts'

const modes = responseTypePractices('2.1', 'ResponseModes')
const defaults = responseTypePractices('5', 'Combinations')
const modeDocs = auth0Docs('authenticate/login/configure-silent-authentication')
/** What is promised where discovery has no list: `fragment` only by providers that register clients on their own (Discovery 3). */
const unlisted = ['query']

/** How the answer gets to the application. */
export const responseMode = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/response-mode/default-for-code',
    title: 'Authorization: a code comes in the query where nothing else is asked for',
    sources: [modes, modeDocs],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { mode } = await authorized(world, codeRequest(world).parameters)
      expectOneOf(world, 'response mode', mode, ['query'])
    },
  },
  ...([['token', 'token'], ['id_token', 'id-token'], ['code id_token', 'hybrid']] as const).map(([type, slug]): StatedCheck => ({
    id: `protocols/oidc/authorization/response-mode/default-for-${slug}`,
    title: `Authorization: the answer to the response type ${type} comes in the fragment where nothing else is asked for`,
    sources: [defaults, modeDocs],
    level: 'must',
    needs: type.includes('code') ? withHybrid : withImplicit,
    async run(world) {
      const { mode } = await granted(world, frontChannelRequest(world, type))
      expectOneOf(world, 'response mode', mode, ['fragment'])
    },
  })),
  ...inMode('query', () => {}),
  ...inMode('fragment', () => {}),
  ...inMode('form_post', (answer, redirectUri, world) => {
    const { forms } = readPage(answer.body, answer.url)
    const form = forms.find(({ action }) => action.href === new URL(redirectUri).href)
    expectThat(world, form !== undefined, 'action of the form', redirectUri, forms.map(({ action }) => action.href))
    expectOneOf(world, 'method of the form', form.method, ['post'])
  }),
  {
    id: 'protocols/oidc/authorization/response-mode/form-post/state',
    title: 'Authorization: in a form, the state is written so that markup in it stays text',
    sources: [formPostMode, auth0Docs('api/authentication/authorization-code-flow/authorize-application')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const state = 'a"b\'c<d>e&amp;f'
      const { mode, parameters } = await authorized(world, codeRequest(world, { response_mode: 'form_post', state }).parameters)
      if (mode !== 'form_post') throw new Blocked('the answer does not come by a form')
      expectThat(world, parameters.get('state') === state, 'field state', state, parameters.get('state') ?? undefined)
    },
  },
  {
    // Not in anybody's discovery document; Auth0 gives it to applications whose origin is registered for it, which nobody can see from here.
    id: 'protocols/oidc/authorization/response-mode/web-message',
    title: 'Authorization: with web_message, the answer is a message with the code and the state, and no redirect',
    sources: [modeDocs],
    level: 'should',
    profiles: ['auth0'],
    needs: withConfidential,
    async run(world) {
      const request = codeRequest(world, { response_mode: 'web_message' }).parameters
      const { mode, parameters } = await granted(world, request)
      expectOneOf(world, 'response mode', mode, ['web_message'])
      expectThat(world, Boolean(parameters.get('code')), 'member code of the message', '(present)', '(absent)')
      expectThat(world, parameters.get('state') === request.state, 'member state of the message', show(request.state), parameters.get('state') ?? undefined)
    },
  },
  {
    id: 'protocols/oidc/authorization/response-mode/no-token-in-query',
    title: 'Authorization: a token never comes in the query, even if that is asked for',
    sources: [responseTypePractices('3', 'id_token'), defaults],
    level: 'must',
    profiles: ['standard'],
    needs: withImplicit,
    async run(world) {
      const { answer } = await authorized(world, frontChannelRequest(world, 'id_token token', { response_mode: 'query' }))
      expectNone(world, ['access_token', 'id_token'].flatMap((name) => (answer.location?.searchParams.has(name) ? [finding(`parameter ${name} of the query`, '(absent)', '(present)')] : [])))
    },
  },
])

type Mode = 'query' | 'fragment' | 'form_post'

/** Auth0 offers all three; the standard leaves it to the server, which says so in its discovery document. */
function inMode(mode: Mode, more: (answer: Answer, redirectUri: string, world: World) => void): StatedCheck[] {
  const slug = mode.replace('_', '-')
  const stated = (profile: 'auth0' | 'standard'): StatedCheck => ({
    id: `protocols/oidc/authorization/response-mode/${slug}${profile === 'auth0' ? '' : '/standard'}`,
    title: `Authorization: with the response mode ${mode}, the code comes that way`,
    sources: [mode === 'form_post' ? formPostMode : modes, profile === 'auth0' ? modeDocs : oidcDiscovery('3', 'ProviderMetadata')],
    level: 'must',
    profiles: [profile],
    needs: withConfidential,
    async run(world) {
      if (profile === 'standard') await needsAnnounced(world, 'response_modes_supported', mode, unlisted)
      const { redirectUri } = application(world)
      const { mode: actual, parameters, answer } = await authorized(world, codeRequest(world, { response_mode: mode }).parameters)
      expectOneOf(world, 'response mode', actual, [mode])
      expectThat(world, Boolean(parameters.get('code')), 'parameter code', '(present)', parameters.get('error') ?? '(absent)')
      more(answer, redirectUri, world)
    },
  })
  return [stated('auth0'), stated('standard')]
}
