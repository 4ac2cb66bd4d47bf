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
  return isObject(value) && Object.keys(value).length === 0
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

/** The same object without the members that are undefined. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>
}

/** Whether lists and objects stand inside one another more than `levels` deep. Walks without recursion, so no depth is too deep for it. */
export function isNestedDeeper(value: JsonValue, levels: number): boolean {
  const open: [JsonValue, number][] = [[value, 0]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [current, depth] = next
    if (typeof current !== 'object' || current === null) continue
    if (depth >= levels) return true
    for (const member of isList(current) ? current : Object.values(current)) open.push([member, depth + 1])
  }
  return false
}
