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

/** Secrets to be found in texts, however they are encoded there. */
export interface SecretSearch {
  add(value: string, marker: string): void
  /** Adds everything that another search finds. */
  adopt(other: SecretSearch): void
  /** The text with each secret replaced by its marker. */
  remove(text: string): string
  /** Grows with everything that is added, here or at the parent. */
  size(): number
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
    size: () => indexes.reduce((sum, { needles }) => sum + needles.length, 0),
    adopt(other) {
      for (const index of other.indexes) if (!indexes.includes(index)) for (const needle of index.needles) own.add(needle)
    },
    add(value, marker) {
      if (value.length < shortestSecret || known.has(value)) return
      known.add(value)
      for (const text of needlesFor(value)) own.add({ text, marker })
    },
    remove(text) {
      if (text.length < shortestSecret) return text
      // Most texts hold no secret, and where each character came from need not be known.
      if (firstIn(text, indexes, mostNesting) === undefined) return text
      return replaced(text, levelsOf(text).flatMap((level) => findsIn(level, indexes)))
    },
  }
}

/** Base64 in base64 (a token in a header that a server repeats in its own) is as deep as it gets. */
const mostNesting = 2
/** Shorter ones are found by the cores of their secrets. */
const base64Run = /[A-Za-z0-9+/_-]{16,}/g

/** A secret that a text holds, in whatever encoding, or `undefined`. */
function firstIn(text: string, indexes: readonly NeedleIndex[], nesting: number): Needle | undefined {
  for (const level of textsOf(text)) {
    let first: Needle | undefined
    scan(level, indexes, (_, needle) => {
      first = needle
      return false
    })
    if (first) return first
    if (nesting === 0 || level.length < 16) continue
    for (const [run] of level.matchAll(base64Run)) {
      const inside = firstIn(Buffer.from(run, 'base64').toString('utf8'), indexes, nesting - 1)
      if (inside) return inside
    }
  }
  return undefined
}

function findsIn({ text, starts, ends }: Level, indexes: readonly NeedleIndex[]): Find[] {
  const found: Find[] = []
  const put = (at: number, length: number, marker: string): void => {
    const last = at + length - 1
    found.push({ start: starts?.[at] ?? at, end: ends?.[last] ?? last + 1, marker })
  }
  scan(text, indexes, (at, needle) => {
    put(at, needle.text.length, needle.marker)
    return true
  })
  for (const { 0: run, index } of text.matchAll(base64Run)) {
    const inside = firstIn(Buffer.from(run, 'base64').toString('utf8'), indexes, mostNesting - 1)
    if (inside) put(index, run.length, inside.marker)
  }
  return found
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
  const written = new Set([value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)])
  for (const form of written) for (const core of base64Cores(Buffer.from(form, 'utf8'))) forms.add(core)
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
