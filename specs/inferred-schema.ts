import type { JsonObject, JsonValue } from './json.ts'
import { isList, isObject } from './json.ts'
import { variableMark } from './json-text.ts'
import type { Schema } from './openapi.ts'

const levels = 64

/**
 * A JSON Schema that every sample fits: types, members and elements, nothing else. Which members are required, and which formats and ranges
 * hold, no sample can say. Takes all samples at once, so that time grows with their size alone.
 */
export function schemaOf(samples: readonly JsonValue[], depth = 0): Schema {
  // A bare {{variable}} may become anything.
  if (depth > levels || samples.some((sample) => typeof sample === 'string' && sample.startsWith(variableMark))) return {}
  const types = new Set(samples.map(typeOf))
  if (types.has('number')) types.delete('integer')
  const objects = samples.filter(isObject)
  const lists = samples.filter(isList)
  return {
    ...(types.size === 0 ? {} : { type: types.size === 1 ? [...types].join() : [...types] }),
    ...(objects.length === 0 ? {} : { properties: propertiesOf(objects, depth + 1) }),
    ...(lists.length === 0 ? {} : { items: schemaOf(lists.flat(), depth + 1) }),
  }
}

function propertiesOf(objects: readonly JsonObject[], depth: number): Record<string, Schema> {
  const samples = new Map<string, JsonValue[]>()
  for (const object of objects) {
    for (const [name, value] of Object.entries(object)) {
      const known = samples.get(name)
      if (known === undefined) samples.set(name, [value])
      else known.push(value)
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, schemaOf(values, depth)]))
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (isList(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}
