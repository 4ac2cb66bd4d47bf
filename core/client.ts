import { readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { Agent, request as send, type Dispatcher } from 'undici'
import { Blocked } from './finding.ts'
import { headerValues, mediaTypeOf, type Exchange, type HeaderList } from './exchange.ts'
import type { Limiter } from './limiter.ts'
import type { Redactor } from './redaction.ts'
import { UsageError } from './usage-error.ts'

/** Bytes of an answer that are read. More than any answer of this API; a body without end must not fill the memory. */
const longestBody = 4 * 1024 * 1024
/** Characters of a body that are kept in an exchange. */
const longestRecord = 64 * 1024
/** Characters beyond, in which a secret may end that begins before: what is cut in half can't be told for a secret any more. */
const longestSecret = 16 * 1024

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
  /** Takes exchanges of another check into the record: what they made is used here as well. */
  adopt(exchanges: readonly Exchange[]): void
  readonly exchanges: readonly Exchange[]
}

/** What clients of one target share: its address, connections and limits. */
export interface Connection {
  readonly baseUrl: string
  readonly dispatcher: Dispatcher
  readonly timeoutMs: number
  readonly limiter: Limiter
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
}

/** Opens a pool of connections. Throws {@link UsageError} where the CA file cannot be read. */
export function openConnection(options: ConnectionOptions): Connection {
  const { baseUrl, timeoutMs, limiter, caFile, insecure, connections } = options
  let ca: string | undefined
  try {
    ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8')
  } catch {
    throw new UsageError(`The CA file ${caFile} can't be read: give the path of a PEM file.`)
  }
  const agent = new Agent({ connections, connect: { ...(ca ? { ca } : {}), ...(insecure ? { rejectUnauthorized: false } : {}) } })
  return { baseUrl: baseUrl.replace(/\/+$/, ''), dispatcher: agent, timeoutMs, limiter, close: () => agent.close() }
}

/** A client that records into its own list. Redirects are not followed. */
export function createClient(connection: Connection, redactor: Redactor): Client {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    adopt: (others) => void exchanges.push(...others),
    async send(statement) {
      const url = urlOf(connection.baseUrl, statement)
      const { body, headers } = encoded(statement)
      let startedAt = new Date()
      const record = (rest: Pick<Exchange, 'response' | 'failure'>): void => {
        const exchange = redactor.exchange({
          request: { method: statement.method, url: url.href, headers, ...(body === undefined ? {} : { body }) },
          ...rest,
          startedAt: startedAt.toISOString(),
          durationMs: Date.now() - startedAt.getTime(),
        })
        const { response } = exchange
        const isLong = response !== undefined && response.body.length > longestRecord
        exchanges.push(isLong ? { ...exchange, response: { ...response, body: response.body.slice(0, longestRecord) } } : exchange)
      }
      try {
        return await connection.limiter.run(async () => {
          // Waiting for a turn is no part of it.
          startedAt = new Date()
          const response = await send(url, {
            method: statement.method as Dispatcher.HttpMethod,
            headers: headers.flat(),
            ...(body === undefined ? {} : { body }),
            dispatcher: connection.dispatcher,
            signal: AbortSignal.timeout(connection.timeoutMs),
            responseHeaders: 'raw',
          })
          const received = pairsOf(response.headers as unknown as readonly (string | Buffer)[])
          const text = decoded(await readAtMost(response.body, longestBody), headerValues(received, 'content-encoding').join()).toString('utf8')
          record({
            response: {
              status: response.statusCode,
              headers: received,
              body: text.slice(0, longestRecord + longestSecret),
              ...(text.length > longestRecord ? { fullLength: Buffer.byteLength(text) } : {}),
            },
          })
          return answerOf(url, response.statusCode, received, text)
        })
      } catch (error) {
        const failure = reasonOf(error, connection.timeoutMs)
        record({ failure })
        throw new Blocked(redactor.text(`${statement.method} ${url.pathname} was not answered: ${failure}`))
      }
    },
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

async function readAtMost(body: Dispatcher.ResponseData['body'], limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > limit) {
      body.destroy()
      throw new Error(`its body is longer than ${limit / 1024 / 1024} MB`)
    }
  }
  return Buffer.concat(chunks)
}

/** A target may compress without being asked to. Throws where the body is not what its headers say, or grows beyond all measure. */
function decoded(body: Buffer, contentEncoding: string): Buffer {
  const limits = { maxOutputLength: longestBody }
  return contentEncoding.toLowerCase().split(',').map((coding) => coding.trim()).reduceRight((bytes, coding) => {
    if (bytes.length === 0) return bytes
    try {
      if (coding === 'gzip' || coding === 'x-gzip') return gunzipSync(bytes, limits)
      if (coding === 'br') return brotliDecompressSync(bytes, limits)
      // Some servers leave the zlib header out.
      if (coding === 'deflate') return (bytes[0]! & 0x0f) === 8 ? inflateSync(bytes, limits) : inflateRawSync(bytes, limits)
    } catch (error) {
      throw new Error(`its body can't be decoded as ${coding}: ${error instanceof Error ? error.message : String(error)}`)
    }
    return bytes
  }, body)
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no complete answer within ${timeoutMs} ms`
  const { code } = error as { code?: string }
  // A refused connection to a name with several addresses arrives as an AggregateError without a message.
  return code && !error.message.includes(code) ? `${error.message} (${code})`.trim() : error.message
}
