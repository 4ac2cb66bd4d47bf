/** Below this length a value stands everywhere by chance. */
export const shortestSecret = 6
/** Below this length a secret in base64 is found by the characters that it alone decides. */
const shortestRun = 16

/** What is looked for, and what takes its place. */
export interface Needle {
  readonly text: string
  readonly marker: string
}

/** Needles by their first four characters, so that a text is read once however many there are. */
export interface NeedleIndex {
  readonly needles: readonly Needle[]
  add(needle: Needle): void
  /** 1 where a needle may begin with these characters. */
  readonly filter: Uint8Array
  beginningWith(key: number): readonly Needle[]
}

const width = 4
const filterBits = 12

export function createNeedleIndex(): NeedleIndex {
  const needles: Needle[] = []
  const texts = new Set<string>()
  const buckets = new Map<number, Needle[]>()
  const filter = new Uint8Array(1 << filterBits)
  return {
    needles,
    filter,
    beginningWith: (key) => buckets.get(key) ?? [],
    add(needle) {
      if (needle.text.length < shortestSecret || texts.has(needle.text)) return
      texts.add(needle.text)
      needles.push(needle)
      let key = 0
      for (let at = 0; at < width; at++) key = (key << 8) | (spacedCode(needle.text.charCodeAt(at)) & 0xff)
      filter[slotOf(key)] = 1
      const bucket = buckets.get(key)
      if (bucket) bucket.push(needle)
      else buckets.set(key, [needle])
    },
  }
}

/** What the characters of base64 stand for, in either alphabet; 64 where a character is none. */
const sextets = Uint8Array.from({ length: 128 }, (_, code) => {
  const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(String.fromCharCode(code).replace('-', '+').replace('_', '/'))
  return at < 0 ? 64 : at
})

/** Which bytes a text may begin with: no control characters but white space, and nothing that begins no character of UTF-8. */
const opensText = Uint8Array.from({ length: 256 }, (_, byte) => ((byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13 || (byte >= 0xc2 && byte < 0xf5) ? 1 : 0))

/**
 * Whether base64 that begins here can hold a text. Most stretches of its characters are words and paths, and what comes of them is noise.
 * A secret that stands as it is in something binary is found by its encoded forms.
 */
function holdsText(text: string, at: number): boolean {
  const [a, b, c, d] = [sextets[text.charCodeAt(at)]!, sextets[text.charCodeAt(at + 1)]!, sextets[text.charCodeAt(at + 2)]!, sextets[text.charCodeAt(at + 3)]!]
  const [first, second, third] = [(a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d]
  if (opensText[first] === 0) return false
  return first >= 0x80 || (opensText[second] === 1 && (second >= 0x80 || opensText[third] === 1))
}

/**
 * Reads a text once. Calls `found` for each needle that stands in it, and `run` for each stretch that may be base64, until one says false.
 */
export function scan(
  text: string,
  indexes: readonly NeedleIndex[],
  found: (at: number, needle: Needle) => boolean,
  run: (at: number, length: number) => boolean,
): void {
  const used = indexes.filter(({ needles }) => needles.length > 0)
  if (used.length === 0) return
  const filters = used.map(({ filter }) => filter)
  let plain: string | undefined
  let key = 0
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 128 && sextets[code] !== 64) length++
    else {
      if (length >= shortestRun && holdsText(text, at - length) && !run(at - length, length)) return
      length = 0
    }
    key = (key << 8) | (spacedCode(code) & 0xff)
    const slot = slotOf(key)
    for (let which = 0; which < filters.length; which++) {
      if (filters[which]![slot] === 0) continue
      const start = at - width + 1
      for (const needle of used[which]!.beginningWith(key)) {
        plain ??= spaced(text)
        if (start >= 0 && plain.startsWith(needle.text, start) && !found(start, needle)) return
      }
    }
  }
  if (length >= shortestRun && holdsText(text, text.length - length)) run(text.length - length, length)
}

/** A plus is a space in a form and a plus elsewhere: both are taken for the same. */
export function spaced(text: string): string {
  return text.replaceAll('+', ' ')
}

function spacedCode(code: number): number {
  return code === 43 ? 32 : code
}

function slotOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - filterBits)
}
