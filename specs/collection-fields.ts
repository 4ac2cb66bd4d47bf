import type { Auth, Field, Variable } from './collection.ts'
import { MemberReader } from './collection-members.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isEmpty, isList, isObject } from './json.ts'

/** How Postman writes that a field holds text; it says nothing beyond that. */
const plainTypes = new Set(['text', 'string', 'any', 'default', 'file'])

/**
 * Reads the fields of one list: query, headers, form fields or path variables. `split` reads the older form, in which the whole list is one text.
 * What has no name cannot be a field: it stays part of the rest of `members`.
 */
export function readFields(
  members: MemberReader,
  name: string,
  split: (text: string) => readonly JsonObject[],
  place: string,
  notes: string[],
): Field[] {
  const value = members.any(name)
  const entries = typeof value === 'string' ? split(value) : isList(value) ? value : undefined
  if (entries === undefined) {
    if (value !== undefined) {
      notes.push(`${place}: "${name}" is no list of fields; it is kept under x-postman.`)
      members.keep(name, value)
    }
    return []
  }
  const fields: Field[] = []
  const nameless: JsonValue[] = []
  for (const entry of entries) {
    const field = isObject(entry) ? readField(entry, place, notes) : undefined
    if (field !== undefined) fields.push(field)
    else if (saysSomething(entry)) nameless.push(entry)
  }
  if (nameless.length > 0) notes.push(`${place}: a member of "${name}" has no name; it is kept under x-postman.`)
  members.keep(name, nameless)
  return fields
}

/** Postman leaves an empty row at the end of its tables. */
function saysSomething(entry: JsonValue): boolean {
  const isPlain = ([name, value]: readonly [string, JsonValue]) => name === 'disabled' || (name === 'type' && plainTypes.has(String(value)))
  return isObject(entry) ? Object.entries(entry).some((member) => !isPlain(member) && !isEmpty(member[1])) : !isEmpty(entry)
}

function readField(entry: JsonObject, place: string, notes: string[]): Field | undefined {
  const written = ['key', 'id'].map((name) => entry[name]).find((key) => typeof key !== 'object' && key !== undefined && key !== '')
  if (written === undefined) return undefined
  const key = String(written)
  const members = new MemberReader(entry, `${place}, "${key}"`, notes)
  if (String(entry['key'] ?? '') === key) members.any('key')
  else members.any('id')
  const type = entry['type']
  if (typeof type === 'string' && plainTypes.has(type)) members.any('type')
  const value = members.word('value')
  const literal = entry['value']
  const description = members.description()
  const disabled = members.flag('disabled')
  return {
    key,
    ...(value === undefined || value === '' ? {} : { value }),
    ...(typeof literal === 'number' || typeof literal === 'boolean' ? { literal } : {}),
    ...(description === undefined ? {} : { description }),
    disabled,
    isFile: type === 'file',
    rest: members.rest(),
  }
}

/** `a=b&c` as the entries of a query or form. Stays as written: nothing is decoded. */
export function splitQuery(text: string): JsonObject[] {
  return text.split('&').filter((pair) => pair !== '').map((pair) => {
    const at = pair.indexOf('=')
    return at === -1 ? { key: pair, value: null } : { key: pair.slice(0, at), value: pair.slice(at + 1) }
  })
}

/** Lines of `Name: value` as the entries of a header list. */
export function splitHeaders(text: string): JsonObject[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '').map((line) => {
    const at = line.indexOf(':')
    return at === -1 ? { key: line.trim(), value: null } : { key: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }
  })
}

/** Reads a variable list for the values it gives to `{{names}}`. The list itself stays part of the rest, as published. */
export function readVariables(members: MemberReader, place: string, notes: string[]): Variable[] {
  const list = members.any('variable')
  if (list === undefined) return []
  members.keep('variable', list)
  if (!isList(list)) {
    notes.push(`${place}: "variable" is no list; it is kept under x-postman.`)
    return []
  }
  return list.filter(isObject).flatMap((entry) => {
    const key = [entry['key'], entry['id']].find((name) => typeof name === 'string' && name !== '')
    const value = entry['value']
    const isUsable = typeof key === 'string' && entry['disabled'] !== true && entry['type'] !== 'secret'
    return isUsable && typeof value !== 'object' && value !== undefined && value !== '' ? [{ key, value: String(value) }] : []
  })
}

/** Reads an auth: attributes are a list of `{ key, value }` in v2.1 and an object in v2.0. Nothing and null mean that it is inherited. */
export function readAuth(members: MemberReader, place: string, notes: string[]): Auth | undefined {
  const source = members.any('auth')
  if (source === undefined) return undefined
  const type = isObject(source) ? source['type'] : undefined
  if (!isObject(source) || typeof type !== 'string' || type === '') {
    notes.push(`${place}: "auth" has no type; it is kept under x-postman.`)
    members.keep('auth', source)
    return undefined
  }
  // Auths of the other types may lie beside the one in use; the whole is kept, without credentials, where there are any.
  if (Object.keys(source).some((name) => name !== 'type' && name !== type && !isEmpty(source[name]))) members.keep('auth', source)
  if (type === 'inherit') return undefined
  return { type, attributes: attributesOf(source[type]), source }
}

function attributesOf(written: JsonValue | undefined): ReadonlyMap<string, JsonValue> {
  if (isList(written)) {
    return new Map(written.filter(isObject).flatMap((entry): [string, JsonValue][] => {
      const key = entry['key']
      return typeof key === 'string' ? [[key, entry['value'] ?? '']] : []
    }))
  }
  return new Map(isObject(written) ? Object.entries(written) : [])
}
