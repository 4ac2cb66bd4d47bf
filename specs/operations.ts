import type { Capability } from '../core/capability.ts'
import type { Source } from '../core/check.ts'
import type { Effect } from '../core/effect.ts'
import type { AnswerDemand, ContractStatement, SourceStatement } from './contract.ts'
import { isObject, type JsonObject } from '../core/json.ts'
import { resolved } from './document.ts'

/** One input of a variant. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'body'
  readonly required: boolean
  readonly schema: JsonObject
  /** The only value it may have in this variant. */
  readonly fixed?: string
  /** The values it may have, where they are listed. */
  readonly values?: readonly string[]
}

/** What tells a variant from its siblings. */
export interface Condition {
  readonly in: string
  readonly name: string
  readonly value?: string
  readonly present?: boolean
}

/** One way to use an operation: an item of the collection, or what the overlays add beside it. */
export interface Variant {
  /** `token/client-credentials`: the part of a check's id that names it. */
  readonly id: string
  readonly title: string
  readonly method: string
  /** Template: `/samlp/{client_id}`. */
  readonly path: string
  /** Names from the root of the published collection, joined by ` / `. */
  readonly collectionItem?: string
  readonly deprecated: boolean
  readonly needs: readonly Capability[]
  readonly effects: readonly Effect[]
  readonly when: readonly Condition[]
  readonly parameters: readonly Parameter[]
  /** Media types of the request body, the usual one first; empty where there is no body. */
  readonly mediaTypes: readonly string[]
  /** Situation → demand name → demand. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, AnswerDemand>>>>
}

/** `POST /oauth/token`: how an operation is named in reports. */
export function operationOf(variant: Pick<Variant, 'method' | 'path'>): string {
  return `${variant.method} ${variant.path}`
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const

/** Every variant that the document has a contract for, in its order. */
export function toVariants(document: JsonObject): Variant[] {
  const variants: Variant[] = []
  for (const [path, item] of Object.entries(isObject(document.paths) ? document.paths : {})) {
    if (!isObject(item)) continue
    for (const method of methods) {
      const operation = item[method]
      if (!isObject(operation)) continue
      const shared = contractOf(operation)
      const statements = Array.isArray(operation['x-variants']) ? operation['x-variants'].filter(isObject) : [operation]
      for (const statement of statements) {
        const own = contractOf(statement)
        if (own.id === undefined) continue
        variants.push(toVariant(document, { path, method, item, operation, statement, shared, own }))
      }
    }
  }
  return variants
}

function toVariant(document: JsonObject, from: {
  path: string; method: string; item: JsonObject; operation: JsonObject; statement: JsonObject; shared: ContractStatement; own: ContractStatement
}): Variant {
  const { path, method, item, operation, statement, shared, own } = from
  const content = resolved(document, statement.requestBody ?? operation.requestBody).content
  const operationContent = resolved(document, operation.requestBody).content
  const mediaTypes = [...new Set([...Object.keys(isObject(content) ? content : {}), ...Object.keys(isObject(operationContent) ? operationContent : {})])]
  const bodySchema = isObject(content) ? Object.values(content).filter(isObject)[0]?.schema : undefined
  const item_ = statement['x-collection-item']
  return {
    id: own.id!,
    title: own.title ?? String(statement.summary ?? operation.summary ?? own.id),
    method: method.toUpperCase(),
    path,
    ...(typeof item_ === 'string' ? { collectionItem: item_ } : {}),
    deprecated: statement.deprecated === true || operation.deprecated === true,
    needs: own.needs ?? shared.needs ?? [],
    effects: own.effects ?? shared.effects ?? [],
    when: Array.isArray(statement.when) ? (statement.when as Condition[]) : isObject(statement.when) ? [statement.when as unknown as Condition] : [],
    parameters: [
      ...statedParameters(document, [item.parameters, operation.parameters, statement.parameters]),
      ...bodyParameters(document, bodySchema),
    ],
    mediaTypes,
    answers: mergedAnswers(shared.answers, own.answers),
  }
}

function contractOf(statement: JsonObject): ContractStatement {
  return isObject(statement['x-contract']) ? (statement['x-contract'] as ContractStatement) : {}
}

/** A later list's parameter takes the place of an earlier one of the same name and place. */
function statedParameters(document: JsonObject, lists: readonly unknown[]): Parameter[] {
  const found = new Map<string, Parameter>()
  for (const stated of lists.flatMap((list) => (Array.isArray(list) ? list : []))) {
    const parameter = resolved(document, stated)
    const place = parameter.in
    if (typeof parameter.name !== 'string' || (place !== 'path' && place !== 'query')) continue
    const schema = resolved(document, parameter.schema)
    found.set(`${place} ${parameter.name}`, { name: parameter.name, in: place, required: parameter.required === true, schema, ...valuesOf(schema) })
  }
  return [...found.values()]
}

function bodyParameters(document: JsonObject, stated: unknown): Parameter[] {
  const schema = resolved(document, stated)
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, property]) => {
    const own = resolved(document, property)
    return { name, in: 'body' as const, required: required.includes(name), schema: own, ...valuesOf(own) }
  })
}

function valuesOf(schema: JsonObject): Pick<Parameter, 'fixed' | 'values'> {
  if (typeof schema.const === 'string') return { fixed: schema.const, values: [schema.const] }
  const listed = Array.isArray(schema.enum) ? schema.enum.filter((value): value is string => typeof value === 'string') : []
  return listed.length === 1 ? { fixed: listed[0]!, values: listed } : listed.length > 1 ? { values: listed } : {}
}

function mergedAnswers(shared: ContractStatement['answers'] = {}, own: ContractStatement['answers'] = {}): Variant['answers'] {
  const merged: Record<string, Record<string, AnswerDemand>> = {}
  for (const situation of new Set([...Object.keys(shared), ...Object.keys(own)])) {
    // `null` takes away what the operation says for all of its variants.
    if (own[situation] === null) continue
    const demands = Object.entries({ ...shared[situation], ...own[situation] }).filter((entry): entry is [string, AnswerDemand] => entry[1] !== null)
    if (demands.length > 0) merged[situation] = Object.fromEntries(demands)
  }
  return merged
}

/** The sources that a demand names, looked up in the document's `x-sources`. */
export function sourcesOf(document: JsonObject, demand: AnswerDemand): Source[] {
  const register = isObject(document['x-sources']) ? (document['x-sources'] as Readonly<Record<string, SourceStatement>>) : {}
  return demand['x-source'].flatMap((key) => {
    const source = register[key]
    return source ? [{ name: source.name, ...(source.section === undefined ? {} : { section: source.section }), url: source.url }] : []
  })
}
