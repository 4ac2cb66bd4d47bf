import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import type { AuthorizationParameters } from '../authorization/authorizing.ts'
import { session, visit } from '../authorization/browser.ts'

type Role = 'confidential' | 'public'

/** What the application is told; `undefined` where it is told nothing. */
export type Asking = (parameters: AuthorizationParameters, role?: Role) => Promise<URLSearchParams | undefined>

/**
 * Asks the authorization endpoint again and again with the session of one login, which takes a request each time. Where the target does not use the
 * session again, the main user logs in.
 */
export async function askingAgain(world: World): Promise<Asking> {
  let { cookies } = await session(world)
  return async (parameters, role = 'confidential') => {
    const { delivered, waitsForUser } = await visit(world, parameters, cookies)
    if (!waitsForUser) return delivered?.parameters
    const { mode, parameters: answer, cookies: ofLogin } = await world.given.authorize({ client: role, parameters })
    cookies = ofLogin || cookies
    return mode === 'none' ? undefined : answer
  }
}

/** A code that nobody has seen. Throws {@link Blocked} where there is none. */
export async function freshCode(ask: Asking, parameters: AuthorizationParameters, role: Role = 'confidential'): Promise<string> {
  const answer = await ask(parameters, role)
  const code = answer?.get('code')
  if (!code) throw new Blocked(`the authorization response has no code${answer?.has('error') ? ` but ${answer.get('error')}` : ''}`)
  return code
}
