import type { Exchange, HeaderList } from './exchange.ts'

/** Parameters and JSON members whose value is a secret, wherever they stand. */
const secretNames = new Set([
  'access_token', 'refresh_token', 'id_token', 'id_token_hint', 'token', 'subject_token', 'actor_token', 'assertion', 'client_assertion',
  'client_secret', 'registration_access_token', 'password', 'newPassword', 'new_password', 'code_verifier', 'code', 'otp', 'verification_code',
  'binding_code', 'oob_code', 'recovery_code', 'recovery_codes', 'mfa_token', 'auth_session', 'device_code', 'user_code', 'auth_req_id',
  'login_ticket', 'co_verifier', 'co_id', 'secret', 'barcode_uri', 'SAMLResponse', 'wresult', '_csrf', 'verification_uri_complete', 'link', 'ticket',
])

/** Headers whose value is a secret. Set-Cookie keeps its attributes, Location and Authorization their scheme. */
const secretHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'dpop'])

const jwtPattern = /eyJ[\w-]{8,}\.[\w-]*\.[\w-]+/g

/** Removes secrets from what was sent and received, before anybody can keep it. */
export interface Redactor {
  /** Makes a value a secret: from now on it is removed wherever it stands, in any usual encoding. */
  learn(value: string, name: string): void
  /** An exchange as it may be kept. Values found in secret fields are learned first. */
  exchange(raw: Exchange): Exchange
  /** Learned secrets and JWT signatures removed from any text. */
  text(raw: string): string
  /** A redactor that knows these secrets and learns more on its own. */
  child(): Redactor
}

/** A redactor that knows nothing yet but the names of secret fields. */
export function createRedactor(inherited: ReadonlyMap<string, string> = new Map()): Redactor {
  const replacements = new Map(inherited)

  const learn = (value: string, name: string): void => {
    // A value this short stands everywhere; it is removed by field alone.
    if (value.length < 6 || replacements.has(value)) return
    const marker = markerFor(value, name)
    for (const form of encodingsOf(value)) if (!replacements.has(form)) replacements.set(form, marker)
  }

  const text = (raw: string): string => {
    let out = raw
    // Longest first: a secret may contain another.
    for (const [form, marker] of [...replacements].sort(([a], [b]) => b.length - a.length)) {
      if (out.includes(form)) out = out.split(form).join(marker)
    }
    return out.replace(jwtPattern, withoutSignature)
  }

  return {
    learn,
    text,
    child: () => createRedactor(replacements),
    exchange(raw) {
      const { request, response } = raw
      learnFromUrl(request.url, learn)
      learnFromHeaders(request.headers, learn)
      learnFromBody(request.body ?? '', learn, 'request')
      if (response) {
        learnFromHeaders(response.headers, learn)
        learnFromBody(response.body, learn, 'response')
      }
      const headers = (list: HeaderList): HeaderList => list.map(([name, value]) => [name, text(redactHeader(name, value))] as const)
      return {
        ...raw,
        request: {
          ...request,
          url: text(redactUrl(request.url)),
          headers: headers(request.headers),
          ...(request.body === undefined ? {} : { body: text(redactBody(request.body, 'request')) }),
        },
        ...(response ? { response: { ...response, headers: headers(response.headers), body: text(redactBody(response.body, 'response')) } } : {}),
        ...(raw.failure === undefined ? {} : { failure: text(raw.failure) }),
      }
    },
  }
}

/** What stands in the place of a secret: its name, so that a curl command can offer a variable for it. */
export function marker(name: string): string {
  return `[${name} removed]`
}

function markerFor(value: string, name: string): string {
  return /^eyJ[\w-]+\.[\w-]*\.[\w-]+$/.test(value) ? withoutSignature(value) : marker(name)
}

/** A JWS keeps header and claims. Of anything else with three parts (or five) nothing can be read, and nothing is kept. */
function withoutSignature(token: string): string {
  const [header = '', claims = ''] = token.split('.')
  return isJsonObject(header) && isJsonObject(claims) ? `${header}.${claims}.[signature removed]` : marker('token')
}

function isJsonObject(part: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** The forms in which a value travels: as it is, in URLs, forms, JSON, HTML and XML, and base64. */
function encodingsOf(value: string): string[] {
  const percent = encodeURIComponent(value.toWellFormed())
  const html = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  const base64 = Buffer.from(value).toString('base64')
  return [...new Set([
    value, percent, percent.toLowerCase(), percent.replaceAll('%20', '+'), new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1), html, html.replaceAll("'", '&#39;'), html.replaceAll("'", '&#x27;'),
    base64, base64.replace(/=+$/, ''), Buffer.from(value).toString('base64url'), encodeURIComponent(base64),
  ])].filter((form) => form.length >= 6)
}

type Learn = (value: string, name: string) => void
type Side = 'request' | 'response'

/** The pairs of a query, fragment or form, as they were written. */
function pairsOf(text: string): [name: string, value: string][] {
  return [...new URLSearchParams(text)]
}

function learnFromUrl(url: string, learn: Learn): void {
  for (const part of url.split(/[?#]/).slice(1)) for (const [name, value] of pairsOf(part)) if (secretNames.has(name)) learn(value, name)
}

function redactUrl(url: string): string {
  return url.replace(/([?#&])([^=&#?]+)=([^&#]*)/g, (whole, before: string, name: string) =>
    secretNames.has(decoded(name)) ? `${before}${name}=${marker(decoded(name))}` : whole)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function learnFromHeaders(headers: HeaderList, learn: Learn): void {
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (key === 'location') learnFromUrl(value, learn)
    if (key === 'authorization') {
      const [scheme = '', ...rest] = value.split(' ')
      const credentials = rest.join(' ')
      learn(credentials || value, 'authorization')
      if (scheme.toLowerCase() === 'basic') {
        const [, secret] = Buffer.from(credentials, 'base64').toString('utf8').split(/:(.*)/s)
        if (secret) { learn(secret, 'client_secret'); learn(decoded(secret), 'client_secret') }
      }
    }
    if (key === 'cookie') for (const pair of value.split(/;\s*/)) learn(pair.slice(pair.indexOf('=') + 1), 'cookie')
    if (key === 'set-cookie') learn(value.split(';')[0]!.slice(value.indexOf('=') + 1), 'cookie')
  }
}

function redactHeader(name: string, value: string): string {
  const key = name.toLowerCase()
  if (key === 'location') return redactUrl(value)
  if (!secretHeaders.has(key)) return value
  if (key === 'authorization') return value.includes(' ') ? `${value.split(' ')[0]} ${marker('authorization')}` : marker('authorization')
  if (key === 'cookie') return value.split(/;\s*/).map((pair) => `${pair.split('=')[0]}=${marker('cookie')}`).join('; ')
  if (key === 'set-cookie') return value.replace(/^([^=;]*)=[^;]*/, (_, cookie: string) => `${cookie}=${marker('cookie')}`)
  return marker(key)
}

function learnFromBody(body: string, learn: Learn, side: Side): void {
  const json = parsed(body)
  if (json !== undefined) return visit(json, side, (name, value) => learn(value, name))
  if (looksLikeHtml(body)) return void inputsOf(body, (name, value) => { if (secretNames.has(name)) learn(unescaped(value), name) })
  for (const [name, value] of pairsOf(body)) if (secretNames.has(name)) learn(value, name)
}

function redactBody(body: string, side: Side): string {
  const json = parsed(body)
  if (json !== undefined) {
    let out = body
    visit(json, side, (name, value) => {
      // The text keeps its own spacing and order: only the value's literal is replaced.
      if (value !== '') out = out.split(JSON.stringify(value)).join(JSON.stringify(markerFor(value, name)))
    })
    // The literal may have been escaped in another way than ours.
    const left = parsed(out)
    let survives = false
    visit(left, side, (_, value) => { if (value !== '' && !isRedacted(value)) survives = true })
    return survives ? JSON.stringify(left, (key, value: unknown) => (typeof value === 'string' && isSecretMember(key, undefined, side) && !isRedacted(value) ? marker(key) : value)) : out
  }
  if (looksLikeHtml(body)) {
    return inputsOf(body, (name, value, whole) => (secretNames.has(name) && value ? whole.split(value).join(marker(name)) : undefined))
  }
  return body.replace(/(^|&)([^=&]+)=([^&]*)/g, (whole, before: string, name: string) =>
    secretNames.has(decoded(name)) ? `${before}${name}=${marker(decoded(name))}` : whole)
}

function isRedacted(value: string): boolean {
  return value.endsWith(' removed]')
}

function parsed(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Calls `found` for every secret string in a JSON value. */
function visit(value: unknown, side: Side, found: (name: string, value: string) => void): void {
  const pending: { value: unknown; name: string }[] = [{ value, name: '' }]
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue
    for (const [key, member] of Object.entries(next.value)) {
      const name = Array.isArray(next.value) ? next.name : key
      if (typeof member === 'string' || typeof member === 'number') {
        if (isSecretMember(name, next.value, side)) found(name, String(member))
      } else pending.push({ value: member, name })
    }
  }
}

/** `code` is an authorization code in a request and an error code in an answer that describes an error. */
function isSecretMember(name: string, parent: unknown, side: Side): boolean {
  if (!secretNames.has(name)) return false
  if (name !== 'code' || side === 'request' || typeof parent !== 'object' || parent === null) return true
  return !['description', 'statusCode', 'message', 'error', 'verified'].some((sign) => sign in parent)
}

function looksLikeHtml(body: string): boolean {
  return /<(?:input|form|html)\b/i.test(body)
}

/** Visits every `<input>` with a name; a returned text takes the tag's place. */
function inputsOf(html: string, visitInput: (name: string, value: string, whole: string) => string | undefined | void): string {
  return html.replace(/<input\b[^>]*>/gi, (whole) => {
    const attribute = (name: string): string | undefined => {
      const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(whole)
      return match?.[1] ?? match?.[2] ?? match?.[3]
    }
    const name = attribute('name')
    return (name && visitInput(name, attribute('value') ?? '', whole)) || whole
  })
}

function unescaped(html: string): string {
  return html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#x27;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
