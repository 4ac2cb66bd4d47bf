import type { Body, Field, Request } from './collection.ts'
import { isInert } from './conversion-kept.ts'
import { describedBy } from './conversion-parameters.ts'
import type { Scope } from './conversion-scope.ts'
import { resolved } from './conversion-scope.ts'
import type { Trait, Traits } from './conversion-variants.ts'
import { fixedTraits, isNameLike } from './conversion-variants.ts'
import { groupedBy } from './grouped.ts'
import { schemaOf } from './inferred-schema.ts'
import type { JsonValue } from './json.ts'
import { defined, isList, isObject } from './json.ts'
import { readJsonText, unmarked } from './json-text.ts'
import type { MediaType, Schema } from './openapi.ts'

/** The body of one request, ready to be written as it stands or as one among several. */
export interface BodyFacts {
  readonly mediaType: string
  /** The schema, with the values that tell this request from others. Members that tell by their presence alone are not demanded. */
  readonly schema: (constants: ReadonlyMap<string, string | boolean>) => Schema
  /** What stands beside the schema. */
  readonly media: Omit<MediaType, 'schema'>
  /** What of it tells this request from others. Asked for only where there are others. */
  readonly traits: () => Traits
}

const languages: Readonly<Record<string, string>> = {
  json: 'application/json', xml: 'application/xml', html: 'text/html', javascript: 'application/javascript', text: 'text/plain',
}

/** The media type that a language of Postman's editor stands for. */
export function mediaTypeOfLanguage(language: string | undefined): string | undefined {
  return language !== undefined && Object.hasOwn(languages, language.toLowerCase()) ? languages[language.toLowerCase()] : undefined
}

/** A Content-Type without its parameters, in lower case. Undefined where it is none. */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+$/.test(type) ? type : undefined
}

/** Whether a media type is JSON. */
export function isJson(mediaType: string | undefined): boolean {
  return mediaType !== undefined && /^(?:application|text)\/(?:json|.+\+json)$/.test(mediaType)
}

/** The live Content-Type header of a request. */
export function contentTypeOf(headers: readonly Field[]): Field | undefined {
  return headers.find((header) => header.key.toLowerCase() === 'content-type' && !header.disabled)
}

/** Describes the body that a request sends. Undefined where it sends none. */
export function toBodyFacts(request: Request, scope: Scope, place: string, notes: string[]): BodyFacts | undefined {
  const body = request.body
  if (body === undefined) return undefined
  const declared = mediaTypeOf(resolved(contentTypeOf(request.headers)?.value ?? '', scope))
  switch (body.mode) {
    case 'raw':
      return textBody(body, declared, place, notes)
    case 'urlencoded':
      return formBody('application/x-www-form-urlencoded', body.fields, scope)
    case 'formdata':
      return formBody('multipart/form-data', body.fields, scope)
    case 'graphql':
      return graphqlBody(body)
    case 'file':
      return { ...untold, mediaType: declared ?? 'application/octet-stream', schema: () => ({ type: 'string', format: 'binary' }), media: {} }
  }
}

const untold = { traits: (): Traits => ({ fixed: [], present: [] }) }

function textBody(body: Extract<Body, { mode: 'raw' }>, declared: string | undefined, place: string, notes: string[]): BodyFacts {
  const known = declared ?? mediaTypeOfLanguage(body.language)
  const json = known === undefined || isJson(known) ? readJsonText(body.text) : undefined
  // Postman calls a text without a language plain; where it is a JSON object or list, that is what the server is sent.
  const isSniffed = known === undefined && body.language === undefined && typeof json?.value === 'object' && json.value !== null
  const mediaType = known ?? (isSniffed ? 'application/json' : 'text/plain')
  if (!isJson(mediaType)) return { ...untold, mediaType, schema: () => ({ type: 'string' }), media: { example: body.text } }
  if (json === undefined) {
    notes.push(`${place}: the body is called JSON but is none; its text is kept as x-postman-raw.`)
    return { ...untold, mediaType, schema: () => ({}), media: { 'x-postman-raw': body.text } }
  }
  return jsonBody(mediaType, json.value, json.isWhole ? undefined : body.text)
}

function jsonBody(mediaType: string, value: JsonValue, text: string | undefined): BodyFacts {
  const example = unmarked(value)
  const canStand = isInert(example)
  const members = () => (isObject(value) ? Object.entries(value) : [])
  return {
    mediaType,
    schema: (constants) => constrained(schemaOf([value]), constants),
    media: defined({
      example: canStand ? example : undefined,
      'x-postman-raw': text ?? (canStand ? undefined : JSON.stringify(example, null, 2)),
    }),
    traits: () => ({
      fixed: members().flatMap(([name, member]): Trait[] =>
        typeof member === 'boolean' || (typeof member === 'string' && isNameLike(name, member)) ? [{ in: 'body', name, value: member }] : []),
      present: members().map(([name]): Trait => ({ in: 'body', name })),
    }),
  }
}

function graphqlBody(body: Extract<Body, { mode: 'graphql' }>): BodyFacts {
  const written = body.variables
  const json = typeof written === 'string' ? readJsonText(written) : written === undefined ? undefined : { value: written, isWhole: true }
  const isText = typeof written === 'string' && written.trim() !== ''
  const value = defined({ query: body.query, variables: json?.value, operationName: body.operationName })
  const facts = jsonBody('application/json', value, undefined)
  return {
    ...facts,
    media: defined({ ...facts.media, 'x-postman-mode': 'graphql', 'x-postman-variables': isText && json?.isWhole !== true ? written : undefined }),
    // Which query is asked is data; the operation's name is what one calls it.
    traits: () => ({
      fixed: body.operationName === undefined ? [] : [{ in: 'body', name: 'operationName', value: body.operationName }],
      present: facts.traits().present,
    }),
  }
}

function formBody(mediaType: string, fields: readonly Field[], scope: Scope): BodyFacts {
  const groups = groupedBy(fields, ({ key }) => key)
  const encoding = [...groups].flatMap(([name, group]) => {
    const contentType = group[0]?.rest['contentType']
    return typeof contentType === 'string' ? [[name, { contentType }]] : []
  })
  return {
    mediaType,
    schema: (constants) => constrained({
      type: 'object',
      properties: Object.fromEntries([...groups].map(([name, group]) => [name, formProperty(group, scope)])),
    }, constants),
    media: encoding.length === 0 ? {} : { encoding: Object.fromEntries(encoding) },
    traits: () => formTraits(groups),
  }
}

function formTraits(groups: ReadonlyMap<string, readonly Field[]>): Traits {
  const live = [...groups]
    .map(([name, group]) => ({ name, fields: group.filter((field) => !field.disabled) }))
    .filter(({ fields }) => fields.length > 0)
  return {
    fixed: live.flatMap(({ name, fields }) => fixedTraits('body', name, fields)),
    present: live.map(({ name }): Trait => ({ in: 'body', name })),
  }
}

function formProperty(fields: readonly Field[], scope: Scope): Schema {
  const { first, facts: { schema, ...facts } } = describedBy(fields, scope)
  const file: Schema = { type: 'string', format: 'binary' }
  const files = first.rest['src']
  const isMany = schema.type === 'array' || (isList(files) && files.length > 1)
  const shape = first.isFile ? (isMany ? { type: 'array', items: file } : file) : schema
  return defined({ ...shape, description: first.description, ...facts }) as Schema
}

/** An object schema with constants in place of examples. Other schemas come back as they are. */
function constrained(schema: Schema, constants: ReadonlyMap<string, string | boolean>): Schema {
  if (constants.size === 0) return schema
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]): [string, Schema] => {
    const { example: _, ...rest } = property
    const constant = constants.get(name)
    return [name, constant === undefined ? property : { ...rest, const: constant }]
  }))
  return { ...schema, properties, required: [...constants.keys()] }
}
