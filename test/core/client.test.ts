import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerOf, createClient, openConnection, type Client, type Connection } from '../../core/client.ts'
import { createLimiter } from '../../core/limiter.ts'
import { createRedactor } from '../../core/redaction.ts'
import { UsageError } from '../../core/usage-error.ts'
import { startServer, type Arrival, type LoopbackServer } from './loopback.ts'

let server: LoopbackServer
let answer: (arrival: Arrival, response: ServerResponse) => void = (_, response) => response.end()
beforeAll(async () => {
  server = await startServer((arrival, response) => answer(arrival, response))
})
afterAll(() => server.close())

let connection: Connection
let client: Client
beforeEach(() => {
  connection = openConnection({ baseUrl: `${server.url}/base/`, timeoutMs: 300, connections: 2, limiter: createLimiter({ concurrency: 2 }) })
  client = createClient(connection, createRedactor())
  answer = (_, response) => response.end()
  return () => connection.close()
})

const newest = (): Arrival => server.arrivals.at(-1)!

describe('a request', () => {
  test('goes below the base URL, with its own query spelling kept', async () => {
    await client.send({ method: 'GET', path: '/a?x=%7e&y=a+b', query: { scope: 'a b', 'x[]': '1' } })
    expect(newest().url).toBe('/base/a?x=%7e&y=a+b&scope=a+b&x%5B%5D=1')
  })

  test('goes to an absolute URL as it is', async () => {
    await client.send({ method: 'GET', path: `${server.url}/elsewhere` })
    expect(newest().url).toBe('/elsewhere')
  })

  test('carries a form, JSON, or a body as it is', async () => {
    await client.send({ method: 'POST', path: '/a', form: [['a', '1'], ['a', 'ü &']] })
    expect([newest().headers['content-type'], newest().body]).toEqual(['application/x-www-form-urlencoded', 'a=1&a=%C3%BC+%26'])
    await client.send({ method: 'POST', path: '/a', json: { a: null } })
    expect([newest().headers['content-type'], newest().body]).toEqual(['application/json', '{"a":null}'])
    await client.send({ method: 'POST', path: '/a', body: '{"a":' })
    expect([newest().headers['content-type'], newest().body]).toEqual([undefined, '{"a":'])
  })

  test('has its own headers before those that are usual', async () => {
    await client.send({ method: 'POST', path: '/a', json: {}, headers: { Accept: 'text/html', 'Content-Type': 'application/vnd.x+json', 'User-Agent': 'me' } })
    expect(newest().headers).toMatchObject({ accept: 'text/html', 'content-type': 'application/vnd.x+json', 'user-agent': 'me' })
  })
})

describe('an answer', () => {
  test('keeps names, order and duplicates of headers', async () => {
    answer = (_, response) => {
      response.writeHead(302, ['X-One', '1', 'set-cookie', 'a=1', 'Set-Cookie', 'b=2', 'location', '../up?x=1'])
      response.end('moved')
    }
    const { status, headers, location, body } = await client.send({ method: 'GET', path: '/a/b' })
    expect({ status, body, location: location?.href }).toEqual({ status: 302, body: 'moved', location: `${server.url}/base/up?x=1` })
    expect(headers.slice(0, 4)).toEqual([['X-One', '1'], ['set-cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['location', '../up?x=1']])
    expect(server.arrivals.at(-1)?.url).toBe('/base/a/b')
  })

  test.each([
    ['gzip', gzipSync], ['x-gzip', gzipSync], ['br', brotliCompressSync], ['deflate', deflateSync], ['deflate', deflateRawSync],
    ['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
  ] as const)('in %s is read as if it were not', async (coding, encode) => {
    answer = (_, response) => {
      response.setHeader('content-encoding', coding)
      response.end(encode(Buffer.from('{"a":"ü"}')))
    }
    expect((await client.send({ method: 'GET', path: '/a' })).json).toEqual({ a: 'ü' })
    expect(client.exchanges[0]?.response?.body).toBe('{"a":"ü"}')
  })

  test('is JSON where its body is, with or without a byte-order mark, and undefined elsewhere', () => {
    const json = (body: string): unknown => answerOf(new URL('http://a/'), 200, [], body).json
    expect([json('{"a":1}'), json('\uFEFF[1]'), json('null'), json(''), json('<p>')]).toEqual([{ a: 1 }, [1], null, undefined, undefined])
  })
})

describe('a target that gives no answer blocks the check, and the record says why', () => {
  test('connection refused', async () => {
    const refused = openConnection({ baseUrl: 'http://127.0.0.1:1', timeoutMs: 300, connections: 1, limiter: createLimiter({ concurrency: 1 }) })
    const other = createClient(refused, createRedactor())
    await expect(other.send({ method: 'GET', path: '/a' })).rejects.toMatchObject({ name: 'Blocked', message: 'GET /a was not answered: connect ECONNREFUSED 127.0.0.1:1' })
    expect(other.exchanges).toMatchObject([{ request: { url: 'http://127.0.0.1:1/a' }, failure: 'connect ECONNREFUSED 127.0.0.1:1' }])
    await refused.close()
  })

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['no answer in time', () => {}, /^GET \/base\/a was not answered: no complete answer within 300 ms$/],
    ['a body that never ends', (response) => { response.writeHead(200); response.write('x') }, /no complete answer within 300 ms$/],
    ['a connection that is cut', (response) => { response.writeHead(200, { 'content-length': 10 }); response.write('x'); setTimeout(() => response.destroy(), 20) }, /was not answered: /],
    ['an endless body', (response) => { const pump = (): void => { while (!response.destroyed && response.write('x'.repeat(65536))); }; response.on('drain', pump); pump() }, /its body is longer than 4 MB$/],
    ['what is not gzip', (response) => { response.setHeader('content-encoding', 'gzip'); response.end('plain') }, /its body can't be decoded as gzip: /],
    ['a bomb', (response) => { response.setHeader('content-encoding', 'gzip'); response.end(gzipSync(Buffer.alloc(20 * 1024 * 1024))) }, /its body can't be decoded as gzip: /],
  ])('%s', async (_, respond, message) => {
    answer = (__, response) => respond(response)
    await expect(client.send({ method: 'GET', path: '/a' })).rejects.toThrow(message)
    expect(client.exchanges).toHaveLength(1)
    expect(client.exchanges[0]?.failure).toBeDefined()
  })

  test('a secret in the address is not in the reason', async () => {
    const gone = openConnection({ baseUrl: 'http://127.0.0.1:1/long-secret', timeoutMs: 300, connections: 1, limiter: createLimiter({ concurrency: 1 }) })
    const redactor = createRedactor()
    redactor.learn('long-secret', 'password')
    await expect(createClient(gone, redactor).send({ method: 'GET', path: '/a' })).rejects.toThrow('GET /[password removed]/a was not answered')
    await gone.close()
  })
})

test('a long body is kept in part, and says how long it was; a secret at the cut is removed', async () => {
  const secret = 'a-secret-of-forty-characters-0123456789ab'
  const redactor = createRedactor()
  redactor.learn(secret, 'password')
  const body = `${'x'.repeat(64 * 1024 - 10)}${secret}${'y'.repeat(1000)}`
  answer = (_, response) => response.end(body)
  const recording = createClient(connection, redactor)
  expect((await recording.send({ method: 'GET', path: '/a' })).body).toBe(body)
  const kept = recording.exchanges[0]?.response
  expect(kept).toMatchObject({ fullLength: body.length })
  expect(kept?.body).toBe(`${'x'.repeat(64 * 1024 - 10)}[password `)
})

test('a CA file that is not there is the fault of who named it', () => {
  expect(() => openConnection({ baseUrl: 'https://a.example', timeoutMs: 1, connections: 1, limiter: createLimiter({ concurrency: 1 }), caFile: '/nowhere/ca.pem' }))
    .toThrow(new UsageError(`The CA file /nowhere/ca.pem can't be read: give the path of a PEM file.`))
})
