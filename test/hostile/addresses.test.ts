import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient, openConnection, type Client } from '../../core/client.ts'
import { createLimiter } from '../../core/limiter.ts'
import { createRedactor } from '../../core/redaction.ts'
import { runCheck } from '../../core/runner.ts'
import { probeTarget } from '../../fixtures/target/probe.ts'
import { openWorlds } from '../../fixtures/world.ts'
import { allChecks } from '../../suites/index.ts'
import { startServer } from '../core/loopback.ts'
import { startHostile } from './server.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

function clientOf(baseUrl: string, caFile?: string): Client {
  const connection = openConnection({ baseUrl, timeoutMs: 5000, connections: 2, limiter: createLimiter({ concurrency: 2 }), ...(caFile === undefined ? {} : { caFile }) })
  open.push(() => connection.close())
  return createClient(connection, createRedactor())
}

const get = { method: 'GET', path: '/a' }

test('a name that nobody knows is not there, and the reason says so', async () => {
  const baseUrl = 'http://tenant.invalid'
  const { closed } = await probeTarget(clientOf(baseUrl), { target: { baseUrl } }, ['discovery'])
  expect(closed).toMatch(/was not answered: .*(?:ENOTFOUND|EAI_AGAIN).*its name is not known here$/)
})

describe('a certificate that nobody vouches for', () => {
  async function startTls(): Promise<{ readonly url: string; readonly certificate: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-tls-test-'))
    open.push(() => rmSync(folder, { recursive: true }))
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name)) as [string, string]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => void response.end('ok'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(resolve)
    }))
    return { url: `https://localhost:${(server.address() as AddressInfo).port}`, certificate }
  }

  test('ends it, and the reason says what helps', async () => {
    const { url } = await startTls()
    const { closed } = await probeTarget(clientOf(url), { target: { baseUrl: url } }, ['discovery'])
    expect(closed).toMatch(/self.signed certificate.*--ca FILE \(target\.caFile\), or take any with --insecure$/)
  })

  test('is good where it is named', async () => {
    const { url, certificate } = await startTls()
    expect((await clientOf(url, certificate).send(get)).body).toBe('ok')
  })

  test('for another name does not help', async () => {
    const { url, certificate } = await startTls()
    const baseUrl = url.replace('localhost', '127.0.0.1')
    const { closed } = await probeTarget(clientOf(baseUrl, certificate), { target: { baseUrl } }, ['discovery'])
    expect(closed).toMatch(/its certificate is for another name: use that as base URL, or name it as target\.host$/)
  })
})

describe('a body', () => {
  const answered = async (head: string, body: Buffer): Promise<Client> => {
    const server = await startHostile((socket) => void socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`), body])))
    open.push(() => server.close())
    return clientOf(server.url)
  }

  test('that is shorter than it says is no answer', async () => {
    const client = await answered('content-length: 10', Buffer.from('short'))
    await expect(client.send(get)).rejects.toMatchObject({ name: 'Blocked', message: expect.stringMatching(/^GET \/a was not answered: ./) as string })
  })

  test('that is longer than it says ends where it says', async () => {
    const client = await answered('content-length: 2', Buffer.from('okHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nowned'))
    expect((await client.send(get)).body).toBe('ok')
    expect((await client.send(get)).body).toBe('ok')
  })

  test('with two lengths is no answer', async () => {
    const client = await answered('content-length: 2\r\ncontent-length: 5', Buffer.from('okayy'))
    await expect(client.send(get)).rejects.toMatchObject({ name: 'Blocked' })
  })

  test('that is no UTF-8 is read with marks for what is broken', async () => {
    const client = await answered('content-type: application/json; charset=utf-8\r\ncontent-length: 12', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xc3, 0x28, 0x80, 0x22, 0x7d]))
    expect((await client.send(get)).json).toEqual({ a: '\ufffd\ufffd(\ufffd' })
    expect(client.exchanges[0]!.response!.body).toBe('{"a":"\ufffd\ufffd(\ufffd"}')
  })
})

test('a discovery document that names another server gets it nothing secret', async () => {
  const other = await startServer((_, response) => void response.end('{}'))
  const target = await startServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json')
    const names = ['authorization', 'token', 'userinfo', 'revocation', 'end_session', 'registration', 'device_authorization', 'introspection']
    if (url === '/.well-known/openid-configuration') return void response.end(JSON.stringify({ issuer: `${other.url}/`, jwks_uri: `${other.url}/jwks`, ...Object.fromEntries(names.map((name) => [`${name}_endpoint`, `${other.url}/${name}`])) }))
    if (url === '/oauth/token') return void response.end(JSON.stringify({ access_token: 'a-secret-access-token', id_token: 'a-secret-id-token', refresh_token: 'a-secret-refresh-token', token_type: 'Bearer', expires_in: 60 }))
    response.statusCode = 302
    response.setHeader('location', `${other.url}/elsewhere`)
    response.end('{}')
  })
  open.push(() => other.close(), () => target.close())
  const client = { clientId: 'web', clientSecret: 'web-secret-0123', redirectUri: 'https://app.example/callback', grantTypes: ['authorization_code', 'refresh_token', 'client_credentials', 'password'] }
  const worlds = openWorlds({
    target: { baseUrl: target.url, issuer: `${target.url}/` }, clients: { confidential: client, machine: client, public: { clientId: 'spa', redirectUri: client.redirectUri } },
    users: { main: { email: 'ada@example.com', password: 'Correct-Horse-9!' } }, connections: { database: 'db' }, api: { audience: 'urn:api', scopes: ['read:things'] },
    allow: ['signup', 'logout', 'email'], timeoutMs: 2000,
  }, { seed: 1, runs: 3 })
  open.push(() => worlds.close())
  const queue = allChecks().filter(({ pausesMs }) => pausesMs === undefined)
  await Promise.all(Array.from({ length: 10 }, async () => {
    for (let check = queue.shift(); check; check = queue.shift()) await runCheck(check, worlds.permissions, () => worlds.stage())
  }))
  expect(target.arrivals.length).toBeGreaterThan(200)
  // Whether an endpoint is there may be asked where it is said to be; nothing is told there.
  expect(other.arrivals.filter(({ body, headers }) => body !== '' || 'authorization' in headers || 'cookie' in headers)).toEqual([])
  expect(JSON.stringify(other.arrivals)).not.toMatch(/secret|Correct-Horse|ada@example/)
}, 60_000)
