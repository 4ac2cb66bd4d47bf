import type { ParseError } from 'jsonc-parser'
import { parse } from 'jsonc-parser'
import type { JsonValue } from './json.ts'
import { isList, isNestedDeeper, isObject } from './json.ts'

/** A JSON text as somebody wrote it into a collection. */
export interface JsonText {
  readonly value: JsonValue
  /** Whether the text says no more than the value but for white space; otherwise it has comments, variables, duplicate members, `1.0`. */
  readonly isWhole: boolean
}

/** What stands for a bare `{{variable}}` in a value: of which type the variable is nobody can say. */
export const variableMark = '\u0000'

const levels = 400

/**
 * Reads JSON, also with comments, trailing commas and bare `{{variables}}`. Undefined where it is none of that, or nested so deep that
 * an example of it would be of no use.
 */
export function readJsonText(text: string): JsonText | undefined {
  const json = parsed(text)
  if (json === undefined || isNestedDeeper(json.value, levels)) return undefined
  return { value: json.value, isWhole: json.isPlain && isPrintOf(text, json.value) }
}

function parsed(text: string): { value: JsonValue; isPlain: boolean } | undefined {
  try {
    return { value: JSON.parse(text) as JsonValue, isPlain: true }
  } catch {
    // Not plain JSON; perhaps the relaxed kind that Postman's editor allows.
  }
  try {
    const errors: ParseError[] = []
    const value = parse(quoteVariables(text), errors, { allowTrailingComma: true }) as JsonValue | undefined
    return errors.length > 0 || value === undefined ? undefined : { value, isPlain: false }
  } catch (error) {
    // The parser recurses, so it gives up on absurd depths.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Puts quotes and a mark around `{{variables}}` that stand outside texts and comments. */
function quoteVariables(text: string): string {
  return text.replace(/"[^"\\]*(?:\\[^][^"\\]*)*"|\/\/[^\n]*|\/\*[^]*?\*\/|\{\{([^{}]*)\}\}/g, (token, name: string | undefined) =>
    name === undefined ? token : JSON.stringify(`${variableMark}${token}`))
}

function isPrintOf(text: string, value: JsonValue): boolean {
  return JSON.stringify(value) === text.replace(/("[^"\\]*(?:\\[^][^"\\]*)*")|\s+/g, '$1')
}

/** The value without the marks of bare variables. */
export function unmarked(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.startsWith(variableMark) ? value.slice(variableMark.length) : value
  if (isList(value)) return value.map(unmarked)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unmarked(member)])) : value
}
