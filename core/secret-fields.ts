/** A secret at a place that is named for it. */
export interface SecretField {
  readonly name: string
  /** Decoded. */
  readonly value: string
  /** Where it stands in the text, without quotes. */
  readonly start: number
  readonly end: number
  /** It has no quotes, and what takes its place needs them. */
  readonly bare?: boolean
}

/** Who wrote a text: `code` is an authorization code in a request, and an error code in an answer that describes an error. */
export type Side = 'request' | 'response'

/** Parameters and JSON members whose value is a secret, wherever they stand. */
const secretNames = new Set([
  'access_token', 'refresh_token', 'id_token', 'id_token_hint', 'token', 'subject_token', 'actor_token', 'assertion', 'client_assertion',
  'client_secret', 'registration_access_token', 'password', 'newPassword', 'new_password', 'code_verifier', 'code', 'otp', 'verification_code',
  'binding_code', 'oob_code', 'recovery_code', 'recovery_codes', 'mfa_token', 'auth_session', 'device_code', 'user_code', 'auth_req_id',
  'login_ticket', 'co_verifier', 'co_id', 'secret', 'barcode_uri', 'SAMLResponse', 'wresult', '_csrf', 'verification_uri_complete', 'link', 'ticket',
])

/** What stands in the place of a secret: its name, so that a curl command can offer a variable for it. */
export function marker(name: string): string {
  return `[${name} removed]`
}

/** Whether a value is, or ends with, a {@link marker}. */
export function isRemoved(value: string): boolean {
  return value.endsWith(' removed]')
}

/** Whether what a parameter or member of this name holds is a secret. */
export function isSecretName(name: string): boolean {
  return secretNames.has(name)
}

/** Secret fields of a URL: query and fragment. In order, not overlapping. */
export function fieldsOfUrl(url: string): SecretField[] {
  return pairs(url, /([?#&])([^=&#?]+)=([^&#]*)/g)
}

/** Secret fields of the URLs that a text holds. In order, not overlapping. */
export function fieldsOfText(text: string): SecretField[] {
  // Nearly every header is one without.
  if (!text.includes('=')) return []
  return pairs(text, /([?#&;])([\w.%-]+)=((?:\[[\w ]+ removed\]|[^&#;\s"'<>\\])*)/g)
}

/** Secret fields of a body, whatever it says of its kind: it may be cut off, or not be what it says. In order, not overlapping. */
export function fieldsOfBody(body: string, side: Side): SecretField[] {
  if (/^\s*[[{"]/.test(body)) return ordered([...fieldsOfJson(body, side), ...fieldsOfText(body)])
  if (/^[\w.%[\]+-]+=/.test(body)) return pairs(body, /(^|&)([^=&]+)=([^&]*)/g)
  if (/<\w/.test(body)) return ordered([...inputsOf(body), ...literalsOf(body), ...fieldsOfText(body)])
  return fieldsOfText(body)
}

function ordered(fields: readonly SecretField[]): SecretField[] {
  const sorted = [...fields].sort((a, b) => a.start - b.start || b.end - a.end)
  let end = 0
  return sorted.filter((field) => {
    const free = field.start >= end
    if (free) end = field.end
    return free
  })
}

function pairs(text: string, pattern: RegExp): SecretField[] {
  const fields: SecretField[] = []
  for (const match of text.matchAll(pattern)) {
    const [whole, , written = '', value = ''] = match
    const name = formDecoded(written)
    const end = match.index + whole.length
    if (secretNames.has(name) && value !== '') fields.push({ name, value: formDecoded(value), start: end - value.length, end })
  }
  return fields
}

/** A name or value of a form; as it is where it is no valid encoding. */
export function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** A token of JSON: a string, also one that is cut off, a mark, or anything else. */
const jsonToken = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\]:,]|[^\s"{}[\]:,]+/g

interface Frame {
  /** In an array, the name that the array has. */
  name: string
  readonly names: Set<string>
  readonly isArray: boolean
  readonly fields: SecretField[]
}

/** Members of JSON by its tokens rather than by its meaning: repeated names, big bodies that were cut, and what is no JSON after all. */
function fieldsOfJson(text: string, side: Side): SecretField[] {
  const fields: SecretField[] = []
  const close = ({ names, fields: found }: Frame): void => {
    const describesError = side === 'response' && ['description', 'statusCode', 'message', 'error', 'verified'].some((sign) => names.has(sign))
    fields.push(...found.filter(({ name }) => !(name === 'code' && describesError)))
  }
  const stack: Frame[] = [{ name: '', names: new Set(), isArray: true, fields: [] }]
  let last: { readonly text: string; readonly start: number } | undefined
  let expectsValue = true
  for (const { 0: token, index } of text.matchAll(jsonToken)) {
    const frame = stack.at(-1)!
    if (token === '{' || token === '[') {
      stack.push({ name: token === '[' ? frame.name : '', names: new Set(), isArray: token === '[', fields: [] })
      expectsValue = token === '['
    } else if (token === '}' || token === ']') {
      if (stack.length > 1) close(stack.pop()!)
      expectsValue = false
    } else if (token === ':') {
      frame.name = last ? unquoted(last.text) : ''
      frame.names.add(frame.name)
      expectsValue = true
    } else if (token === ',') {
      expectsValue = frame.isArray
    } else {
      last = { text: token, start: index }
      if (expectsValue && secretNames.has(frame.name)) {
        const quoted = token.startsWith('"')
        const end = index + token.length - (quoted && token.length > 1 && token.endsWith('"') ? 1 : 0)
        const start = index + (quoted ? 1 : 0)
        if (end > start && !/^(?:null|true|false)$/.test(token)) frame.fields.push({ name: frame.name, value: unquoted(token), start, end, ...(quoted ? {} : { bare: true }) })
      }
      expectsValue = false
    }
  }
  for (const frame of stack) close(frame)
  return fields
}

function unquoted(token: string): string {
  if (!token.startsWith('"')) return token
  try {
    return String(JSON.parse(token))
  } catch {
    return token.replaceAll('"', '')
  }
}

/** Values of `<input>` by their names. */
function inputsOf(html: string): SecretField[] {
  const fields: SecretField[] = []
  const opening = /<input[\s/]/gi
  for (let match = opening.exec(html); match; match = opening.exec(html)) {
    const attributes = /\s*([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?|[/=]|(>)/gy
    attributes.lastIndex = opening.lastIndex
    let name = ''
    let value: Pick<SecretField, 'value' | 'start' | 'end'> | undefined
    for (let attribute = attributes.exec(html); attribute && !attribute[5]; attribute = attributes.exec(html)) {
      const [whole, key, ...written] = attribute
      const text = written.find((candidate) => candidate !== undefined) ?? ''
      const end = attribute.index + whole.length - (written[2] === undefined ? 1 : 0)
      if (key?.toLowerCase() === 'name') name = text
      if (key?.toLowerCase() === 'value' && text !== '') value = { value: htmlDecoded(text), start: end - text.length, end }
      opening.lastIndex = attributes.lastIndex
    }
    if (value && secretNames.has(name)) fields.push({ name, ...value })
  }
  return fields
}

/** Members of object literals in scripts, and of JSON in attributes. */
function literalsOf(html: string): SecretField[] {
  const fields: SecretField[] = []
  for (const match of html.matchAll(/(["']|&quot;|&#34;|\b)(\w+)\1\s*:\s*(["']|&quot;|&#34;)((?:\\.|[^"'\\&]|&(?!quot;|#34;))*)\3/g)) {
    const [whole, , name = '', quote = '', value = ''] = match
    const end = match.index + whole.length - quote.length
    if (secretNames.has(name) && value !== '') fields.push({ name, value: htmlDecoded(value), start: end - value.length, end })
  }
  return fields
}

function htmlDecoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(quot|apos|lt|gt|amp));/gi, (_, decimal?: string, hex?: string, name?: string) => {
    const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
    if (point !== undefined) return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
    return { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' }[name!.toLowerCase()] ?? ''
  })
}
