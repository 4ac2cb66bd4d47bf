import type { Url } from './collection.ts'
import { readFields, splitQuery } from './collection-fields.ts'
import { MemberReader } from './collection-members.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isList, isObject } from './json.ts'

/** Reads the URL of a request, a text or an object. Undefined where it names no place; what it said then stays part of the rest. */
export function readUrl(members: MemberReader, place: string, notes: string[]): Url | undefined {
  const written = members.any('url')
  if (written === undefined) return undefined
  const source: JsonObject | undefined = typeof written === 'string' ? { raw: written } : isObject(written) ? written : undefined
  const url = source === undefined ? undefined : readParts(source, place, notes)
  if (url === undefined) members.keep('url', written)
  return url
}

function readParts(source: JsonObject, place: string, notes: string[]): Url | undefined {
  const members = new MemberReader(source, `${place}: url`, notes)
  const raw = members.text('raw')?.trim() || undefined
  const text = splitUrl(raw ?? '')
  const host = joined(members, 'host', '.') ?? text.host
  const path = segments(members) ?? text.path
  if (host === undefined && path === undefined) return undefined

  const listed = readFields(members, 'query', splitQuery, `${place}: url`, notes)
  const query = listed.length > 0 ? listed : readFields(new MemberReader({ query: text.query }, place, notes), 'query', splitQuery, place, notes)
  const variables = readFields(members, 'variable', () => [], `${place}: url`, notes)
  const protocol = members.word('protocol')?.replace(/:?\/*$/, '') || text.protocol
  const port = members.word('port') || (host === text.host ? text.port : undefined)
  // Without a host there is no server to say these of.
  if (host === undefined) for (const [name, value] of Object.entries({ protocol, port })) if (value !== undefined) members.keep(name, value)
  return {
    ...(raw === undefined ? {} : { raw }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    path: path ?? [],
    query,
    variables,
    disagrees: raw !== undefined && (host !== text.host || (path ?? []).join('/') !== (text.path ?? []).join('/')),
    rest: members.rest(),
  }
}

/** A part that is a text or a list of texts. Undefined where it is absent or empty. */
function joined(members: MemberReader, name: string, separator: string): string | undefined {
  const value = members.any(name)
  if (value === undefined) return undefined
  const parts = (isList(value) ? value : [value]).map(partOf)
  if (parts.some((part) => part === undefined)) members.keep(name, value)
  return parts.filter((part) => part !== undefined).join(separator) || undefined
}

/** Path segments: a text, a list of texts, or a list of `{ type, value }`. */
function segments(members: MemberReader): string[] | undefined {
  const value = members.any('path')
  if (value === undefined) return undefined
  const parts = typeof value === 'string' ? value.replace(/^\//, '').split('/') : (isList(value) ? value : [value]).map(partOf)
  if (parts.some((part) => part === undefined) || (isList(value) && value.some(isObject))) members.keep('path', value)
  return parts.length === 0 ? undefined : parts.filter((part) => part !== undefined)
}

function partOf(part: JsonValue): string | undefined {
  if (isObject(part)) return typeof part['value'] === 'string' ? part['value'] : undefined
  return typeof part === 'object' ? undefined : String(part)
}

interface SplitUrl {
  readonly protocol?: string
  readonly host?: string
  readonly port?: string
  readonly path?: string[]
  readonly query: string
}

/** The parts of a URL as somebody typed it. Separators inside `{{variables}}` separate nothing. */
function splitUrl(raw: string): SplitUrl {
  const beforeHash = raw.slice(0, indexOutside(raw, '#'))
  const queryAt = indexOutside(beforeHash, '?')
  const query = beforeHash.slice(queryAt + 1)
  const whole = /^(?:([a-z][a-z\d+.-]*|\{\{[^{}]*\}\}):)?\/\/(.*)$/is.exec(beforeHash.slice(0, queryAt))
  const address = whole?.[2] ?? beforeHash.slice(0, queryAt)
  const pathAt = indexOutside(address, '/')
  const authority = address.slice(0, pathAt).replace(/^.*@/s, '')
  const port = /:(\d+|\{\{[^{}]*\}\})$/.exec(authority)
  const host = port === null ? authority : authority.slice(0, port.index)
  const protocol = whole?.[1]
  return {
    ...(protocol === undefined ? {} : { protocol }),
    ...(host === '' ? {} : { host }),
    ...(port?.[1] === undefined ? {} : { port: port[1] }),
    ...(pathAt < address.length ? { path: address.slice(pathAt + 1).split('/') } : {}),
    query,
  }
}

/** Where a character first stands outside `{{…}}`; the length of the text where it does not. */
function indexOutside(text: string, character: string): number {
  const lastEnd = text.lastIndexOf('}}')
  for (let at = 0; at < text.length; at++) {
    if (at < lastEnd && text.startsWith('{{', at)) at = text.indexOf('}}', at) + 1
    else if (text[at] === character) return at
  }
  return text.length
}
