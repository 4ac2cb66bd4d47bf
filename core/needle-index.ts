/** Below this length a value stands everywhere by chance. It is also the width of the window that a text is seen through. */
export const shortestSecret = 6

/** What is looked for, and what takes its place. */
export interface Needle {
  readonly text: string
  readonly marker: string
}

/** Needles by the hash of their first characters, so that a text is read once however many there are. */
export interface NeedleIndex {
  readonly needles: readonly Needle[]
  add(needle: Needle): void
  /** 1 where a needle's hash ends in this number. */
  readonly filter: Uint8Array
  with(hash: number): readonly Needle[]
}

const filterMask = 0x1fff
/** Of a polynomial hash modulo 2^32. */
const base = 0x01000193
const highest = Array.from({ length: shortestSecret - 1 }).reduce<number>((product) => Math.imul(product, base), 1)

export function createNeedleIndex(): NeedleIndex {
  const needles: Needle[] = []
  const texts = new Set<string>()
  const buckets = new Map<number, Needle[]>()
  const filter = new Uint8Array(filterMask + 1)
  return {
    needles,
    filter,
    with: (hash) => buckets.get(hash) ?? [],
    add(needle) {
      if (needle.text.length < shortestSecret || texts.has(needle.text)) return
      texts.add(needle.text)
      needles.push(needle)
      let hash = 0
      for (let at = 0; at < shortestSecret; at++) hash = (Math.imul(hash, base) + codeAt(needle.text, at)) | 0
      filter[hash & filterMask] = 1
      const bucket = buckets.get(hash)
      if (bucket) bucket.push(needle)
      else buckets.set(hash, [needle])
    },
  }
}

/** Calls `found` for each needle that stands in a text, until it says false. */
export function scan(text: string, indexes: readonly NeedleIndex[], found: (at: number, needle: Needle) => boolean): void {
  let plain: string | undefined
  let hash = 0
  for (let at = 0; at < text.length; at++) {
    if (at >= shortestSecret) hash = (hash - Math.imul(codeAt(text, at - shortestSecret), highest)) | 0
    hash = (Math.imul(hash, base) + codeAt(text, at)) | 0
    if (at < shortestSecret - 1) continue
    for (const index of indexes) {
      if (index.filter[hash & filterMask] === 0) continue
      for (const needle of index.with(hash)) {
        plain ??= spaced(text)
        const start = at - shortestSecret + 1
        if (plain.startsWith(needle.text, start) && !found(start, needle)) return
      }
    }
  }
}

/** A plus is a space in a form and a plus elsewhere: both are taken for the same. */
export function spaced(text: string): string {
  return text.replaceAll('+', ' ')
}

function codeAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code === 43 ? 32 : code
}
