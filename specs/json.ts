/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** An object as JSON has it. Own members only: `__proto__` is a name like any other. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Whether a value is an object, which neither a list nor null is. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a list. */
export function isList(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Whether a value says nothing: null, an empty text, list or object. */
export function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  if (isList(value)) return value.length === 0
  if (!isObject(value)) return false
  for (const _ in value) return false
  return true
}

/** What a value is, in the words of JSON. */
export function kindOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (isList(value)) return 'a list'
  if (isObject(value)) return 'an object'
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}

type Defined<T> =
  & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> }

/** The same object without the members that are undefined. For objects whose names are known; read data goes through `Object.fromEntries`. */
export function defined<T extends object>(value: T): Defined<T> {
  const result: Record<string, unknown> = {}
  for (const name in value) if (value[name] !== undefined) result[name] = value[name]
  return result as Defined<T>
}

/** Whether lists and objects stand inside one another more than `levels` deep. Looks no deeper than that. */
export function isNestedDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return (isList(value) ? value : Object.values(value)).some((member) => isNestedDeeper(member, levels - 1))
}

/** A copy that shares nothing with the value, nor one part of itself with another. Members that are undefined are left out. */
export function copied<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copied) as T
  const result: Record<string, unknown> = {}
  for (const name in value) {
    const member = value[name]
    if (member === undefined) continue
    // Assigning to this name would set the prototype instead.
    if (name === '__proto__') Object.defineProperty(result, name, { value: copied(member), enumerable: true, configurable: true, writable: true })
    else result[name] = copied(member)
  }
  return result as T
}
