import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Exchange } from '../../core/exchange.ts'
import { createRedactor } from '../../core/redaction.ts'
import { openWorlds } from '../../fixtures/world.ts'
import { startServer, type LoopbackServer } from './loopback.ts'

const escapedJson = (text: string): string => [...text].flatMap((character) => character.split('')).map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
const numericHtml = (text: string): string => [...text].map((character) => `&#${character.codePointAt(0)};`).join('')
const namedHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#x27;')
const lower = (text: string): string => encodeURIComponent(text).replace(/%../g, (escape) => escape.toLowerCase())

/** Ways in which servers write a value that they were sent. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  percent: (text) => encodeURIComponent(text),
  'percent in lower case': lower,
  'percent twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  form: (text) => new URLSearchParams({ v: text }).toString().slice(2),
  json: (text) => JSON.stringify(text).slice(1, -1),
  'json in escapes': escapedJson,
  'json in json': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  html: namedHtml,
  'html in numbers': numericHtml,
  'percent in html': (text) => namedHtml(lower(text)),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 behind an id': (text) => Buffer.from(`id:${text}`).toString('base64'),
  'base64 of a form': (text) => Buffer.from(`a=${encodeURIComponent(text)}`).toString('base64'),
}

/** Long enough to be told from chance; anything may stand in it. */
const secret = fc.tuple(fc.string({ unit: 'binary', minLength: 3, maxLength: 20 }), fc.stringMatching(/^[a-z0-9]{5}$/), fc.string({ minLength: 3, maxLength: 20 }))
  .map(([before, middle, after]) => `${before}${middle}${after}`)

describe('through a stage', () => {
  let echo: LoopbackServer
  beforeAll(async () => {
    echo = await startServer(({ url, headers, body, method }, response) => {
      const query = new URL(url, 'http://echo').searchParams
      const values = [...query.values(), ...Object.values(headers).flat(), body, ...new URLSearchParams(body).values()]
      try {
        values.push(...Object.values(JSON.parse(body) as Record<string, string>).map(String))
      } catch {
        // No JSON: the values are known from the form.
      }
      const sent = values.map(String)
      const kind = Number(query.get('kind'))
      const all = sent.flatMap((value) => Object.values(encodings).map((encode) => encode(value.toWellFormed())))
      const some = sent.slice(0, 6)
      response.setHeader('location', `https://elsewhere.example/?a=${some.map((value) => encodeURIComponent(value.toWellFormed())).join('&b=')}`)
      response.setHeader('x-echo', all.filter((value) => /^[\x20-\x7e]*$/.test(value)).filter((_, at) => at % 4 === Number(query.get('part'))).slice(0, 20).map((value) => value.slice(0, 400)))
      response.setHeader('set-cookie', some.map((value) => `echo=${encodeURIComponent(value.toWellFormed())}; Path=/`))
      const [type, text] = ([
        ['text/plain', all.join('\n')],
        ['application/json', JSON.stringify({ echo: all, method })],
        ['text/html', `<html><form><input value="${namedHtml(all.join(' '))}" name="echo"></form>${all.map(namedHtml).join('<br>')}</html>`],
        ['application/x-www-form-urlencoded', new URLSearchParams(all.map((value): [string, string] => ['v', value])).toString()],
      ] as const)[kind]!
      response.setHeader('content-type', type)
      response.end(text)
    })
  })
  afterAll(() => echo.close())

  test('no secret of the configuration survives in any record, whatever the target does with it', async () => {
    const secrets = fc.record({ clientSecret: secret, password: secret, other: secret })
    await fc.assert(fc.asyncProperty(secrets, fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.constantFrom('form', 'json', 'query', 'basic', 'body'), async ({ clientSecret, password, other }, kind, part, way) => {
      const worlds = openWorlds({
        target: { baseUrl: echo.url },
        clients: { confidential: { clientId: 'client', clientSecret }, other: { clientId: 'other', clientSecret: other } },
        users: { main: { email: 'ada@example.com', password } },
      }, { seed: 1 })
      try {
        const { client } = worlds.stage()
        const values = { a: clientSecret, client_secret: other, b: password }
        const query = { kind: String(kind), part: String(part) }
        await client.send({
          method: 'POST',
          path: '/echo',
          query: way === 'query' ? { ...query, ...values } : query,
          ...(way === 'form' ? { form: values } : {}),
          ...(way === 'json' ? { json: values } : {}),
          ...(way === 'body' ? { body: Object.values(values).join(' and ') } : {}),
          ...(way === 'basic' ? { headers: { authorization: `Basic ${Buffer.from(`client:${clientSecret}`).toString('base64')}`, 'x-other': encodeURIComponent(other.toWellFormed()), 'x-password': Buffer.from(password).toString('base64') } } : {}),
        })
        const kept = stringsOf(client.exchanges)
        for (const value of [clientSecret, password, other]) {
          for (const [name, encode] of Object.entries(encodings)) {
            // In base64 the characters at the border are decided by what stands beside.
            const written = encode(value.toWellFormed()).replace(/=+$/, '')
            const trace = name.startsWith('base64') ? written.slice(6, -3) : written
            for (const text of kept) expect(text.includes(trace), `${name}: ${trace} in ${text}`).toBe(false)
          }
        }
      } finally {
        await worlds.close()
      }
    }), { numRuns: 60, interruptAfterTimeLimit: 20_000, endOnFailure: true })
  })
})

/** Every text of a record. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}

const exchangeOf = (request: Partial<Exchange['request']>, response: Partial<NonNullable<Exchange['response']>> = {}): Exchange => ({
  request: { method: 'POST', url: 'https://tenant.example/oauth/token', headers: [], ...request },
  response: { status: 200, headers: [], body: '', ...response },
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
})

const jwt = (claims: object): string => [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')

describe('by field', () => {
  const redacted = (exchange: Exchange): Exchange => createRedactor().exchange(exchange)
  const requestBody = (body: string): string | undefined => redacted(exchangeOf({ body })).request.body
  const responseBody = (body: string): string | undefined => redacted(exchangeOf({}, { body })).response?.body

  test.each([
    ['a form', 'grant_type=password&username=ada&password=pa%20ss&scope=openid', 'grant_type=password&username=ada&password=[password removed]&scope=openid'],
    ['a form with a repeated field', 'code=one&code=two&x=1', 'code=[code removed]&code=[code removed]&x=1'],
    ['a form with an escaped name', 'client%5Fsecret=abc&x=1', 'client%5Fsecret=[client_secret removed]&x=1'],
    ['JSON', '{ "client_id": "a",\n "client_secret" : "b\\"c" }', '{ "client_id": "a",\n "client_secret" : "[client_secret removed]" }'],
    ['JSON with a number', '{"otp":123456,"a":1}', '{"otp":"[otp removed]","a":1}'],
    ['JSON with a repeated member', '{"password":"a","password":"b"}', '{"password":"[password removed]","password":"[password removed]"}'],
    ['JSON that is cut off', '{"a":1,"password":"abc', '{"a":1,"password":"[password removed]'],
    ['JSON with a list', '{"recovery_codes":["A1","B2"],"x":["A1"]}', '{"recovery_codes":["[recovery_codes removed]","[recovery_codes removed]"],"x":["A1"]}'],
    ['JSON with an object inside', '{"token":{"token":"abc"},"a":{"b":"abc"}}', '{"token":{"token":"[token removed]"},"a":{"b":"abc"}}'],
  ])('%s in a request', (_, body, kept) => {
    expect(requestBody(body)).toBe(kept)
  })

  test.each([
    ['an error code is none', '{"name":"ValidationError","code":"invalid_user_password","description":"Wrong email or password."}', '{"name":"ValidationError","code":"invalid_user_password","description":"Wrong email or password."}'],
    ['an authorization code is one', '{"code":"abc","state":"s"}', '{"code":"[code removed]","state":"s"}'],
    ['tokens', '{"access_token":"opaque-1","token_type":"Bearer"}', '{"access_token":"[access_token removed]","token_type":"Bearer"}'],
    ['a form that sends itself', '<form action="https://app.example/acs"><input type="hidden" value="PHNhbWw+" name=\'SAMLResponse\'/><input name=RelayState value=r></form>', '<form action="https://app.example/acs"><input type="hidden" value="[SAMLResponse removed]" name=\'SAMLResponse\'/><input name=RelayState value=r></form>'],
    ['an input with odd attributes', '<input data-x="a>b" name="wresult" value="x&quot;y">', '<input data-x="a>b" name="wresult" value="[wresult removed]">'],
    ['a posted message', '<script>p({type: "authorization_response", response: {"code":"abc","state":"s"}})</script>', '<script>p({type: "authorization_response", response: {"code":"[code removed]","state":"s"}})</script>'],
    ['a link', '<a href="/verify?a=1&amp;verification_code=123456">go</a>', '<a href="/verify?a=1&amp;verification_code=[verification_code removed]">go</a>'],
    ['the text of a redirect', 'Found. Redirecting to https://app.example/cb?code=abc&state=s', 'Found. Redirecting to https://app.example/cb?code=[code removed]&state=s'],
  ])('%s in an answer', (_, body, kept) => {
    expect(responseBody(body)).toBe(kept)
  })

  test('headers keep what is no secret', () => {
    const { request, response } = redacted(exchangeOf({
      url: 'https://tenant.example/authorize?client_id=a&id_token_hint=abc#access_token=def',
      headers: [['Authorization', 'Bearer abc'], ['cookie', 'a=1; b=2'], ['Accept', '*/*'], ['authorization', 'Bearer'], ['authorization', '']],
    }, { headers: [['Set-Cookie', 'auth0=s%3Aabc; Path=/; HttpOnly'], ['Location', '/cb?code=abc&state=s'], ['X-Auth0-RequestId', 'abc']] }))
    expect(request.url).toBe('https://tenant.example/authorize?client_id=a&id_token_hint=[id_token_hint removed]#access_token=[access_token removed]')
    expect(request.headers).toEqual([
      ['Authorization', 'Bearer [authorization removed]'], ['cookie', 'a=[cookie removed]; b=[cookie removed]'], ['Accept', '*/*'], ['authorization', 'Bearer'], ['authorization', ''],
    ])
    expect(response?.headers).toEqual([
      ['Set-Cookie', 'auth0=[cookie removed]; Path=/; HttpOnly'], ['Location', '/cb?code=[code removed]&state=s'], ['X-Auth0-RequestId', 'abc'],
    ])
  })

  test('a token keeps header and claims and loses its signature, wherever it stands', () => {
    const token = jwt({ sub: 'auth0|1' })
    const { response } = redacted(exchangeOf({}, { body: JSON.stringify({ id_token: `${token}.c2lnbmF0dXJl`, note: `see ${token}.c2lnbmF0dXJl` }), headers: [['X-Copy', 'c2lnbmF0dXJl']] }))
    expect(response?.body).toBe(JSON.stringify({ id_token: `${token}.[signature removed]`, note: `see ${token}.[signature removed]` }))
    expect(response?.headers).toEqual([['X-Copy', '[signature removed]']])
  })

  test('an encrypted token is removed as a whole', () => {
    expect(createRedactor().text(`a ${jwt({})}.iv123.cipher.tag b`)).toBe('a [token removed] b')
  })

  test('what is found in a field is removed from the rest of the exchange', () => {
    const { response } = redacted(exchangeOf({ body: 'grant_type=refresh_token&refresh_token=v1.abc-123' }, { body: '{"error":"invalid_grant","error_description":"v1.abc-123 is unknown"}' }))
    expect(response?.body).toBe('{"error":"invalid_grant","error_description":"[refresh_token removed] is unknown"}')
  })

  test('a word that was made up to be refused is removed from its field alone', () => {
    const { request, response } = redacted(exchangeOf({ body: 'code=invalid&client_secret=wrong-secret' }, { body: '{"error":"invalid_grant","error_description":"Invalid authorization code"}' }))
    expect(request.body).toBe('code=[code removed]&client_secret=[client_secret removed]')
    expect(response?.body).toBe('{"error":"invalid_grant","error_description":"Invalid authorization code"}')
  })

  test('doing it again changes nothing', () => {
    const redactor = createRedactor()
    const once = redactor.exchange(exchangeOf({
      url: 'https://t.example/a?code=abcdef1&x=1',
      headers: [['authorization', `Basic ${Buffer.from('id:secret-123').toString('base64')}`], ['cookie', 'a=abcdef; b=1']],
      body: `{"client_assertion":"${jwt({ a: 1 })}.abcdefgh","otp":123456}`,
    }, { headers: [['set-cookie', 'a=abcdef; Path=/'], ['location', `/cb?code=abc#id_token=${jwt({ b: 1 })}.abcdefgh`]], body: '<input name="code" value="abcdefg1">' }))
    expect(redactor.exchange(once)).toEqual(once)
  })

  test('hostile texts take no time', () => {
    const started = performance.now()
    for (const text of ['<input '.repeat(9000), `<input ${'a="'.repeat(20000)}`, '{"a":'.repeat(13000), `{"password":"${'\\'.repeat(60000)}`, '&#'.repeat(30000), 'a='.repeat(30000), '%25'.repeat(20000), `"code":"${"\\'".repeat(30000)}`]) {
      redacted(exchangeOf({ body: text }, { body: text, headers: [['x', text]] }))
    }
    expect(performance.now() - started).toBeLessThan(3000)
  })
})

describe('a child', () => {
  test('knows what its parent learns, also later, and keeps what it learns to itself', () => {
    const parent = createRedactor()
    const child = parent.child()
    parent.learn('parents-secret', 'password')
    child.learn('childs-secret', 'code')
    expect(child.text('parents-secret childs-secret')).toBe('[password removed] [code removed]')
    expect(parent.text('parents-secret childs-secret')).toBe('[password removed] childs-secret')
  })

  test('takes over what another one knows', () => {
    const parent = createRedactor()
    const [one, two] = [parent.child(), parent.child()]
    one.learn('learned-by-one', 'code')
    two.adopt(one)
    expect(two.text('learned-by-one')).toBe('[code removed]')
  })
})

test('of overlapping secrets the longest gives its name, and nothing of either stays', () => {
  const redactor = createRedactor()
  redactor.learn('abcdefgh', 'code')
  redactor.learn('efghijklmnop', 'password')
  redactor.learn('cdefgh', 'otp')
  expect(redactor.text('xabcdefghijklmnopx')).toBe('x[password removed]x')
})
