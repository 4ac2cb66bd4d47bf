import type { Source } from '../../../../core/check.ts'
import type { Answer } from '../../../../core/client.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import { headerValues } from '../../../../core/exchange.ts'
import { readPage } from '../../../../core/page.ts'
import type { GivenAuthorization, World } from '../../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcDiscovery, rfc } from '../../../sources.ts'
import { application, authorizationOperation, authorized, codeRequest, formPostMode, frontChannelRequest, granted, needsAnnounced, perProfile, responseTypePractices, withConfidential, withHybrid, withImplicit, type AuthorizationParameters } from './authorizing.ts'

const modes = responseTypePractices('2.1', 'ResponseModes')
const defaults = responseTypePractices('5', 'Combinations')
const contentSecurityPolicy: Source = { name: 'Content Security Policy Level 3', section: '6.4.1', url: 'https://www.w3.org/TR/CSP3/#directive-form-action' }
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
      const { mode } = await plainAnswer(world)
      expectOneOf(world, 'response mode', mode, ['query'])
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/response-mode/no-repetition',
    title: 'Authorization: no parameter of the answer stands in it twice',
    sources: [rfc(6749, '3.1')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { parameters } = await plainAnswer(world)
      const names = [...parameters.keys()]
      if (names.length === 0) throw new Blocked('the answer has no parameters')
      const repeated = new Set(names.filter((name, at) => names.indexOf(name) !== at))
      expectThat(world, repeated.size === 0, 'parameters of the answer', 'each of them once', `${[...repeated].join(', ')} more than once`)
    },
  }),
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
      const { parameters } = await formAnswer(world)
      expectThat(world, parameters.get('state') === markup, 'field state', markup, parameters.get('state') ?? undefined)
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/response-mode/form-post/no-store',
    title: 'Authorization: nobody may store the page with the form',
    sources: [formPostMode],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const values = headerValues((await formAnswer(world)).answer.headers, 'cache-control').join(', ')
      expectThat(world, /(?:^|[\s,])no-store(?:$|[\s,])/i.test(values), 'header cache-control', 'no-store among others', values || undefined)
    },
  }),
  {
    id: 'protocols/oidc/authorization/response-mode/form-post/submitted',
    title: 'Authorization: the page with the form sends it on its own, and lets it go to the application',
    sources: [formPostMode, contentSecurityPolicy],
    level: 'should',
    needs: withConfidential,
    async run(world) {
      const { body, headers } = (await formAnswer(world)).answer
      expectThat(world, /<script\b|\bonload\s*=/i.test(body), 'body', 'a script', '(none)')
      const targets = headerValues(headers, 'content-security-policy').flatMap((policy) => policy.split(/[;,]/)).map((directive) => directive.trim().split(/\s+/)).filter(([name]) => name?.toLowerCase() === 'form-action')
      const closed = targets.find((words) => words.slice(1).every((source) => /^'(?:self|none)'$/i.test(source)))
      expectThat(world, closed === undefined, 'header content-security-policy', `form-action with ${new URL(application(world).redirectUri).origin}, or without limits`, closed?.join(' '))
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
      const { request, mode, parameters } = await messageAnswer(world)
      expectOneOf(world, 'response mode', mode, ['web_message'])
      expectThat(world, Boolean(parameters.get('code')), 'member code of the message', '(present)', '(absent)')
      expectThat(world, parameters.get('state') === request.state, 'member state of the message', show(request.state), parameters.get('state') ?? undefined)
    },
  },
  {
    id: 'protocols/oidc/authorization/response-mode/web-message/target',
    title: 'Authorization: with web_message, the message goes to pages of the application alone',
    sources: [modeDocs],
    level: 'should',
    profiles: ['auth0'],
    needs: withConfidential,
    async run(world) {
      const { mode, answer: { body, url } } = await messageAnswer(world)
      if (mode !== 'web_message') throw new Blocked('the answer does not come by a message')
      const { scripts } = readPage(body, url)
      const { origin } = new URL(application(world).redirectUri)
      expectThat(world, !/(["'`])\*\1/.test(scripts), 'script of the page', `a message to ${origin}`, 'one to *, which is any page')
      expectThat(world, scripts.includes(origin) || scripts.includes(JSON.stringify(origin).slice(1, -1).replaceAll('/', '\\/')), 'script of the page', `a message to ${origin}`, '(another target)')
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

/** The answer to a request that says nothing of a response mode. */
function plainAnswer(world: World): Promise<GivenAuthorization> {
  return world.once('protocols/oidc/authorization/response-mode plain', () => authorized(world, codeRequest(world).parameters))
}

/** A state that is written otherwise in a page. */
const markup = 'a"b\'c<d>e&amp;f'

async function formAnswer(world: World): Promise<GivenAuthorization> {
  const answer = await world.once('protocols/oidc/authorization/response-mode form_post', () => authorized(world, codeRequest(world, { response_mode: 'form_post', state: markup }).parameters))
  if (answer.mode !== 'form_post') throw new Blocked('the answer does not come by a form')
  return answer
}

function messageAnswer(world: World): Promise<GivenAuthorization & { readonly request: AuthorizationParameters }> {
  return world.once('protocols/oidc/authorization/response-mode web_message', async () => {
    const request = codeRequest(world, { response_mode: 'web_message' }).parameters
    const authorization = await world.given.authorize({ client: 'confidential', parameters: request })
    const { mode, parameters, answer } = authorization
    // A page that posts anything else answers as well: nobody listens to a message of another type.
    if (mode === 'none' && !/\bpostMessage\s*\(/.test(answer.body)) throw new Blocked(`the authorization request was not answered to the application: ${answer.url.pathname} answered ${answer.status}`)
    if (parameters.has('error')) throw new Blocked(`the authorization request was answered with ${parameters.get('error')}`)
    return { ...authorization, request }
  })
}

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
