import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { connect, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createClient, openConnection, type Client } from '../../core/client.ts'
import { curlOf } from '../../core/curl.ts'
import { createLimiter } from '../../core/limiter.ts'
import { createRedactor } from '../../core/redaction.ts'

const has = (program: string, option: string): boolean => {
  try {
    execFileSync(program, [option], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const password = 'proxy-pass-word-7'
const folder = mkdtempSync(join(tmpdir(), 'conformance proxy '))
const caFile = join(folder, 'certificate.pem')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Needs openssl, which makes the certificate of the target. */
describe.runIf(has('openssl', 'version'))('TLS through a proxy of the environment', () => {
  let target: Server
  beforeAll(async () => {
    const key = join(folder, 'key.pem')
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=tenant.test', '-addext', 'subjectAltName=DNS:tenant.test', '-keyout', key, '-out', caFile], { stdio: 'ignore' })
    target = createServer({ key: readFileSync(key), cert: readFileSync(caFile) }, (request, response) => void response.end(`${request.headers.host} ${request.url}`))
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise<void>((resolve) => void target.close(() => resolve())))

  const open: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close()
  })

  /** Leads every CONNECT to the target, answers it with a status, or drops it. */
  async function startProxy(does: 'tunnel' | 'drop' | 'stall' | number, wanted?: string): Promise<{ readonly port: number; readonly asked: string[] }> {
    const asked: string[] = []
    const sockets = new Set<{ destroy(): unknown }>()
    const proxy = createProxy((_, response) => void response.end())
    proxy.on('connect', (request, socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      asked.push(request.url ?? '')
      if (does === 'drop') return void socket.destroy()
      if (does === 'stall') return
      const isLetIn = wanted === undefined || request.headers['proxy-authorization'] === `Basic ${Buffer.from(wanted).toString('base64')}`
      const status = typeof does === 'number' ? does : isLetIn ? 200 : 407
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\nproxy-authenticate: Basic realm="proxy"\r\ncontent-length: 0\r\n\r\n`)
      const upstream = connect((target.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      sockets.add(upstream)
      upstream.on('error', () => {})
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    open.push(() => new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy()
      proxy.closeAllConnections()
      proxy.close(() => resolve())
    }))
    return { port: (proxy.address() as AddressInfo).port, asked }
  }

  function clientBy(proxy: string, more: { readonly caFile?: string; readonly insecure?: boolean } = { caFile }): Client {
    const connection = openConnection({ baseUrl: 'https://tenant.test', timeoutMs: 1500, connections: 2, limiter: createLimiter({ concurrency: 2 }), environment: { HTTPS_PROXY: proxy }, ...more })
    open.push(() => connection.close())
    return createClient(connection, createRedactor())
  }

  const ask = { method: 'GET', path: '/a' } as const

  test('is that of the target itself: its CA counts, and its name', async () => {
    const { port, asked } = await startProxy('tunnel')
    const client = clientBy(`http://127.0.0.1:${port}`)
    expect((await client.send(ask)).body).toBe('tenant.test /a')
    expect(asked).toEqual(['tenant.test:443'])
    await expect(clientBy(`http://127.0.0.1:${port}`, {}).send(ask)).rejects.toThrow(/self.signed certificate/)
    expect((await clientBy(`http://127.0.0.1:${port}`, { insecure: true }).send(ask)).status).toBe(200)
  })

  test('takes the credentials out of the address of the proxy, and tells them nobody', async () => {
    const { port } = await startProxy('tunnel', `user:${password}`)
    const client = clientBy(`http://user:${password}@127.0.0.1:${port}`)
    expect((await client.send(ask)).status).toBe(200)
    const refused = clientBy(`http://user:not-${password}@127.0.0.1:${port}`)
    const failure = await refused.send(ask).catch((error: Error) => error)
    expect(String(failure)).toMatch(/was not answered: .*407/)
    for (const text of [JSON.stringify([...client.exchanges, ...refused.exchanges]), String(failure), ...client.exchanges.map((exchange) => curlOf(exchange))]) {
      expect(text).not.toContain(password)
      expect(text).not.toContain(Buffer.from(`user:${password}`).toString('base64'))
    }
  })

  test.each<['drop' | 'stall' | number, RegExp]>([[407, /407/], [502, /502/], ['drop', /.+/], ['stall', /no complete answer within 1500 ms/]])('ends in time where the proxy answers %s', async (does, reason) => {
    const { port } = await startProxy(does)
    const started = performance.now()
    const failure = await clientBy(`http://127.0.0.1:${port}`).send(ask).catch((error: Error) => error)
    expect(failure).toMatchObject({ name: 'Blocked', message: expect.stringMatching(/^GET \/a was not answered: /) as string })
    expect(String(failure)).toMatch(reason)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test.runIf(has('curl', '--version'))('is there for curl as well, by another name and with its CA', async () => {
    const baseUrl = `https://127.0.0.1:${(target.address() as AddressInfo).port}`
    for (const tls of [{ caFile }, { insecure: true }]) {
      const command = curlOf({ request: { method: 'GET', url: 'https://tenant.test/b', headers: [] }, startedAt: '', durationMs: 0 }, { baseUrl, host: 'tenant.test', ...tls })
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], { env: { PATH: process.env.PATH ?? '' } })
      expect(stdout).toContain('tenant.test /b')
    }
  })
})
