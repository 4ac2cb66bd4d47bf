import { describe, expect, test } from 'vitest'
import { UsageError } from '../../core/usage-error.ts'
import { parseHar } from '../../suites/replay/har.ts'
import { judgeRecordings } from '../../suites/replay/index.ts'

interface Recorded {
  readonly method?: string
  readonly path?: string
  readonly request?: { readonly type: string; readonly body: string }
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const json = { 'Content-Type': 'application/json' }
const neverStored = { 'Cache-Control': 'private, no-store, no-cache, must-revalidate, post-check=0, pre-check=0, no-transform' }
const passwordRequest = { type: 'application/json', body: '{"grant_type":"password","username":"a@example.com","password":"not-the-one","client_id":"c","client_secret":"very-secret-1"}' }
const wrongPassword: Recorded = {
  method: 'POST', path: '/oauth/token', request: passwordRequest, status: 403, headers: { ...json, ...neverStored },
  body: '{"error":"invalid_grant","error_description":"Wrong email or password."}',
}
const tokens: Recorded = {
  method: 'POST', path: '/oauth/token', request: passwordRequest, status: 200, headers: { ...json, 'Cache-Control': 'no-store', Pragma: 'no-cache' },
  body: '{"access_token":"PPlGNh1wLQbJznsd","expires_in":86400,"token_type":"Bearer"}',
}

/** A HAR file of some entries. */
function har(...entries: readonly Recorded[]): string {
  return JSON.stringify({
    log: {
      version: '1.2',
      creator: { name: 'test', version: '1' },
      entries: entries.map(({ method = 'GET', path = '/', request, status = 200, headers = {}, body = '' }) => ({
        startedDateTime: '2026-01-01T00:00:00.000Z',
        time: 12.4,
        request: {
          method, url: `https://tenant.example.com${path}`, headers: request ? [{ name: 'Content-Type', value: request.type }] : [],
          ...(request ? { postData: { mimeType: request.type, text: request.body } } : {}),
        },
        response: { status, headers: Object.entries(headers).map(([name, value]) => ({ name, value })), content: { text: body, mimeType: headers['Content-Type'] ?? '' } },
      })),
    },
  })
}

const judgeText = (text: string, ignoreHeaders = false) =>
  judgeRecordings([{ text, origin: 'traffic.har' }], { ignoreHeaders }).verdicts.filter(({ check }) => !check.startsWith('replay/flow/'))
const judge = (...entries: readonly Recorded[]) => judgeText(har(...entries))
const statusOf = (entry: Recorded) => judge(entry)[0]!.status

describe('recorded traffic', () => {
  test('as Auth0 answers raises nothing', () => {
    expect(judge(wrongPassword, tokens).map(({ status }) => status)).toEqual(['pass', 'pass'])
  })

  test('with an error code that nobody documented is at least a warning', () => {
    expect(statusOf({ ...wrongPassword, body: '{"error":"invalid_user","error_description":"Wrong email or password."}' })).toBe('fail')
  })

  test.each<{ what: string; entry: Recorded; at: string }>([
    { what: 'another status', entry: { ...wrongPassword, status: 400 }, at: 'answer' },
    { what: 'a known error at an internal error', entry: { ...wrongPassword, status: 500 }, at: 'answer' },
    { what: 'a success without access_token', entry: { ...tokens, body: '{"expires_in":86400,"token_type":"Bearer"}' }, at: 'body /' },
    { what: 'a lifetime that is a string', entry: { ...tokens, body: tokens.body!.replace('86400', '"86400"') }, at: 'body /expires_in' },
    { what: 'tokens that may be stored', entry: { ...tokens, headers: { ...json, 'Cache-Control': 'public' } }, at: 'header cache-control' },
    { what: 'tokens as text', entry: { ...tokens, headers: { ...tokens.headers, 'Content-Type': 'text/plain' } }, at: 'header content-type' },
  ])('with $what raises a finding', ({ entry, at }) => {
    const [verdict] = judge(entry)
    expect(verdict).toMatchObject({ status: 'fail', level: 'must' })
    expect(verdict!.findings.map((finding) => finding.at)).toContain(at)
    expect(verdict!.sources.length).toBeGreaterThan(0)
  })

  test('is not judged by headers that were not recorded', () => {
    const some = har({ ...tokens, headers: { ...json, Date: 'Thu, 01 Jan 2026 00:00:00 GMT' } })
    expect(judgeText(some, true)[0]!.status).toBe('pass')
    expect(judgeText(some)[0]!.status).toBe('fail')
  })

  test.each([{}, json, { ...json, Pragma: 'no-cache' }])('with headers taken out, %j are left, is not said to lack any', (headers) => {
    expect(statusOf({ ...tokens, headers })).toBe('pass')
    expect(statusOf({ ...tokens, headers: { ...headers, 'Content-Type': 'text/html' } })).toBe('fail')
  })

  test.each(['{"error":"[removed]","error_description":"[removed]"}', '{"error":"***","error_description":"Wrong."}', '{"access_token":"test-access-token"}'])(
    'with an error that was taken out, %s, is judged by its status', (body) => {
      expect(statusOf({ ...wrongPassword, body })).toBe('pass')
      expect(statusOf({ ...wrongPassword, status: 418, body })).toBe('fail')
    })

  test.each([
    { what: 'its failure', entry: { ...tokens, status: 522, headers: { Date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'Content-Type': 'text/html' }, body: '<h1>Connection timed out</h1>' } },
    { what: 'its limit', entry: { ...tokens, status: 429, headers: { Date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'Content-Type': 'text/plain' }, body: 'error code: 1015' } },
    { what: 'its challenge', entry: { ...tokens, status: 403, headers: { 'Content-Type': 'text/html', 'cf-mitigated': 'challenge' }, body: '<title>Just a moment</title>' } },
  ])('of a proxy, $what, says nothing of the server', ({ entry }) => {
    expect(statusOf(entry)).toBe('unsupported')
  })

  test('with a status that is only recommended otherwise is a warning', () => {
    const signUp: Recorded = {
      method: 'POST', path: '/dbconnections/signup', status: 409, headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: '{"name":"BadRequestError","code":"user_exists","description":"The user already exists.","statusCode":400}',
      request: { type: 'application/json', body: '{"client_id":"c","email":"b@example.com","password":"not-the-one","connection":"users"}' },
    }
    expect(statusOf({ ...signUp, status: 400 })).toBe('pass')
    expect(judge(signUp)[0]).toMatchObject({ status: 'fail', level: 'should' })
  })

  test('is not judged by the standards where they say nothing', () => {
    const signUp = har({
      method: 'POST', path: '/dbconnections/signup', headers: json, body: '{"_id":"5bbe","email":"b@example.com","email_verified":false}',
      request: { type: 'application/json', body: '{"client_id":"c","email":"b@example.com","password":"not-the-one","connection":"users"}' },
    })
    const by = (profile: 'auth0' | 'standard') => judgeRecordings([{ text: signUp, origin: 'traffic.har' }], { ignoreHeaders: false, profile }).verdicts[0]
    expect(by('auth0')).toMatchObject({ status: 'pass' })
    expect(by('standard')).toMatchObject({ status: 'unsupported', reason: 'profile standard says nothing of POST /dbconnections/signup' })
  })

  test('is judged though the type of the request was not recorded', () => {
    expect(statusOf({ ...wrongPassword, request: { type: '', body: passwordRequest.body } })).toBe('pass')
  })

  test('of an operation that the document does not have is said to be unjudged', () => {
    expect(judge({ path: '/somewhere' })).toMatchObject([{ check: 'replay/traffic/1', status: 'unsupported', reason: 'the document does not describe GET /somewhere' }])
  })

  test('without an answer is said to be unjudged', () => {
    expect(statusOf({ ...tokens, status: 0 })).toBe('unsupported')
  })

  test('loses its secrets', () => {
    const text = JSON.stringify(judge(wrongPassword, tokens))
    for (const secret of ['not-the-one', 'very-secret-1', 'PPlGNh1wLQbJznsd']) expect(text).not.toContain(secret)
  })
})

describe('a file that is no HAR', () => {
  test.each([
    ['', 'traffic.har is not JSON: give a HAR file, as browsers and proxies export it.'],
    ['PK\u0003\u0004…', 'traffic.har is a zip archive: unpack it and give the HAR file that is in it.'],
    ['[]', 'traffic.har is no HAR file: it has no log.entries list. Export the traffic as HAR.'],
    ['{"log":{"entries":[{}]}}', 'The request of entry 1 of traffic.har has no method and url: export the traffic again.'],
    ['{"log":{"entries":[{"request":{"method":"GET","url":"nowhere"}}]}}', 'The url of entry 1 of traffic.har is none: "nowhere".'],
  ])('%j is named in one sentence', (text, message) => {
    expect(() => judgeText(text)).toThrow(new UsageError(message))
  })
})

test('a body that lies in a file beside the recording is read, and no other file', () => {
  const entry = (name: string) => ({
    request: { method: 'POST', url: 'https://tenant.example.com/oauth/token', headers: [], postData: { mimeType: 'application/json', _file: 'sent.json' } },
    response: { status: 403, headers: [{ name: 'content-type', value: 'application/json' }], content: { mimeType: 'application/json', size: 60, _file: name } },
  })
  const files: Readonly<Record<string, string>> = { 'sent.json': '{"grant_type":"authorization_code"}', 'told.json': '{"error":"invalid_grant","error_description":"Grüße"}', '../out.json': '{}' }
  const asked: string[] = []
  const read = (name: string) => parseHar(JSON.stringify({ log: { entries: [entry(name)] } }), 'traffic.har', (file) => {
    asked.push(file)
    return files[file] === undefined ? undefined : Buffer.from(files[file])
  })[0]!

  expect(read('told.json')).toMatchObject({ isBodyMissing: false, values: [['grant_type', 'authorization_code']], exchange: { response: { body: files['told.json'] } } })
  expect(read('lost.json')).toMatchObject({ isBodyMissing: true })
  expect(read('../out.json')).toMatchObject({ isBodyMissing: true })
  expect(asked).not.toContain('../out.json')
})

test('a server by the standards may leave the slash out of its issuer and have its token endpoint elsewhere', () => {
  const claims = { iss: 'https://tenant.example.com', aud: 'client', sub: 'somebody', iat: 1, exp: 2 }
  const token = ['{"alg":"RS256"}', JSON.stringify(claims), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')
  const text = JSON.stringify({ log: { entries: [{
    request: { method: 'POST', url: 'https://tenant.example.com/oauth/token', headers: [], postData: { mimeType: 'application/json', text: '{"grant_type":"authorization_code","client_id":"client"}' } },
    response: { status: 200, headers: [], content: { mimeType: 'application/json', text: JSON.stringify({ access_token: 'a', id_token: token, token_type: 'Bearer' }) } },
  }] } })
  const statusIn = (profile: 'auth0' | 'standard') =>
    judgeRecordings([{ text, origin: 'traffic.har' }], { ignoreHeaders: true, profile }).verdicts.find(({ check }) => check === 'replay/flow/id-token-issuer')!.status
  expect([statusIn('auth0'), statusIn('standard')]).toEqual(['fail', 'unsupported'])
})
