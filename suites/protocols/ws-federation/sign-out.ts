import type { Answer } from '../../../core/client.ts'
import type { Check } from '../../../core/check.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { fieldOf, readPage } from '../../../core/page.ts'
import type { WsFedClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'

import { auth0Docs, wsFederation } from '../../sources.ts'
import { cookiesAfter } from '../oidc/session.ts'

const documentation = auth0Docs('authenticate/protocols/ws-fed-protocol')
const common = { effects: ['logout'], profiles: ['auth0'], sources: [wsFederation('13.2.4'), documentation] } as const

/** `wsignout1.0`: what becomes of the session, and where the browser goes. */
export const signOut: readonly Check[] = toChecks({ operations: ['GET /wsfed/{client_id}'], collectionItems: ['WS-Fed / Requests a logout using WS-Fed'] }, [
  {
    ...common,
    id: 'protocols/ws-federation/sign-out/session-ends',
    title: 'WS-Federation sign-out: the next sign-in needs the password again',
    // No recording: the documentation says so.
    level: 'should',
    needs: ['wsfed', 'wsfed-logout', 'login'],
    async run(world) {
      const { cookies } = await world.given.loggedIn(signInPath(world))
      if (!isSignedIn(await get(world, signInPath(world), cookies))) throw new Blocked('a sign-in right after the sign-in asks for the password again')
      const answer = await get(world, signOutPath(world, rp(world).logoutUrl ?? ''), cookies)
      if (answer.status >= 400) throw new Blocked(`the sign-out itself was refused: ${answer.url.pathname} answered ${answer.status}`)
      expectThat(world, !isSignedIn(await get(world, signInPath(world), cookiesAfter(cookies, answer))), 'answer to the next sign-in', 'a login page', 'a form with wresult')
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/sign-out/reply',
    title: 'WS-Federation sign-out: the browser goes to an allowed wreply',
    // No recording: the documentation says so.
    level: 'should',
    needs: ['wsfed', 'wsfed-logout'],
    async run(world) {
      const { logoutUrl = '' } = rp(world)
      const answer = await get(world, signOutPath(world, logoutUrl), '')
      expectOneOf(world, 'status', answer.status, [302, 303])
      expectOneOf(world, 'header location', answer.location?.href, [new URL(logoutUrl).href])
    },
  },
  ...([
    ['longer-host', 'on a host that only begins as an allowed one', (url: URL) => Object.assign(new URL(url), { hostname: `${url.hostname}.example.com`, search: '' }).href],
    ['user-information', 'with an allowed host as user information', (url: URL) => `${url.origin}@example.com${url.pathname}`],
    ['allowed-in-query', 'with an allowed address in the query', (url: URL) => `https://example.com/?${encodeURIComponent(url.href)}=${url.href}`],
    ['without-scheme', 'without a scheme', () => '//example.com/signed-out'],
    ['script', 'that is a script', () => 'javascript:alert(1)//'],
  ] as const).map(([slug, what, change]) => ({
    ...common,
    id: `protocols/ws-federation/sign-out/reply-not-allowed/${slug}`,
    title: `WS-Federation sign-out: the browser does not go to a wreply ${what}`,
    // Whether Auth0 has a list for it is not known.
    level: 'may' as const,
    needs: ['wsfed', 'wsfed-logout'] as const,
    async run(world: World) {
      const wreply = change(new URL(rp(world).logoutUrl ?? ''))
      const { location, header } = await get(world, signOutPath(world, wreply), '')
      const wanted = new URL(wreply, world.target.baseUrl)
      expectThat(world, location === undefined || (location.host !== wanted.host && location.protocol !== 'javascript:'), 'header location', 'another host than that of the wreply', header('location'))
    },
  })),
])

const rp = (world: World): WsFedClientPersona => required(world.personas.clients.wsfed, 'clients.wsfed')

function signInPath(world: World): string {
  const { clientId, realm = `urn:${clientId}`, reply } = rp(world)
  return `/wsfed/${clientId}?${new URLSearchParams({ wa: 'wsignin1.0', wtrealm: realm, wreply: reply, wctx: world.unique() })}`
}

function signOutPath(world: World, wreply: string): string {
  return `/wsfed/${rp(world).clientId}?${new URLSearchParams({ wa: 'wsignout1.0', wreply })}`
}

function get(world: World, path: string, cookies: string): Promise<Answer> {
  return world.client.send({ method: 'GET', path, ...(cookies === '' ? {} : { headers: { cookie: cookies } }) })
}

function isSignedIn(answer: Answer): boolean {
  return readPage(answer.body, answer.url).forms.some((form) => fieldOf(form, 'wresult') !== undefined)
}
