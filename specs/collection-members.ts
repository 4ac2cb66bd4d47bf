import type { JsonObject, JsonValue } from './json.ts'
import { isEmpty, isList, isObject, kindOf } from './json.ts'

/**
 * Reads an object of a collection member by member and remembers what was read, so that nothing is lost: what nobody
 * asked for, and what is not of the kind asked for, comes back as the rest. Null stands for absent.
 */
export interface MemberReader {
  /** A text. */
  text(name: string): string | undefined
  /** A text that was perhaps written as a number or a boolean. */
  word(name: string): string | undefined
  /** True only where the collection says so. */
  flag(name: string): boolean
  list(name: string): readonly JsonValue[] | undefined
  object(name: string): JsonObject | undefined
  /** Whatever stands there. */
  any(name: string): JsonValue | undefined
  /** The description, written as a text or as `{ content, type }`. */
  description(): string | undefined
  /** Puts something back: it is part of the rest. */
  keep(name: string, value: JsonValue): void
  /** The rest, without what says nothing. */
  rest(): JsonObject
}

/** A reader of `source`. What is of the wrong kind is noted with `place`, the name a person knows the object by. */
export function readMembers(source: JsonObject, place: string, notes: string[]): MemberReader {
  const taken = new Set<string>()
  const kept: [string, JsonValue][] = []

  const peek = (name: string): JsonValue | undefined => (Object.hasOwn(source, name) ? source[name] ?? undefined : undefined)

  const take = <T>(name: string, expected: string, convert: (value: JsonValue) => T | undefined): T | undefined => {
    const value = peek(name)
    if (value === undefined) {
      taken.add(name)
      return undefined
    }
    const converted = convert(value)
    if (converted === undefined) notes.push(`${place}: "${name}" is ${kindOf(value)} where ${expected} belongs; it is kept under x-postman.`)
    else taken.add(name)
    return converted
  }

  const asText = (value: JsonValue) => (typeof value === 'string' ? value : undefined)

  return {
    text: (name) => take(name, 'a text', asText),
    word: (name) => take(name, 'a text', (value) => (typeof value === 'object' ? undefined : String(value))),
    flag: (name) => take(name, 'true or false', asFlag) ?? false,
    list: (name) => take(name, 'a list', (value) => (isList(value) ? value : undefined)),
    object: (name) => take(name, 'an object', (value) => (isObject(value) ? value : undefined)),
    any: (name) => take(name, '', (value) => value),
    description() {
      const value = peek('description')
      if (!isObject(value)) return take('description', 'a text', asText) || undefined
      const reader = readMembers(value, place, notes)
      const content = reader.text('content')
      taken.add('description')
      kept.push(['description', reader.rest()])
      return content || undefined
    },
    keep(name, value) {
      kept.push([name, value])
    },
    rest() {
      const untouched = Object.entries(source).filter(([name]) => !taken.has(name))
      return Object.fromEntries([...untouched, ...kept].filter(([, value]) => !isEmpty(value)))
    },
  }
}

/** Exports by hand write `"true"` and 1 for true; a field that somebody switched off must not come alive by that. */
function asFlag(value: JsonValue): boolean | undefined {
  if (value === true || value === 'true' || value === 1) return true
  if (value === false || value === 'false' || value === 0 || value === '') return false
  return undefined
}
