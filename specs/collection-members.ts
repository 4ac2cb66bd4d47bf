import type { JsonObject, JsonValue } from './json.ts'
import { isEmpty, isList, isObject, kindOf } from './json.ts'

/**
 * Reads an object of a collection member by member and remembers what was read, so that nothing is lost: what nobody
 * asked for, and what is not of the kind asked for, comes back as the rest. Null stands for absent.
 */
export class MemberReader {
  readonly #source: JsonObject
  readonly #place: string
  readonly #notes: string[]
  readonly #taken: string[] = []
  readonly #kept: [string, JsonValue][] = []

  /** What is of the wrong kind is noted with `place`, the name a person knows the object by. */
  constructor(source: JsonObject, place: string, notes: string[]) {
    this.#source = source
    this.#place = place
    this.#notes = notes
  }

  /** A text. */
  text(name: string): string | undefined {
    return this.#take(name, 'a text', asText)
  }

  /** A text that was perhaps written as a number or a boolean. */
  word(name: string): string | undefined {
    return this.#take(name, 'a text', asWord)
  }

  /** True only where the collection says so. */
  flag(name: string): boolean {
    return this.#take(name, 'true or false', asFlag) ?? false
  }

  list(name: string): readonly JsonValue[] | undefined {
    return this.#take(name, 'a list', asList)
  }

  object(name: string): JsonObject | undefined {
    return this.#take(name, 'an object', asObject)
  }

  /** Whatever stands there. */
  any(name: string): JsonValue | undefined {
    this.#taken.push(name)
    return this.#peek(name)
  }

  /** The description, written as a text or as `{ content, type }`. */
  description(): string | undefined {
    const value = this.#peek('description')
    if (!isObject(value)) return this.text('description') || undefined
    const reader = new MemberReader(value, this.#place, this.#notes)
    const content = reader.text('content')
    this.#taken.push('description')
    this.#kept.push(['description', reader.rest()])
    return content || undefined
  }

  /** Puts something back: it is part of the rest. */
  keep(name: string, value: JsonValue): void {
    this.#kept.push([name, value])
  }

  /** The rest, without what says nothing. */
  rest(): JsonObject {
    const left = this.#kept.filter(([, value]) => !isEmpty(value))
    for (const name in this.#source) {
      if (this.#taken.includes(name)) continue
      const value = this.#source[name] ?? null
      if (!isEmpty(value)) left.push([name, value])
    }
    return left.length === 0 ? nothing : Object.fromEntries(left)
  }

  #peek(name: string): JsonValue | undefined {
    return Object.hasOwn(this.#source, name) ? this.#source[name] ?? undefined : undefined
  }

  #take<T>(name: string, expected: string, convert: (value: JsonValue) => T | undefined): T | undefined {
    const value = this.#peek(name)
    const converted = value === undefined ? undefined : convert(value)
    if (value === undefined || converted !== undefined) this.#taken.push(name)
    else this.#notes.push(`${this.#place}: "${name}" is ${kindOf(value)} where ${expected} belongs; it is kept under x-postman.`)
    return converted
  }
}

const nothing: JsonObject = Object.freeze({})

function asText(value: JsonValue): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asWord(value: JsonValue): string | undefined {
  return typeof value === 'object' ? undefined : String(value)
}

function asList(value: JsonValue): readonly JsonValue[] | undefined {
  return isList(value) ? value : undefined
}

function asObject(value: JsonValue): JsonObject | undefined {
  return isObject(value) ? value : undefined
}

/** Exports by hand write `"true"` and 1 for true; a field that somebody switched off must not come alive by that. */
function asFlag(value: JsonValue): boolean | undefined {
  if (value === true || value === 'true' || value === 1) return true
  if (value === false || value === 'false' || value === 0 || value === '') return false
  return undefined
}
