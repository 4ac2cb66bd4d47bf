import { execFileSync, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, openConnection, type RequestStatement } from '../../core/client.ts'
import { curlOf, type Way } from '../../core/curl.ts'
import { createLimiter } from '../../core/limiter.ts'
import { createRedactor } from '../../core/redaction.ts'
import { startServer, type Arrival, type LoopbackServer } from './loopback.ts'

const hasCurl = (() => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const run = promisify(execFile)
const at = { startedAt: '', durationMs: 0 }

describe('curlOf', () => {
  test.each([
    ['a GET', { method: 'GET', url: 'http://t.example/userinfo', headers: [['accept', '*/*'], ['authorization', 'Bearer [authorization removed]']] },
      `curl -i http://t.example/userinfo -H 'authorization: Bearer '"$AUTHORIZATION"`],
    ['a form', { method: 'POST', url: 'http://t.example/oauth/token', headers: [['content-type', 'application/x-www-form-urlencoded']], body: 'grant_type=password&password=[password removed]&scope=a%20b' },
      `curl -i http://t.example/oauth/token --data-urlencode grant_type=password --data-urlencode password="$PASSWORD" --data-urlencode 'scope=a b'`],
    ['JSON', { method: 'POST', url: 'http://t.example/signup', headers: [['content-type', 'application/json']], body: `{"a":"it's","password":"[password removed]"}` },
      `curl -i http://t.example/signup -H 'content-type: application/json' --data-raw '{"a":"it'\\''s","password":"'"$PASSWORD"'"}'`],
    ['another method', { method: 'PUT', url: 'http://t.example/a', headers: [] }, 'curl -i -X PUT http://t.example/a'],
    ['HEAD', { method: 'HEAD', url: 'http://t.example/a', headers: [] }, 'curl -I http://t.example/a'],
    ['a header without a value', { method: 'GET', url: 'http://t.example/a', headers: [['Authorization', '']] }, `curl -i http://t.example/a -H 'Authorization;'`],
    ['a body without a media type', { method: 'POST', url: 'http://t.example/a', headers: [], body: '@file' }, `curl -i http://t.example/a -H content-type: --data-raw @file`],
    ['a query with brackets', { method: 'GET', url: 'http://t.example/a?b[]=1&code=[code removed]', headers: [] }, `curl -i -g 'http://t.example/a?b[]=1&code='"$CODE"`],
  ] as const)('%s', (_, request, command) => {
    expect(curlOf({ request, ...at })).toBe(command)
  })
})

describe('leads to the target as it was reached', () => {
  const command = (url: string, way: Way): string => curlOf({ request: { method: 'GET', url, headers: [] }, ...at }, way)

  test.each<[string, string, Way, string]>([
    ['by another address', 'https://tenant.example/a', { baseUrl: 'https://127.0.0.1:8443', host: 'tenant.example' }, 'curl -i --connect-to tenant.example:443:127.0.0.1:8443 https://tenant.example/a'],
    ['by another port of IPv6', 'http://tenant.example:81/a', { baseUrl: 'http://[::1]:80', host: 'tenant.example:81' }, "curl -i --connect-to 'tenant.example:81:[::1]:80' http://tenant.example:81/a"],
    ['with a CA of its own', 'https://tenant.example/a', { baseUrl: 'https://tenant.example', caFile: '/my files/ca.pem' }, "curl -i --cacert '/my files/ca.pem' https://tenant.example/a"],
    ['without looking at the certificate', 'https://tenant.example/a', { baseUrl: 'https://tenant.example', insecure: true }, 'curl -i -k https://tenant.example/a'],
    ['without TLS', 'http://tenant.example/a', { baseUrl: 'http://tenant.example', insecure: true, caFile: 'ca.pem' }, 'curl -i http://tenant.example/a'],
    ['not to another server', 'https://elsewhere.example/a', { baseUrl: 'https://127.0.0.1:8443', host: 'tenant.example', insecure: true }, 'curl -i https://elsewhere.example/a'],
  ])('%s', (_, url, way, wanted) => {
    expect(command(url, way)).toBe(wanted)
  })
})

describe.runIf(hasCurl)('run by a shell', () => {
  let echo: LoopbackServer
  beforeAll(async () => {
    echo = await startServer((_, response) => void response.end('ok'))
  })
  afterAll(() => echo.close())

  /** Sends a request through the client, then again as the printed command, with secrets in the environment; both as they arrived. */
  async function bothWays(statement: RequestStatement, secrets: Readonly<Record<string, string>>): Promise<[Arrival, Arrival]> {
    const connection = openConnection({ baseUrl: echo.url, timeoutMs: 5000, connections: 1, limiter: createLimiter({ concurrency: 1 }) })
    const redactor = createRedactor()
    for (const [name, value] of Object.entries(secrets)) redactor.learn(value, name.toLowerCase())
    const client = createClient(connection, redactor)
    await client.send(statement)
    const [exchange] = client.exchanges
    await connection.close()
    const command = curlOf(exchange!)
    for (const value of Object.values(secrets)) expect(command).not.toContain(value)
    await run('/bin/sh', ['-c', command], { env: { PATH: process.env.PATH ?? '', ...secrets } })
    return echo.arrivals.slice(-2) as [Arrival, Arrival]
  }

  const essence = ({ method, url, body, headers }: Arrival) => {
    const ownOfEach = ['host', 'connection', 'content-length', 'user-agent', 'accept-encoding', 'transfer-encoding']
    const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => !ownOfEach.includes(name)))
    const isForm = rest['content-type']?.startsWith('application/x-www-form-urlencoded')
    return { method, url, headers: rest, body: isForm ? [...new URLSearchParams(body)] : body }
  }

  test.each<[string, RequestStatement, Record<string, string>]>([
    ['a form with secrets', { method: 'POST', path: '/oauth/token', form: { grant_type: 'password', username: 'ada lovelace+1@example.com', password: `it's "$HOME" & 100% \\n`, client_secret: 'abc/+=def' } }, { PASSWORD: `it's "$HOME" & 100% \\n`, CLIENT_SECRET: 'abc/+=def' }],
    ['a form with a repeated field', { method: 'POST', path: '/oauth/token', form: [['scope', 'a'], ['scope', 'b'], ['empty', '']] }, {}],
    ['JSON with a secret', { method: 'POST', path: '/signup', json: { email: 'a@example.com', password: 'Strong-9!aZ', name: `$(id) \`id\` ${'é'} 'x'` } }, { PASSWORD: 'Strong-9!aZ' }],
    ['a bearer token', { method: 'GET', path: '/userinfo', headers: { authorization: 'Bearer opaque-123456' } }, { AUTHORIZATION: 'opaque-123456' }],
    ['a query', { method: 'GET', path: '/authorize', query: { scope: 'openid profile', redirect_uri: 'https://a.example/cb?x=[1]', state: `'"` } }, {}],
    ['a broken body', { method: 'POST', path: '/oauth/token', body: '{"a":', headers: { 'content-type': 'application/json' } }, {}],
    ['a body that begins with @', { method: 'POST', path: '/oauth/token', body: '@/etc/hostname' }, {}],
    ['an empty body', { method: 'POST', path: '/oauth/token', body: '' }, {}],
    ['a GET with a body', { method: 'GET', path: '/oauth/token', body: 'x', headers: { 'content-type': 'text/plain' } }, {}],
    ['an empty header', { method: 'GET', path: '/userinfo', headers: { authorization: '' } }, {}],
    ['PUT without a body', { method: 'PUT', path: '/userinfo' }, {}],
  ])('%s arrives the same', async (_, statement, secrets) => {
    const [sent, again] = await bothWays(statement, secrets)
    expect(essence(again)).toEqual(essence(sent))
  })

  test('a target that calls itself otherwise gets it too', async () => {
    const command = curlOf({ request: { method: 'GET', url: 'http://tenant.test/a', headers: [] }, ...at }, { baseUrl: echo.url, host: 'tenant.test' })
    await run('/bin/sh', ['-c', command], { env: { PATH: process.env.PATH ?? '' } })
    expect(echo.arrivals.at(-1)).toMatchObject({ url: '/a', headers: { host: 'tenant.test' } })
  })

  test('any body and any value arrive the same', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !value.includes('\0') && !/[\r\n]/.test(value))
    await fc.assert(fc.asyncProperty(text, fc.dictionary(fc.stringMatching(/^[a-z_]{1,10}$/), text, { maxKeys: 4 }), fc.constantFrom('form', 'json', 'body'), async (body, values, way) => {
      const statement: RequestStatement = way === 'form' ? { method: 'POST', path: '/p', form: { x: body, ...values } }
        : way === 'json' ? { method: 'POST', path: '/p', json: { x: body, values } }
          : { method: 'POST', path: '/p', body: `x${body}`, headers: { 'content-type': 'text/plain' } }
      // Without fields that are secrets by their name: what stands in them is not in the command.
      const names = ['x', ...Object.keys(values)]
      fc.pre(!names.some((name) => ['code', 'token', 'otp', 'link', 'secret', 'ticket', 'password'].includes(name)))
      const [sent, again] = await bothWays(statement, {})
      expect(essence(again)).toEqual(essence(sent))
    }), { numRuns: 40, endOnFailure: true })
  })
})
