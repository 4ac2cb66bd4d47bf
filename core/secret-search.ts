import { createNeedleIndex, scan, shortestSecret, spaced, type Needle, type NeedleIndex } from './needle-index.ts'

/** A text decoded, and for each of its characters from where to where it stood in the text before. Absent maps are the identity. */
interface Level {
  readonly text: string
  readonly starts?: Uint32Array
  readonly ends?: Uint32Array
}

/** Where a secret stands in a text. */
interface Find {
  readonly start: number
  readonly end: number
  readonly marker: string
}

export type SearchState = ReadonlyMap<NeedleIndex, number>

/** Secrets to be found in texts, however they are encoded there. */
export interface SecretSearch {
  add(value: string, marker: string): void
  /** Finds from now on what another search finds as well. */
  adopt(other: SecretSearch): void
  /** The text with each secret replaced by its marker. */
  remove(text: string): string
  /** Whether none of the texts holds a secret. Looking through all at once is much faster than one by one. */
  isFree(texts: readonly string[]): boolean
  /** How many needles of each index a text has been searched for by now, beside those of a former state. */
  state(before?: SearchState): SearchState
  /** Whether a text that was searched for that needs no other search. */
  hasNothingBeyond(state: SearchState): boolean
  /** What is looked for, the parents' indexes first. */
  readonly indexes: readonly NeedleIndex[]
}

/**
 * Instead of listing the encodings of each secret, the text is decoded (percent, JSON, HTML, one inside the other) until nothing is left
 * to decode, and looked through at each level, and so is what stands in it in base64.
 * Secrets of `parent` are found as well, also those that it gets later.
 */
export function createSecretSearch(parent?: SecretSearch): SecretSearch {
  const own = createNeedleIndex()
  const indexes = [...(parent?.indexes ?? []), own]
  const known = new Set<string>()
  return {
    indexes,
    state: (before) => new Map([...(before ?? []), ...indexes.map((index) => [index, index.needles.length] as const)]),
    hasNothingBeyond: (state) => indexes.every((index) => index.needles.length === (state.get(index) ?? 0)),
    adopt(other) {
      for (const index of other.indexes) if (!indexes.includes(index)) indexes.push(index)
    },
    add(value, marker) {
      if (value.length < shortestSecret || known.has(value) || isNoise(value)) return
      known.add(value)
      for (const text of needlesFor(value)) own.add({ text, marker })
    },
    isFree: (texts) => firstIn(texts.join('\n'), indexes, mostNesting) === undefined,
    remove(text) {
      if (text.length < shortestSecret) return text
      // Most texts hold no secret, and where each character came from need not be known.
      if (firstIn(text, indexes, mostNesting) === undefined) return text
      return replaced(text, levelsOf(text).flatMap((level) => findsIn(level, indexes)))
    },
  }
}

/** Too long or too uniform to be anybody's secret: a hostile answer that would be searched for for ever. By field it is removed all the same. */
function isNoise(value: string): boolean {
  if (value.length <= 64) return false
  if (value.length > 16 * 1024) return true
  const seen = new Set<string>()
  for (const character of value) if (seen.add(character).size > 3) return false
  return true
}

/** Base64 in base64 (a token in a header that a server repeats in its own) is as deep as it gets. */
const mostNesting = 2

/** A secret that a text holds, in whatever encoding, or `undefined`. */
function firstIn(text: string, indexes: readonly NeedleIndex[], nesting: number): Needle | undefined {
  let first: Needle | undefined
  for (const level of textsOf(text)) {
    scan(level, indexes, (_, needle) => {
      first = needle
      return false
    }, (at, length) => {
      if (nesting > 0) first = firstIn(fromBase64(level.slice(at, at + length)), indexes, nesting - 1)
      return first === undefined
    })
    if (first) return first
  }
  return undefined
}

function findsIn({ text, starts, ends }: Level, indexes: readonly NeedleIndex[]): Find[] {
  const found: Find[] = []
  const put = (at: number, length: number, { marker }: Needle): true => {
    const last = at + length - 1
    found.push({ start: starts?.[at] ?? at, end: ends?.[last] ?? last + 1, marker })
    return true
  }
  scan(text, indexes, (at, needle) => put(at, needle.text.length, needle), (at, length) => {
    const inside = firstIn(fromBase64(text.slice(at, at + length)), indexes, mostNesting - 1)
    return inside ? put(at, length, inside) : true
  })
  return found
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}

/** Overlapping finds are one: the longest gives it its name. */
function replaced(text: string, found: readonly Find[]): string {
  const ordered = [...found].sort((a, b) => a.start - b.start || b.end - a.end)
  let out = ''
  let at = 0
  for (let index = 0; index < ordered.length;) {
    let longest = ordered[index]!
    let end = longest.end
    let next = index + 1
    for (; next < ordered.length && ordered[next]!.start < end; next++) {
      const candidate = ordered[next]!
      end = Math.max(end, candidate.end)
      if (candidate.end - candidate.start > longest.end - longest.start) longest = candidate
    }
    out += text.slice(at, ordered[index]!.start) + longest.marker
    at = end
    index = next
  }
  return out + text.slice(at)
}

function needlesFor(value: string): Set<string> {
  const bytes = Buffer.from(value, 'utf8')
  const forms = new Set([value, value.toWellFormed()])
  if (bytes.length !== value.length) {
    // Read in the wrong character set on the way.
    forms.add(bytes.toString('latin1')).add(Buffer.from(value, 'latin1').toString('utf8'))
  }
  // A secret may itself look like something encoded.
  for (const form of Array.from(forms)) for (const level of textsOf(form)) forms.add(level)
  for (const core of base64Cores(bytes)) forms.add(core)
  return new Set([...forms].map(spaced).filter((form) => form.length >= shortestSecret))
}

/** The characters of a base64 text that these bytes alone decide, at each of the three ways they can lie in it. */
function base64Cores(bytes: Buffer): string[] {
  const cores = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6))
  })
  return [...cores, ...cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'))]
}

/** Deep enough for a URL in a form in JSON in HTML; what is encoded more often than that is encoded to no purpose. */
const mostLevels = 6

/** The text as it is, decoded once, decoded twice … */
function textsOf(text: string): string[] {
  const texts = [text]
  for (let current = text; texts.length < mostLevels && /[%\\&]/.test(current);) {
    const next = current.replace(escapes, meaningOf)
    if (next === current) break
    current = next
    texts.push(next)
  }
  return texts
}

/** The same with the way back to the text. */
function levelsOf(text: string): Level[] {
  const levels: Level[] = [{ text }]
  for (let current = levels[0]!; levels.length < mostLevels && /[%\\&]/.test(current.text);) {
    const next = decoded(current)
    if (!next) break
    current = next
    levels.push(next)
  }
  return levels
}

const escapes = new RegExp([
  // Whole UTF-8 sequences first.
  '%(?:f[0-4](?:%[89ab][\\da-f]){3}|e[\\da-f](?:%[89ab][\\da-f]){2}|[cd][\\da-f]%[89ab][\\da-f]|[\\da-f]{2})',
  '\\\\u[\\da-f]{4}', '\\\\x[\\da-f]{2}', '\\\\["\'\\\\/bfnrt]',
  '&#\\d{1,7};', '&#x[\\da-f]{1,6};', '&(?:amp|lt|gt|quot|apos|nbsp);',
].join('|'), 'gi')

/** One level less of encoding, or `undefined` where there is none. */
function decoded(level: Level): Level | undefined {
  const { text } = level
  const pieces: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  const put = (piece: string, from: number, to: number, escape: boolean): void => {
    pieces.push(piece)
    for (let at = 0; at < piece.length; at++) {
      const first = escape ? from : from + at
      const last = escape ? to - 1 : from + at
      starts.push(level.starts?.[first] ?? first)
      ends.push(level.ends?.[last] ?? last + 1)
    }
  }
  let at = 0
  for (const match of text.matchAll(escapes)) {
    put(text.slice(at, match.index), at, match.index, false)
    at = match.index + match[0].length
    put(meaningOf(match[0]), match.index, at, true)
  }
  if (at === 0) return undefined
  put(text.slice(at), at, text.length, false)
  return { text: pieces.join(''), starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function meaningOf(escape: string): string {
  if (escape.startsWith('%')) {
    try {
      return decodeURIComponent(escape)
    } catch {
      return escape.split('%').slice(1).map((hex) => String.fromCharCode(Number.parseInt(hex, 16))).join('')
    }
  }
  if (/^\\[ux]/i.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(2), 16))
  if (escape.startsWith('\\')) return named[escape.slice(1)] ?? escape.slice(1)
  const name = escape.slice(1, -1).toLowerCase()
  if (!name.startsWith('#')) return named[name]!
  const point = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
}
