/** An object as it came out of `JSON.parse`. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a parsed JSON value is an object, which neither a list nor null is. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
