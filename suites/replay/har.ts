import type { Exchange, HeaderList } from '../../core/exchange.ts'
import { headerValues, mediaTypeOf } from '../../core/exchange.ts'
import { UsageError } from '../../core/usage-error.ts'
import { isObject, type JsonObject } from '../../core/json.ts'

/** One recorded request and its answer, with what was sent read into parameters. Secrets are still in it. */
export interface RecordedEntry {
  readonly exchange: Exchange
  readonly url: URL
  /** The recorder kept no body although there was one, or the browser took the answer from its cache. */
  readonly isBodyMissing: boolean
  /** Parameters of the query and the body, decoded. */
  readonly values: readonly (readonly [name: string, value: string])[]
}

/** What lies beside a HAR file under a name; `undefined` where there is nothing. */
export type Beside = (name: string) => Buffer | undefined

/**
 * The entries of a HAR 1.2 file. Entries without an answer keep `response` out. A body that a recorder kept in a file of its own (`_file`, as
 * Playwright does) is read through `beside`. Throws {@link UsageError} naming `origin`, and the entry, for anything else.
 */
export function parseHar(text: string, origin: string, beside: Beside = () => undefined): RecordedEntry[] {
  if (text.startsWith('PK\u0003\u0004')) throw new UsageError(`${origin} is a zip archive: unpack it and give the HAR file that is in it.`)
  let har: unknown
  try {
    har = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new UsageError(`${origin} is not JSON: give a HAR file, as browsers and proxies export it.`)
  }
  const log = isObject(har) ? har.log : undefined
  if (!isObject(log) || !Array.isArray(log.entries)) throw new UsageError(`${origin} is no HAR file: it has no log.entries list. Export the traffic as HAR.`)
  return log.entries.map((entry, index) => toEntry(entry, `entry ${index + 1} of ${origin}`, beside))
}

function toEntry(entry: unknown, where: string, beside: Beside): RecordedEntry {
  const { request: asked, response: told } = isObject(entry) ? entry : {}
  const request: JsonObject | undefined = isObject(asked) ? { ...asked, postData: withBody(asked.postData, beside) } : undefined
  const response: JsonObject | undefined = isObject(told) ? { ...told, content: withBody(told.content, beside) } : undefined
  if (!request || typeof request.method !== 'string' || typeof request.url !== 'string') {
    throw new UsageError(`The request of ${where} has no method and url: export the traffic again.`)
  }
  if (!URL.canParse(request.url)) throw new UsageError(`The url of ${where} is none: "${request.url.slice(0, 80)}".`)
  const url = new URL(request.url)
  const headers = headersOf(request.headers)
  const postData = isObject(request.postData) ? request.postData : {}
  const body = typeof postData.text === 'string' ? contentOf(postData) : undefined
  const answered = response !== undefined && typeof response.status === 'number' && response.status > 0
  return {
    url,
    isBodyMissing: response !== undefined && lacksBody(response),
    values: [...url.searchParams, ...bodyValues(postData, body, headers)],
    exchange: {
      request: { method: request.method.toUpperCase(), url: url.href, headers, ...(body === undefined ? {} : { body }) },
      ...(answered ? { response: { status: response.status as number, headers: responseHeaders(response), body: contentOf(response.content) } } : { failure: 'no answer was recorded' }),
      startedAt: isObject(entry) && typeof entry.startedDateTime === 'string' ? entry.startedDateTime : '1970-01-01T00:00:00.000Z',
      durationMs: isObject(entry) && typeof entry.time === 'number' && entry.time >= 0 ? Math.round(entry.time) : 0,
    },
  }
}

/** Content or posted data with the text that lies in a file beside the recording. Only there: a name that leads elsewhere is not followed. */
function withBody(part: unknown, beside: Beside): unknown {
  if (!isObject(part) || typeof part.text === 'string' || typeof part._file !== 'string' || !/^[\w-][\w.-]*$/.test(part._file)) return part
  const bytes = beside(part._file)
  return bytes === undefined ? part : { ...part, text: bytes.toString('base64'), encoding: 'base64' }
}

function headersOf(list: unknown): HeaderList {
  return (Array.isArray(list) ? list : []).flatMap((header) =>
    (isObject(header) && typeof header.name === 'string' && !header.name.startsWith(':') && typeof header.value === 'string' ? [[header.name, header.value] as const] : []))
}

function lacksBody({ status, content, headers }: Readonly<Record<string, unknown>>): boolean {
  if (status === 304) return true
  const { text, size, mimeType } = isObject(content) ? content : {}
  if (typeof text === 'string') return text === '' && typeof size === 'number' && size > 0
  const length = headerValues(headersOf(headers), 'content-length')[0]
  if (typeof size === 'number' && size > 0) return true
  return length === undefined ? typeof mimeType === 'string' && /json|html|xml/.test(mimeType) && !(Number(status) >= 300 && Number(status) < 400) : length !== '0'
}

/** Some recorders leave Content-Type out of the headers and keep it with the content. */
function responseHeaders(response: Readonly<Record<string, unknown>>): HeaderList {
  const headers = headersOf(response.headers)
  const type = isObject(response.content) ? response.content.mimeType : undefined
  const absent = headerValues(headers, 'content-type').length === 0
  return absent && typeof type === 'string' && /^\w+\/[\w.+-]/.test(type) && type !== 'x-unknown' ? [...headers, ['content-type', type]] : headers
}

function contentOf(content: unknown): string {
  if (!isObject(content) || typeof content.text !== 'string') return ''
  return content.encoding === 'base64' ? Buffer.from(content.text, 'base64').toString('utf8') : content.text
}

function bodyValues(postData: Readonly<Record<string, unknown>>, body: string | undefined, headers: HeaderList): [string, string][] {
  const type = mediaTypeOf(typeof postData.mimeType === 'string' && postData.mimeType ? postData.mimeType : headerValues(headers, 'content-type')[0])
  // Recorders that add the header on the way keep a request without its type.
  if (body && (type === 'application/json' || (type === undefined && body.trimStart().startsWith('{')))) {
    try {
      const value: unknown = JSON.parse(body)
      return isObject(value) ? Object.entries(value).map(([name, member]) => [name, typeof member === 'string' ? member : JSON.stringify(member)]) : []
    } catch {
      return []
    }
  }
  if (Array.isArray(postData.params) && postData.params.length > 0) {
    return postData.params.flatMap((pair) => (isObject(pair) && typeof pair.name === 'string' ? [[pair.name, String(pair.value ?? '')] as [string, string]] : []))
  }
  return body && type === 'application/x-www-form-urlencoded' ? [...new URLSearchParams(body)] : []
}
