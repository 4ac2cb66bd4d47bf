import { beforeAll, expect, test } from 'vitest'
import { judgeFlows } from '../../suites/replay/flows.ts'
import { parseHar } from '../../suites/replay/har.ts'
import { judgeRecordings } from '../../suites/replay/index.ts'
import { recordTraffic, type HarEntry } from './recorded-traffic.ts'

let recorded: HarEntry[]
beforeAll(async () => {
  recorded = await recordTraffic()
})

const judge = (entries: readonly unknown[]) =>
  judgeRecordings([{ text: JSON.stringify({ log: { version: '1.2', entries } }), origin: 'traffic.har' }], { ignoreHeaders: false }).verdicts
const failing = (entries: readonly unknown[]) => judge(entries).filter(({ status }) => status === 'fail').map(({ check, findings }) => ({ check, findings }))

/** Names of the flow checks that fail, without the judgement of each answer by itself. */
function accused(entries: readonly unknown[]): string[] {
  const placed = parseHar(JSON.stringify({ log: { entries } }), 'traffic.har').map((entry, index) => ({ entry, place: `entry ${index + 1}` }))
  return judgeFlows(placed[0]!.entry.url.origin, placed).filter(({ status }) => status === 'fail').map(({ check }) => check)
}

test('real traffic raises nothing, and every flow check found something to judge', () => {
  expect(failing(recorded)).toEqual([])
  expect(judge(recorded).filter(({ check, status }) => check.startsWith('replay/flow/') && status !== 'pass').map(({ check }) => check)).toEqual([])
})

type Claims = Record<string, unknown>
interface Mutation {
  readonly what: string
  readonly check: string
  readonly change: (entries: HarEntry[]) => unknown
}

const isToken = ({ request }: HarEntry): boolean => request.url.endsWith('/oauth/token')
const granted = (entries: HarEntry[], grant = 'authorization_code'): HarEntry => entries.find((entry) => isToken(entry) && entry.response.status === 200 && entry.request.postData!.text.includes(grant))!
const at = (entries: HarEntry[], path: string): HarEntry => entries.find(({ request }) => new URL(request.url).pathname === path)!
const locationOf = (entry: HarEntry) => entry.response.headers.find(({ name }) => name === 'location')
const redirected = (entries: HarEntry[], part: string): HarEntry => entries.find((entry) => locationOf(entry)?.value.includes(part) && /[?#&](?:code|access_token)=/.test(locationOf(entry)!.value))!
const other = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)

function inBody(entry: HarEntry, change: (body: Claims) => void): void {
  const body = JSON.parse(entry.response.content.text!)
  change(body)
  entry.response.content.text = JSON.stringify(body)
}

function inLocation(entry: HarEntry, from: RegExp | string, to: string): void {
  const header = locationOf(entry)!
  header.value = header.value.replace(from, to)
}

function rewrite(token: string, claims: Claims, header: Claims = {}): string {
  const [head = '', payload = '', signature] = token.split('.')
  const part = (text: string, more: Claims): string => Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(text, 'base64url').toString()), ...more })).toString('base64url')
  return [part(head, header), part(payload, claims), signature].join('.')
}

const claim = (claims: Claims, header?: Claims) => (entries: HarEntry[]) => inBody(granted(entries), (body) => {
  body.id_token = rewrite(String(body.id_token), claims, header)
})
const member = (name: string, value: unknown) => (entries: HarEntry[]) => inBody(granted(entries), (body) => {
  body[name] = value
})
const published = (name: string, value: unknown) => (entries: HarEntry[]) => inBody(at(entries, '/.well-known/openid-configuration'), (body) => {
  body[name] = value
})
const sent = (change: (text: string) => string) => (entries: HarEntry[]) => {
  const { postData } = granted(entries).request
  postData!.text = change(postData!.text)
}
const now = () => Math.floor(Date.now() / 1000)
const granting = (entries: HarEntry[], index: number): void => {
  const refused = entries.filter((entry) => isToken(entry) && entry.response.status !== 200)[index]!
  refused.response = structuredClone(granted(entries).response)
}

const inForm = (from: string, to: string) => (entries: HarEntry[]): void => {
  const { content } = entries.find(({ response }) => response.content.text?.includes('state-of-form-post'))!.response
  content.text = content.text!.replace(from, to)
}

const mutations: readonly Mutation[] = [
  { what: 'another state in a form', check: 'state', change: inForm('state-of-form-post-00005', 'state-of-form-post-00009') },
  { what: 'a form without the code', check: 'response-type', change: inForm('name="code"', 'name="coda"') },
  { what: 'another state', check: 'state', change: (all) => inLocation(redirected(all, 'state-of-this-login'), 'state-of-this-login-0001', 'state-of-this-login-0009') },
  { what: 'no state', check: 'state', change: (all) => inLocation(redirected(all, 'state-of-this-login'), /&state=[^&]*/, '') },
  { what: 'another state in the fragment', check: 'state', change: (all) => inLocation(redirected(all, 'state-of-implicit'), 'state-of-implicit-0000003', 'state-of-implicit-0000009') },
  { what: 'a code in the fragment', check: 'response-mode', change: (all) => inLocation(redirected(all, 'state-of-this-login'), '?', '#') },
  { what: 'tokens in the query', check: 'response-mode', change: (all) => inLocation(redirected(all, 'state-of-implicit'), '#', '?') },
  { what: 'hybrid tokens in the query', check: 'response-mode', change: (all) => inLocation(redirected(all, 'state-of-hybrid'), '#', '?') },
  { what: 'a form where a fragment was asked for', check: 'response-mode', change: (all) => {
    const asked = all.find(({ request }) => request.url.includes('state-of-form-post'))!
    asked.request.url = asked.request.url.replace('response_mode=form_post', 'response_mode=fragment')
  } },
  { what: 'a hybrid answer without code', check: 'response-type', change: (all) => inLocation(redirected(all, 'state-of-hybrid'), /code=[^&]*&?/, '') },
  { what: 'an implicit answer without ID token', check: 'response-type', change: (all) => inLocation(redirected(all, 'state-of-implicit'), /id_token=[^&]*&?/, '') },
  { what: 'a page for prompt=none', check: 'prompt-none', change: (all) => {
    locationOf(all.find(({ response }) => response.headers.some(({ value }) => value.includes('error=login_required')))!)!.value = '/u/login?state=x'
  } },
  { what: 'a code for another client', check: 'code-client', change: sent((text) => text.replace(/client_id=(\w+)/, (_, id: string) => `client_id=${other(id)}`)) },
  { what: 'a code for another redirect URI', check: 'code-redirect-uri', change: sent((text) => text.replace(/(redirect_uri=[^&]+)/, '$1%2Fother')) },
  { what: 'a wrong verifier', check: 'code-verifier', change: sent((text) => text.replace('a-code-verifier', 'b-code-verifier')) },
  { what: 'no verifier', check: 'code-verifier', change: sent((text) => text.replace(/&code_verifier=[^&]*/, '')) },
  { what: 'a used code granted', check: 'code-once', change: (all) => granting(all, 1) },
  { what: 'a revoked refresh token granted', check: 'refresh-revoked', change: (all) => granting(all, 0) },
  { what: 'a token of another type', check: 'token-type', change: member('token_type', 'mac') },
  { what: 'no token type', check: 'token-type', change: member('token_type', undefined) },
  { what: 'a lifetime of 0', check: 'token-type', change: member('expires_in', 0) },
  { what: 'an issuer without slash', check: 'id-token-issuer', change: (all) => claim({ iss: new URL(all[0]!.request.url).origin })(all) },
  { what: 'an issuer with a path', check: 'id-token-issuer', change: (all) => claim({ iss: `${new URL(all[0]!.request.url).origin}/tenant/` })(all) },
  { what: 'an audience of another client', check: 'id-token-audience', change: (all) => claim({ aud: other(/client_id=(\w+)/.exec(granted(all).request.postData!.text)![1]!) })(all) },
  { what: 'another nonce', check: 'id-token-nonce', change: claim({ nonce: 'nonce-of-this-login-0002' }) },
  { what: 'no nonce', check: 'id-token-nonce', change: claim({ nonce: undefined }) },
  { what: 'an ID token of yesterday', check: 'id-token-times', change: claim({ iat: now() - 86_400 }) },
  { what: 'an ID token of tomorrow', check: 'id-token-times', change: claim({ iat: now() + 86_400, exp: now() + 90_000 }) },
  { what: 'an expired ID token', check: 'id-token-times', change: claim({ exp: now() - 3600 }) },
  { what: 'no auth_time', check: 'id-token-auth-time', change: claim({ auth_time: undefined }) },
  { what: 'a login before max_age', check: 'id-token-auth-time', change: claim({ auth_time: now() - 90_000 }) },
  { what: 'alg none', check: 'id-token-algorithm', change: claim({}, { alg: 'none' }) },
  { what: 'an algorithm that is not published', check: 'id-token-algorithm', change: claim({}, { alg: 'ES512' }) },
  { what: 'another at_hash', check: 'id-token-at-hash', change: claim({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }) },
  { what: 'another code than c_hash says', check: 'id-token-c-hash', change: (all) => inLocation(redirected(all, 'state-of-hybrid'), /code=([\w-])/, 'code=$1x') },
  { what: 'changed claims', check: 'id-token-signature', change: claim({ sub: 'auth0|someone-else' }) },
  { what: 'a key of another modulus', check: 'id-token-signature', change: (all) => inBody(at(all, '/.well-known/jwks.json'), (body) => {
    for (const key of body.keys as { n: string }[]) key.n = key.n.slice(0, 100) + other(key.n.slice(100))
  }) },
  { what: 'userinfo of another user', check: 'userinfo-subject', change: (all) => inBody(at(all, '/userinfo'), (body) => {
    body.sub = `${String(body.sub).slice(0, -2)}zz`
  }) },
  { what: 'logout to another host', check: 'logout-return', change: (all) => {
    locationOf(at(all, '/v2/logout'))!.value = 'https://elsewhere.example.org/'
  } },
  { what: 'another token endpoint', check: 'endpoints', change: (all) => published('token_endpoint', `${new URL(all[0]!.request.url).origin}/token`)(all) },
  { what: 'another published issuer', check: 'id-token-issuer', change: (all) => published('issuer', `${new URL(all[0]!.request.url).origin}/other/`)(all) },
]

test.each(mutations)('$what raises $check', ({ check, change }) => {
  const copy = structuredClone(recorded)
  change(copy)
  expect(accused(copy)).toContain(`replay/flow/${check}`)
})

test.each(['REDACTED', '***', '', '<removed>', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'])('values replaced by %j raise nothing over flows', (mask) => {
  const names = 'code|state|nonce|client_id|client_secret|code_verifier|code_challenge|access_token|id_token|refresh_token|token|sub'
  const text = JSON.stringify(recorded)
    .replace(new RegExp(`([?&#"](?:${names})=)[^&"#\\\\]*`, 'g'), `$1${encodeURIComponent(mask)}`)
    .replace(new RegExp(`(\\\\"(?:${names})\\\\":\\\\")[^"\\\\]*`, 'g'), `$1${mask}`)
    .replace(/Bearer [^"]+/g, `Bearer ${mask}`)
  expect(accused(JSON.parse(text))).toEqual([])
})

test('requests to other hosts are passed over, and an answer whose body was not kept is not judged', () => {
  const copy = structuredClone(recorded)
  const foreign = structuredClone(at(copy, '/userinfo'))
  foreign.request.url = 'https://app.example.com/userinfo'
  inBody(foreign, (body) => {
    body.sub = 5
  })
  delete at(copy, '/userinfo').response.content.text
  const verdicts = judge([...copy, foreign])
  expect(verdicts.filter(({ status }) => status === 'fail')).toEqual([])
  expect(verdicts.map(({ reason }) => reason)).toContain('the body of the answer was not recorded')
})
