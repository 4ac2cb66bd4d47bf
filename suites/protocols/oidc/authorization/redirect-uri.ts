import { expectThat } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { auth0Docs, oidcCore, rfc } from '../../../sources.ts'
import { application, authorizationOperation, codeRequest, withConfidential, without } from './authorizing.ts'
import { session, visit } from './browser.ts'

const elsewhere = 'conformance.example'
const sources = [rfc(6749, '3.1.2.4'), oidcCore('3.1.2.1', 'AuthRequest'), auth0Docs('get-started/applications/application-settings')]

interface NearMiss {
  readonly slug: string
  readonly title: string
  /** `undefined` where the callback of the client has nothing to change that way. */
  readonly of: (registered: URL) => string | undefined
  /** It is not known whether Auth0 looks at this part. */
  readonly standardOnly?: true
}

const nearMisses: readonly NearMiss[] = [
  { slug: 'added-path', title: 'with a segment more', of: (url) => `${url.href.replace(/\/$/, '')}/conformance` },
  { slug: 'longer-segment', title: 'whose last segment is longer', of: (url) => (url.search || url.pathname === '/' ? undefined : `${url.href}-conformance`) },
  { slug: 'dot-segments', title: 'that leads out of the registered path', of: (url) => `${url.href.replace(/\/$/, '')}/../conformance` },
  { slug: 'path-case', title: 'whose path is in the other case', of: (url) => changed(url, { pathname: url.pathname === url.pathname.toUpperCase() ? url.pathname.toLowerCase() : url.pathname.toUpperCase() }) },
  { slug: 'trailing-slash', title: 'with a slash more at its end', of: (url) => (url.search || url.pathname.endsWith('/') ? undefined : `${url.href}/`) },
  { slug: 'added-query', title: 'with a query that was not registered', of: (url) => `${url.href}${url.search ? '&' : '?'}conformance=1`, standardOnly: true },
  { slug: 'fragment', title: 'with a fragment', of: (url) => `${url.href}#conformance`, standardOnly: true },
  // Of a loopback address, a native application may choose the port (RFC 8252, 7.3).
  { slug: 'other-port', title: 'with another port', of: (url) => (isLoopback(url) ? undefined : changed(url, { port: '45871' })) },
  { slug: 'other-scheme', title: 'with http for https or the other way round', of: (url) => (/^https?:$/.test(url.protocol) ? `${url.protocol === 'https:' ? 'http' : 'https'}:${url.href.slice(url.protocol.length)}` : undefined) },
  { slug: 'other-host', title: 'at another host', of: (url) => changed(url, { host: elsewhere }) },
  { slug: 'longer-host', title: 'at a host whose name begins with the registered one', of: (url) => changed(url, { host: `${url.hostname}.${elsewhere}` }) },
  { slug: 'host-with-same-end', title: 'at a host whose name ends with the registered one', of: (url) => (/^[\d.]+$|^\[/.test(url.hostname) ? undefined : changed(url, { host: `conformance-${url.host}` })) },
  { slug: 'subdomain', title: 'at a subdomain of the registered host', of: (url) => (/^[\d.]+$|^\[/.test(url.hostname) ? undefined : changed(url, { host: `conformance.${url.host}` })) },
  { slug: 'user-info', title: 'that has the registered host before an @', of: (url) => `${url.protocol}//${url.host}@${elsewhere}${url.pathname}${url.search}` },
  { slug: 'backslash', title: 'that has the registered host behind a backslash', of: (url) => `${url.protocol}//${elsewhere}\\@${url.host}${url.pathname}${url.search}` },
]

/** Where the answer may go. */
export const redirectUri = toChecks(authorizationOperation, [
  ...nearMisses.map(({ slug, title, of, standardOnly }): StatedCheck => ({
    id: `protocols/oidc/authorization/redirect-uri/${slug}`,
    title: `Authorization: nothing is sent to a redirect URI ${title}`,
    sources,
    level: 'must',
    ...(standardOnly ? { profiles: ['standard'] } : {}),
    needs: withConfidential,
    async run(world) {
      await expectNotSentTo(world, nearMissOf(world, of), {})
    },
  })),
  {
    id: 'protocols/oidc/authorization/redirect-uri/other-client',
    title: 'Authorization: nothing is sent to the redirect URI of another client',
    sources,
    level: 'must',
    needs: [...withConfidential, 'other-client'],
    async run(world) {
      const theirs = world.personas.clients.other?.redirectUri
      const own = new URL(application(world).redirectUri)
      // One address may be registered for both.
      if (theirs === undefined || new URL(theirs).host === own.host) throw new Blocked('clients.other has no callback at another host than clients.confidential')
      await expectNotSentTo(world, theirs, {})
    },
  },
  {
    id: 'protocols/oidc/authorization/redirect-uri/repeated',
    title: 'Authorization: of two redirect URIs, nothing is sent to the one that is not registered',
    sources: [...sources, rfc(6749, '3.1')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { cookies } = await session(world)
      const { parameters } = codeRequest(world)
      const foreign = changed(new URL(application(world).redirectUri), { host: elsewhere })
      const registered = Object.entries(parameters)
      for (const query of [[...registered, ['redirect_uri', foreign] as const], [['redirect_uri', foreign] as const, ...registered]]) {
        const { location } = await world.client.send({ method: 'GET', path: '/authorize', query, headers: { cookie: cookies } })
        expectThat(world, !goesTo(location, foreign, application(world).redirectUri), 'header location', 'not the redirect URI that is not registered', location?.href)
      }
    },
  },
  {
    id: 'protocols/oidc/authorization/redirect-uri/error',
    title: 'Authorization: no error is sent to a redirect URI that is not registered',
    sources,
    level: 'must',
    needs: withConfidential,
    async run(world) {
      await expectNotSentTo(world, nearMissOf(world, (url) => changed(url, { host: elsewhere })), { prompt: 'none' })
    },
  },
  {
    id: 'protocols/oidc/authorization/redirect-uri/invalid-request',
    title: 'Authorization: nothing of a request without a response type is sent to a redirect URI that is not registered',
    sources,
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { href } = new URL(nearMissOf(world, (url) => changed(url, { host: elsewhere })))
      const { parameters } = codeRequest(world, { redirect_uri: href })
      const { answer } = await visit(world, without(parameters, 'response_type'))
      expectThat(world, !goesTo(answer.location, href, application(world).redirectUri), 'header location', 'not the redirect URI that is not registered', answer.location?.href)
    },
  },
  {
    id: 'protocols/oidc/authorization/redirect-uri/unknown-client',
    title: 'Authorization: nothing is sent to the redirect URI of a client that does not exist, though there is a session',
    sources: [rfc(6749, '4.1.2.1'), auth0Docs('customize/login-pages/custom-error-pages')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { cookies } = await session(world)
      const { parameters } = codeRequest(world, { client_id: `conformance-${world.unique()}` })
      const { delivered } = await visit(world, parameters, cookies)
      expectThat(world, delivered === undefined, 'header location', 'not the redirect URI', parameters.redirect_uri)
    },
  },
])

function nearMissOf(world: World, of: NearMiss['of']): string {
  const { redirectUri: registered } = application(world)
  const nearMiss = of(new URL(registered))
  // `https://app.example.com` and `https://app.example.com/` are the same address.
  if (nearMiss === undefined || new URL(nearMiss).href === new URL(registered).href) throw new Blocked(`the callback ${registered} can't be changed in this way`)
  return nearMiss
}

/** Some servers show the login page first and look at the redirect URI afterwards: only where the answer goes to counts. */
async function expectNotSentTo(world: World, nearMiss: string, more: Readonly<Record<string, string>>): Promise<void> {
  const { cookies } = await session(world)
  const registered = application(world).redirectUri
  const { parameters } = codeRequest(world, { redirect_uri: nearMiss, ...more })
  for (const jar of more.prompt === undefined ? [cookies, ''] : ['']) {
    const { answer, asksToLogIn } = await visit(world, parameters, jar)
    expectThat(world, !goesTo(answer.location, nearMiss, registered), 'header location', 'not the redirect URI that is not registered', answer.location?.href)
    if (!asksToLogIn || jar === '') continue
    // The session was not used again, so that it takes a login to see the end.
    const end = await afterLogin(world, parameters)
    expectThat(world, !goesTo(end, nearMiss, registered), 'header location after the login', 'not the redirect URI that is not registered', end?.href)
  }
}

async function afterLogin(world: World, parameters: Readonly<Record<string, string>>): Promise<URL | undefined> {
  try {
    return (await world.given.authorize({ client: 'confidential', parameters })).answer.location
  } catch (error) {
    // It ended somewhere else, which is all that is demanded.
    if (error instanceof Blocked) return undefined
    throw error
  }
}

function goesTo(location: URL | undefined, nearMiss: string, registered: string): boolean {
  if (!location) return false
  const wanted = new URL(nearMiss)
  // The answer's parameters may stand before or after what was added.
  const hasAdded = (wanted.search !== '' && location.searchParams.has('conformance')) || location.hash.includes('conformance')
  return location.href.startsWith(wanted.href) || (location.host === wanted.host && hasAdded) || (wanted.host !== new URL(registered).host && location.host === wanted.host)
}

function changed(url: URL, parts: Partial<Pick<URL, 'host' | 'port' | 'pathname'>>): string {
  return Object.assign(new URL(url), parts).href
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
