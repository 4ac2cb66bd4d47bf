import { addressOf, type ConnectionOptions } from './client.ts'
import type { Exchange } from './exchange.ts'

/** Headers that curl sends by itself or that only matter to the sender's own connection. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'accept-encoding', 'user-agent', 'transfer-encoding'])

/** How the target was reached, as far as curl has to be told. */
export type Way = Pick<ConnectionOptions, 'baseUrl' | 'host' | 'caFile' | 'insecure'>

/** Options of curl, as words of a shell, that lead to a target which calls itself otherwise or has a certificate of its own. */
export function optionsOf(way: Way): string[] {
  const [named, real] = [addressOf(way), way.baseUrl].map((address) => {
    const { hostname, port, protocol } = new URL(address)
    return { isSecure: protocol === 'https:', socket: `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}` }
  }) as [{ isSecure: boolean; socket: string }, { isSecure: boolean; socket: string }]
  return [
    ...(named.socket === real.socket ? [] : ['--connect-to', quoted(`${named.socket}:${real.socket}`)]),
    ...(named.isSecure && way.caFile !== undefined ? ['--cacert', quoted(way.caFile)] : []),
    ...(named.isSecure && way.insecure ? ['-k'] : []),
  ]
}

/**
 * A command for a POSIX shell that sends the request of a recorded exchange again.
 * Where a secret was removed, a variable named after it stands: `[client_secret removed]` becomes `$CLIENT_SECRET`.
 */
export function curlOf(exchange: Exchange, way?: Way): string {
  const { method, url, headers, body } = exchange.request
  // With -X HEAD curl would wait for a body.
  const parts = ['curl', method === 'HEAD' ? '-I' : '-i']
  if (method !== 'HEAD' && method !== (body === undefined ? 'GET' : 'POST')) parts.push('-X', quoted(method))
  // Brackets and braces are a range of URLs to curl.
  if (/[[\]{}]/.test(url.replace(markers, ''))) parts.push('-g')
  if (way && URL.canParse(url) && new URL(url).origin === new URL(addressOf(way)).origin) parts.push(...optionsOf(way))
  parts.push(quoted(url))
  const contentType = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const isForm = contentType?.startsWith(formType) ?? false
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (ownHeaders.has(key) || (key === 'accept' && value === '*/*')) continue
    // What curl sends by itself with a body.
    if (body !== undefined && key === 'content-type' && value === formType) continue
    // A header without a value is written with a semicolon.
    parts.push('-H', quoted(value === '' ? `${name};` : `${name}: ${value}`))
  }
  if (body !== undefined) {
    if (contentType === undefined) parts.push('-H', quoted('content-type:'))
    if (isForm && isPlainForm(body)) for (const [name, value] of new URLSearchParams(body)) parts.push('--data-urlencode', quoted(`${name}=${value}`))
    // Not --data-binary, for which a body that begins with @ is the name of a file.
    else parts.push('--data-raw', quoted(body))
  }
  return parts.join(' ')
}

const formType = 'application/x-www-form-urlencoded'

/** Writing the pairs apart is only faithful where doing so and putting them together again gives the same body. */
function isPlainForm(body: string): boolean {
  const pairs = new URLSearchParams(body)
  const rewritten = new URLSearchParams([...pairs]).toString()
  return body !== '' && [...pairs.keys()].every((name) => /^[\w.-]+$/.test(name)) && plain(rewritten) === plain(body)
}

function plain(form: string): string {
  return form.replaceAll('%20', '+').replaceAll('%5B', '[').replaceAll('%5D', ']').replaceAll('[', '%5B').replaceAll(']', '%5D').replace(/ /g, '+')
}

/** Names of what was removed, as they stand in a text or in a URL that was written anew. */
const markers = /\[([\w ]+) removed\]|%5B([\w%+]{1,60}?)(?:%20|\+)removed%5D/

/** A word of a shell command: single quotes, so that a shell changes nothing; double quotes around the variables that stand for secrets. */
export function quoted(text: string): string {
  const parts = text.split(markers)
  let out = ''
  for (let at = 0; at < parts.length; at += 3) {
    const literal = parts[at]!
    if (literal !== '') out += /^[\w./:=@%+,-]+$/.test(literal) ? literal : `'${literal.replaceAll("'", `'\\''`)}'`
    const name = parts[at + 1] ?? parts[at + 2]
    if (name !== undefined) out += `"$${variableOf(name)}"`
  }
  return out || "''"
}

/** The shell variable that stands for a secret of this name. */
export function variableOf(name: string): string {
  return name.toUpperCase().replace(/\W+/g, '_')
}
