import { UsageError } from '../core/usage-error.ts'
import { readEntries } from './collection-entries.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isEmpty, isList, isObject } from './json.ts'
import { readAuth, readVariables } from './collection-fields.ts'
import { MemberReader } from './collection-members.ts'

/** A Postman collection, v2.0 or v2.1, in one shape. Whatever the shape has no place for stands in a `rest`. */
export interface Collection {
  readonly title: string
  readonly version?: string
  readonly description?: string
  readonly variables: readonly Variable[]
  readonly auth?: Auth
  /** Every folder, in the order of the collection, a folder before its content. */
  readonly folders: readonly Folder[]
  /** Every request, in the order of the collection. */
  readonly items: readonly Item[]
  /** Entries of an item list that are neither folder nor request. */
  readonly strays: readonly Stray[]
  readonly rest: { readonly info: JsonObject; readonly collection: JsonObject }
  /** What was not as the format has it, one sentence each. */
  readonly notes: readonly string[]
}

export interface Variable {
  readonly key: string
  readonly value: string
}

/** `inherit` is not an Auth: where nothing is said there is none. `noauth` is one. */
export interface Auth {
  readonly type: string
  readonly attributes: ReadonlyMap<string, JsonValue>
  /** As published: credentials included. */
  readonly source: JsonObject
}

export interface Folder {
  readonly name: string
  /** Names from the root, joined by ` / `. */
  readonly label: string
  readonly parent?: Folder
  readonly description?: string
  readonly variables: readonly Variable[]
  readonly auth?: Auth
  readonly rest: JsonObject
}

export interface Item {
  readonly name: string
  /** Names from the root, joined by ` / `. */
  readonly label: string
  readonly folder?: Folder
  readonly description?: string
  readonly variables: readonly Variable[]
  readonly request?: Request
  readonly responses: readonly SavedResponse[]
  readonly rest: JsonObject
  /** As published: credentials included. */
  readonly source: JsonObject
}

export interface Stray {
  readonly label: string
  readonly reason: string
  readonly source: JsonValue
}

export interface Request {
  /** As written; GET where nothing is. */
  readonly method: string
  /** Absent where there is neither host nor path. */
  readonly url?: Url
  readonly headers: readonly Field[]
  readonly body?: Body
  readonly auth?: Auth
  readonly description?: string
  readonly rest: JsonObject
}

export interface Url {
  readonly raw?: string
  readonly protocol?: string
  readonly host?: string
  readonly port?: string
  readonly path: readonly string[]
  readonly query: readonly Field[]
  readonly variables: readonly Field[]
  /** The text and the parts name different places. */
  readonly disagrees: boolean
  readonly rest: JsonObject
}

/** A query parameter, header, form field or path variable. */
export interface Field {
  readonly key: string
  /** Absent where null or empty. */
  readonly value?: string
  /** The value as it was, where it was no text. */
  readonly literal?: number | boolean
  readonly description?: string
  readonly disabled: boolean
  readonly isFile: boolean
  readonly rest: JsonObject
}

export type Body =
  | { readonly mode: 'raw'; readonly text: string; readonly language?: string }
  | { readonly mode: 'urlencoded' | 'formdata'; readonly fields: readonly Field[] }
  | { readonly mode: 'graphql'; readonly query: string; readonly variables?: JsonValue; readonly operationName?: string }
  | { readonly mode: 'file' }

export interface SavedResponse {
  readonly name: string
  /** Three digits. */
  readonly code?: string
  /** The reason phrase. */
  readonly status?: string
  readonly language?: string
  readonly headers: readonly Field[]
  readonly body?: string
  readonly rest: JsonObject
}

const advice = 'give a Postman collection, v2.0 or v2.1, exported as JSON'
const folderLimit = 2000
const nestingLimit = 1000

/**
 * Reads the text of a Postman collection, v2.0 or v2.1, bare or in a `{ "collection": … }` wrapper. What is odd inside is noted and kept.
 * `origin` is what the person called the file. Throws UsageError for anything that is no such collection, for folders nested more than
 * 2,000 deep and for values nested more than 1,000 deep.
 */
export function parseCollection(text: string, origin: string): Collection {
  const published = recognise(text.replace(/^\uFEFF/, ''), origin)
  expectBounded(published, origin)
  const wrapped = !isList(published['item']) && isObject(published['collection'])
  const notes: string[] = []
  const outer = new MemberReader(published, 'The collection', notes)
  const members = wrapped ? new MemberReader(outer.object('collection') ?? {}, 'The collection', notes) : outer

  const info = new MemberReader(members.object('info') ?? {}, 'The collection', notes)
  const title = info.word('name') || 'Untitled collection'
  const version = versionOf(info)
  const description = info.description() ?? members.description()
  const variables = readVariables(members, 'The collection', notes)
  const auth = readAuth(members, 'The collection', notes)
  const entries = readEntries(members.list('item') ?? [], notes)
  if (wrapped) members.keep('wrapper', outer.rest())

  return {
    title,
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    variables,
    ...(auth === undefined ? {} : { auth }),
    ...entries,
    rest: { info: info.rest(), collection: members.rest() },
    notes,
  }
}

/** The object that holds the collection; a UsageError that says what the file is where it is something else. */
function recognise(text: string, origin: string): JsonObject {
  if (text.trim() === '') throw new UsageError(`${origin} is empty; ${advice}.`)
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch {
    throw new UsageError(`${origin} is not JSON; ${advice}.`)
  }
  if (isList(value)) throw new UsageError(`${origin} holds a JSON list, not a Postman collection; ${advice}.`)
  if (!isObject(value)) throw new UsageError(`${origin} holds a single JSON value, not a Postman collection; ${advice}.`)
  const inner = value['collection']
  const collection = !isList(value['item']) && isObject(inner) ? inner : value

  for (const [kind, fits] of strangers) {
    if (fits(collection)) throw new UsageError(`${origin} is ${kind}, not a Postman collection; ${advice}.`)
  }
  const info = collection['info']
  const schema = isObject(info) ? info['schema'] : undefined
  if (typeof schema === 'string' && schema !== '' && !/\/v2\.[01](\.\d+)?\//.test(schema)) {
    throw new UsageError(`${origin} is a collection of the format "${schema}", which is not known here; export it as v2.1.`)
  }
  if (!isList(collection['item'])) throw new UsageError(`${origin} has no list of requests ("item"), so it is no Postman collection; ${advice}.`)
  return value
}

/** What people pass by mistake, and how to tell. A collection has a list "item" and none of these. */
const strangers: readonly (readonly [string, (value: JsonObject) => boolean])[] = [
  ['an OpenAPI document', (value) => !isList(value['item']) && ['openapi', 'swagger'].some((name) => Object.hasOwn(value, name))],
  ['a collection of the format v1', (value) => !isList(value['item']) && isList(value['requests'])],
  ['a Postman environment', (value) => !isList(value['item']) && (Object.hasOwn(value, '_postman_variable_scope') || isList(value['values']))],
  ['a HAR file', (value) => !isList(value['item']) && isObject(value['log']) && isList(value['log']['entries'])],
  ['an Insomnia export', (value) => !isList(value['item']) && value['_type'] === 'export'],
]

/** The version as text: a word, or `{ major, minor, patch, identifier }`. */
function versionOf(info: MemberReader): string | undefined {
  const written = info.any('version')
  if (typeof written !== 'object') return written === undefined || written === '' ? undefined : String(written)
  const { major = 0, minor = 0, patch = 0, identifier = '', ...others } = isObject(written) ? written : {}
  const isPlain = [major, minor, patch].every((part) => typeof part === 'number') && typeof identifier === 'string'
  if (!isPlain || isEmpty(written) || !isEmpty(others)) info.keep('version', written)
  return !isPlain || isEmpty(written) ? undefined : `${major}.${minor}.${patch}${identifier === '' ? '' : `-${identifier}`}`
}

/** Every later step may recurse into values, and none into folders; the document could not be printed or validated beyond these depths. */
function expectBounded(published: JsonObject, origin: string): void {
  const open: [value: JsonValue, folders: number][] = [[published, 0]]
  const measure = (value: JsonValue, depth: number, folders: number): void => {
    if (typeof value !== 'object' || value === null) return
    if (depth > nestingLimit) throw new UsageError(`${origin} nests values more than ${nestingLimit} deep, so it cannot be converted; shorten it.`)
    if (isList(value)) for (const member of value) measure(member, depth + 1, folders)
    else {
      for (const [name, member] of Object.entries(value)) {
        // Each list of items begins a new count: folders have a limit of their own.
        if (name === 'item' && isList(member)) for (const entry of member) open.push([entry, folders + 1])
        else measure(member, depth + 1, folders)
      }
    }
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, folders] = next
    // The first list of items is the collection's own.
    if (folders > folderLimit + 1) throw new UsageError(`${origin} nests folders more than ${folderLimit} deep; move some of them up.`)
    measure(value, 1, folders)
  }
}
