import type { Answer } from '../../../core/client.ts'
import { headerValues } from '../../../core/exchange.ts'
import { Blocked } from '../../../core/finding.ts'
import type { GivenAuthorization, GivenCode, World } from '../../../core/world.ts'
import { clientOf } from '../../grants/token-requests.ts'
import { codeRequest, type AuthorizationParameters } from './authorization/authorizing.ts'

/** The `Cookie` header of a browser after an answer: values that are set take the place of older ones, those that end are gone. */
export function cookiesAfter(cookies: string, answer: Answer): string {
  const jar = new Map(cookies.split(/;\s*/).filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf('=')), pair]))
  for (const value of headerValues(answer.headers, 'set-cookie')) {
    const [pair = '', ...attributes] = value.split(/;\s*/)
    const name = pair.slice(0, pair.indexOf('='))
    if (attributes.some(endsCookie)) jar.delete(name)
    else jar.set(name, pair)
  }
  return [...jar.values()].join('; ')
}

function endsCookie(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=')
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0
  return name.toLowerCase() === 'expires' && Date.parse(value) <= Date.now()
}

/**
 * The main user logs in to the confidential client: what came, and the code with what it is bound to. A challenge goes with every request, as
 * some servers want of every client (RFC 9700, 2.1.1). Throws {@link Blocked} where there is no code.
 */
export async function loggedIn(world: World, more: AuthorizationParameters = {}): Promise<{ readonly login: GivenAuthorization; readonly given: GivenCode }> {
  const { parameters: request, codeVerifier } = codeRequest(world, more)
  const login = await world.given.authorize({ client: 'confidential', parameters: request })
  const { parameters, answer } = login
  const code = parameters.get('code')
  if (!code) throw new Blocked(`the authorization response has no code${parameters.has('error') ? ` but ${parameters.get('error')}` : ` (${answer.status})`}`)
  return { login, given: { code, redirectUri: clientOf(world, 'confidential').redirectUri ?? '', codeVerifier } }
}

/** What the authorization endpoint says without asking the user. */
export async function silentLogin(world: World, cookies: string): Promise<{ readonly code: boolean; readonly error: string | undefined; readonly answer: Answer }> {
  const answer = await world.client.send({
    method: 'GET', path: '/authorize', query: codeRequest(world, { prompt: 'none' }).parameters, ...(cookies === '' ? {} : { headers: { cookie: cookies } }),
  })
  const parameters = answer.location?.searchParams
  return { code: parameters?.has('code') ?? false, error: parameters?.get('error') ?? undefined, answer }
}
