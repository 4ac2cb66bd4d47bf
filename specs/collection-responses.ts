import type { SavedResponse } from './collection.ts'
import { readFields, splitHeaders } from './collection-fields.ts'
import { MemberReader } from './collection-members.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isEmpty, isList, isObject } from './json.ts'

/** Reads the saved responses of an item. What is none stays part of the rest. */
export function readResponses(item: MemberReader, place: string, notes: string[]): SavedResponse[] {
  const written = item.any('response')
  if (written === undefined) return []
  const entries = isList(written) ? written : [written]
  const strange = entries.filter((entry) => !isObject(entry) && !isEmpty(entry))
  if (strange.length > 0) notes.push(`${place}: "response" holds what is no saved response; it is kept under x-postman.`)
  item.keep('response', strange)
  return entries.filter(isObject).filter((entry) => !isEmpty(entry)).map((entry) => readResponse(entry, place, notes))
}

function readResponse(source: JsonObject, place: string, notes: string[]): SavedResponse {
  const written = source['name']
  const name = typeof written === 'string' && written !== '' ? written : 'Untitled response'
  const here = `${place}: saved response "${name}"`
  const members = new MemberReader(source, here, notes)
  members.word('name')
  const code = codeOf(members, here, notes)
  const status = members.text('status') || undefined
  const language = members.text('_postman_previewlanguage') || undefined
  const headers = readFields(members, 'header', splitHeaders, here, notes)
  const body = bodyOf(members.any('body'))
  return {
    name,
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    ...(language === undefined ? {} : { language }),
    headers,
    ...(body === undefined ? {} : { body }),
    rest: members.rest(),
  }
}

function codeOf(members: MemberReader, place: string, notes: string[]): string | undefined {
  const written = members.any('code')
  const code = typeof written === 'object' ? '' : String(written ?? '')
  if (/^[1-5]\d\d$/.test(code)) return code
  notes.push(`${place} has no HTTP status code; it stands under "default".`)
  if (written !== undefined) members.keep('code', written)
  return undefined
}

function bodyOf(written: JsonValue | undefined): string | undefined {
  if (written === undefined || written === '') return undefined
  return typeof written === 'string' ? written : JSON.stringify(written, null, 2)
}
