import type { Check, Source } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { headerValues } from '../../../core/exchange.ts'
import { expectNone, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, oidcCore, recorded2021 } from '../../sources.ts'
import { clientOf, userinfo } from '../../grants/token-requests.ts'
import { newVerifier } from './authorization/authorizing.ts'

const corsCheck: Source = { name: 'Fetch Standard', section: '4.10', url: 'https://fetch.spec.whatwg.org/#cors-check' }
const preflightFetch: Source = { name: 'Fetch Standard', section: '4.9', url: 'https://fetch.spec.whatwg.org/#cors-preflight-fetch' }
const recorded2022: Source = {
  name: 'Discovery document and keys of common.auth0.com, recorded in November 2022',
  url: 'https://github.com/DockYard/openid_connect/tree/c45731401dcadf387eddd540db9cf2c7187d83e5/test/fixtures/http/auth0',
}
const auth0Js: Source = { name: "Auth0's library for web pages, auth0.js", url: 'https://github.com/auth0/auth0.js/tree/cc536a42/src' }
const auth0SpaJs: Source = { name: "Auth0's library for single-page applications, auth0-spa-js", url: 'https://github.com/auth0/auth0-spa-js/tree/dab666a1/src' }
const documentation = auth0Docs('get-started/applications/set-up-cors')

/** A page that no application of the target knows. */
const stranger = 'https://any-page.example'
const withToken = ['userinfo', 'authorization-code', 'login'] as const
const tokenEndpoint = { operations: ['POST /oauth/token'], profiles: ['auth0'], needs: ['web-origin', 'pkce'] } satisfies Partial<StatedCheck>

/**
 * What browsers let a page of another origin read. Recorded is what is answered to requests without an origin, so that any page may read is no
 * more than `should`; what Auth0's libraries do from an allowed origin is `must`.
 */
export const cors: readonly Check[] = toChecks({ operations: [], collectionItems: [] }, [
  {
    id: 'protocols/oidc/cors/discovery',
    title: 'Any web page may read the discovery document',
    sources: [recorded2022, corsCheck],
    level: 'should',
    profiles: ['auth0'],
    operations: ['GET /.well-known/openid-configuration'],
    needs: ['discovery'],
    run: (world) => expectPublished(world, '/.well-known/openid-configuration'),
  },
  {
    id: 'protocols/oidc/cors/jwks',
    title: 'Any web page may read the signing keys',
    sources: [recorded2022, corsCheck],
    level: 'should',
    profiles: ['auth0'],
    operations: ['GET /.well-known/jwks.json'],
    needs: ['jwks'],
    run: (world) => expectPublished(world, '/.well-known/jwks.json'),
  },
  {
    // OpenID Connect recommends it too, but leaves it to the server which origins may.
    id: 'protocols/oidc/cors/userinfo',
    title: 'A web page that has an access token may read the profile, whatever its origin',
    sources: [recorded2021, oidcCore('5.3', 'UserInfo'), corsCheck],
    level: 'should',
    profiles: ['auth0'],
    operations: ['GET /userinfo'],
    needs: withToken,
    async run(world) {
      const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
      const answer = await userinfo(world, accessToken, { headers: { authorization: `Bearer ${accessToken}`, origin: stranger } })
      if (answer.status !== 200) throw new Blocked(`GET /userinfo answered ${answer.status}`)
      expectNone(world, hiddenFindings(answer, stranger))
    },
  },
  {
    id: 'protocols/oidc/cors/userinfo-preflight',
    title: 'A page of an allowed web origin may send an access token to userinfo',
    sources: [auth0Js, documentation, preflightFetch],
    level: 'must',
    profiles: ['auth0'],
    operations: ['GET /userinfo'],
    needs: ['userinfo', 'web-origin'],
    run: (world) => expectPreflight(world, '/userinfo', { origin: webOrigin(world), method: 'GET', headers: ['authorization'] }),
  },
  {
    ...tokenEndpoint,
    id: 'protocols/oidc/cors/token-preflight',
    title: 'A page of an allowed web origin may send what Auth0\'s library sends to the token endpoint',
    sources: [auth0SpaJs, documentation, preflightFetch],
    level: 'must',
    run: (world) => expectPreflight(world, '/oauth/token', { origin: webOrigin(world), method: 'POST', headers: ['auth0-client', 'content-type'] }),
  },
  {
    ...tokenEndpoint,
    id: 'protocols/oidc/cors/token-refusal',
    title: 'A page of an allowed web origin may read why it gets no tokens',
    sources: [auth0SpaJs, documentation, corsCheck],
    level: 'must',
    async run(world) {
      const origin = webOrigin(world)
      const answer = await unknownCode(world, origin)
      expectThat(world, answer.status >= 400, 'status', '4xx', answer.status)
      expectNone(world, hiddenFindings(answer, origin))
    },
  },
  {
    ...tokenEndpoint,
    id: 'protocols/oidc/cors/token-other-origin',
    title: 'A page of an origin that only begins like an allowed one may read nothing of the token endpoint',
    sources: [documentation, corsCheck],
    level: 'should',
    async run(world) {
      const { protocol, hostname } = new URL(webOrigin(world))
      const origin = `${protocol}//${hostname}.attacker.example`
      const allowed = (await unknownCode(world, origin)).header('access-control-allow-origin')
      expectThat(world, allowed !== origin && allowed !== '*', 'header access-control-allow-origin', `neither ${origin} nor *`, allowed)
    },
  },
])

function webOrigin(world: World): string {
  return new URL(required(clientOf(world, 'public').webOrigin, 'clients.public.webOrigin')).origin
}

/** A request that every target refuses: no code is needed to see whether a page could read the answer. */
function unknownCode(world: World, origin: string): Promise<Answer> {
  const { clientId, redirectUri } = clientOf(world, 'public')
  return world.client.send({
    method: 'POST', path: '/oauth/token', headers: { origin },
    form: { grant_type: 'authorization_code', client_id: clientId, code: `unknown-${world.unique()}`, redirect_uri: required(redirectUri, 'clients.public.redirectUri'), code_verifier: newVerifier() },
  })
}

async function expectPublished(world: World, path: string): Promise<void> {
  const answer = await world.client.send({ method: 'GET', path, headers: { origin: stranger } })
  if (answer.status !== 200) throw new Blocked(`GET ${path} answered ${answer.status}`)
  expectNone(world, hiddenFindings(answer, stranger))
}

/** Why a browser keeps an answer from a page that sent no cookies with its request. */
function hiddenFindings(answer: Answer, origin: string): Finding[] {
  // A header that a proxy and the application set, each for itself, allows nobody.
  const [allowed, ...more] = headerValues(answer.headers, 'access-control-allow-origin')
  if (more.length > 0) return [finding('header access-control-allow-origin', 'one value', [allowed, ...more].join(' and '))]
  return allowed === '*' || allowed === origin ? [] : [finding('header access-control-allow-origin', `* or ${origin}`, show(allowed))]
}

/** Asks as a browser does before it sends a request with headers that forms do not have. */
async function expectPreflight(world: World, path: string, { origin, method, headers }: { readonly origin: string; readonly method: string; readonly headers: readonly string[] }): Promise<void> {
  const answer = await world.client.send({
    method: 'OPTIONS', path, headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers.join(',') },
  })
  const allowed = (answer.header('access-control-allow-headers') ?? '').split(',').map((name) => name.trim().toLowerCase())
  // A star stands for every header but Authorization.
  const missing = headers.filter((name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')))
  expectNone(world,
    answer.status >= 200 && answer.status < 300 ? [] : [finding(`status of OPTIONS ${path}`, '2xx', String(answer.status))],
    hiddenFindings(answer, origin),
    missing.length === 0 ? [] : [finding('header access-control-allow-headers', headers.join(', '), show(answer.header('access-control-allow-headers')))],
  )
}
