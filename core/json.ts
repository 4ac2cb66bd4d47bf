/** An object as it came out of `JSON.parse`. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a parsed JSON value is an object, which neither a list nor null is. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names that stand more than once in one object of a JSON text, which parsers read in different ways (RFC 8259, 4). The text has to be JSON. */
export function repeatedNames(text: string): string[] {
  const repeated = new Set<string>()
  const open: (Set<string> | undefined)[] = []
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (colon !== undefined) {
      const name = JSON.parse(string!) as string
      const names = open.at(-1)
      if (names?.has(name)) repeated.add(name)
      names?.add(name)
    }
  }
  return [...repeated]
}
