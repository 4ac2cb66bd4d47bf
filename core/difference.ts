import { headerValues, type Exchange } from './exchange.ts'
import { isObject } from './json.ts'
import { stable, stableJson, volatileHeaders } from './volatile.ts'

/** Where two records of the same request differ. */
export interface Difference {
  /** `POST /oauth/token`, as it was sent; which of several is told by `number`, from 1. */
  readonly exchange: string
  readonly number: number
  /** `request`, `status`, `header cache-control`, `body`, `body /error` (a JSON pointer), `answer`. */
  readonly at: string
  /** What was there; `(absent)` where nothing was. */
  readonly before: string
  readonly after: string
}

type Response = NonNullable<Exchange['response']>
type Place = Pick<Difference, 'at' | 'before' | 'after'>

const absent = '(absent)'
/** Characters of a value that are kept: the whole stands in the exchange. */
const longestValue = 300

/**
 * What the answers to the same requests have become. Requests are matched in their order, by method and path. Times, identifiers, tokens and
 * whatever else is another one in each run are no differences (`volatile.ts`).
 */
export function differencesOf(before: readonly Exchange[], after: readonly Exchange[]): Difference[] {
  return pairsOf(before, after).flatMap(([former, present], at) => {
    const exchange = nameOf((present ?? former)!)
    const places = former && present ? placesOf(former, present) : [{ at: 'request', before: former ? 'sent' : 'not sent', after: present ? 'sent' : 'not sent' }]
    return places.map((place) => ({ exchange, number: at + 1, ...place }))
  })
}

/** The longest common way through both lists; what is only in one of them stands alone. */
function pairsOf(before: readonly Exchange[], after: readonly Exchange[]): [Exchange | undefined, Exchange | undefined][] {
  const [former, present] = [before.map(nameOf), after.map(nameOf)]
  const longest = Array.from({ length: former.length + 1 }, () => new Uint16Array(present.length + 1))
  for (let a = former.length - 1; a >= 0; a--) {
    for (let b = present.length - 1; b >= 0; b--) {
      longest[a]![b] = former[a] === present[b] ? longest[a + 1]![b + 1]! + 1 : Math.max(longest[a + 1]![b]!, longest[a]![b + 1]!)
    }
  }
  const pairs: [Exchange | undefined, Exchange | undefined][] = []
  for (let a = 0, b = 0; a < former.length || b < present.length;) {
    if (a < former.length && b < present.length && former[a] === present[b]) pairs.push([before[a++], after[b++]])
    else if (b >= present.length || (a < former.length && longest[a + 1]![b]! >= longest[a]![b + 1]!)) pairs.push([before[a++], undefined])
    else pairs.push([undefined, after[b++]])
  }
  return pairs
}

function nameOf({ request }: Exchange): string {
  return `${request.method} ${stable(URL.canParse(request.url) ? new URL(request.url).pathname : request.url)}`
}

function placesOf(before: Exchange, after: Exchange): Place[] {
  const [former, present] = [before.response, after.response]
  if (!former || !present) {
    const said = ({ response, failure }: Exchange): string => (response ? String(response.status) : shown(stable(failure ?? 'none')))
    return said(before) === said(after) ? [] : [{ at: 'answer', before: said(before), after: said(after) }]
  }
  return [
    ...(former.status === present.status ? [] : [{ at: 'status', before: String(former.status), after: String(present.status) }]),
    ...headerPlaces(former, present),
    ...bodyPlaces(former.body, present.body),
  ]
}

function headerPlaces(before: Response, after: Response): Place[] {
  const names = [...new Set([...before.headers, ...after.headers].map(([name]) => name.toLowerCase()))].filter((name) => !volatileHeaders.has(name)).sort()
  const valueOf = ({ headers }: Response, name: string): string => headerValues(headers, name).map((value) => stableHeader(name, value)).sort().join(', ')
  return names.flatMap((name) => {
    const [former, present] = [valueOf(before, name), valueOf(after, name)]
    if (former === present) return []
    const raw = ({ headers }: Response): string => shown(headerValues(headers, name).join(', ') || absent)
    return [{ at: `header ${name}`, before: raw(before), after: raw(after) }]
  })
}

/** Of a cookie name and attributes matter, and not when it ends: to the second that is another time in each run. */
function stableHeader(name: string, value: string): string {
  return stable(name === 'set-cookie' ? value.replace(/=[^;]*/, '=').replace(/; *(?:expires|max-age)=[^;]*/gi, '') : value)
}

function bodyPlaces(before: string, after: string): Place[] {
  const [former, present] = [parsed(before), parsed(after)]
  if (former !== undefined && present !== undefined) return jsonPlaces('', stableJson(former), stableJson(present))
  const [formerLines, presentLines] = [before, after].map((body) => stable(body).split(/\r\n|\n|\r/)) as [string[], string[]]
  const at = Array.from({ length: Math.max(formerLines.length, presentLines.length) }, (_, line) => line).find((line) => formerLines[line] !== presentLines[line])
  if (at === undefined) return []
  return [{ at: 'body', before: shown(formerLines[at] ?? absent), after: shown(presentLines[at] ?? absent) }]
}

function jsonPlaces(pointer: string, before: unknown, after: unknown): Place[] {
  if (isObject(before) && isObject(after)) return memberPlaces(pointer, before, after)
  if (Array.isArray(before) && Array.isArray(after)) return memberPlaces(pointer, { ...before }, { ...after })
  const [former, present] = [asText(before), asText(after)]
  return former === present ? [] : [{ at: pointer === '' ? 'body' : `body ${pointer}`, before: shown(former), after: shown(present) }]
}

function memberPlaces(pointer: string, before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Place[] {
  const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => jsonPlaces(`${pointer}/${escaped(name)}`, before[name], after[name]))
}

function asText(value: unknown): string {
  return value === undefined ? absent : typeof value === 'string' ? value : JSON.stringify(value)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

function shown(text: string): string {
  return text === '' ? '(empty)' : text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`
}
