import { expect, test } from 'vitest'
import { differencesOf } from '../../core/difference.ts'
import type { Exchange, HeaderList } from '../../core/exchange.ts'
import { stable, stableJson } from '../../core/volatile.ts'

function exchange(path: string, status: number, body: string, headers: HeaderList = [], origin = 'https://t.example.com'): Exchange {
  return { request: { method: 'POST', url: `${origin}${path}`, headers: [] }, response: { status, headers, body }, startedAt: '2026-11-24T06:00:00.000Z', durationMs: 1 }
}
const token = (claims: object): string =>
  `${[{ alg: 'RS256', kid: 'k1' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.[signature removed]`

test('status, headers and members of the body are told apart', () => {
  const before = [exchange('/oauth/token', 401, '{"error":"invalid_client","a/b":[1,2]}', [['Cache-Control', 'no-store'], ['X-Gone', 'yes']])]
  const after = [exchange('/oauth/token', 403, '{"error":"access_denied","a/b":[1,3],"more":true}', [['cache-control', 'no-cache']])]
  expect(differencesOf(before, after).map(({ at, before: was, after: is }) => [at, was, is])).toEqual([
    ['status', '401', '403'],
    ['header cache-control', 'no-store', 'no-cache'],
    ['header x-gone', 'yes', '(absent)'],
    ['body /error', 'invalid_client', 'access_denied'],
    ['body /a~1b/1', '2', '3'],
    ['body /more', '(absent)', 'true'],
  ])
})

test('claims of a token are told apart, and what differs with each token is not', () => {
  const issued = (at: number, scope: string): string => JSON.stringify({ id_token: token({ iss: 'https://t/', iat: at, exp: at + 36_000, nonce: `n${at}`, scope }), expires_in: 86_400 })
  expect(differencesOf([exchange('/oauth/token', 200, issued(1_700_000_000, 'a'))], [exchange('/oauth/token', 200, issued(1_800_000_000, 'a'))])).toEqual([])
  expect(differencesOf([exchange('/oauth/token', 200, issued(1_700_000_000, 'a'))], [exchange('/oauth/token', 200, issued(1_800_000_000, 'a b'))]))
    .toEqual([{ exchange: 'POST /oauth/token', number: 1, at: 'body /id_token/claims/scope', before: 'a', after: 'a b' }])
})

test.each<[string, string, string]>([
  ['times', '2026-11-24T06:00:00.000Z', '2027-01-01T00:00:00Z'],
  ['dates of headers', 'Tue, 24 Nov 2026 06:00:00 GMT', 'Wed, 25 Nov 2026 07:00:00 GMT'],
  ['identifiers', 'auth0|5f7c8ec7c33c6c004bbafe82', 'auth0|6a1b9cc7d33c6c004bbafe99'],
  ['UUIDs', '0b7d4b0e-8c2a-4a43-9f3b-2f3d4c5e6f70', '9b7d4b0e-8c2a-4a43-9f3b-2f3d4c5e6f71'],
  ['addresses that a run made up', 'mi9x2k4fa3b2c1d5e@example.com', 'mj8w1l3gb4c3d2e6f@example.com'],
  ['names that a run made up', 'https://client.example.test/callback?state-mwulyvk92pf22', 'https://client.example.test/callback?state-mwulz5ojaol252'],
  ['telephone numbers that a run made up', '+12025551877389', '+12025555487345'],
  ['states and messages in addresses', '/login?state=hKFo2SB1N01v&SAMLRequest=fZ%2BA&protocol=samlp', '/login?state=xyz&SAMLRequest=q%2FR&protocol=samlp'],
  ['ports of loopback targets', 'http://127.0.0.1:40001/login', 'http://127.0.0.1:50002/login'],
])('%s are no difference', (_, before, after) => {
  expect(stable(before)).toBe(stable(after))
  expect(differencesOf([exchange('/x', 200, before)], [exchange('/x', 200, after)])).toEqual([])
})

test.each([
  'invalid_grant', 'Wrong email or password.', 'urn:ietf:params:oauth:grant-type:device_code', 'http://auth0.com/oauth/grant-type/password-realm', 'text/html; charset=utf-8',
  'no-store, max-age=0', 'x509-sha256', 'urn:oasis:names:tc:SAML:2.0:status:Success', 'http://www.w3.org/2001/04/xmlenc#sha256', 'Username-Password-Authentication', 'RS256', '86400',
])('%s is a value that somebody thought up', (value) => {
  expect(stable(value)).toBe(value)
  expect(stableJson({ error: value })).toEqual({ error: value })
})

test('headers of one answer or of the connection are left out, and cookies are compared by name and attributes', () => {
  const headers = (cookie: string, date: string): HeaderList => [['Date', date], ['CF-Ray', date], ['Set-Cookie', cookie]]
  const a = exchange('/x', 200, '', headers('auth0=abc; Path=/; Secure; Expires=Tue, 24 Nov 2026 06:00:00 GMT', 'one'))
  const b = exchange('/x', 200, '', headers('auth0=def; Path=/; Secure; Expires=Wed, 25 Nov 2026 06:00:00 GMT', 'two'))
  const c = exchange('/x', 200, '', headers('auth0=def; Path=/', 'three'))
  expect(differencesOf([a], [b])).toEqual([])
  expect(differencesOf([a], [c]).map(({ at }) => at)).toEqual(['header set-cookie'])
})

test('requests are matched in their order, and one that is new or gone is told', () => {
  const [login, code, info] = [exchange('/login', 200, 'a'), exchange('/code', 200, 'b'), exchange('/info', 200, 'c')]
  expect(differencesOf([login, info], [login, code, { ...info, response: { ...info.response!, status: 500 } }])).toEqual([
    { exchange: 'POST /code', number: 2, at: 'request', before: 'not sent', after: 'sent' },
    { exchange: 'POST /info', number: 3, at: 'status', before: '200', after: '500' },
  ])
})

test('of other bodies the first line that differs is told, and of no answer why', () => {
  expect(differencesOf([exchange('/x', 200, '<a>\n<b/>\n</a>')], [exchange('/x', 200, '<a>\n<c/>\n</a>')]).map(({ at, before, after }) => [at, before, after])).toEqual([['body', '<b/>', '<c/>']])
  const { response: _, ...unanswered } = exchange('/x', 200, '')
  expect(differencesOf([exchange('/x', 200, '')], [{ ...unanswered, failure: 'connect ECONNREFUSED' }]).map(({ at, before, after }) => [at, before, after])).toEqual([['answer', '200', 'connect ECONNREFUSED']])
})
