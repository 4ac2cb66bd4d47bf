import { afterEach, expect, test } from 'vitest'
import { openWorlds } from '../../fixtures/world.ts'
import { allChecks } from '../../suites/index.ts'
import { page, startSite, to, type Reply, type Visit } from '../fixtures/login-site.ts'

const callback = 'https://app.example/callback'
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** A server that lets everybody log in before it looks at what was asked for, as frameworks do that protect a whole page. */
async function statusOf(id: string, answer: (visit: Visit) => Reply): Promise<string> {
  const site = await startSite({
    'GET /authorize': (visit) => (visit.cookies.session === '1' ? answer(visit) : to(`/login?next=${encodeURIComponent(visit.url)}`)),
    'GET /login': () => page('Log in', '<form method="post"><input name="username"><input name="password" type="password"></form>'),
    'POST /login': ({ query }) => to(query.get('next') ?? '/', ['session=1']),
  })
  const worlds = openWorlds({
    target: { baseUrl: site.url }, profile: 'standard', users: { main: { email: 'ada@example.com', password: 'a-password' } },
    clients: { confidential: { clientId: 'web', clientSecret: 'a-secret', redirectUri: callback } },
  }, { seed: 1 })
  open.push(() => worlds.close(), () => site.close())
  return (await worlds.judge(allChecks().find((check) => check.id === id)!)).status
}

test.each(['endpoints/authorize/missing/response_type/standard', 'endpoints/authorize/unknown-value/response_type/standard', 'endpoints/authorize/missing/response_type/told'])(
  '%s judges what comes after the login', async (id) => {
    expect(await statusOf(id, () => to(`${callback}?error=invalid_request`))).toBe('pass')
    expect(await statusOf(id, () => to(`${callback}?code=a`))).toBe('fail')
  })

test('a page that tells the user is a refusal, whatever its status', async () => {
  expect(await statusOf('endpoints/authorize/missing/response_type/standard', () => page('What is wrong', 'response_type is missing'))).toBe('pass')
})
