import type { Exchange, HeaderList } from './exchange.ts'
import { fieldsOfBody, fieldsOfText, fieldsOfUrl, formDecoded, isRemoved, marker, type SecretField, type Side } from './secret-fields.ts'
import { createSecretSearch, type SearchState, type SecretSearch } from './secret-search.ts'

export { marker }

/** Removes secrets from what was sent and received, before anybody can keep it. */
export interface Redactor {
  /** Makes a value a secret: from now on it is removed wherever it stands, in any usual encoding. Below six characters nothing happens. */
  learn(value: string, name: string): void
  /** An exchange as it may be kept. Values found in secret fields are learned first. Doing it again changes nothing. */
  exchange(raw: Exchange): Exchange
  /** Learned secrets and JWT signatures removed from any text. */
  text(raw: string): string
  /** A redactor that knows these secrets, and those that this one learns later, and learns more on its own. */
  child(): Redactor
  /** Makes secrets of everything that another redactor knows. */
  adopt(other: Redactor): void
  /** What is looked for. */
  readonly search: SecretSearch
}

/** A redactor that knows nothing yet but the names of secret fields. */
export function createRedactor(): Redactor {
  return redactorOf(createSecretSearch())
}

/** What the exchanges that were made here are free of: nothing has to be looked for twice. */
const clean = new WeakMap<Exchange, SearchState>()

function redactorOf(search: SecretSearch): Redactor {
  const learn = (value: string, name: string): void => {
    if (isRemoved(value)) return
    const signature = signatureOf(value)
    // Of a token the signature is the secret: header and claims stay readable.
    if (signature === undefined) search.add(value, marker(name))
    else search.add(signature, marker('signature'))
  }
  const learnFrom = (fields: readonly SecretField[], side: Side): void => {
    for (const { name, value } of fields) if (!isWord(value, side)) learn(value, name)
  }
  const text = (raw: string): string => search.remove(raw).replace(jwtPattern, (_, before: string, token: string) => before + withoutSignature(token))

  return {
    learn,
    text,
    child: () => redactorOf(createSecretSearch(search)),
    adopt: (other) => search.adopt(other.search),
    search,
    exchange(raw) {
      const state = clean.get(raw)
      const marked = state ? raw : withoutFields(raw, learnFrom)
      const texts = state && search.hasNothingBeyond(state) ? [] : textsOf(marked)
      const isFree = search.isFree(texts) && texts.every((part) => part.search(jwtPattern) < 0)
      const redacted = isFree ? marked : mapTexts(marked, text)
      clean.set(redacted, search.state(state))
      return redacted
    },
  }
}

/** An exchange with markers in the place of secret fields; calls `found` with what stood there. */
function withoutFields(raw: Exchange, found: (fields: readonly SecretField[], side: Side) => void): Exchange {
  const marked = (value: string, fields: readonly SecretField[], side: Side): string => {
    found(fields, side)
    return withMarkers(value, fields)
  }
  const headers = (list: HeaderList, side: Side): HeaderList => list.map(([name, value]) => {
    found(secretsOfHeader(name, value), side)
    return [name, redactHeader(name, value)] as const
  })
  const { request, response } = raw
  return {
    ...raw,
    request: {
      ...request,
      url: marked(request.url, fieldsOfUrl(request.url), 'request'),
      headers: headers(request.headers, 'request'),
      ...(request.body === undefined ? {} : { body: marked(request.body, fieldsOfBody(request.body, 'request'), 'request') }),
    },
    ...(response ? { response: { ...response, headers: headers(response.headers, 'response'), body: marked(response.body, fieldsOfBody(response.body, 'response'), 'response') } } : {}),
  }
}

function textsOf({ request, response, failure = '' }: Exchange): string[] {
  return [request.url, ...request.headers.map(([, value]) => value), request.body ?? '', ...(response ? [...response.headers.map(([, value]) => value), response.body] : []), failure]
}

function mapTexts(exchange: Exchange, change: (text: string) => string): Exchange {
  const { request, response, failure } = exchange
  const headers = (list: HeaderList): HeaderList => list.map(([name, value]) => [name, change(value)] as const)
  return {
    ...exchange,
    request: { ...request, url: change(request.url), headers: headers(request.headers), ...(request.body === undefined ? {} : { body: change(request.body) }) },
    ...(response ? { response: { ...response, headers: headers(response.headers), body: change(response.body) } } : {}),
    ...(failure === undefined ? {} : { failure: change(failure) }),
  }
}

/**
 * A JWS or, with two parts more, a JWE, and what stands right before it. It is looked for where a word begins, and only where two dots follow:
 * from each `eyJ` of a long text of them it would take for ever.
 */
const jwtPattern = /(?<![\w-])(?=[\w-]+\.[\w-]*\.[\w-])([\w-]*?)(eyJ[\w-]{8,}\.[\w-]*\.[\w-]+(?:\.[\w-]+\.[\w-]+)?)/g

/** A JWS keeps header and claims. Of anything else that looks like a token nothing can be read, and nothing is kept. */
function withoutSignature(token: string): string {
  return signatureOf(token) === undefined ? marker('token') : `${token.slice(0, token.lastIndexOf('.'))}.${marker('signature')}`
}

/** The third part of a JWS, `undefined` where a value is none. */
function signatureOf(value: string): string | undefined {
  const [header = '', claims = '', signature, ...more] = value.split('.')
  return signature && more.length === 0 && value.startsWith('eyJ') && isJsonObject(header) && isJsonObject(claims) ? signature : undefined
}

function isJsonObject(part: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/**
 * Whether a value found in a secret field is no secret but a word that says something: what a check makes up to be refused (`wrong-secret`),
 * or `deleted` as the value of a cookie. It is removed there, but not wherever else the word stands.
 */
function isWord(value: string, side: Side): boolean {
  return side === 'request' ? value.length < 24 && /^[a-z]+(?:[ _.-][a-z]+)*$/i.test(value) : value.length < 16 && /^[a-z]+(?:[ _-][a-z]+)*$/.test(value)
}

function withMarkers(text: string, fields: readonly SecretField[]): string {
  let out = ''
  let at = 0
  for (const { name, value, start, end, bare } of fields) {
    const removed = isRemoved(value) ? text.slice(start, end) : signatureOf(value) === undefined ? marker(name) : withoutSignature(value)
    out += text.slice(at, start) + (bare ? `"${removed}"` : removed)
    at = end
  }
  return out + text.slice(at)
}

/** What a header holds that is secret, as far as it can be told apart. */
function secretsOfHeader(name: string, value: string): SecretField[] {
  const secret = (field: string, part: string): SecretField => ({ name: field, value: part, start: 0, end: 0 })
  switch (name.toLowerCase()) {
    case 'authorization': case 'proxy-authorization': {
      const [scheme = '', ...rest] = value.split(' ')
      const credentials = rest.join(' ') || value
      if (scheme.toLowerCase() !== 'basic' || isRemoved(value)) return [secret('authorization', credentials)]
      const password = Buffer.from(credentials, 'base64').toString('utf8').split(/:(.*)/s)[1]
      return [secret('authorization', credentials), ...(password ? [secret('client_secret', password), secret('client_secret', formDecoded(password))] : [])]
    }
    case 'dpop': return [secret('dpop', value)]
    case 'cookie': return value.split(/;\s*/).map((pair) => secret('cookie', pair.slice(pair.indexOf('=') + 1)))
    case 'set-cookie': return [secret('cookie', value.split(';')[0]!.slice(value.indexOf('=') + 1))]
    case 'location': return fieldsOfUrl(value)
    default: return fieldsOfText(value)
  }
}

/** Cookies keep their names and attributes, Authorization its scheme, everything else what is no secret field. */
function redactHeader(name: string, value: string): string {
  switch (name.toLowerCase()) {
    case 'authorization': case 'proxy-authorization':
      if (/^(?:bearer|basic|dpop|)\s*$/i.test(value)) return value
      return /^\S+ /.test(value) ? `${value.split(' ')[0]} ${marker('authorization')}` : marker('authorization')
    case 'dpop': return marker('dpop')
    case 'cookie': return value.split(/;\s*/).map((pair) => (pair.includes('=') ? `${pair.split('=')[0]}=${marker('cookie')}` : marker('cookie'))).join('; ')
    case 'set-cookie': return value.replace(/^([^=;]*)=[^;]*/, (_, cookie: string) => `${cookie}=${marker('cookie')}`)
    case 'location': return withMarkers(value, fieldsOfUrl(value))
    default: return withMarkers(value, fieldsOfText(value))
  }
}
