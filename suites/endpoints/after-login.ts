import type { World } from '../../core/world.ts'
import { readPage } from '../../core/page.ts'
import type { Answer } from '../../core/client.ts'
import type { Provoked } from './situation.ts'

/**
 * What a faulty request to the authorization endpoint ends in. RFC 6749 says what it is answered with, not when: a server may let the user
 * log in before it looks at the request. Where the answer leads to a login page, the main user goes through it; else it is the answer itself.
 */
export async function afterLogin(world: World, provoked: Provoked): Promise<Provoked> {
  const { answer } = provoked
  if (!leadsToLogin(answer)) return provoked
  const { answer: last } = await world.given.loggedIn(answer.url.href.slice(world.target.baseUrl.length))
  return { ...provoked, answer: last }
}

/** Inside a server without a word of an error, or a page that asks who it is. */
function leadsToLogin({ status, location, url, body }: Answer): boolean {
  if (location && status >= 300 && status < 400) return location.origin === url.origin && !/error/i.test(location.href)
  return status === 200 && readPage(body, url).forms.some(({ controls }) => controls.some(({ name, type }) => type === 'password' || identifiers.has(name)))
}

const identifiers = new Set(['username', 'email', 'identifier', 'login'])
