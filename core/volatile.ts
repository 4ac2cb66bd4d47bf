import { isObject } from './json.ts'

/*
 * What differs between two runs although the server did not change: the time, and what it or the suite makes up anew. Such a value is
 * replaced by the name of its kind, so that one is equal to the next and a value of another kind is not.
 */

/** Headers that tell of one answer, of the connection, or of the way to the server, and nothing of how it behaves. */
export const volatileHeaders: ReadonlySet<string> = new Set([
  'date', 'age', 'expires', 'etag', 'last-modified', 'content-length', 'transfer-encoding', 'content-encoding', 'connection', 'keep-alive',
  'server-timing', 'x-runtime', 'x-response-time', 'x-auth0-requestid', 'x-request-id', 'x-correlation-id', 'x-amzn-requestid', 'x-amz-cf-id',
  'x-amz-cf-pop', 'x-cache', 'x-cache-hits', 'x-served-by', 'x-timer', 'traceparent', 'via', 'cf-ray', 'cf-cache-status', 'report-to', 'nel',
  'alt-svc', 'ot-tracer-spanid', 'ot-tracer-traceid', 'ot-baggage-auth0-request-id', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after',
])

/** Members that are times whatever their value is. */
const times = new Set(['iat', 'exp', 'nbf', 'auth_time', 'updated_at', 'created_at', 'last_login', 'last_password_reset'])
/** Members that are made up for each answer. */
const madeUp = new Set(['jti', 'sid', 'nonce', 'state', 'at_hash', 'c_hash', 's_hash', 'kid', 'x5t', 'x5c', 'n', 'x', 'y'])

/** From where a word begins, as every pattern here: from each `eyJ` of a long text of them it would take for ever. */
const jwt = /(?<![\w-])(?=[\w-]+\.[\w-]+\.)([\w-]*?)eyJ[\w-]{8,}\.[\w-]+\.(?:\[\w+ removed\]|[\w-]*)/g
const date = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]{8} GMT/g
const uuid = /\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi
/** Loopback addresses: the reference tenant gets another port with each start. */
const loopback = /\b(?:127[._]0[._]0[._]1|localhost)(?::|%3A)\d+/gi
const epoch = /(?<![\w.-])1[5-9]\d{8}(?:\d{3})?(?![\w.-])/g
/** Parameters that somebody makes up for each request, in the URLs that a text holds. */
const parameter = /([?&;](?:state|nonce|SAMLRequest|SAMLResponse|RelayState|Signature|wctx|code_challenge|code_verifier|tx|txn)=)[^&#\s"'<>]+/g
/** Names that a check made up: the time in base 36, and what makes it unique. */
const unique = /(?<![a-z\d])[l-s][a-z\d]{7}(?=[a-z\d]*\d)[a-z\d]{3,}(?![a-z\d])/g
const phone = /\+\d{10,15}\b/g
const word = /[A-Za-z\d_-]{10,}/g

/** A text with what differs from run to run replaced by `{time}`, `{id}`, `{token}`, `{phone}` and `{loopback}`. */
export function stable(text: string): string {
  return text
    .replace(jwt, '$1{token}')
    .replace(date, '{time}')
    .replace(uuid, '{id}')
    .replace(loopback, '{loopback}')
    .replace(parameter, '$1{id}')
    .replace(unique, '{id}')
    .replace(phone, '{phone}')
    .replace(epoch, '{time}')
    .replace(word, (found) => (looksRandom(found) ? '{id}' : found))
}

/**
 * Whether nobody thought this up: it goes from letters to digits, or from small to capital letters, oftener than names do
 * (`x509-sha256` twice, `oauth2` once).
 */
function looksRandom(text: string): boolean {
  if (/^[\da-f]{16,}$/i.test(text) && /\d/.test(text)) return true
  const kinds = text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0').replace(/[_-]/g, '')
  const changes = [...kinds].filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length
  return changes >= Math.max(4, text.length / 6) && /0/.test(kinds) || changes >= text.length / 3
}

/** A JSON value with the same replaced in its texts, and members that are known to be times or made up. Tokens in it become their claims. */
export function stableJson(value: unknown, name = ''): unknown {
  if (times.has(name) && (typeof value === 'number' || typeof value === 'string')) return '{time}'
  if (madeUp.has(name) && (typeof value === 'string' || Array.isArray(value))) return '{id}'
  if (typeof value === 'number') return value > 1_500_000_000 && value < 2_000_000_000_000 ? '{time}' : value
  if (typeof value === 'string') return claimsOf(value) ?? stable(value)
  if (Array.isArray(value)) return value.map((item) => stableJson(item))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, stableJson(member, key)]))
}

/** Header and claims of a token, whose signature is gone; `undefined` where a text is no token. */
function claimsOf(text: string): unknown {
  const [, header, claims] = /^(eyJ[\w-]{8,})\.([\w-]+)\.[^.]*$/.exec(text) ?? []
  if (header === undefined || claims === undefined) return undefined
  try {
    const part = (encoded: string): unknown => JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
    return { header: stableJson(part(header)), claims: stableJson(part(claims)) }
  } catch {
    return undefined
  }
}
