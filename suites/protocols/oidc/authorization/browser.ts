import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Pairs } from '../../../../core/client.ts'
import { headerValues } from '../../../../core/exchange.ts'
import { Blocked } from '../../../../core/finding.ts'
import { readPage } from '../../../../core/page.ts'
import type { World } from '../../../../core/world.ts'
import { codeRequest, granted, type AuthorizationParameters } from './authorizing.ts'

/** Where a request to the authorization endpoint leads to without anybody filling in a form. */
export interface Visit {
  /** The last answer: a page, or the redirect that leaves the target. */
  readonly answer: Answer
  /** What was sent to the application; `undefined` where nothing was. */
  readonly delivered: { readonly mode: 'query' | 'fragment' | 'form_post'; readonly parameters: URLSearchParams } | undefined
  /** The last answer is a page with a form to log in. */
  readonly asksToLogIn: boolean
  /** Nothing was sent to the application, and nothing refused: somebody has to do something, be it to log in, to choose an account or to consent. */
  readonly waitsForUser: boolean
}

/** Whether a page has an element of this name. Plain text and JSON have none: they are shown as they are. */
export function hasElement({ mediaType, body, url }: Answer, name: string): boolean {
  return (mediaType === undefined || /html|xml/.test(mediaType)) && readPage(body, url).elements.has(name)
}

/** Redirects between an authorization request and the page or the callback that it leads to. */
const mostRedirects = 8

/** Asks the authorization endpoint as a browser with these cookies, and follows redirects inside the target. `more`: parameters at the end, be it once more. */
export async function visit(world: World, parameters: AuthorizationParameters, cookies = '', more: readonly (readonly [name: string, value: string])[] = []): Promise<Visit> {
  const { redirect_uri: redirectUri } = parameters
  const jar = new Map(cookies.split(/;\s*/).filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  const ask = async (path: string, query?: Pairs): Promise<Answer> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await world.client.send({
      method: 'GET', path, ...(query ? { query } : {}), headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...(cookie ? { cookie } : {}) },
    })
    for (const value of headerValues(answer.headers, 'set-cookie')) {
      const [name = '', content = ''] = value.split(';')[0]!.split(/=(.*)/s)
      if (name) jar.set(name.trim(), content)
    }
    return answer
  }
  let answer = await ask('/authorize', [...Object.entries(parameters), ...more])
  for (let followed = 0; followed < mostRedirects; followed++) {
    const { location } = answer
    if (!location || !isRedirect(answer) || isAt(location, redirectUri) || location.origin !== new URL(world.target.baseUrl).origin) break
    const next = new URL(location)
    next.hash = ''
    answer = await ask(next.href)
  }
  const delivered = deliveredBy(answer, redirectUri)
  return { answer, delivered, asksToLogIn: !isRedirect(answer) && asksToLogIn(answer), waitsForUser: !delivered && answer.status < 400 }
}

/** Whether a URL is an address of the application, with whatever query and fragment the answer added. */
export function isAt(url: URL, address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false
  const wanted = new URL(address)
  return url.protocol === wanted.protocol && url.host === wanted.host && url.pathname === wanted.pathname
}

export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400
}

function deliveredBy(answer: Answer, redirectUri: string | undefined): Visit['delivered'] {
  const { location } = answer
  if (location && isRedirect(answer)) {
    if (!isAt(location, redirectUri)) return undefined
    const fragment = new URLSearchParams(location.hash.slice(1))
    return fragment.size > 0 ? { mode: 'fragment', parameters: fragment } : { mode: 'query', parameters: location.searchParams }
  }
  const form = readPage(answer.body, answer.url).forms.find(({ action }) => isAt(action, redirectUri))
  return form && { mode: 'form_post', parameters: new URLSearchParams(form.controls.map(({ name, value }): [string, string] => [name, value])) }
}

/** Whether an answer is a page with a form to log in. */
export function asksToLogIn({ body, url }: Answer): boolean {
  const names = ['username', 'email', 'identifier', 'login', 'password']
  return readPage(body, url).forms.some(({ controls }) => controls.some(({ name }) => names.includes(name)))
}

/** A session of the main user, opened by a plain request for a code: one for all checks that only look at how it is used. */
export interface GivenSession {
  readonly cookies: string
  /** Milliseconds since the epoch, by our clock, when the login had ended. */
  readonly openedAt: number
}

export function session(world: World): Promise<GivenSession> {
  return world.once('protocols/oidc/authorization session', async () => {
    const { cookies, parameters } = await granted(world, codeRequest(world).parameters, { atLoginPage: true })
    if (!parameters.has('code')) throw new Blocked('the authorization response has no code')
    return { cookies, openedAt: Date.now() }
  })
}

/** The same, once it is so old. */
export async function agedSession(world: World, ageMs: number): Promise<GivenSession> {
  const opened = await session(world)
  await sleep(Math.max(0, opened.openedAt + ageMs - Date.now()))
  return opened
}

/**
 * Stops where the target lets users in without a page, as one does that knows them by their certificate or network, and as mocks do: whoever was
 * never asked can't be asked again, and is as good as logged in.
 */
export async function needsLoginPage(world: World): Promise<void> {
  const isLetIn = await world.once('users are let in without a page', async () => (await visit(world, codeRequest(world).parameters)).delivered?.parameters.has('code') ?? false)
  if (isLetIn) throw new Blocked('the target lets users in without a login page')
}
