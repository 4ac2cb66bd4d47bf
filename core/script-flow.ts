import { headerValues, type Exchange } from './exchange.ts'
import { isObject } from './json.ts'
import { readPage } from './page.ts'
import { formDecoded } from './secret-fields.ts'

/** A value in a request, and where it stands. */
export interface Slot {
  readonly place: 'url' | 'header' | 'body'
  /** Which header. */
  readonly index?: number
  readonly start: number
  readonly end: number
  /** The parameter, member or cookie. */
  readonly name: string
  readonly value: string
  readonly encoding: 'form' | 'none'
  readonly isCookie?: boolean
}

/** A value in an answer, and how a shell finds it there. */
export interface Source {
  /** Which exchange. */
  readonly at: number
  readonly name: string
  readonly value: string
  /** What the shell finds is still encoded as in an address. */
  readonly encoding: 'form' | 'none'
  readonly isCookie?: boolean
  readonly command: string
}

/** Shorter values stand in several places by chance. */
const shortest = 8
/** Names and values that a shell and sed take as they are. */
const plainName = /^[\w.:-]+$/
const plainValue = /^[\w.~+/=:%|-]+$/

/** Values of a request that may come from elsewhere. In order of place and position. */
export function slotsOf({ request: { url, headers, body } }: Exchange): Slot[] {
  const contentType = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  return [
    ...pairsIn(url, 'url', /([?&])([^=&#?]+)=([^&#]*)/g),
    ...headers.flatMap(([name, value], index) => headerSlots(name.toLowerCase(), value, index)),
    ...(body === undefined ? [] : contentType.startsWith('application/x-www-form-urlencoded') ? pairsIn(body, 'body', /(^|&)([^=&]+)=([^&]*)/g) : membersIn(body)),
  ]
}

/** Values of an answer that later requests may use. */
export function sourcesOf({ request, response }: Exchange, at: number): Source[] {
  if (!response || !URL.canParse(request.url)) return []
  const url = new URL(request.url)
  const [location = ''] = headerValues(response.headers, 'location')
  const found: Source[] = [
    ...headerValues(response.headers, 'set-cookie').flatMap((line) => {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
      return [{ at, name, value, encoding: 'none' as const, isCookie: true, command: `cookie ${name}` }]
    }),
    ...pairsIn(location, 'url', /([?&#])([^=&#?]+)=([^&#]*)/g).map(({ name, value }) => ({ at, name, value, encoding: 'form' as const, command: `parameter ${name}` })),
    ...Object.entries(jsonOf(response.body)).flatMap(([name, value]) => (typeof value === 'string' ? [{ at, name, value, encoding: 'none' as const, command: `member ${name}` }] : [])),
    ...(/<input[\s/]/i.test(response.body)
      ? readPage(response.body, url).forms.flatMap(({ controls }) => controls.map(({ name, value }) => ({ at, name, value, encoding: 'none' as const, command: `field ${name}` })))
      : []),
  ]
  return found.filter(({ name, value, isCookie }) => plainName.test(name) && (isCookie ? value !== '' : value.length >= shortest && plainValue.test(value)))
}

function pairsIn(text: string, place: Slot['place'], pattern: RegExp): Slot[] {
  return [...text.matchAll(pattern)].map((match) => {
    const [whole, , name = '', value = ''] = match
    const end = match.index + whole.length
    return { place, start: end - value.length, end, name: formDecoded(name), value: formDecoded(value), encoding: 'form' }
  })
}

function headerSlots(name: string, text: string, index: number): Slot[] {
  const slot = (field: string, value: string, start: number): Slot => ({ place: 'header', index, start, end: start + value.length, name: field, value, encoding: 'none' })
  if (name === 'authorization') {
    const [, scheme = '', value = ''] = /^(\S+ )(.+)$/s.exec(text) ?? []
    return value === '' ? [] : [slot(/^bearer/i.test(scheme) ? 'access_token' : 'authorization', value, scheme.length)]
  }
  if (name !== 'cookie') return []
  return [...text.matchAll(/(^|;\s*)([^=;]+)=([^;]*)/g)].map((match) => ({ ...slot(match[2]!, match[3]!, match.index + match[0].length - match[3]!.length), isCookie: true }))
}

/** The members of a JSON object as the suite writes them. */
function membersIn(body: string): Slot[] {
  return Object.entries(jsonOf(body)).flatMap(([name, value]): Slot[] => {
    if (typeof value !== 'string' || JSON.stringify(value) !== `"${value}"`) return []
    const before = `${JSON.stringify(name)}:"`
    const start = body.indexOf(`${before}${value}"`)
    return start < 0 ? [] : [{ place: 'body', start: start + before.length, end: start + before.length + value.length, name, value, encoding: 'none' }]
  }).sort((a, b) => a.start - b.start)
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
