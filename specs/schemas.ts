import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
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

/** A judge for the schemas of `document`, inline or referred to by `#/components/schemas/…`. Each schema is compiled once. */
export function createSchemaJudge(document: JsonObject): SchemaJudge {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  ajv.addVocabulary(annotations)
  ajv.addSchema(document as AnySchema, 'document')
  const compiled = new Map<string, ValidateFunction>()
  return {
    findings(schema, value, at) {
      const key = JSON.stringify(schema)
      let validate = compiled.get(key)
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
