import { withBaseline } from '../../core/compare-runs.ts'
import type { Exchange } from '../../core/exchange.ts'
import { totalsOf, type Run } from '../../core/run.ts'
import type { Status, Verdict } from '../../core/verdict.ts'

/** What a target might send to break the reports that show it. Built from code points, so that this file stays readable. */
export const hostile = {
  /** Colours, a window title, a cleared screen, and the one-character form of the escape that starts them. */
  ansi: '\u001b[31mred\u001b[0m \u001b]0;owned\u0007 \u001b[2J \u009b31m',
  /** The end of a CDATA section, of a comment, of a script. */
  markup: ']]> --> </script><script>alert(1)</script> <img src=x onerror=alert(2)> &amp; "quoted" \'single\'',
  /** Markdown: code, tables, links, mentions, the end of a details block. */
  markdown: '` `` ``` | a | b | [x](javascript:alert(3)) @auth0/everyone #1 </details> **bold**',
  /** Commands of CI systems, at the start of a line and in it. */
  commands: '\n::error::owned\r\n##[error]owned %0A::warning::owned ##vso[task.complete]owned',
  /** A letter outside the BMP, a zero byte, a text direction override, a byte-order mark, half a surrogate pair, a line separator. */
  characters: '\u{1f600} \u0000 \u202egnp.exe \ufeff \ud83d \u2028 \ufffe',
}

const rfc6749 = { name: 'RFC 6749', section: '5.2', url: 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2' }
const auth0Token = { name: 'Auth0 Authentication API', section: 'Client credentials', url: 'https://auth0.com/docs/api/authentication#client-credentials' }
const auth0Profile = { name: 'Recorded answer of an Auth0 tenant, 2026-11', url: 'https://auth0.com/docs/api/authentication#user-profile' }

function exchange(at: number, request: Exchange['request'], response?: Exchange['response']): Exchange {
  return {
    request,
    ...(response ? { response } : { failure: 'connect ECONNREFUSED 127.0.0.1:9' }),
    startedAt: new Date(Date.UTC(2026, 10, 24, 6, 0, 0, at)).toISOString(),
    durationMs: 12,
  }
}

function verdict(status: Status, check: string, title: string, rest: Partial<Verdict>): Verdict {
  return {
    check, title, status,
    level: 'must', sources: [rfc6749], operations: ['POST /oauth/token'], collectionItems: [],
    durationMs: 12, findings: [], exchanges: [], reproduce: [],
    ...rest,
  }
}

const form = [['content-type', 'application/x-www-form-urlencoded']] as const
const json = [['Content-Type', 'application/json; charset=utf-8'], ['Cache-Control', 'no-store']] as const

const verdicts: readonly Verdict[] = [
  verdict('pass', 'endpoints/token/client-credentials/success/token', 'The client credentials grant is answered with an access token', {
    sources: [auth0Token, rfc6749],
    collectionItems: ['Get Access Token / Client Credentials'],
    exchanges: [exchange(100, {
      method: 'POST', url: 'https://tenant.example.com/oauth/token', headers: form,
      body: 'grant_type=client_credentials&client_id=machine&client_secret=%5Bclient_secret+removed%5D&audience=urn%3Aapi',
    }, { status: 200, headers: json, body: '{"access_token":"[access_token removed]","token_type":"Bearer","expires_in":86400}' })],
    reproduce: ['curl -i https://tenant.example.com/oauth/token --data-urlencode grant_type=client_credentials --data-urlencode client_secret="$CLIENT_SECRET"'],
  }),
  verdict('fail', 'endpoints/token/client-credentials/missing/client_id', 'A request without client_id is refused', {
    sources: [rfc6749, auth0Token],
    collectionItems: ['Get Access Token / Client Credentials'],
    findings: [
      { at: 'status', expected: '401', actual: '200' },
      { at: 'body error code', expected: 'access_denied', actual: '(absent)', message: 'a token was given to nobody' },
    ],
    exchanges: [exchange(200, {
      method: 'POST', url: 'https://tenant.example.com/oauth/token', headers: form, body: 'grant_type=client_credentials',
    }, { status: 200, headers: json, body: '{"access_token":"[access_token removed]"}' })],
    reproduce: ['curl -i https://tenant.example.com/oauth/token --data-urlencode grant_type=client_credentials'],
  }),
  verdict('fail', 'endpoints/userinfo/error/echo', 'A refusal does not repeat what was sent', {
    operations: ['GET /userinfo'],
    sources: [auth0Profile],
    collectionItems: ['User Profile / Returns a user profile based on the Auth0 access token'],
    findings: Object.entries(hostile).map(([name, actual]) => ({ at: `body /${name}`, expected: 'nothing of the request', actual })),
    exchanges: [exchange(300, {
      method: 'GET', url: 'https://tenant.example.com/userinfo', headers: [['accept', '*/*'], ['authorization', 'Bearer [access_token removed]']],
    }, {
      status: 401,
      headers: [['Content-Type', 'text/html'], ['X-Hostile', `${hostile.ansi}${hostile.markup}${hostile.commands}`]],
      body: Object.values(hostile).join('\n'),
      fullLength: 70_000,
    })],
    reproduce: [`curl -i https://tenant.example.com/userinfo -H 'x-hostile: ${hostile.ansi.replaceAll("'", `'\\''`)}${hostile.commands}'`],
  }),
  verdict('fail', 'endpoints/userinfo/success/cache', 'A profile is not cached', {
    level: 'should',
    operations: ['GET /userinfo'],
    sources: [auth0Profile],
    collectionItems: ['User Profile / Returns a user profile based on the Auth0 access token'],
    findings: [{ at: 'header cache-control', expected: 'text like no-store', actual: '(absent)' }],
    exchanges: [exchange(400, { method: 'GET', url: 'https://tenant.example.com/userinfo', headers: [] }, { status: 200, headers: json, body: '{"sub":"auth0|1"}' })],
    reproduce: ['curl -i https://tenant.example.com/userinfo'],
  }),
  verdict('fail', 'endpoints/signup/success/id', 'The answer to a signup names the user', {
    level: 'may',
    operations: ['POST /dbconnections/signup'],
    collectionItems: ['DB Connections / Signup using a username/password'],
    findings: [{ at: 'body /_id', expected: 'text', actual: '(absent)' }],
  }),
  verdict('pass', 'endpoints/wsfed/metadata/success', 'The federation metadata is XML', {
    operations: ['GET /wsfed/FederationMetadata/2007-06/FederationMetadata.xml'], durationMs: 1234,
  }),
  verdict('unsupported', 'endpoints/samlp/login/success', 'A SAML login ends with a signed response', {
    operations: ['GET /samlp/{client_id}'], reason: 'needs saml: no client with the SAML2 Web App add-on is configured', durationMs: 0,
  }),
  verdict('unsupported', 'endpoints/samlp/metadata/success', 'The SAML metadata is XML', {
    operations: ['GET /samlp/metadata/{client_id}'], reason: 'needs saml: no client with the SAML2 Web App add-on is configured', durationMs: 0,
  }),
  verdict('unsupported', 'endpoints/signup/success/created', 'A signup makes a user', {
    operations: ['POST /dbconnections/signup'], reason: 'has the effect signup, which is not allowed (--allow signup)', durationMs: 0,
  }),
  verdict('blocked', 'endpoints/logout/success', 'A logout ends at the address that was asked for', {
    operations: ['GET /v2/logout', 'GET /authorize'],
    reason: `GET /authorize was not answered: ${hostile.ansi}${hostile.commands}`,
    exchanges: [exchange(500, { method: 'GET', url: 'https://tenant.example.com/authorize?client_id=web', headers: [] })],
    reproduce: ["curl -i 'https://tenant.example.com/authorize?client_id=web'"],
  }),
  verdict('error', 'endpoints/discovery/issuer', 'Discovery names the issuer', {
    operations: [], reason: 'TypeError: cannot read properties of undefined (reading \'issuer\')',
  }),
]

/** One run with a verdict of every kind, against a target that sends what breaks reports. */
export const fixedRun: Run = {
  schemaVersion: 1,
  suite: { name: 'auth0-conformance', version: '0.1.0', document: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
  target: {
    baseUrl: 'https://tenant.example.com',
    issuer: 'https://tenant.example.com/',
    capabilities: ['login', 'client-credentials', 'userinfo', 'wsfed'],
    missing: [{ capability: 'saml', reason: 'no client with the SAML2 Web App add-on is configured' }],
  },
  profile: 'auth0',
  seed: 42,
  startedAt: '2026-11-24T06:00:00.000Z',
  finishedAt: '2026-11-24T06:00:01.500Z',
  durationMs: 1500,
  totals: totalsOf(verdicts),
  conforms: false,
  verdicts,
}

/** The same run where nothing went wrong. */
export const greenRun: Run = (() => {
  const passed = verdicts.filter(({ status }) => status === 'pass')
  return { ...fixedRun, verdicts: passed, totals: totalsOf(passed), conforms: true }
})()

/** The fixed run compared with an earlier one, with a known failure, and one that is none any more. */
export const comparedRun: Run = (() => {
  const change = (check: string, changed: Partial<Verdict>): void => {
    const at = before.findIndex((verdict) => verdict.check === check)
    before[at] = { ...before[at]!, ...changed }
  }
  const before: Verdict[] = verdicts.filter(({ check }) => check !== 'endpoints/discovery/issuer')
  change('endpoints/token/client-credentials/missing/client_id', {
    status: 'pass', findings: [],
    exchanges: [exchange(200, {
      method: 'POST', url: 'https://tenant.example.com/oauth/token', headers: form, body: 'grant_type=client_credentials',
    }, { status: 401, headers: [['Content-Type', 'application/json'], ['Date', 'Mon, 23 Nov 2026 06:00:00 GMT']], body: '{"error":"access_denied"}' })],
  })
  change('endpoints/logout/success', { status: 'pass' })
  change('endpoints/wsfed/metadata/success', { status: 'fail', findings: [{ at: 'status', expected: '200', actual: '404' }] })
  before.push(verdict('pass', 'endpoints/old/check', 'A check that there is no more', {}))
  const known = verdicts.map((one) => (one.check === 'endpoints/userinfo/success/cache'
    ? { ...one, known: { reason: `a gateway in front of it ${hostile.markup}`, url: 'https://example.com/issues/1', until: '2030-12-31' } }
    : one))
  const base: Run = { ...fixedRun, startedAt: '2026-11-23T06:00:00.000Z', verdicts: before, totals: totalsOf(before) }
  return withBaseline({ ...fixedRun, verdicts: known, staleKnownFailures: ['The known failure a/b passes; take it out of knownFailures.'] }, base, {
    renamed: {}, existing: new Set(verdicts.map(({ check }) => check)),
  })
})()
