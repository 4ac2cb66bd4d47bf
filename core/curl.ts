import type { Exchange } from './exchange.ts'

/** Headers that curl sends by itself or that only matter to the sender's own connection. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'accept-encoding', 'user-agent', 'transfer-encoding'])

/**
 * A command for a POSIX shell that sends the request of a recorded exchange again.
 * Where a secret was removed, a variable named after it stands: `[client_secret removed]` becomes `$CLIENT_SECRET`.
 */
export function curlOf(exchange: Exchange): string {
  const { method, url, headers, body } = exchange.request
  const parts = ['curl', '-i']
  if (method !== (body === undefined ? 'GET' : 'POST')) parts.push('-X', quoted(method))
  parts.push(quoted(url))
  const isForm = headers.some(([name, value]) => name.toLowerCase() === 'content-type' && value.startsWith('application/x-www-form-urlencoded'))
  for (const [name, value] of headers) {
    if (ownHeaders.has(name.toLowerCase()) || (name.toLowerCase() === 'accept' && value === '*/*')) continue
    if (isForm && name.toLowerCase() === 'content-type' && value === 'application/x-www-form-urlencoded') continue
    parts.push('-H', quoted(`${name}: ${value}`))
  }
  if (body !== undefined) {
    if (isForm && isPlainForm(body)) for (const [name, value] of new URLSearchParams(body)) parts.push('--data-urlencode', quoted(`${name}=${value}`))
    else parts.push('--data-binary', quoted(body))
  }
  return parts.join(' ')
}

/** Writing the pairs apart is only faithful where doing so and putting them together again gives the same body. */
function isPlainForm(body: string): boolean {
  const pairs = new URLSearchParams(body)
  const rewritten = new URLSearchParams([...pairs]).toString()
  return body !== '' && [...pairs.keys()].every((name) => /^[\w.-]+$/.test(name)) && plain(rewritten) === plain(body)
}

function plain(form: string): string {
  return form.replaceAll('%20', '+').replaceAll('%5B', '[').replaceAll('%5D', ']').replaceAll('[', '%5B').replaceAll(']', '%5D').replace(/ /g, '+')
}

/** Single quotes, so that a shell changes nothing; double quotes around the variables that stand for secrets. */
function quoted(text: string): string {
  const parts = text.split(/\[([\w ]+) removed\]|%5B([\w%+]+?)(?:%20|\+)removed%5D/)
  let out = ''
  for (let at = 0; at < parts.length; at += 3) {
    const literal = parts[at]!
    if (literal !== '') out += /^[\w./:=@%+,-]+$/.test(literal) ? literal : `'${literal.replaceAll("'", `'\\''`)}'`
    const name = parts[at + 1] ?? parts[at + 2]
    if (name !== undefined) out += `"$${name.toUpperCase().replace(/\W+/g, '_')}"`
  }
  return out || "''"
}
