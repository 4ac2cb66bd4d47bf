import type { Field, Item, SavedResponse } from './collection.ts'
import { contentTypeOf, isJson, mediaTypeOf, mediaTypeOfLanguage } from './conversion-body.ts'
import { isInert, keptMembers } from './conversion-kept.ts'
import { pascalCase, uniqueNames } from './conversion-names.ts'
import { fieldFacts } from './conversion-parameters.ts'
import { groupedBy } from './grouped.ts'
import { schemaOf } from './inferred-schema.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { defined, isEmpty } from './json.ts'
import { readJsonText, unmarked } from './json-text.ts'
import type { Example, Header, MediaType, Response } from './openapi.ts'

/** One saved response, ready to be written alone or among others of the same status. */
export interface AnswerFacts {
  readonly status: string
  readonly name: string
  readonly phrase?: string
  readonly headers: readonly Field[]
  readonly content?: {
    readonly mediaType: string
    /** Samples for the schema; none where the body is no JSON. */
    readonly sample?: JsonValue
    readonly isText: boolean
    readonly example: Example
  }
  /** What OpenAPI has no place for. */
  readonly rest?: JsonObject
}

/** The saved responses of an item. */
export function toAnswerFacts(item: Item, notes: string[]): AnswerFacts[] {
  return item.responses.map((saved) => {
    const contentType = contentTypeOf(saved.headers)
    const content = contentOf(saved, contentType, `${item.label}: saved response "${saved.name}"`, notes)
    const isSaid = contentType?.value?.trim().toLowerCase() === content?.mediaType && contentType?.description === undefined
    const header = saved.headers.filter((field) => field.key.toLowerCase() === 'content-type' && !(field === contentType && isSaid))
    const rest = keptMembers({
      ...saved.rest,
      ...(header.length === 0 ? {} : { header: header.map(fieldFacts) }),
      ...(saved.language === undefined ? {} : { _postman_previewlanguage: saved.language }),
    })
    return {
      status: saved.code ?? 'default',
      name: saved.name,
      ...(saved.status === undefined ? {} : { phrase: saved.status }),
      headers: saved.headers.filter((field) => field.key.toLowerCase() !== 'content-type'),
      ...(content === undefined ? {} : { content }),
      ...(rest === undefined ? {} : { rest }),
    }
  })
}

function contentOf(saved: SavedResponse, contentType: Field | undefined, place: string, notes: string[]): AnswerFacts['content'] {
  const text = saved.body
  if (text === undefined) return undefined
  const known = mediaTypeOf(contentType?.value) ?? mediaTypeOfLanguage(saved.language)
  const json = known === undefined || isJson(known) ? readJsonText(text) : undefined
  const mediaType = known ?? (json === undefined ? 'text/plain' : 'application/json')
  const summary = saved.name
  if (!isJson(mediaType)) return { mediaType, isText: true, example: { summary, value: text } }
  if (json === undefined) {
    notes.push(`${place} is called JSON but is none; its text is kept as x-postman-raw.`)
    return { mediaType, isText: false, example: { summary, 'x-postman-raw': text } }
  }
  const value = unmarked(json.value)
  const canStand = isInert(value)
  return {
    mediaType,
    sample: json.value,
    isText: false,
    example: { summary, ...(canStand ? { value } : {}), ...(canStand && json.isWhole ? {} : { 'x-postman-raw': text }) },
  }
}

/** Responses by status. Where nothing was saved there is one, since OpenAPI wants one, which says that nothing is known. */
export function toResponses(answers: readonly AnswerFacts[], isMerged = false): Record<string, Response> {
  if (answers.length === 0) {
    return { default: { description: 'What is answered, the collection does not say.', 'x-undocumented': true } }
  }
  return Object.fromEntries([...groupedBy(answers, ({ status }) => status)].map(([status, group]) => [status, toResponse(group, isMerged)]))
}

function toResponse(answers: readonly AnswerFacts[], isMerged: boolean): Response {
  const headers = toHeaders(answers, isMerged)
  const contents = groupedBy(answers.filter(({ content }) => content !== undefined), ({ content }) => content?.mediaType ?? '')
  const description = answers.map(({ phrase }) => phrase).find((phrase) => phrase !== undefined) ?? answers[0]?.name ?? ''
  const saved = answers.flatMap(({ name, phrase, content, rest }) => {
    const left = { ...(phrase === undefined || phrase === description ? {} : { status: phrase }), ...rest }
    // The name stands in the example already, where there is one.
    return content !== undefined && isEmpty(left) ? [] : [{ name, ...left }]
  })
  return defined({
    description,
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    content: contents.size === 0 ? undefined : Object.fromEntries([...contents].map(([mediaType, group]) => [mediaType, toMediaType(group)])),
    'x-saved-responses': isMerged || saved.length === 0 ? undefined : saved,
  }) as Response
}

function toMediaType(answers: readonly AnswerFacts[]): MediaType {
  const nameOf = uniqueNames()
  const contents = answers.flatMap(({ name, content }) => (content === undefined ? [] : [{ name, content }]))
  const samples = contents.flatMap(({ content }) => (content.sample === undefined ? [] : [content.sample]))
  return {
    schema: contents.some(({ content }) => content.isText) ? { type: 'string' } : samples.length < contents.length ? {} : schemaOf(samples),
    examples: Object.fromEntries(contents.map(({ name, content }) => [nameOf(pascalCase(name) || 'Example'), content.example])),
  }
}

/** Headers, in any spelling, once. Values that differ from one saved response to the next are all kept, as are values that one repeats. */
function toHeaders(answers: readonly AnswerFacts[], isMerged: boolean): [string, Header][] {
  const sent = answers.flatMap(({ name, headers }) => headers.map((field) => ({ name, field })))
  return [...groupedBy(sent, ({ field }) => field.key.toLowerCase()).values()].map((group) => {
    const [first] = group as [{ name: string; field: Field }]
    const values = new Set(group.map(({ field }) => JSON.stringify([field.value, field.description])))
    const nameOf = uniqueNames()
    const differing = isMerged || values.size === 1 ? undefined : group.map(({ name, field }): [string, Example] =>
      [nameOf(pascalCase(name) || 'Example'), defined({ summary: name, value: field.value, description: field.description })])
    const rest = isMerged ? undefined : group.map(({ field }) => keptMembers(field.rest)).filter((members) => members !== undefined)
    return [first.field.key, defined({
      description: first.field.description,
      schema: { type: 'string' },
      example: differing === undefined ? first.field.value : undefined,
      examples: differing === undefined ? undefined : Object.fromEntries(differing),
      'x-disabled': group.every(({ field }) => field.disabled) ? true : undefined,
      'x-postman': rest === undefined || rest.length === 0 ? undefined : rest.length === 1 ? rest[0] : rest,
    }) as Header]
  })
}
