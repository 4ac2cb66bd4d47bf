/** How large and how deep XML from outside may be. */
export interface XmlLimits {
  readonly characters: number
  readonly depth: number
}

/** More than any message or metadata of these protocols. What goes beyond is an attack on the reader. */
export const xmlLimits: XmlLimits = { characters: 512 * 1024, depth: 64 }

const mostElements = 20_000
const mostAttributes = 256
const longestAttribute = 64 * 1024

/** A document that every parser here may see, or one sentence that says why not. */
export type Admission = { readonly text: string } | { readonly refusal: string }

/**
 * The gate in front of every XML parser of this package. Parsers differ in what they repair, expand and fetch, so what they could differ about is
 * refused before any of them sees it: document types (hence entities, external ones too), encodings other than UTF-8, characters that XML lacks,
 * markup that is not well-formed, unbound prefixes, and whatever is too large, too deep or too much. Reads once from left to right.
 */
export function admitXml(document: string | Uint8Array, limits: XmlLimits = xmlLimits): Admission {
  // A character is four bytes at most; nothing beyond is decoded.
  if (document.length > (typeof document === 'string' ? 1 : 4) * limits.characters) return tooLarge
  let text: string
  try {
    text = typeof document === 'string' ? document.replace(/^\uFEFF/, '') : new TextDecoder('utf-8', { fatal: true }).decode(document)
  } catch {
    return { refusal: 'The XML is not UTF-8.' }
  }
  if (text.length > limits.characters) return tooLarge
  const odd = text.search(notInXml)
  if (odd >= 0) return { refusal: `The XML has a character that XML cannot hold (at character ${odd}).` }
  const refusal = structureOf(text, limits)
  return refusal === undefined ? { text } : { refusal }
}

const tooLarge = { refusal: 'The XML is too large.' } as const

const notInXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const nameStart = String.raw`[\p{L}_]`
const nameRest = String.raw`[\p{L}\p{M}\p{N}_.\-\u00B7]*`
const qualified = `(?:(${nameStart}${nameRest}):)?(${nameStart}${nameRest})`
const opening = new RegExp(`<${qualified}`, 'uy')
const attribute = new RegExp(String.raw`\s+${qualified}\s*=\s*(?:"([^"<]*)"|'([^'<]*)')`, 'uy')
const openingEnd = /\s*(\/?)>/uy
const closing = new RegExp(String.raw`</((?:${nameStart}${nameRest}:)?${nameStart}${nameRest})\s*>`, 'uy')
const reference = /&(?:(?:amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-fA-F]{1,6}))?(;?)/g
const declaration = /^<\?xml\s+version\s*=\s*(["'])1\.\d\1(?:\s+encoding\s*=\s*(["'])(?:utf-?8|us-ascii)\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>/i

interface OpenElement {
  readonly name: string
  readonly prefixes: readonly string[]
}

function structureOf(text: string, limits: XmlLimits): string | undefined {
  const open: OpenElement[] = []
  const bound = new Map<string, number>([['xml', 1]])
  const illFormed = (at: number): string => `The XML is not well-formed (at character ${at}).`
  let [roots, elements] = [0, 0]
  let at = 0
  if (/^<\?xml\s/i.test(text)) {
    const head = declaration.exec(text)
    if (!head) return 'The XML declares another encoding than UTF-8, or its declaration is malformed.'
    at = head[0].length
  }
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const piece = text.slice(at, next < 0 ? text.length : next)
    if (piece !== '') {
      if (open.length === 0 ? piece.trim() !== '' : piece.includes(']]>') || !referencesFit(piece)) return illFormed(at)
      at += piece.length
      continue
    }
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('--', at + 4)
      if (end < 0 || text[end + 2] !== '>') return illFormed(at)
      at = end + 3
    } else if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at)
      if (end < 0 || open.length === 0) return illFormed(at)
      at = end + 3
    } else if (text.startsWith('<!', at)) {
      return 'The XML has a document type, which no message needs.'
    } else if (text.startsWith('<?', at)) {
      const end = text.indexOf('?>', at)
      if (end < 0 || !/^<\?(?!xml[\s?])[\p{L}_][\w.-]*[\s?]/iu.test(text.slice(at, at + 100))) return illFormed(at)
      at = end + 2
    } else if (text.startsWith('</', at)) {
      const match = matchAt(closing, text, at)
      const element = open.pop()
      if (!match || element?.name !== match[1]) return illFormed(at)
      for (const prefix of element!.prefixes) bound.set(prefix, bound.get(prefix)! - 1)
      at = closing.lastIndex
    } else {
      if (++elements > mostElements) return 'The XML has too many elements.'
      if (open.length >= limits.depth) return 'The XML is nested too deeply.'
      if (open.length === 0 && ++roots > 1) return illFormed(at)
      const start = matchAt(opening, text, at)
      if (!start) return illFormed(at)
      const [, prefix, local = ''] = start
      let cursor = opening.lastIndex
      const names = new Set<string>()
      const used = prefix === undefined ? [] : [prefix]
      const declared: string[] = []
      for (let match = matchAt(attribute, text, cursor); match; match = matchAt(attribute, text, cursor)) {
        const [, space, name = '', double, single] = match
        const value = double ?? single ?? ''
        if (value.length > longestAttribute || names.size >= mostAttributes) return 'The XML has an attribute that is too long, or too many of them.'
        const full = space === undefined ? name : `${space}:${name}`
        if (names.has(full) || !referencesFit(value)) return illFormed(cursor)
        names.add(full)
        if (space === 'xmlns') {
          if (value === '' || name === 'xmlns' || name === 'xml') return illFormed(cursor)
          declared.push(name)
        } else if (space !== undefined) used.push(space)
        cursor = attribute.lastIndex
      }
      const end = matchAt(openingEnd, text, cursor)
      if (!end) return illFormed(cursor)
      for (const name of declared) bound.set(name, (bound.get(name) ?? 0) + 1)
      if (used.some((name) => !bound.get(name))) return `The XML has a prefix that is bound to nothing (at character ${at}).`
      if (end[1] === '') open.push({ name: prefix === undefined ? local : `${prefix}:${local}`, prefixes: declared })
      else for (const name of declared) bound.set(name, bound.get(name)! - 1)
      at = openingEnd.lastIndex
    }
  }
  return roots === 1 && open.length === 0 ? undefined : 'The XML is not one complete element.'
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** The five entities of XML, and characters by number. */
function referencesFit(text: string): boolean {
  if (!text.includes('&')) return true
  for (const [whole, decimal, hex, end] of text.matchAll(reference)) {
    if (whole.length < 3 || end !== ';') return false
    const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
    if (point !== undefined && (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) || notInXml.test(String.fromCodePoint(point)))) return false
  }
  return true
}
