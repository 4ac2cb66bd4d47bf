import type * as FastCheck from 'fast-check'

/** One small change of a text; `at`: where, as a share of the places that there are. */
export interface Change {
  readonly kind: ChangeKind
  readonly at: number
}

export type ChangeKind = keyof typeof kinds

/**
 * Each gives another text, and another value where the text is a token in base64url: the last character of such a text, or of a part of it, may
 * hold bits that do not count, and lenient decoders overlook a single character too many.
 */
const kinds = {
  replaced: (text: string, at: number) => spliced(text, at, 1, other(text[at]!)),
  'letter-case': (text: string, at: number) => {
    const letter = [...Array(text.length).keys()].find((place) => place >= at && isInside(text, place) && /[a-z]/i.test(text[place]!))
    return letter === undefined ? spliced(text, at, 1, other(text[at]!)) : spliced(text, letter, 1, swappedCase(text[letter]!))
  },
  'all-letter-case': (text: string) => (swappedCase(text) === text ? `A${text}` : swappedCase(text)),
  deleted: (text: string, at: number) => spliced(text, at, 1, ''),
  inserted: (text: string, at: number) => spliced(text, at, 0, other(text[at]!)),
  exchanged: (text: string, at: number) => {
    const place = [...Array(text.length).keys()].find((one) => one >= at && isInside(text, one + 1) && text[one] !== text[one + 1])
    return place === undefined ? spliced(text, at, 1, other(text[at]!)) : spliced(text, place, 2, `${text[place + 1]}${text[place]}`)
  },
  prefixed: (text: string) => `Ab${text}`,
  appended: (text: string) => text.replace(/=*$/, (padding) => `AbCd${padding}`),
  'without-its-first': (text: string) => text.slice(1),
  'without-its-last': (text: string) => text.replace(/=+$/, '').slice(0, -1),
  'first-half': (text: string) => text.slice(0, Math.ceil(text.length / 2)),
  reversed: (text: string) => ([...text].reverse().join('') === text ? `Ab${text}` : [...text].reverse().join('')),
  wildcard: (text: string) => `${text.slice(0, Math.ceil(text.length / 2))}%`,
  'null-character': (text: string) => `${text}\0more`,
} satisfies Record<string, (text: string, at: number) => string>

/** What cannot stand in a header, and means something to data bases and to C only. */
const ofForms: readonly ChangeKind[] = ['wildcard', 'null-character']

/** Every kind once, so that none is left to chance. */
export const everyChangeOfForms: readonly Change[] = (Object.keys(kinds) as ChangeKind[]).map((kind) => ({ kind, at: 0.5 }))
export const everyChange: readonly Change[] = everyChangeOfForms.filter(({ kind }) => !ofForms.includes(kind))

/** Any change that can be sent in a header. */
export function anyChange(fc: typeof FastCheck): FastCheck.Arbitrary<Change> {
  return anyOf(fc, everyChange)
}

/** Any change of what is sent in a form. */
export function anyChangeOfForms(fc: typeof FastCheck): FastCheck.Arbitrary<Change> {
  return anyOf(fc, everyChangeOfForms)
}

function anyOf(fc: typeof FastCheck, changes: readonly Change[]): FastCheck.Arbitrary<Change> {
  return fc.record({ kind: fc.constantFrom(...changes.map(({ kind }) => kind)), at: fc.integer({ min: 0, max: 999 }).map((share) => share / 1000) })
}

/** The text with a change, which leaves it no shorter than nothing: it has at least four characters. */
export function changed(text: string, { kind, at }: Change): string {
  const places = [...Array(text.length).keys()].filter((place) => isInside(text, place))
  return kinds[kind](text, places[Math.floor(at * places.length)] ?? 0)
}

/** Upper case for lower case, and the other way round. */
export function swappedCase(text: string): string {
  return [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('')
}

/** Neither the last character of the text or of a part of it, nor what separates the parts or pads the end. */
function isInside(text: string, place: number): boolean {
  return place < text.replace(/=+$/, '').length - 1 && text[place] !== '.' && text[place + 1] !== '.'
}

function other(letter: string): string {
  return letter === 'q' ? 'Q' : 'q'
}

function spliced(text: string, at: number, length: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + length)
}
