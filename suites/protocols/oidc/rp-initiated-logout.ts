import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectThat, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { isRefusal, readPage } from '../../../core/page.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { clientOf, redeem, tokenOf } from '../../grants/token-requests.ts'
import { auth0Docs, rpInitiatedLogout } from '../../sources.ts'
import { perProfile } from './authorization/authorizing.ts'
import { isAt, isRedirect } from './authorization/browser.ts'
import { advertisedPath } from './discovery.ts'
import { forgeries } from './forgeries.ts'
import { cookiesAfter, loggedIn, silentLogin } from './session.ts'

const documentation = auth0Docs('api/authentication/logout/oidc-logout')
const redirection = rpInitiatedLogout('3', 'RedirectionAfterLogout')
const request = rpInitiatedLogout('2', 'RPLogout')
const needs = ['login', 'authorization-code', 'discovery', 'logout-return'] as const
/** Everything that a query has to escape, and as long as clients make it. */
const awkwardState = `aB+c&D=e%2Bf/g ${'0123456789'.repeat(12)}`

/** Redirects and questions between a logout and its end. */
const mostSteps = 6

type Parameters = Readonly<Record<string, string>>

/** Addresses that resemble a registered one, and are not it. */
const nearMisses: Readonly<Record<string, { readonly title: string; readonly of: (url: URL) => string }>> = {
  'added-query': { title: 'with a query of its own', of: (url) => `${url.href}${url.search ? '&' : '?'}conformance=1` },
  'longer-path': { title: 'whose path goes on', of: (url) => `${url.origin}${url.pathname.replace(/\/$/, '')}/further${url.search}` },
  'longer-segment': { title: 'whose path ends in more letters', of: (url) => `${url.origin}${url.pathname.replace(/\/$/, '')}-and-more${url.search}` },
  'other-port': { title: 'at another port', of: (url) => `${url.protocol}//${url.hostname}:${url.port === '8443' ? '9443' : '8443'}${url.pathname}${url.search}` },
  'longer-host': { title: 'whose host goes on', of: (url) => `${url.protocol}//${url.hostname}.attacker.example${url.pathname}${url.search}` },
  'user-information': { title: 'that holds the registered host as user information', of: (url) => `${url.protocol}//${url.host}@attacker.example${url.pathname}${url.search}` },
  'other-host': { title: 'at another host', of: (url) => `https://attacker.example${url.pathname}` },
}

/** A logout that an application asks for: where it leads, and that nobody else decides that. */
export const rpLogout: readonly Check[] = toChecks({ operations: ['GET /oidc/logout'], collectionItems: [] }, [
  {
    id: 'protocols/oidc/rp-initiated-logout/returns',
    title: 'A logout with the ID token of the session returns to the allowed URL that it names',
    sources: [documentation, redirection],
    level: 'should',
    profiles: ['auth0'],
    needs,
    effects: ['logout'],
    endsGrants: true,
    async run(world) {
      const { answer } = await logoutWithState(world)
      expectThat(world, isReturn(world, answer), 'header location', logoutUrl(world), describe(answer))
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/rp-initiated-logout/state',
    title: 'The state of a logout comes back unchanged',
    sources: [request, documentation],
    level: 'must',
    needs,
    effects: ['logout'],
    endsGrants: true,
    async run(world) {
      const { end } = await logoutWithState(world)
      const state = returned(world, end).searchParams.get('state') ?? undefined
      expectThat(world, state === awkwardState, 'parameter state', show(awkwardState), state)
    },
  }),
  {
    id: 'protocols/oidc/rp-initiated-logout/session-ends',
    title: 'After a logout that returned to the application nobody is logged in silently',
    sources: [request, documentation],
    level: 'should',
    needs,
    effects: ['logout'],
    endsGrants: true,
    async run(world) {
      const { end, cookies } = await logoutWithState(world)
      returned(world, end)
      const { code } = await silentLogin(world, cookies)
      expectThat(world, !code, 'parameter code of the response to prompt=none', '(absent)', '(present)')
    },
  },
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/rp-initiated-logout/post',
    title: 'A logout by POST is served as one by GET is',
    sources: [request, documentation],
    level: 'must',
    operations: ['POST /oidc/logout'],
    needs,
    effects: ['logout'],
    endsGrants: true,
    async run(world) {
      const byGet = await logoutWithState(world)
      if (byGet.answer.status >= 400) throw new Blocked(`a logout by GET is not served: ${describe(byGet.answer)}`)
      const { answer, end } = await logoutByPost(world)
      expectThat(world, answer.status < 400, 'status of the logout by POST', '2xx or a redirect', answer.status)
      expectThat(world, !isReturn(world, byGet.end) || isReturn(world, end), 'header location of the logout by POST', `${logoutUrl(world)}, as by GET`, describe(end))
    },
  }),
  {
    id: 'protocols/oidc/rp-initiated-logout/no-state',
    title: 'A logout without a state returns without one',
    sources: [request],
    level: 'should',
    profiles: ['standard'],
    operations: ['POST /oidc/logout'],
    needs,
    effects: ['logout'],
    endsGrants: true,
    async run(world) {
      const byPost = await logoutByPost(world)
      // Whether POST is served at all, another check judges.
      const { end } = byPost.answer.status < 400 ? byPost : await logoutWithoutState(world, 'GET')
      const state = returned(world, end).searchParams.get('state') ?? undefined
      expectThat(world, state === undefined, 'parameter state', '(absent)', state)
    },
  },
  ...Object.entries(nearMisses).map(([name, { title, of }]): StatedCheck => ({
    id: `protocols/oidc/rp-initiated-logout/not-allowed/${name}`,
    title: `A logout leads nobody to an address ${title}`,
    sources: [redirection, documentation],
    level: 'must',
    needs,
    effects: ['logout'],
    async run(world) {
      const registered = new URL(logoutUrl(world))
      // Only hosts of the web can resemble one another.
      if (!/^https?:$/.test(registered.protocol)) throw new Blocked('clients.confidential.logoutUrl is no web address')
      await expectNoReturn(world, of(registered), {})
    },
  })),
  ...(['changed-claims', 'algorithm-none', 'other-key'] as const).map((name): StatedCheck => ({
    id: `protocols/oidc/rp-initiated-logout/forged-hint/${name}`,
    title: `A logout with an ID token ${forgeries[name]!.title} leads nobody anywhere`,
    sources: [rpInitiatedLogout('4', 'ValidationAndErrorHandling'), request],
    level: 'must',
    profiles: ['standard'],
    needs,
    effects: ['logout'],
    async run(world) {
      const { idToken } = await sharedSession(world)
      await expectNoReturn(world, logoutUrl(world), { id_token_hint: await forgeries[name]!.forge(idToken, world) })
    },
  })),
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'protocols/oidc/rp-initiated-logout/other-client',
    title: 'A logout that names another client than its ID token leads nobody anywhere',
    sources: [request, documentation],
    level: 'must',
    needs: [...needs, 'other-client'],
    effects: ['logout'],
    run: (world) => expectNoReturn(world, logoutUrl(world), { client_id: clientOf(world, 'other').clientId }),
  }),
  {
    id: 'protocols/oidc/rp-initiated-logout/not-allowed/without-hint',
    title: 'A logout that does not say whose it is leads nobody to an address of its own',
    sources: [redirection, documentation],
    level: 'must',
    needs,
    effects: ['logout'],
    run: (world) => expectNoReturn(world, 'https://attacker.example/signed-out', { id_token_hint: '' }),
  },
  {
    id: 'protocols/oidc/rp-initiated-logout/not-allowed/of-another-client',
    title: 'A logout with the ID token of one client leads nobody to the address of another',
    sources: [redirection, documentation],
    level: 'must',
    needs: [...needs, 'other-client'],
    effects: ['logout'],
    async run(world) {
      const theirs = required(clientOf(world, 'other').logoutUrl, 'clients.other.logoutUrl')
      if (theirs === logoutUrl(world)) throw new Blocked('clients.other has the same logoutUrl')
      await expectNoReturn(world, theirs, {})
    },
  },
  {
    id: 'protocols/oidc/rp-initiated-logout/without-hint',
    title: 'A logout that does not say whose it is leads nobody on without a question',
    // It leaves room for other means to tell that the request is genuine.
    sources: [redirection],
    level: 'should',
    profiles: ['standard'],
    needs,
    effects: ['logout'],
    run: (world) => expectNoReturn(world, logoutUrl(world), { id_token_hint: '' }),
  },
])

/** A session that nothing here ends where the target is right, and the ID token of its login. */
function sharedSession(world: World): Promise<{ readonly cookies: string; readonly idToken: string }> {
  return world.once('protocols/oidc/rp-initiated-logout session', () => newSession(world))
}

interface Logout {
  /** What the endpoint answered. */
  readonly answer: Answer
  /** Where a person who agrees ends. */
  readonly end: Answer
  /** The browser's, by then. */
  readonly cookies: string
}

function logoutWithState(world: World): Promise<Logout> {
  return world.once('protocols/oidc/rp-initiated-logout with state', async () => {
    const { cookies, idToken } = await newSession(world)
    return agreeing(world, await logOut(world, 'GET', cookies, { id_token_hint: idToken, post_logout_redirect_uri: logoutUrl(world), state: awkwardState }), cookies)
  })
}

function logoutByPost(world: World): Promise<Logout> {
  return world.once('protocols/oidc/rp-initiated-logout by POST', () => logoutWithoutState(world, 'POST'))
}

async function logoutWithoutState(world: World, method: 'GET' | 'POST'): Promise<Logout> {
  const { cookies, idToken } = await newSession(world)
  return agreeing(world, await logOut(world, method, cookies, { id_token_hint: idToken, post_logout_redirect_uri: logoutUrl(world) }), cookies)
}

/** A standard lets a server ask whether the person wants to log out: the first button of the page that does not say no says yes. */
async function agreeing(world: World, answer: Answer, opened: string): Promise<Logout> {
  let [end, cookies] = [answer, cookiesAfter(opened, answer)]
  for (let steps = 0; steps < mostSteps && !isReturn(world, end); steps++) {
    const { location, url } = end
    const form = readPage(end.body, url).forms.find(({ action, buttons }) => action.origin === url.origin && buttons.length > 0)
    const headers = { cookie: cookies }
    if (isRedirect(end) && location?.origin === url.origin) end = await world.client.send({ method: 'GET', path: location.href, headers })
    else if (end.status === 200 && form?.method === 'post') {
      const button = form.buttons.find((one) => !isRefusal(one)) ?? form.buttons[0]
      const pressed = button && button.name !== '' ? { [button.name]: button.value } : {}
      end = await world.client.send({ method: 'POST', path: form.action.href, form: { ...Object.fromEntries(form.controls.map(({ name, value }) => [name, value])), ...pressed }, headers })
    } else break
    cookies = cookiesAfter(cookies, end)
  }
  return { answer, end, cookies }
}

async function newSession(world: World): Promise<{ readonly cookies: string; readonly idToken: string }> {
  const { login, given } = await loggedIn(world)
  return { cookies: login.cookies, idToken: tokenOf(await redeem(world, 'confidential', given), 'id_token') }
}

/** Logs out where discovery says; an empty parameter is left out. */
async function logOut(world: World, method: 'GET' | 'POST', cookies: string, parameters: Parameters): Promise<Answer> {
  const path = await advertisedPath(world, 'end_session_endpoint')
  if (path === undefined) throw new Blocked('discovery names no end_session_endpoint')
  const stated = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
  return world.client.send({ method, path, ...(method === 'GET' ? { query: stated } : { form: stated }), headers: { cookie: cookies } })
}

/** Asks for a logout to an address, with a good hint unless `change` says otherwise: the browser stays at the target. */
export async function expectNoReturn(world: World, address: string, change: Parameters): Promise<void> {
  const { cookies, idToken } = await sharedSession(world)
  const answer = await logOut(world, 'GET', cookies, { id_token_hint: idToken, post_logout_redirect_uri: address, ...change })
  const { location } = answer
  const { host, pathname, search } = new URL(address)
  const isThere = location !== undefined && isRedirect(answer) && location.host === host && location.pathname === pathname && location.search.startsWith(search)
  expectThat(world, !isThere, 'header location', `not ${address}`, location?.href)
}

function isReturn(world: World, answer: Answer): boolean {
  return isRedirect(answer) && answer.location !== undefined && isAt(answer.location, logoutUrl(world))
}

/** Where the browser was sent. Stops where it was not: a standard lets a server stay. */
function returned(world: World, answer: Answer): URL {
  if (!isReturn(world, answer)) throw new Blocked(`the logout did not return to the application: ${describe(answer)}`)
  return answer.location!
}

export function logoutUrl(world: World): string {
  return required(clientOf(world, 'confidential').logoutUrl, 'clients.confidential.logoutUrl')
}

function describe({ status, location, url }: Answer): string {
  return location ? `${status} with location ${location.origin}${location.pathname}` : `${status} from ${url.pathname}`
}
