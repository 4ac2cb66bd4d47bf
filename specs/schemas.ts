import { createRequire } from 'node:module'
import type { Ajv2020, AnySchema, ValidateFunction } from 'ajv/dist/2020.js'
import type { FormatsPlugin } from 'ajv-formats'
import { finding, show } from '../core/expectation.ts'
import type { Finding } from '../core/finding.ts'
import { isObject, type JsonObject } from '../core/json.ts'

/** Judges values by the JSON Schemas of one document. */
export interface SchemaJudge {
  /** What in `value` differs from the schema; `at` names the whole value in findings: `body`, `claims`. */
  findings(schema: unknown, value: unknown, at: string): Finding[]
}

/** Members that OpenAPI adds to JSON Schema, and that say nothing about validity. */
const annotations = ['discriminator', 'xml', 'externalDocs', 'example', 'x-collection-item', 'x-postman', 'x-postman-value', 'x-disabled', 'x-source', 'x-duplicates']

/** Loaded when a value is judged for the first time: reading a whole document takes a tenth of a second, and who lists checks judges nothing. */
function validatorOf(document: JsonObject): Ajv2020 {
  const load = createRequire(import.meta.url)
  const { Ajv2020: Validator } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  const ajv = new Validator({ strict: false, allErrors: true, logger: false })
  ;(load('ajv-formats') as FormatsPlugin)(ajv)
  ajv.addVocabulary(annotations)
  return ajv.addSchema(document as AnySchema, 'document')
}

/** A judge for the schemas of `document`, inline or referred to by `#/components/schemas/…`. Each schema is compiled once. */
export function createSchemaJudge(document: JsonObject): SchemaJudge {
  let ajv: Ajv2020 | undefined
  const compiled = new Map<string, ValidateFunction>()
  return {
    findings(schema, value, at) {
      const key = JSON.stringify(schema)
      let validate = compiled.get(key)
      ajv ??= validatorOf(document)
      if (!validate) compiled.set(key, (validate = ajv.compile(withAbsoluteReferences(schema) as AnySchema)))
      if (validate(value)) return []
      return (validate.errors ?? []).map((error) => {
        const path = error.instancePath || '/'
        const actual = show(path.split('/').slice(1).reduce<unknown>((node, token) => (typeof node === 'object' && node !== null ? (node as JsonObject)[unescapedToken(token)] : node), value))
        return finding(`${at} ${path}`, expectedBy(error.keyword, error.params, error.message), error.keyword === 'required' ? '(absent)' : actual)
      })
    },
  }
}

function expectedBy(keyword: string, params: Record<string, unknown>, message = keyword): string {
  if (keyword === 'required') return `member ${String(params.missingProperty)}`
  if (keyword === 'const') return show(params.allowedValue)
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) return params.allowedValues.map(show).join(' or ')
  return message
}

function unescapedToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** `#/…` means the document, also in a schema that is compiled apart from it. */
function withAbsoluteReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withAbsoluteReferences)
  if (!isObject(schema)) return schema
  return Object.fromEntries(Object.entries(schema).map(([key, value]) =>
    [key, key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `document${value}` : withAbsoluteReferences(value)]))
}
