import type { Profile } from '../../core/check.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { headerValues, mediaTypeOf, type HeaderList } from '../../core/exchange.ts'
import { readPage } from '../../core/page.ts'
import type { RecordedEntry } from './har.ts'
import { looksRemoved } from './form.ts'

/** An entry with its place, as a reader of the recording finds it. */
export interface PlacedEntry {
  readonly entry: RecordedEntry
  /** `entry 3 of traffic.har`. */
  readonly place: string
}

/** A request to the authorization endpoint. */
export interface AuthorizationRequest extends PlacedEntry {
  readonly given: ReadonlyMap<string, string>
}

/** Parameters that the authorization endpoint sent to a redirect URI. */
export interface AuthorizationResponse extends PlacedEntry {
  readonly redirectUri: string
  readonly mode: 'query' | 'fragment' | 'form_post'
  readonly values: ReadonlyMap<string, string>
  /** The requests that it can be the answer to: sent before, with this redirect URI, and where one has the state that came back, that one alone. */
  readonly requests: readonly AuthorizationRequest[]
}

/** A request to a JSON endpoint with its answer; `body` only of an answer that is a JSON object. */
export interface Call extends PlacedEntry {
  readonly given: ReadonlyMap<string, string>
  /** By parameter or by HTTP Basic. */
  readonly clientId: string | undefined
  readonly status: number
  readonly body: JsonObject | undefined
}

/** What the recorded traffic of one server tells about its flows, in the order in which it was sent. */
export interface Recording {
  readonly origin: string
  /** By which it is judged. */
  readonly profile: Profile
  readonly authorizations: readonly AuthorizationRequest[]
  readonly responses: readonly AuthorizationResponse[]
  readonly tokenCalls: readonly Call[]
  readonly userinfoCalls: readonly Call[]
  readonly revocations: readonly Call[]
  readonly logouts: readonly Call[]
  readonly discovery: Call | undefined
  readonly keySets: readonly Call[]
}

/** Reads the flows out of the entries of one server. */
export function toRecording(origin: string, entries: readonly PlacedEntry[], profile: Profile): Recording {
  const ordered = [...entries].sort((a, b) => Date.parse(a.entry.exchange.startedAt) - Date.parse(b.entry.exchange.startedAt))
  const at = (method: string, path: RegExp): Call[] => ordered
    .filter(({ entry }) => entry.exchange.request.method === method && path.test(entry.url.pathname) && entry.exchange.response !== undefined)
    .map(toCall)
  const authorizations = ordered.filter(({ entry }) => entry.url.pathname === '/authorize' && new Map(entry.values).has('client_id'))
    .map((placed) => ({ ...placed, given: new Map(placed.entry.values) }))
  return {
    origin,
    profile,
    authorizations,
    responses: ordered.flatMap((placed, index) => {
      const before = new Set(ordered.slice(0, index + 1).map(({ entry }) => entry))
      return toResponse(placed, authorizations.filter(({ entry }) => before.has(entry)))
    }),
    tokenCalls: at('POST', /^\/oauth\/token$/),
    userinfoCalls: at('GET', /^\/userinfo$/),
    revocations: at('POST', /^\/oauth\/revoke$/),
    logouts: at('GET', /^\/(?:v2|oidc)\/logout$/),
    discovery: at('GET', /^\/\.well-known\/openid-configuration$/).find(({ status, body }) => status === 200 && body !== undefined),
    keySets: at('GET', /^\/\.well-known\/jwks\.json$/).filter(({ status, body }) => status === 200 && Array.isArray(body?.keys)),
  }
}

function toCall(placed: PlacedEntry): Call {
  const { exchange, values } = placed.entry
  const given = new Map(values)
  return { ...placed, given, clientId: given.get('client_id') ?? basicUser(exchange.request.headers), status: exchange.response!.status, body: jsonOf(exchange.response!.body) }
}

/** Where an answer sends a browser, and with which parameters. */
interface Sent extends Pick<AuthorizationResponse, 'mode' | 'values'> {
  readonly to: URL
}

function toResponse(placed: PlacedEntry, authorizations: readonly AuthorizationRequest[]): AuthorizationResponse[] {
  for (const { to, mode, values } of sentBy(placed)) {
    if (!['code', 'id_token', 'access_token', 'error'].some((name) => values.has(name))) continue
    const itself = authorizations.filter(({ entry, given }) => entry === placed.entry && isAt(given.get('redirect_uri'), to))
    const asked = itself.length > 0 ? itself : authorizations.filter(({ given }) => isAt(given.get('redirect_uri'), to))
    if (asked.length === 0) continue
    const sameState = asked.filter(({ given }) => given.get('state') !== undefined && given.get('state') === values.get('state'))
    return [{ ...placed, redirectUri: asked[0]!.given.get('redirect_uri')!, mode, values, requests: sameState.length > 0 ? sameState : asked }]
  }
  return []
}

/** By redirect, or by a form that a page has the browser send (OAuth 2.0 Form Post Response Mode 2). */
function sentBy({ entry: { exchange: { response }, url } }: PlacedEntry): Sent[] {
  if (!response) return []
  if (response.status >= 300 && response.status < 400) {
    const location = headerValues(response.headers, 'location')[0]
    if (location === undefined || !URL.canParse(location)) return []
    const to = new URL(location)
    return [to.hash.length > 1 ? { to, mode: 'fragment', values: new Map(new URLSearchParams(to.hash.slice(1))) } : { to, mode: 'query', values: new Map(to.searchParams) }]
  }
  if (response.status !== 200 || mediaTypeOf(headerValues(response.headers, 'content-type')[0]) !== 'text/html') return []
  return readPage(response.body, url).forms.filter(({ method }) => method === 'post')
    .map(({ action, controls }) => ({ to: action, mode: 'form_post', values: new Map(controls.map(({ name, value }) => [name, value])) }))
}

function isAt(redirectUri: string | undefined, url: URL): boolean {
  if (redirectUri === undefined || !URL.canParse(redirectUri)) return false
  const registered = new URL(redirectUri)
  return registered.origin === url.origin && registered.host === url.host && registered.pathname === url.pathname
}

function basicUser(headers: HeaderList): string | undefined {
  const [, encoded] = /^basic\s+(\S+)$/i.exec(headerValues(headers, 'authorization')[0] ?? '') ?? []
  const [user] = encoded === undefined ? [] : Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return user || undefined
}

function jsonOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A string member that was not taken out of the recording. */
export function textOf(body: JsonObject | undefined, name: string): string | undefined {
  const value = body?.[name]
  return typeof value === 'string' && !looksRemoved(value) ? value : undefined
}
