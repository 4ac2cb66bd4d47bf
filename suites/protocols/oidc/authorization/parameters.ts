import { expectNone, expectThat, finding, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { isObject } from '../../../../core/json.ts'
import { decodeJwt } from '../../../../specs/judgement.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcCore, rfc } from '../../../sources.ts'
import { askingAgain, freshCode } from '../properties/asking.ts'
import { authorizationOperation, codeFor, codeRequest, perProfile, redeem, tokensOf, withConfidential, withOpenId, without } from './authorizing.ts'
import { isRedirect, session, visit, type GivenSession } from './browser.ts'

const authorizePage = auth0Docs('api/authentication/authorization-code-flow/authorize-application')

const mandatory = oidcCore('15.1', 'ImplementationConsiderations')

/** What a server need not act on, and may not stumble over. */
const hints = [
  { slug: 'display', title: 'a wish for how pages are displayed', parameters: { display: 'popup' }, level: 'must', source: mandatory },
  { slug: 'ui-locales', title: 'a wish for languages that nobody speaks', parameters: { ui_locales: 'tlh x-conformance' }, level: 'must', source: mandatory },
  { slug: 'claims-locales', title: 'a wish for the language of claims', parameters: { claims_locales: 'pl en' }, level: 'must', source: mandatory },
  { slug: 'acr-values', title: 'a wish for an authentication context that nobody knows', parameters: { acr_values: 'urn:conformance:unknown' }, level: 'must', source: mandatory },
  { slug: 'claims', title: 'a wish for a claim', parameters: { claims: '{"userinfo":{"nickname":null}}' }, level: 'should', source: oidcCore('5.5', 'ClaimsParameter') },
] as const

/** What the other parameters do, and that those nobody knows do nothing. */
export const parameters = toChecks(authorizationOperation, [
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/parameters/unknown',
    title: 'Authorization: parameters that nobody knows do not keep a login from its code',
    sources: [rfc(6749, '3.1'), authorizePage],
    level: 'must',
    needs: withConfidential,
    run: (world) => expectCode(world, { 'conformance_unknown': 'a', 'ext-conformance': 'b' }),
  }),
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/authorization/parameters/optional',
    title: 'Authorization: hints about display, language and user do not keep a login from its code',
    sources: [oidcCore('15.1', 'ImplementationConsiderations'), authorizePage],
    level: 'must',
    needs: withOpenId,
    run: (world) => expectCode(world, { display: 'page', ui_locales: 'en', login_hint: world.personas.users.main?.email ?? '' }),
  }),
  ...hints.map(({ slug, title, parameters: hint, level, source }): StatedCheck => ({
    id: `protocols/oidc/authorization/parameters/${slug}`,
    title: `Authorization: ${title} does not keep a login from its code`,
    sources: [source],
    level,
    profiles: ['standard'],
    needs: withOpenId,
    run: (world) => expectCodeOfSession(world, hint),
  })),
  {
    id: 'protocols/oidc/authorization/parameters/order',
    title: 'Authorization: the order of the parameters does not matter',
    sources: [rfc(6749, '4.1.1'), authorizePage],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      await session(world)
      const { parameters } = codeRequest(world)
      const { parameters: answer, mode } = await world.given.authorize({ client: 'confidential', parameters: Object.fromEntries(Object.entries(parameters).reverse()) })
      expectThat(world, answer.has('code'), 'parameter code', '(present)', answer.get('error') ?? mode)
    },
  },
  {
    id: 'protocols/oidc/authorization/parameters/post',
    title: 'Authorization: a request by POST is served like one by GET',
    sources: [oidcCore('3.1.2.1', 'AuthRequest')],
    level: 'must',
    profiles: ['standard'],
    operations: ['POST /authorize'],
    needs: withOpenId,
    async run(world) {
      const { parameters } = codeRequest(world)
      const byGet = await visit(world, parameters)
      if (byGet.answer.status >= 400) throw new Blocked(`the request by GET was answered ${byGet.answer.status}`)
      const answer = await world.client.send({ method: 'POST', path: '/authorize', form: codeRequest(world).parameters })
      expectThat(world, answer.status < 400, 'status of POST /authorize', '2xx or a redirect', answer.status)
      const error = isRedirect(answer) ? answer.location?.searchParams.get('error') : null
      expectThat(world, !error, 'parameter error', '(absent)', error)
    },
  },
  {
    id: 'protocols/oidc/authorization/parameters/scope-without-openid',
    title: 'Authorization: a scope without openid leads to no ID token',
    sources: [auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
    level: 'should',
    // The standard leaves open what such a request means (OpenID Connect Core 3.1.2.1).
    profiles: ['auth0'],
    operations: ['GET /authorize', 'POST /oauth/token'],
    needs: withConfidential,
    async run(world) {
      const { parameters, codeVerifier } = codeRequest(world, { scope: 'profile email' })
      const tokens = tokensOf(await redeem(world, await codeFor(world, without(parameters, 'nonce')), { codeVerifier }))
      expectThat(world, tokens.id_token === undefined, 'body /id_token of POST /oauth/token', '(absent)', '(present)')
    },
  },
  {
    id: 'protocols/oidc/authorization/parameters/scope-openid',
    title: 'Authorization: the scope openid leads to an ID token, whichever place it has',
    sources: [oidcCore('3.1.3.3', 'TokenResponse'), auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
    level: 'must',
    operations: ['GET /authorize', 'POST /oauth/token'],
    needs: withOpenId,
    async run(world) {
      const { parameters, codeVerifier } = codeRequest(world, { scope: 'email profile openid' })
      const tokens = tokensOf(await redeem(world, await codeFor(world, parameters), { codeVerifier }))
      expectThat(world, typeof tokens.id_token === 'string', 'body /id_token of POST /oauth/token', '(present)', tokens.id_token)
    },
  },
  {
    id: 'protocols/oidc/authorization/parameters/scope-told',
    title: 'Authorization: where less is granted than was asked for, the answer with the tokens says what is',
    sources: [rfc(6749, '3.3'), rfc(6749, '5.1')],
    level: 'must',
    // Auth0 says nothing where it passes over the only scope that was asked for.
    profiles: ['standard'],
    operations: ['GET /authorize', 'POST /oauth/token'],
    needs: withConfidential,
    async run(world) {
      const { api } = world.personas
      const unknown = `conformance-${world.unique()}`
      // With an audience, Auth0's access tokens can be read.
      const { parameters, codeVerifier } = codeRequest(world, { scope: `openid ${unknown}`, ...(api ? { audience: api.audience } : {}) })
      const { scope, access_token: token } = tokensOf(await redeem(world, await freshCode(await askingAgain(world), parameters), { codeVerifier }))
      const granted = decodeJwt(token)?.claims.scope
      const names = typeof granted === 'string' ? granted.split(' ') : []
      // Of a token that tells the scopes of an API alone, nothing can be said of others.
      if (!names.includes('openid')) throw new Blocked('the access token does not tell that it is for openid')
      if (names.includes(unknown)) throw new Blocked('a scope that nobody knows is granted')
      expectThat(world, typeof scope === 'string', 'body /scope of POST /oauth/token', `${names.join(' ')}, since ${unknown} is not granted`, scope)
    },
  },
  {
    id: 'protocols/oidc/authorization/parameters/repeated',
    title: 'Authorization: a request with two values for one parameter is refused',
    sources: [rfc(6749, '3.1'), rfc(6749, '4.1.2.1')],
    // As at the token endpoint: the must is the client's.
    level: 'should',
    profiles: ['standard'],
    needs: withConfidential,
    async run(world) {
      const { cookies } = await sessionForCodes(world)
      const { delivered } = await visit(world, codeRequest(world).parameters, cookies, [['state', `state-${world.unique()}`]])
      expectThat(world, !delivered?.parameters.has('code'), 'parameter code of a request with two states', '(absent)', '(present)')
    },
  },
  {
    id: 'protocols/oidc/authorization/parameters/audience',
    title: 'Authorization: the audience of the request is the audience of the access token',
    sources: [auth0Docs('secure/tokens/access-tokens/get-access-tokens'), auth0Docs('secure/tokens/access-tokens/access-token-profiles')],
    level: 'must',
    profiles: ['auth0'],
    operations: ['GET /authorize', 'POST /oauth/token'],
    needs: withConfidential,
    async run(world) {
      const { api } = world.personas
      if (!api) throw new Blocked('api is missing')
      const { parameters, codeVerifier } = codeRequest(world, { audience: api.audience })
      const tokens = tokensOf(await redeem(world, await codeFor(world, parameters), { codeVerifier }))
      const claims = decodeJwt(tokens.access_token)?.claims
      expectThat(world, claims !== undefined, 'body /access_token of POST /oauth/token', 'a JWT', 'something else')
      expectNone(world, [claims.aud].flat().includes(api.audience) ? [] : [finding('access_token claims /aud', api.audience, show(claims.aud))])
    },
  },
] satisfies StatedCheck[])

/** A session in which a plain request gives a code at once. */
async function sessionForCodes(world: World): Promise<GivenSession> {
  const opened = await session(world)
  const plain = await world.once('protocols/oidc/authorization/parameters plain request', () => visit(world, codeRequest(world).parameters, opened.cookies))
  if (!plain.delivered?.parameters.has('code')) throw new Blocked('the session does not lead to a code')
  return opened
}

/** The session of before gives a code at once, as it does for a request without these parameters. */
async function expectCodeOfSession(world: World, more: Readonly<Record<string, string>>): Promise<void> {
  const { cookies } = await sessionForCodes(world)
  const { delivered, answer } = await visit(world, codeRequest(world, more).parameters, cookies)
  expectThat(world, delivered?.parameters.has('code') ?? false, 'parameter code', '(present)', delivered?.parameters.get('error') ?? `${answer.status} from ${answer.url.pathname}`)
}

async function expectCode(world: World, more: Readonly<Record<string, string>>): Promise<void> {
  // Where a plain request gets no code, these parameters are not to blame.
  await session(world)
  const { parameters, mode, answer } = await world.given.authorize({ client: 'confidential', parameters: codeRequest(world, more).parameters })
  const refusal = (): string => `${answer.status} ${show(isObject(answer.json) ? answer.json.error : undefined)}`
  expectThat(world, parameters.has('code'), 'parameter code', '(present)', parameters.get('error') ?? (mode === 'none' ? refusal() : mode))
}
