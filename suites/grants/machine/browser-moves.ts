import { finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { codeRequest, type AuthorizationParameters } from '../../protocols/oidc/authorization/authorizing.ts'
import { visit } from '../../protocols/oidc/authorization/browser.ts'
import { cookiesAfter } from '../../protocols/oidc/session.ts'
import { clientOf } from '../token-requests.ts'
import { picked, type BrowserState, type LoginRole, type Model, type Move, type UserState } from './model.ts'

/**
 * The code that a browser is given. Where the target does not use the session again, the user logs in. Throws {@link Blocked} where there
 * is no code.
 */
export async function codeIn(world: World, browser: BrowserState, parameters: AuthorizationParameters): Promise<string> {
  const { delivered, waitsForUser } = await visit(world, parameters, browser.cookies)
  const again = waitsForUser ? await login(world, browser.user, parameters) : undefined
  browser.cookies = again?.cookies || browser.cookies
  const answer = again?.parameters ?? delivered?.parameters
  const code = answer?.get('code')
  if (!code) throw new Blocked(`the authorization response has no code${answer?.has('error') ? ` but ${answer.get('error')}` : ''}`)
  return code
}

/** A user logs in with a browser that is new. */
export function openBrowser(which: 'main' | 'second'): Move {
  return async ({ world, model, attempt }) => {
    const user = model.users[which === 'main' ? 0 : 1]
    if (!user) return false
    const name = `browser ${model.browsers.length + 1}`
    await attempt.step(`Log in: ${user.name} in ${name}`, async () => {
      const { cookies, parameters } = await login(world, user, codeRequest(world).parameters)
      if (!parameters.has('code')) throw new Blocked('the authorization response has no code')
      model.browsers.push({ name, user, isShared: false, cookies, status: 'open' })
      return { expected: 'a session', actual: 'a session', findings: [] }
    })
    return true
  }
}

/** Logs out in a browser. What else ends with the session is the server's choice, as far as nothing speaks against it. */
export const logOut: Move = async ({ world, model, attempt, isSpared }, pick) => {
  const browser = picked(model.browsers.filter(({ status, isShared }) => status === 'open' && !isShared), pick)
  if (!browser) return false
  await attempt.step(`Log out: ${browser.user.name} in ${browser.name}`, async () => {
    const answer = await world.client.send({ method: 'GET', path: '/v2/logout', query: { client_id: clientOf(world, 'confidential').clientId }, headers: { cookie: browser.cookies } })
    if (answer.status >= 400) throw new Blocked(`the logout itself was refused: GET /v2/logout answered ${answer.status}`)
    browser.cookies = cookiesAfter(browser.cookies, answer)
    browser.status = 'out'
    for (const other of model.browsers) if (other.user === browser.user && other.status === 'open') other.status = 'doubtful'
    for (const code of model.codes) if (code.user === browser.user && code.status === 'fresh') code.status = 'doubtful'
    for (const one of model.logins) {
      if (one.user !== browser.user) continue
      one.isLoggedOut = true
      // OpenID Connect Core 11: a refresh token for offline_access is for the time when nobody is logged in.
      if (one.status === 'live' && !isSpared) one.status = 'doubtful'
    }
    return { expected: 'a session less', actual: String(answer.status), findings: [] }
  })
  return true
}

/** Asks for a code without asking the user: the answer tells whether there is a session. */
export function askSilently(role: LoginRole): Move {
  return async ({ world, model, attempt, isSpared }, pick) => {
    const client = world.personas.clients[role]
    const others = model.browsers.filter(({ status, user, isShared }) => isSpared && status === 'open' && !isShared && model.browsers.some((one) => one.status === 'out' && one.user !== user))
    const browser = picked([...model.browsers.filter(({ status }) => status === 'out'), ...others], pick)
    if (client?.redirectUri === undefined || !browser) return false
    const { parameters } = codeRequest(world, { client_id: client.clientId, redirect_uri: client.redirectUri, prompt: 'none' })
    await attempt.step(`Authorize silently: the ${role} client, in ${browser.name} of ${browser.user.name}, which ${browser.status === 'out' ? 'logged out' : 'is logged in'}`, async () => {
      const { delivered, answer } = await visit(world, parameters, browser.cookies)
      const code = delivered?.parameters.has('code') ?? false
      const error = delivered?.parameters.get('error') ?? undefined
      const actual = code ? 'a code' : error ?? `${answer.status} without parameters`
      // What a logout ends is not what is asked where it has to spare others.
      const isWrong = browser.status === 'out' ? code && !isSpared : error === 'login_required'
      const expected = browser.status === 'out' ? 'login_required' : 'a code'
      return { expected, actual, findings: isWrong ? [finding('response to prompt=none', expected, show(actual))] : [] }
    })
    return true
  }
}

/** A model of what nobody has done anything to yet: one browser, in which the main user is logged in. */
export function startingModel(users: readonly UserState[], cookies: string): Model {
  return { users, browsers: [{ name: 'browser 1', user: users[0]!, isShared: true, cookies, status: 'open' }], codes: [], logins: [], applicationTokens: [] }
}

function login(world: World, user: UserState, parameters: AuthorizationParameters): ReturnType<World['given']['authorize']> {
  return world.given.authorize({ client: 'confidential', parameters, ...(user.isExpendable ? { user: user.credentials } : {}) })
}
