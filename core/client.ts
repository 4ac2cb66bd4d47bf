import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Undici from 'undici'
import type { buildConnector, Dispatcher } from 'undici'
import { decoded } from './content-coding.ts'
import { Blocked } from './finding.ts'
import { headerValues, mediaTypeOf, type Exchange, type HeaderList } from './exchange.ts'
import type { Limiter } from './limiter.ts'
import type { Redactor } from './redaction.ts'
import { UsageError } from './usage-error.ts'
import { keepWire } from './wire.ts'

/** Bytes of an answer that are read. More than any answer of this API; a body without end must not fill the memory. */
const longestBody = 4 * 1024 * 1024
/** Characters of a body that are kept in an exchange. */
const longestRecord = 64 * 1024
/** Characters beyond, in which a secret may end that begins before: what is cut in half can't be told for a secret any more. */
const longestSecret = 16 * 1024

/** Bytes of bodies that one run reads at full length. A target that sends more is answered with {@link shortBody}: what checks share stays in memory. */
const mostVolume = 64 * 1024 * 1024
const shortBody = 64 * 1024

/** Loaded where a connection is opened: that takes a fifth of a second, and most of the program opens none. */
const undici = (): typeof Undici => createRequire(import.meta.url)('undici') as typeof Undici

/** Does beforehand what the first connection would have to wait for. */
export function prepareConnections(): void {
  undici()
}

/** The target gave no complete answer. */
export class Unanswered extends Blocked {}

/** A request as a check states it. At most one of `form`, `json` and `body`. */
export interface RequestStatement {
  readonly method: string
  /** Path and query below the target's base URL, or an absolute URL. */
  readonly path: string
  readonly query?: Pairs
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Pairs
  /** Sent as `application/json`. */
  readonly json?: unknown
  /** Sent as it is; the media type is the caller's business. */
  readonly body?: string
}

/** Parameters by name, or as pairs where one is repeated. */
export type Pairs = Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[]

/** What the target answered. Secrets are still in it: it is for judging, not for keeping. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: string
  /** The first value of a header. */
  header(name: string): string | undefined
  /** Lower case, without parameters. */
  readonly mediaType: string | undefined
  /** The body as JSON; `undefined` where it is none. */
  readonly json: unknown
  /** `Location`, resolved against the request. */
  readonly location: URL | undefined
  /** The URL that was asked for. */
  readonly url: URL
}

/** Sends requests to one target on behalf of one check, and records each exchange without its secrets. */
export interface Client {
  send(request: RequestStatement): Promise<Answer>
  /** Takes exchanges of another check into the record, where they are not in it already: what they made is used here as well. */
  adopt(exchanges: readonly Exchange[]): void
  /** Empties the record: of many attempts with generated inputs only one is told. */
  forget(): void
  readonly exchanges: readonly Exchange[]
}

/** What clients of one target share: its address, connections and limits. */
export interface Connection {
  readonly baseUrl: string
  readonly dispatcher: Dispatcher
  readonly timeoutMs: number
  readonly limiter: Limiter
  /** Bytes of bodies that were read. */
  volume: number
  close(): Promise<void>
}

/** Options of {@link openConnection}, as a configuration states them. */
export interface ConnectionOptions {
  readonly baseUrl: string
  readonly timeoutMs: number
  readonly limiter: Limiter
  readonly connections: number
  readonly caFile?: string
  readonly insecure?: boolean
  /** What the target calls itself, where `baseUrl` is only the way to it. */
  readonly host?: string
  /** Variables that may name a proxy: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, upper or lower case. None is used where absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** The address by which a target is asked: `baseUrl`, with the name that the target gives itself. Without a trailing slash. */
export function addressOf({ baseUrl, host }: Pick<ConnectionOptions, 'baseUrl' | 'host'>): string {
  const url = new URL(baseUrl)
  return (host === undefined ? baseUrl : `${url.protocol}//${host}${url.pathname}`).replace(/\/+$/, '')
}

/** Connects to where the base URL points, whatever name is asked for. */
function connectorTo(baseUrl: string, options: buildConnector.BuildOptions): buildConnector.connector {
  const { hostname, port, protocol } = new URL(baseUrl)
  const connect = undici().buildConnector(options)
  return (wanted, callback) => connect({ ...wanted, hostname: hostname.replace(/^\[|\]$/g, ''), port: port || (protocol === 'https:' ? '443' : '80'), servername: wanted.servername || wanted.hostname }, callback)
}

/** Opens a pool of connections. Throws {@link UsageError} where the CA file cannot be read or a proxy's address is none. */
export function openConnection(options: ConnectionOptions): Connection {
  const { baseUrl, timeoutMs, limiter, caFile, insecure, connections, host, environment = {} } = options
  let ca: string | undefined
  try {
    ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8')
  } catch {
    throw new UsageError(`The CA file ${caFile} can't be read: give the path of a PEM file.`)
  }
  const tls = { ...(ca ? { ca } : {}), ...(insecure ? { rejectUnauthorized: false } : {}) }
  const proxy = host === undefined ? proxyOf(environment) : undefined
  const { Agent, EnvHttpProxyAgent } = undici()
  const agent = proxy
    // A plain address is asked of the proxy as it is: many refuse to CONNECT to port 80.
    ? new EnvHttpProxyAgent({ connections, connect: tls, requestTls: tls, proxyTunnel: false, ...proxy })
    : new Agent({ connections, connect: host === undefined ? tls : connectorTo(baseUrl, tls) })
  // Behind a proxy that drops every connection, closing would wait for one that never comes.
  return { baseUrl: addressOf(options), dispatcher: agent, timeoutMs, limiter, volume: 0, close: () => (proxy ? agent.destroy() : agent.close()) }
}

/** Proxies that an environment names. What runs on this machine is never asked of one. */
function proxyOf(environment: Readonly<Record<string, string | undefined>>): { httpProxy: string; httpsProxy: string; noProxy: string } | undefined {
  const [httpProxy = '', httpsProxy = '', noProxy = ''] = ['http_proxy', 'https_proxy', 'no_proxy'].map((name) => environment[name] || environment[name.toUpperCase()] || '')
  if ((httpProxy === '' && httpsProxy === '') || noProxy.trim() === '*') return undefined
  for (const [name, value] of [['HTTP_PROXY', httpProxy], ['HTTPS_PROXY', httpsProxy]] as const) {
    if (value !== '' && !(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) throw new UsageError(`${name} is no address of a proxy: give it a URL such as http://proxy.example.com:3128.`)
  }
  return { httpProxy, httpsProxy, noProxy: `${noProxy},localhost,127.0.0.1,[::1]` }
}

/** A client that records into its own list. Redirects are not followed. */
export function createClient(connection: Connection, redactor: Redactor): Client {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    adopt: (others) => void exchanges.push(...others.filter((other) => !exchanges.includes(other))),
    forget: () => void exchanges.splice(0),
    async send(statement) {
      const url = urlOf(connection.baseUrl, statement)
      const { body, headers } = encoded(statement)
      let startedAt = new Date()
      const record = (rest: Pick<Exchange, 'response' | 'failure'>): void => {
        const raw: Exchange = {
          request: { method: statement.method, url: url.href, headers, ...(body === undefined ? {} : { body }) },
          ...rest,
          startedAt: startedAt.toISOString(),
          durationMs: Date.now() - startedAt.getTime(),
        }
        const exchange = redactor.exchange(raw)
        keepWire(exchange, raw)
        const { response } = exchange
        const isLong = response !== undefined && response.body.length > longestRecord
        exchanges.push(isLong ? { ...exchange, response: { ...response, body: response.body.slice(0, longestRecord) } } : exchange)
      }
      try {
        return await connection.limiter.run(async () => {
          // Waiting for a turn is no part of it.
          startedAt = new Date()
          const longest = connection.volume < mostVolume ? longestBody : shortBody
          const raw = await receive(connection, { url, method: statement.method, headers: headers.flat(), body }, longest)
          const received = pairsOf(raw.headers)
          const bytes = decoded(raw.body, headerValues(received, 'content-encoding').join(), longest)
          connection.volume += bytes.length
          const text = bytes.toString('utf8')
          record({
            response: {
              status: raw.status,
              headers: received,
              body: text.slice(0, longestRecord + longestSecret),
              ...(text.length > longestRecord ? { fullLength: Buffer.byteLength(text) } : {}),
            },
          })
          return answerOf(url, raw.status, received, text)
        })
      } catch (error) {
        const failure = reasonOf(error, connection.timeoutMs)
        record({ failure })
        throw new Unanswered(redactor.text(`${statement.method} ${url.pathname} was not answered: ${failure}`))
      }
    },
  }
}

/** A client with another way of sending, and the record of the first. */
export function sendingBy(client: Client, send: Client['send']): Client {
  return {
    get exchanges() {
      return client.exchanges
    },
    adopt: (exchanges) => client.adopt(exchanges),
    forget: () => client.forget(),
    send,
  }
}

/** An answer from its parts; also made from recorded traffic. */
export function answerOf(url: URL, status: number, headers: HeaderList, body: string): Answer {
  const header = (name: string): string | undefined => headerValues(headers, name)[0]
  let json: { readonly value: unknown } | undefined
  return {
    url, status, headers, body, header,
    mediaType: mediaTypeOf(header('content-type')),
    get json() {
      if (!json) {
        try {
          json = { value: JSON.parse(body.replace(/^\uFEFF/, '')) }
        } catch {
          json = { value: undefined }
        }
      }
      return json.value
    },
    get location() {
      const value = header('location')
      return value !== undefined && URL.canParse(value, url.href) ? new URL(value, url) : undefined
    },
  }
}

function urlOf(baseUrl: string, { path, query }: RequestStatement): URL {
  const url = new URL(/^https?:/i.test(path) ? path : baseUrl + path)
  // URLSearchParams would write what is there already in its own spelling; only what is new is added.
  const added = query === undefined ? '' : new URLSearchParams(asPairs(query)).toString()
  if (added) url.search = url.search ? `${url.search}&${added}` : `?${added}`
  return url
}

function asPairs(pairs: Pairs): [string, string][] {
  return (Array.isArray(pairs) ? pairs : Object.entries(pairs)).map(([name, value]) => [name, value])
}

function encoded({ form, json, body, headers = {} }: RequestStatement): { body: string | undefined; headers: [string, string][] } {
  const stated = Object.entries(headers)
  const has = (name: string): boolean => stated.some(([key]) => key.toLowerCase() === name)
  const type = form !== undefined ? 'application/x-www-form-urlencoded' : json !== undefined ? 'application/json' : undefined
  return {
    body: form !== undefined ? new URLSearchParams(asPairs(form)).toString() : json !== undefined ? JSON.stringify(json) : body,
    headers: [
      ...(has('accept') ? [] : [['accept', '*/*'] as [string, string]]),
      ...(has('user-agent') ? [] : [['user-agent', 'auth0-conformance'] as [string, string]]),
      ...(type && !has('content-type') ? [['content-type', type] as [string, string]] : []),
      ...stated,
    ],
  }
}

function pairsOf(raw: readonly (string | Buffer)[]): HeaderList {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([String(raw[at]), String(raw[at + 1])])
  return pairs
}

/** An answer as it came: header names and values by turns, and a body that may be encoded. */
interface RawAnswer {
  readonly status: number
  readonly headers: readonly (string | Buffer)[]
  readonly body: Buffer
}

interface RawRequest {
  readonly url: URL
  readonly method: string
  readonly headers: string[]
  readonly body: string | undefined
}

/**
 * Sends a request and reads the answer to its end, without the streams that undici's `request` puts between: hundreds of requests a second are sent.
 * Rejects with a `TimeoutError`, whatever undici makes of being told to stop: behind a proxy that drops connections it tries for ever.
 */
function receive({ dispatcher, timeoutMs }: Connection, { url, method, headers, body }: RawRequest, longest: number): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let reason: Error | undefined
    const giveUp = (error: Error): void => {
      clearTimeout(timer)
      reason = error
      reject(error)
      controller?.abort(error)
    }
    const timer = setTimeout(() => giveUp(new DOMException('no complete answer in time', 'TimeoutError')), timeoutMs)
    const chunks: Buffer[] = []
    let [status, length] = [0, 0]
    let received: RawAnswer['headers'] = []
    dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, method: method as Dispatcher.HttpMethod, headers, body: body ?? null }, {
      onRequestStart(started) {
        controller = started
        if (reason) started.abort(reason)
      },
      onResponseStart({ rawHeaders }, statusCode) {
        status = statusCode
        received = rawHeaders as RawAnswer['headers']
      },
      onResponseData(_, chunk) {
        chunks.push(chunk)
        length += chunk.length
        if (length <= longest) return
        giveUp(new Error(longest < longestBody
          ? `its body is longer than ${longest / 1024} kB, after ${mostVolume / 1024 / 1024} MB in this run`
          : `its body is longer than ${longest / 1024 / 1024} MB`))
      },
      onResponseEnd() {
        clearTimeout(timer)
        resolve({ status, headers: received, body: Buffer.concat(chunks) })
      },
      onResponseError: (_, error) => giveUp(error),
    })
  })
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no complete answer within ${timeoutMs} ms`
  const { code } = error as { code?: string }
  // A refused connection to a name with several addresses arrives as an AggregateError without a message.
  return code && !error.message.includes(code) ? `${error.message} (${code})`.trim() : error.message
}
