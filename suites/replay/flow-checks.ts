import { createHash } from 'node:crypto'
import type { Finding } from '../../core/finding.ts'
import type { Level, Profile, Source } from '../../core/check.ts'
import { finding } from '../../core/expectation.ts'
import { auth0Docs, oidcCore, rfc } from '../sources.ts'
import { isComparable, looksRemoved } from './form.ts'
import type { AuthorizationResponse, Call, PlacedEntry, Recording } from './recording.ts'

/** One thing in a recording that a check could judge, with what is wrong with it. */
export interface Judged {
  /** The entries it was read from; a finding names the last. */
  readonly entries: readonly PlacedEntry[]
  readonly findings: readonly Finding[]
}

/** A requirement that recorded traffic can show to be kept or broken. */
export interface ReplayCheck {
  /** `state`: the verdict is `replay/flow/state`. */
  readonly name: string
  readonly title: string
  readonly level: Level
  readonly sources: readonly Source[]
  readonly operations: readonly string[]
  /** Both where absent. */
  readonly profiles?: readonly Profile[]
  readonly judge: (recording: Recording) => readonly Judged[]
}

/** A judgement of entries: the finding where `holds` is false. */
export function judged(entries: readonly PlacedEntry[], holds: boolean, at: string, expected: string, actual: string): Judged {
  return { entries, findings: holds ? [] : [finding(at, expected, actual)] }
}

const authorize = ['GET /authorize']
const token = ['POST /oauth/token']

/** A code that was redeemed with success, next to the answer that brought it. */
function redeemed({ responses, tokenCalls }: Recording): { response: AuthorizationResponse; call: Call; code: string }[] {
  return tokenCalls.filter(({ status, given }) => status === 200 && given.get('grant_type') === 'authorization_code').flatMap((call) => {
    const code = call.given.get('code') ?? ''
    const response = looksRemoved(code) ? undefined : responses.find(({ values }) => values.get('code') === code)
    return response?.requests.length === 1 ? [{ response, call, code }] : []
  })
}

/** A parameter of the authorization request that the token request has to repeat. */
function repeats(recording: Recording, name: string, sentOf: (call: Call) => string | undefined): Judged[] {
  return redeemed(recording).flatMap(({ response, call }) => {
    const asked = response.requests[0]!.given.get(name)
    const sent = sentOf(call)
    if (asked === undefined || sent === undefined || (asked !== sent && !areOpposed(asked, sent))) return []
    return [judged([response.requests[0]!, response, call], asked === sent, 'status', `a refusal: ${name} is not that of the authorization request`, '200')]
  })
}

function areOpposed(asked: string, sent: string): boolean {
  return isComparable(asked, sent) || (!looksRemoved(asked) && !looksRemoved(sent) && URL.canParse(asked) && URL.canParse(sent) && new URL(asked).host === new URL(sent).host)
}

/** A request with the same value as an earlier one of the list, both granted. */
function again(calls: readonly Call[], name: string): Judged[] {
  const first = new Map<string, Call>()
  return calls.flatMap((call) => {
    const value = call.given.get(name) ?? ''
    if (looksRemoved(value)) return []
    const before = first.get(value)
    if (call.status === 200 && !before) first.set(value, call)
    if (!before) return call.status === 200 ? [{ entries: [call], findings: [] }] : []
    // Only the same request answered again can be one that a service worker passed on: it is in the recording twice.
    const isCopy = before.entry.exchange.response?.body === call.entry.exchange.response?.body
    return isCopy ? [] : [judged([before, call], call.status !== 200, 'status', 'a refusal: the code was redeemed before', String(call.status))]
  })
}

/** Requirements on the way from the authorization request to the tokens. */
export const flowChecks: readonly ReplayCheck[] = [
  {
    name: 'state', title: 'state comes back as it was sent', level: 'must', sources: [rfc(6749, '4.1.2')], operations: authorize,
    judge: ({ responses }) => responses.flatMap((response) => {
      const sent = response.requests.map(({ given }) => given.get('state'))
      const back = response.values.get('state')
      if (response.requests.length !== 1 && !sent.includes(back)) return []
      const [state] = sent.includes(back) ? [back] : sent
      if (state === undefined || looksRemoved(state) || (back !== undefined && back !== state && !isComparable(state, back))) return []
      return [judged([response.requests[0]!, response], back === state, 'redirect state', 'the value that was sent', back === undefined ? 'none' : 'another value')]
    }),
  },
  {
    name: 'response-mode', title: 'the answer comes in the response mode that was asked for', level: 'must', sources: [rfc(6749, '4.1.2'), oidcCore('3.2.2.5', 'ImplicitAuthResponse')], operations: authorize,
    judge: ({ responses }) => responses.flatMap((response) => {
      const given = response.requests.length === 1 ? response.requests[0]!.given : undefined
      const type = given?.get('response_type')
      if (given === undefined || type === undefined || response.values.has('error')) return []
      const asked = given.get('response_mode') ?? (type === 'code' ? 'query' : 'fragment')
      return ['query', 'fragment', 'form_post'].includes(asked) ? [judged([response.requests[0]!, response], asked === response.mode, 'response mode', asked, response.mode)] : []
    }),
  },
  {
    name: 'response-type', title: 'the answer brings what response_type asked for', level: 'must', sources: [oidcCore('3', 'Authentication')], operations: authorize,
    judge: ({ responses }) => responses.flatMap((response) => {
      const asked = response.requests.length === 1 ? response.requests[0]!.given.get('response_type')?.split(' ') : undefined
      if (asked === undefined || response.values.has('error')) return []
      const kinds = [['code', 'code'], ['token', 'access_token'], ['id_token', 'id_token']] as const
      const wrong = kinds.filter(([kind, name]) => asked.includes(kind) && !response.values.has(name))
      return [judged([response.requests[0]!, response], wrong.length === 0, 'redirect', asked.join(' '), [...response.values.keys()].join(' '))]
    }),
  },
  {
    name: 'prompt-none', title: 'prompt=none ends in tokens or an error, never in a page', level: 'must', sources: [oidcCore('3.1.2.1', 'AuthRequest'), auth0Docs('authenticate/login/configure-silent-authentication')], operations: authorize,
    judge: ({ authorizations }) => authorizations.flatMap((request) => {
      const { response } = request.entry.exchange
      const location = response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1]
      if (request.given.get('prompt') !== 'none' || location === undefined || !URL.canParse(location, request.entry.url.href)) return []
      const isPage = /^\/(?:u\/)?(?:login|signup|consent)/.test(new URL(location, request.entry.url).pathname) && new URL(location, request.entry.url).origin === request.entry.url.origin
      return [judged([request], !isPage, 'header location', 'the redirect URI', 'a page for the user')]
    }),
  },
  {
    name: 'code-client', title: 'a code is redeemed by the client that it was issued to alone', level: 'must', sources: [rfc(6749, '4.1.3')], operations: token,
    judge: (recording) => repeats(recording, 'client_id', ({ clientId }) => clientId),
  },
  {
    name: 'code-redirect-uri', title: 'a code is redeemed with the redirect URI of its request alone', level: 'should', sources: [rfc(6749, '4.1.3')], operations: token,
    judge: (recording) => repeats(recording, 'redirect_uri', ({ given }) => given.get('redirect_uri')),
  },
  {
    name: 'code-verifier', title: 'a code is redeemed with the verifier of its challenge alone', level: 'must', sources: [rfc(7636, '4.6')], operations: token,
    judge: (recording) => redeemed(recording).flatMap(({ response, call }) => {
      const { given } = response.requests[0]!
      const challenge = given.get('code_challenge') ?? ''
      const verifier = call.given.get('code_verifier')
      const method = given.get('code_challenge_method') ?? 'plain'
      if (looksRemoved(challenge) || verifier === '' || (verifier !== undefined && (looksRemoved(verifier) || !/^[\w.~-]{43,128}$/.test(verifier)))) return []
      if (method === 'S256' && !/^[\w-]{43}$/.test(challenge)) return []
      const expected = verifier === undefined ? undefined : method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
      return [judged([response.requests[0]!, response, call], expected === challenge, 'status', 'a refusal: the verifier is not that of the challenge', '200')]
    }),
  },
  {
    name: 'code-once', title: 'a code is redeemed once', level: 'must', sources: [rfc(6749, '4.1.2')], operations: token,
    judge: ({ tokenCalls }) => again(tokenCalls.filter(({ given }) => given.get('grant_type') === 'authorization_code'), 'code'),
  },
  {
    name: 'refresh-revoked', title: 'a revoked refresh token is refused', level: 'must', sources: [rfc(7009, '2'), auth0Docs('secure/tokens/refresh-tokens/revoke-refresh-tokens')], operations: token,
    judge: ({ tokenCalls, revocations }) => revocations.filter(({ status }) => status === 200).flatMap((revocation) => {
      const value = revocation.given.get('token') ?? ''
      return looksRemoved(value) ? [] : tokenCalls
        .filter((call) => call.given.get('refresh_token') === value && isAfter(call, revocation))
        .map((call) => judged([revocation, call], call.status !== 200, 'status', 'a refusal: the refresh token was revoked', String(call.status)))
    }),
  },
]

function isAfter(later: PlacedEntry, earlier: PlacedEntry): boolean {
  const { startedAt, durationMs } = earlier.entry.exchange
  return Date.parse(later.entry.exchange.startedAt) > Date.parse(startedAt) + durationMs
}
