import SwaggerParser from '@apidevtools/swagger-parser'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { OpenApiDocument, Operation } from '../../../specs/openapi.ts'
import { methods } from '../../../specs/openapi.ts'

/** Every operation of a document with its path and method, those of custom methods too. */
export function operationsOf(document: OpenApiDocument): { path: string; method: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) => [
    ...methods.flatMap((method) => (item[method] === undefined ? [] : [{ path, method, operation: item[method] }])),
    ...Object.entries((item['x-custom-methods'] ?? {}) as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
  ])
}

/** Everything that is wrong with a document: what the parser finds and what it does not look at. */
export async function faultsOf(document: OpenApiDocument): Promise<string[]> {
  const faults: string[] = []
  try {
    // The parser replaces references in place.
    await SwaggerParser.validate(structuredClone(document) as never)
  } catch (error) {
    faults.push((error as Error).message)
  }
  const ids = new Set<string>()
  const shapes = new Set<string>()
  for (const path of Object.keys(document.paths)) {
    const shape = path.replace(/\{[^}]*\}/g, '{}')
    if (!path.startsWith('/') || shapes.has(shape)) faults.push(`path ${path}`)
    shapes.add(shape)
  }
  for (const { path, method, operation } of operationsOf(document)) {
    const place = `${method} ${path}`
    if (operation.operationId === undefined || ids.has(operation.operationId)) faults.push(`operationId of ${place}`)
    ids.add(operation.operationId ?? '')
    const names = [...path.matchAll(/\{([^}]*)\}/g)].map((match) => match[1])
    for (const facts of [operation, ...operation['x-variants'] ?? []]) {
      const parameters = facts.parameters ?? []
      const declared = parameters.filter((parameter) => parameter.in === 'path')
      if (declared.map(({ name }) => name).join() !== names.join()) faults.push(`path parameters of ${place}`)
      if (declared.some(({ required }) => required !== true)) faults.push(`optional path parameter of ${place}`)
      const keys = parameters.map((parameter) => `${parameter.in} ${parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name}`)
      if (new Set(keys).size < keys.length) faults.push(`repeated parameter of ${place}`)
      if (Object.keys(facts.responses ?? {}).length === 0) faults.push(`no responses of ${place}`)
    }
  }
  const tags = (document.tags ?? []).map(({ name }) => name)
  if (new Set(tags).size < tags.length) faults.push('repeated tag')
  return [...faults, ...schemaFaults(document)]
}

/** The parser does not look into the schemas of a 3.1 document; a strict validator does. */
function schemaFaults(document: OpenApiDocument): string[] {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, validateFormats: false, logger: false })
  ajv.addVocabulary(['example', 'discriminator'])
  const faults: string[] = []
  for (const schema of schemasOf(document)) {
    try {
      const own = JSON.parse(JSON.stringify(schema, (name, value: unknown) => (name.startsWith('x-') ? undefined : value))) as object
      ajv.compile(own)
    } catch (error) {
      faults.push(`schema ${JSON.stringify(schema)}: ${(error as Error).message}`)
    }
  }
  return faults
}

function schemasOf(document: OpenApiDocument): object[] {
  const found: object[] = Object.values(document.components?.schemas ?? {}).filter((schema) => schema.anyOf === undefined)
  for (const { operation } of operationsOf(document)) {
    for (const facts of [operation, ...operation['x-variants'] ?? []]) {
      const media = [facts.requestBody, ...Object.values(facts.responses ?? {})].flatMap((holder) => Object.values(holder?.content ?? {}))
      for (const { schema } of [...facts.parameters ?? [], ...media]) {
        if (schema !== undefined && !JSON.stringify(schema).includes('"$ref":')) found.push(schema)
      }
    }
  }
  return found
}
