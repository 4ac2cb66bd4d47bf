import SwaggerParser from '@apidevtools/swagger-parser'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { capabilities } from '../../core/capability.ts'
import { effects } from '../../core/effect.ts'
import type { AnswerDemand } from '../../specs/contract.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { documentFile, loadDocument, resolved } from '../../specs/document.ts'
import { generateDocument, overlayNames } from '../../specs/generate.ts'
import { toVariants } from '../../specs/operations.ts'

const document = loadDocument()
const variants = toVariants(document)
const operations = operationsOf(document)
/** Of all variants, with the check that each of them becomes. */
const demands = variants.flatMap(({ id, answers }) =>
  Object.entries(answers).flatMap(([situation, row]) => Object.entries(row).map(([name, demand]) => ({ at: `${id}/${situation}/${name}`, demand }))))

test('the committed document is what collection and overlays make', async () => {
  const { json, notes } = await generateDocument()
  expect(notes).toEqual([])
  expect(json === readFileSync(documentFile, 'utf8'), 'specs/auth0-authentication.openapi.json is stale: node bin/maintain.js spec').toBe(true)
})

test('every overlay file is applied', () => {
  const files = readdirSync(new URL('../../specs/overlays/', import.meta.url)).map((name) => name.replace(/\.yaml$/, ''))
  expect([...overlayNames].sort()).toEqual(files.sort())
  expect(overlayNames.map((name) => (parse(overlayText(name)) as { overlay: string }).overlay)).toEqual(overlayNames.map(() => '1.0.0'))
})

test('no sentence was cut at a comma', () => {
  // A text with a comma and without quotes becomes two members of a flow mapping in YAML.
  const torn: string[] = []
  JSON.parse(readFileSync(documentFile, 'utf8'), (name, value) => {
    if (value === null && name.includes(' ')) torn.push(name)
    return value as unknown
  })
  expect(torn).toEqual([])
})

test('the document is valid OpenAPI 3.1', async () => {
  await SwaggerParser.validate(structuredClone(document) as never)
})

test('path parameters are declared, and only those', () => {
  for (const { path, item, operation } of operations) {
    const declared = [item.parameters, operation.parameters].flatMap((list) => (Array.isArray(list) ? list : []))
      .map((stated) => resolved(document, stated)).filter((parameter) => parameter.in === 'path')
    expect(declared.map(({ name }) => name), path).toEqual([...path.matchAll(/\{(.*?)\}/g)].map(([, name]) => name))
    expect(declared.every(({ required }) => required === true), path).toBe(true)
  }
})

test('operation ids are unique', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => typeof id === 'string')).toBe(true)
})

test('every operation says what it does, belongs to a tag of the document and has a described answer', () => {
  const tags = (document.tags as { name: string }[]).map(({ name }) => name)
  for (const { path, operation } of operations) {
    expect(operation, path).toMatchObject({ summary: expect.any(String), description: expect.any(String), responses: expect.any(Object) })
    expect((operation.tags as string[]).filter((tag) => !tags.includes(tag)), path).toEqual([])
    expect(Object.keys(operation.responses as JsonObject), path).not.toContain('default')
  }
})

test('all 23 items of the collection are variants of 14 operations that something tells apart', () => {
  const published = variants.filter(({ collectionItem }) => collectionItem !== undefined)
  expect(new Set(published.map(({ collectionItem }) => collectionItem)).size).toBe(23)
  expect(new Set(published.map(({ method, path }) => `${method} ${path}`)).size).toBe(14)
  expect(new Set(published.map(({ method, path, when }) => JSON.stringify([method, path, when]))).size).toBe(23)
})

test('variant ids are unique, and tell variants of one operation apart', () => {
  expect(new Set(variants.map(({ id }) => id)).size).toBe(variants.length)
  expect(new Set(variants.map(({ method, path, when }) => JSON.stringify([method, path, when]))).size).toBe(variants.length)
})

test('the deprecated endpoints are marked, each with its success and its refusal', () => {
  const legacy = variants.filter(({ id }) => id.startsWith('legacy/'))
  expect(legacy).toHaveLength(7)
  for (const { id, deprecated, needs, answers } of legacy) {
    expect({ id, deprecated, needs }).toEqual({ id, deprecated: true, needs: ['legacy-endpoints'] })
    expect(answers.refused?.answer?.needs).toEqual(['legacy-refusals'])
  }
})

test('every variant of the collection has a success and at least two demands on refusals', () => {
  const noRefusal = /^(?:success|unknown-parameter|every-error|\w+-encoding|other)(?:\/|$)/
  for (const { id, collectionItem, answers } of variants) {
    if (collectionItem === undefined) continue
    expect(Object.keys(answers), id).toContain('success')
    const refusals = Object.entries(answers).filter(([situation]) => !noRefusal.test(situation))
    expect(refusals.flatMap(([, row]) => Object.keys(row)).length, id).toBeGreaterThanOrEqual(2)
  }
})

test('every demand has a level and a source, demands something, and uses known words', () => {
  const members = ['title', 'level', 'profiles', 'needs', 'afterLogin', 'x-source', 'status', 'mediaType', 'headers', 'error', 'description', 'body', 'text', 'jwt']
  for (const { at, demand } of demands) {
    expect(['must', 'should', 'may'], at).toContain(demand.level)
    expect(demand['x-source'].length, at).toBeGreaterThan(0)
    expect(Object.keys(demand).filter((member) => !members.includes(member)), at).toEqual([])
    expect(Object.keys(demand).length, at).toBeGreaterThan(['title', 'level', 'profiles', 'needs', 'x-source'].filter((member) => member in demand).length)
    expect((demand.profiles ?? []).filter((profile) => !['auth0', 'standard'].includes(profile)), at).toEqual([])
  }
})

test('capabilities and effects are those of the closed lists', () => {
  const needs = new Set([...variants.flatMap((variant) => variant.needs), ...demands.flatMap(({ demand }) => demand.needs ?? [])])
  expect([...needs].filter((name) => !(name in capabilities))).toEqual([])
  expect(variants.flatMap((variant) => variant.effects).filter((name) => !effects.includes(name))).toEqual([])
})

test('every source that is cited is listed, and every one listed is cited', () => {
  const listed = Object.entries(document['x-sources'] as Record<string, { name: string; url: string; weight: string }>)
  expect([...new Set(demands.flatMap(({ demand }) => demand['x-source']))].sort()).toEqual(listed.map(([key]) => key).sort())
  for (const [key, { name, url, weight }] of listed) {
    expect(name, key).not.toBe('')
    expect(url, key).toMatch(/^https:\/\/\S+$/)
    expect(['recorded', 'sdk', 'documented', 'reported', 'inferred', 'standard'], key).toContain(weight)
  }
})

test('a demand of the standard profile alone cites a standard', () => {
  const weights = document['x-sources'] as Record<string, { weight: string }>
  const unfounded = demands.filter(({ demand }) => demand.profiles?.join() === 'standard' && !demand['x-source'].some((key) => weights[key]?.weight === 'standard'))
  expect(unfounded.map(({ at }) => at)).toEqual([])
})

test('patterns of demands are regular expressions', () => {
  for (const { demand } of demands) {
    for (const pattern of [demand.description, demand.text]) if (pattern !== undefined) new RegExp(pattern, 'u')
    for (const { pattern } of Object.values(demand.headers ?? {})) if (pattern !== undefined) new RegExp(pattern, 'iu')
  }
})

let ajv: Ajv2020
beforeAll(() => {
  ajv = new Ajv2020({ strict: true, allErrors: true, strictTypes: false, strictRequired: false })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  // Those of OpenAPI that stand around and beside the schemas.
  ajv.addVocabulary(['discriminator', 'example', 'x-collection-item', ...Object.keys(document)])
  ajv.addSchema(document, 'document')
})

test('every schema compiles', () => {
  for (const pointer of schemaPointers()) expect(() => ajv.compile({ $ref: `document#${pointer}` }), pointer).not.toThrow()
  for (const { at, demand } of demands) for (const schema of schemasOf(demand)) expect(() => ajv.compile(absolute(schema)), at).not.toThrow()
})

test('every example keeps its schema', () => {
  const wrong = schemaPointers().flatMap((pointer) => {
    const holder = at(pointer.replace(/\/schema$/, '')) as JsonObject
    const schema = at(pointer) as JsonObject
    const examples = [
      ...(schema.example === undefined ? [] : [schema.example]),
      ...(pointer.endsWith('/schema') && holder.example !== undefined ? [holder.example] : []),
      ...(pointer.endsWith('/schema') && isObject(holder.examples) ? Object.values(holder.examples).map((example) => (example as JsonObject).value) : []),
    ]
    const validate = ajv.compile({ $ref: `document#${pointer}` })
    return examples.filter((example) => !validate(example)).map((example) => `${pointer}: ${JSON.stringify(example)} ${ajv.errorsText(validate.errors)}`)
  })
  expect(wrong).toEqual([])
})

function overlayText(name: string): string {
  return readFileSync(new URL(`../../specs/overlays/${name}.yaml`, import.meta.url), 'utf8')
}

function operationsOf(from: JsonObject): { path: string; item: JsonObject; operation: JsonObject }[] {
  return Object.entries(from.paths as Record<string, JsonObject>).flatMap(([path, item]) =>
    Object.entries(item).filter(([method]) => /^(get|put|post|delete|patch)$/.test(method)).map(([, operation]) => ({ path, item, operation: operation as JsonObject })))
}

/** JSON pointers of the component schemas, and of the `schema` of every parameter, header and media type. */
function schemaPointers(): string[] {
  const found: string[] = Object.keys((document.components as { schemas: JsonObject }).schemas).map((name) => `/components/schemas/${name}`)
  const visit = (node: unknown, pointer: string): void => {
    if (Array.isArray(node)) return node.forEach((entry, index) => visit(entry, `${pointer}/${index}`))
    if (!isObject(node)) return
    for (const [name, value] of Object.entries(node)) {
      const next = `${pointer}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`
      if (name === 'schema') found.push(next)
      else if (!['x-contract', 'x-sources', 'x-postman', 'schemas', 'example', 'examples'].includes(name)) visit(value, next)
    }
  }
  visit(document, '')
  return found
}

function at(pointer: string): unknown {
  return pointer.split('/').slice(1).reduce<unknown>((node, token) =>
    (node as JsonObject)[decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

function schemasOf({ body, jwt }: AnswerDemand): JsonObject[] {
  return [body, ...Object.values(jwt ?? {}).flatMap(({ header, claims }) => [header, claims])].filter((schema) => schema !== undefined)
}

/** The same schema for compilation apart from the document. */
function absolute(schema: unknown): JsonObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"document#')) as JsonObject
}
