import { expectOneOf, expectThat, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcCore, rfc } from '../../../sources.ts'
import { authorizationOperation, codeRequest, frontChannelRequest, needsAnnounced, withConfidential, withImplicit, withOpenId } from './authorizing.ts'
import { hasElement, visit } from './browser.ts'

const silent = auth0Docs('authenticate/login/configure-silent-authentication')

/** Errors that the application gets to know. That it does is for the checks of `prompt`. */
export const errors = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/errors/state',
    title: 'Authorization: an error at the callback has the state of the request, unchanged',
    sources: [rfc(6749, '4.1.2.1'), silent],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      const state = `a+b&c=d#e%f-${world.unique()}-G`
      const { delivered } = await visit(world, codeRequest(world, { prompt: 'none', state }).parameters)
      if (!delivered?.parameters.has('error')) throw new Blocked('prompt=none is not answered with an error')
      expectThat(world, delivered.parameters.get('state') === state, 'parameter state', show(state), delivered.parameters.get('state') ?? undefined)
    },
  },
  {
    id: 'protocols/oidc/authorization/errors/no-code',
    title: 'Authorization: an error at the callback has neither code nor token beside it',
    sources: [rfc(6749, '4.1.2.1'), silent],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      const { delivered } = await visit(world, codeRequest(world, { prompt: 'none' }).parameters)
      if (!delivered?.parameters.has('error')) throw new Blocked('prompt=none is not answered with an error')
      const beside = ['code', 'access_token', 'id_token'].filter((name) => delivered.parameters.has(name))
      expectThat(world, beside.length === 0, 'parameters beside error', 'no code and no token', beside.join(' '))
    },
  },
  {
    id: 'protocols/oidc/authorization/errors/response-mode',
    title: 'Authorization: an error comes in the response mode that was asked for',
    sources: [oidcCore('3.1.2.6', 'AuthError'), silent],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      await needsAnnounced(world, 'response_modes_supported', 'fragment', ['query'])
      const { delivered } = await visit(world, codeRequest(world, { prompt: 'none', response_mode: 'fragment' }).parameters)
      if (!delivered) throw new Blocked('prompt=none is not answered to the application')
      expectOneOf(world, 'response mode', delivered.mode, ['fragment'])
      expectThat(world, delivered.parameters.has('error'), 'parameter error of the fragment', '(present)', '(absent)')
    },
  },
  {
    id: 'protocols/oidc/authorization/errors/front-channel',
    title: 'Authorization: an error in place of an ID token comes in the fragment',
    sources: [oidcCore('3.2.2.6', 'ImplicitAuthError'), silent],
    level: 'must',
    needs: withImplicit,
    async run(world) {
      const { delivered } = await visit(world, frontChannelRequest(world, 'id_token', { prompt: 'none' }))
      const error = delivered?.parameters.get('error')
      // A response type that is not served has no way of its own.
      if (!delivered || error === 'unsupported_response_type' || error === 'unauthorized_client') throw new Blocked(`prompt=none is answered with ${show(error ?? undefined)}`)
      expectOneOf(world, 'response mode', delivered.mode, ['fragment'])
      expectThat(world, Boolean(error), 'parameter error of the fragment', '(present)', '(absent)')
    },
  },
  {
    id: 'protocols/oidc/authorization/errors/characters',
    title: 'Authorization: what an error says of itself is printable ASCII without quotes and backslashes',
    sources: [rfc(6749, '4.1.2.1')],
    level: 'must',
    profiles: ['standard'],
    needs: withOpenId,
    async run(world) {
      const { delivered } = await visit(world, codeRequest(world, { prompt: 'none' }).parameters)
      if (!delivered?.parameters.has('error')) throw new Blocked('prompt=none is not answered with an error')
      for (const name of ['error', 'error_description']) {
        const value = delivered.parameters.get(name) ?? ''
        expectThat(world, /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(value), `parameter ${name}`, 'printable ASCII without " and \\', value)
      }
    },
  },
  ...(['client_id', 'redirect_uri', 'state', 'response_type'] as const).map((name): StatedCheck => ({
    id: `protocols/oidc/authorization/errors/markup/${name.replace('_', '-')}`,
    title: `Authorization: ${name} is no part of the markup of an error page`,
    sources: [rfc(6749, '10.14')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const element = `x-conformance-${world.unique()}`
      const markup = `"'></title></script><${element}>`
      const { parameters } = codeRequest(world)
      // With a redirect URI that is not registered there is nobody but the user to tell.
      const { answer } = await visit(world, { ...parameters, redirect_uri: 'https://conformance.example/', [name]: name === 'redirect_uri' ? `https://conformance.example/${markup}` : markup })
      expectThat(world, !hasElement(answer, element), 'elements of the page', `none that ${name} made`, `<${element}>`)
    },
  })),
])
