import { expectNone, expectThat, finding } from '../../../../core/expectation.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcCore, rfc } from '../../../sources.ts'
import { authorizationOperation, authorized, codeFor, codeRequest, frontChannelRequest, granted, responseTypePractices, withConfidential, withHybrid, withImplicit, without } from './authorizing.ts'
import { session, visit } from './browser.ts'

const parametersPage = auth0Docs('get-started/applications/application-grant-types')
const answers = { 'code': 'code', 'token': 'access_token', 'id_token': 'id_token' } as const

/** Every combination beyond `code`, and where its answer is described. */
const frontChannel: readonly { readonly type: string; readonly slug: string; readonly section: StatedCheck['sources'][number] }[] = [
  { type: 'token', slug: 'token', section: rfc(6749, '4.2.2') },
  { type: 'id_token', slug: 'id-token', section: oidcCore('3.2.2.5', 'ImplicitAuthResponse') },
  { type: 'id_token token', slug: 'id-token-token', section: oidcCore('3.2.2.5', 'ImplicitAuthResponse') },
  { type: 'code id_token', slug: 'code-id-token', section: oidcCore('3.3.2.5', 'HybridAuthResponse') },
  { type: 'code token', slug: 'code-token', section: oidcCore('3.3.2.5', 'HybridAuthResponse') },
  { type: 'code id_token token', slug: 'code-id-token-token', section: oidcCore('3.3.2.5', 'HybridAuthResponse') },
]

/** What comes back for each response type. */
export const responseType = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/response-type/code',
    title: 'Authorization: for the response type code there is a code, and no token beside it',
    sources: [rfc(6749, '4.1.2'), oidcCore('3.1.2.5', 'AuthResponse')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { parameters } = await authorized(world, codeRequest(world).parameters)
      expectNone(world, ['error', 'access_token', 'id_token'].flatMap((name) => (parameters.has(name) ? [finding(`parameter ${name}`, '(absent)', name === 'error' ? parameters.get(name)! : '(present)')] : [])))
      expectThat(world, Boolean(parameters.get('code')), 'parameter code', '(present)', '(absent)')
    },
  },
  {
    id: 'protocols/oidc/authorization/response-type/letter-case',
    title: 'Authorization: CODE is no response type',
    sources: [rfc(6749, '1.9'), rfc(6749, '3.1.1')],
    level: 'should',
    profiles: ['standard'],
    needs: withConfidential,
    async run(world) {
      const { cookies } = await session(world)
      const { delivered } = await visit(world, codeRequest(world, { response_type: 'CODE' }).parameters, cookies)
      expectThat(world, !delivered?.parameters.get('code'), 'parameter code', '(absent)', '(present)')
    },
  },
  {
    id: 'protocols/oidc/authorization/response-type/code-of-its-own',
    title: 'Authorization: every request gets a code of its own',
    sources: [rfc(6749, '4.1.2'), rfc(6749, '10.10')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const codes = []
      for (let times = 0; times < 2; times++) codes.push(await codeFor(world, codeRequest(world).parameters))
      expectThat(world, codes[0] !== codes[1], 'parameter code', 'another one than before', '(the same)')
    },
  },
  ...frontChannel.map(({ type, slug, section }): StatedCheck => ({
    id: `protocols/oidc/authorization/response-type/${slug}`,
    title: `Authorization: for the response type ${type} there is what it names, and nothing else`,
    sources: [section, parametersPage],
    level: 'must',
    needs: type.includes('code') ? withHybrid : withImplicit,
    async run(world) {
      const { parameters } = await granted(world, frontChannelRequest(world, type))
      expectNone(world, Object.entries(answers).flatMap(([word, name]) => {
        const wanted = type.split(' ').includes(word)
        return Boolean(parameters.get(name)) === wanted ? [] : [finding(`parameter ${name}`, wanted ? '(present)' : '(absent)', wanted ? '(absent)' : '(present)')]
      }))
    },
  })),
  {
    id: 'protocols/oidc/authorization/response-type/token-type',
    title: 'Authorization: an access token that comes without the token endpoint is of the type Bearer',
    sources: [rfc(6749, '4.2.2'), oidcCore('3.2.2.5', 'ImplicitAuthResponse'), parametersPage],
    level: 'must',
    needs: withImplicit,
    async run(world) {
      const { parameters } = await granted(world, frontChannelRequest(world, 'id_token token'))
      const type = parameters.get('token_type')
      expectThat(world, type?.toLowerCase() === 'bearer', 'parameter token_type', 'Bearer', type ?? undefined)
    },
  },
  {
    id: 'protocols/oidc/authorization/response-type/expires-in',
    title: 'Authorization: an access token that comes without the token endpoint comes with its lifetime in seconds',
    sources: [rfc(6749, '4.2.2'), auth0Docs('api/authentication/implicit-flow/authorize')],
    level: 'should',
    needs: withImplicit,
    async run(world) {
      const { parameters } = await granted(world, frontChannelRequest(world, 'id_token token'))
      const lifetime = parameters.get('expires_in')
      // Nobody keeps such a token for ten years: that would be a point in time.
      expectThat(world, /^[1-9]\d{0,8}$/.test(lifetime ?? ''), 'parameter expires_in', 'seconds', lifetime ?? undefined)
    },
  },
  {
    id: 'protocols/oidc/authorization/response-type/no-refresh-token',
    title: 'Authorization: no refresh token comes without the token endpoint',
    sources: [rfc(6749, '4.2.2')],
    level: 'must',
    needs: withImplicit,
    async run(world) {
      const { parameters } = await granted(world, frontChannelRequest(world, 'id_token token', { scope: 'openid offline_access' }))
      expectThat(world, !parameters.has('refresh_token'), 'parameter refresh_token', '(absent)', '(present)')
    },
  },
  {
    id: 'protocols/oidc/authorization/response-type/order',
    title: 'Authorization: the order of the words of a response type does not matter',
    sources: [responseTypePractices('3', 'rfc.section.3'), rfc(6749, '3.1.1')],
    level: 'must',
    needs: withHybrid,
    async run(world) {
      await granted(world, frontChannelRequest(world, 'code id_token'))
      const { parameters } = await world.given.authorize({ client: 'confidential', parameters: frontChannelRequest(world, 'id_token code') })
      expectNone(world, ['code', 'id_token'].flatMap((name) => (parameters.get(name) ? [] : [finding(`parameter ${name}`, '(present)', '(absent)')])))
    },
  },
  ...([
    ['missing', 'without a response type', undefined],
    ['unsupported', 'with a response type that does not exist', 'conformance'],
    ['partly-unsupported', 'with a response type of which one word does not exist', 'code conformance'],
  ] as const).map(([slug, title, type]): StatedCheck => ({
    id: `protocols/oidc/authorization/response-type/${slug}`,
    title: `Authorization: a request ${title} gets neither code nor token, though there is a session`,
    sources: [rfc(6749, '3.1.1'), auth0Docs('api/authentication/authorization-code-flow/authorize-application')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { cookies } = await session(world)
      const { parameters } = codeRequest(world)
      const { delivered } = await visit(world, { ...without(parameters, 'response_type'), ...(type === undefined ? {} : { response_type: type }) }, cookies)
      expectNone(world, Object.values(answers).flatMap((name) => (delivered?.parameters.has(name) ? [finding(`parameter ${name}`, '(absent)', '(present)')] : [])))
    },
  })),
])
