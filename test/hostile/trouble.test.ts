import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient, openConnection, type Client } from '../../core/client.ts'
import { createLimiter } from '../../core/limiter.ts'
import { createRedactor } from '../../core/redaction.ts'
import { UsageError } from '../../core/usage-error.ts'
import { runCheck } from '../../core/runner.ts'
import { openWorlds } from '../../fixtures/world.ts'
import { allChecks } from '../../suites/index.ts'
import { startServer } from '../core/loopback.ts'
import { page, startSite, to } from '../fixtures/login-site.ts'
import { behaviours, startHostile } from './server.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

function clientOf(baseUrl: string, environment?: Record<string, string>): Client {
  const connection = openConnection({ baseUrl, timeoutMs: 400, connections: 2, limiter: createLimiter({ concurrency: 2 }), ...(environment ? { environment } : {}) })
  open.push(() => connection.close())
  return createClient(connection, createRedactor())
}

const callback = 'https://app.example/callback'
const configured = (baseUrl: string) => ({
  target: { baseUrl }, clients: { confidential: { clientId: 'web', clientSecret: 'web-secret-0123', redirectUri: callback } },
  users: { main: { email: 'ada@example.com', password: 'Correct-Horse-9!' } }, connections: { database: 'db' }, timeoutMs: 300,
})

describe.each(Object.entries(behaviours))('%s', (_, behave) => {
  test('blocks in time, with a reason and without much memory', async () => {
    const server = await startHostile(behave)
    open.push(() => server.close())
    const client = clientOf(server.url)
    const [started, before] = [performance.now(), process.memoryUsage().rss]
    await expect(client.send({ method: 'GET', path: '/a' })).rejects.toMatchObject({ name: 'Blocked', message: expect.stringMatching(/^GET \/a was not answered: ./) as string })
    expect(client.exchanges).toMatchObject([{ failure: expect.stringMatching(/./) as string }])
    expect(performance.now() - started).toBeLessThan(5000)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
  })
})

test('of checks on a target that never answers none accuses it, and the end comes soon', async () => {
  const server = await startHostile(behaviours.silence!)
  open.push(() => server.close())
  const worlds = openWorlds(configured(server.url), { seed: 1 })
  open.push(() => worlds.close())
  const checks = allChecks().slice(0, 200)
  const started = performance.now()
  const verdicts: string[] = []
  await Promise.all(Array.from({ length: 10 }, async (_, worker) => {
    for (let at = worker; at < checks.length; at += 10) verdicts.push((await runCheck(checks[at]!, worlds.permissions, () => worlds.stage())).status)
  }))
  expect([...new Set(verdicts)].filter((status) => status !== 'blocked' && status !== 'unsupported')).toEqual([])
  expect(worlds.lost()).toMatch(/^the target is gone: /)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a redirect loop at the login ends', async () => {
  const site = await startSite({ 'GET /authorize': () => to('/a'), 'GET /a': () => to('/authorize') })
  open.push(() => site.close())
  const worlds = openWorlds(configured(site.url), { seed: 1 })
  open.push(() => worlds.close())
  await expect(worlds.stage().world.given.authorizationCode({ client: 'confidential' })).rejects.toThrow('the login did not end within')
  expect(site.visited.length).toBeLessThan(30)
})

test.each<[string, (other: string) => Parameters<typeof startSite>[0]]>([
  ['a redirect of the authorization endpoint', (other) => ({ 'GET /authorize': () => to(`${other}/u/login`) })],
  ['a form that goes there', (other) => ({ 'GET /authorize': () => page('Log in', `<form method="post" action="${other}/x"><input name="username"><input name="password" type="password"></form>`) })],
  ['a button that goes there', (other) => ({ 'GET /authorize': () => page('Log in', `<form method="post"><input name="username"><input name="password" type="password"><button formaction="${other}/x">go</button></form>`) })],
  ['a base address', (other) => ({ 'GET /authorize': () => page('Log in', `<base href="${other}/"><form method="post" action="x"><input name="username"><input name="password" type="password"></form>`) })],
  ['a redirect that keeps the body', (other) => ({
    'GET /authorize': () => page('Log in', '<form method="post"><input name="username"><input name="password" type="password"></form>'),
    'POST /authorize': () => ({ status: 307, headers: { location: `${other}/x` } }),
  })],
])('another server is sent nothing by %s', async (_, handlers) => {
  const other = await startServer((__, response) => void response.end())
  const site = await startSite(handlers(other.url))
  open.push(() => other.close(), () => site.close())
  const worlds = openWorlds(configured(site.url), { seed: 1 })
  open.push(() => worlds.close())
  await expect(worlds.stage().world.given.authorizationCode({ client: 'confidential' })).rejects.toMatchObject({ name: 'Blocked' })
  expect(other.arrivals).toEqual([])
})

describe('a proxy of the environment', () => {
  async function startProxy(onConnect: 'tunnel' | 'drop', targetPort = 0): Promise<{ readonly url: string; readonly asked: string[] }> {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end('by proxy')
    })
    server.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`)
      if (onConnect === 'drop') return void socket.destroy()
      const upstream = connect(targetPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      for (const one of [socket, upstream]) one.on('error', () => {})
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(resolve)
    }))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }

  test('is asked for a plain address as it is', async () => {
    const proxy = await startProxy('drop')
    expect((await clientOf('http://tenant.test', { HTTP_PROXY: proxy.url }).send({ method: 'GET', path: '/a' })).body).toBe('by proxy')
    expect(proxy.asked).toEqual(['GET http://tenant.test/a'])
  })

  test('that drops every connection ends in time', async () => {
    const proxy = await startProxy('drop')
    await expect(clientOf('https://tenant.test', { https_proxy: proxy.url }).send({ method: 'GET', path: '/a' })).rejects.toMatchObject({ name: 'Blocked' })
    expect(proxy.asked[0]).toBe('CONNECT tenant.test:443')
  })

  test.each<[string, Record<string, string>]>([['NO_PROXY names the target', { NO_PROXY: 'other.test, tenant.test' }], ['NO_PROXY is a star', { no_proxy: '*' }]])('is passed by where %s', async (_, more) => {
    const proxy = await startProxy('drop')
    await expect(clientOf('http://tenant.test:1', { HTTP_PROXY: proxy.url, ...more }).send({ method: 'GET', path: '/a' })).rejects.toMatchObject({ name: 'Blocked' })
    expect(proxy.asked).toEqual([])
  })

  test('is not asked for what runs on this machine', async () => {
    const proxy = await startProxy('drop')
    const server = await startServer((_, response) => void response.end('direct'))
    open.push(() => server.close())
    expect((await clientOf(server.url, { HTTP_PROXY: proxy.url }).send({ method: 'GET', path: '/a' })).body).toBe('direct')
  })

  test('whose address is none is a mistake of who set it', () => {
    expect(() => clientOf('http://tenant.test', { HTTP_PROXY: 'proxy' })).toThrow(UsageError)
  })
})
