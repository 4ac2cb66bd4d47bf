import type { Body, Request } from './collection.ts'
import { readAuth, readFields, splitHeaders, splitQuery } from './collection-fields.ts'
import { MemberReader } from './collection-members.ts'
import { readUrl } from './collection-url.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isObject } from './json.ts'

/** Reads the request of an item: an object, or a text that is its URL. Undefined where there is none. */
export function readRequest(item: MemberReader, place: string, notes: string[]): Request | undefined {
  const written = item.any('request')
  if (written === undefined) return undefined
  const source: JsonObject | undefined = typeof written === 'string' ? { url: written } : isObject(written) ? written : undefined
  if (source === undefined) {
    item.keep('request', written)
    return undefined
  }
  const members = new MemberReader(source, place, notes)
  const method = members.word('method')?.trim() || 'GET'
  const url = readUrl(members, place, notes)
  const headers = readFields(members, 'header', splitHeaders, place, notes)
  const body = readBody(members, place, notes)
  const auth = readAuth(members, place, notes)
  const description = members.description()
  return {
    method,
    ...(url === undefined ? {} : { url }),
    headers,
    ...(body === undefined ? {} : { body }),
    ...(auth === undefined ? {} : { auth }),
    ...(description === undefined ? {} : { description }),
    rest: members.rest(),
  }
}

const modes = ['raw', 'urlencoded', 'formdata', 'graphql', 'file'] as const

/** Reads the body that is sent. A disabled body, or one of an unknown mode, is kept as it is and not sent. */
function readBody(request: MemberReader, place: string, notes: string[]): Body | undefined {
  const source = request.any('body')
  if (source === undefined) return undefined
  if (!isObject(source)) {
    notes.push(`${place}: the body is no object; it is kept under x-postman.`)
    request.keep('body', source)
    return undefined
  }
  const members = new MemberReader(source, `${place}: body`, notes)
  const isDisabled = members.flag('disabled')
  const written = source['mode']
  const mode = modes.find((name) => name === (written ?? modes.find((other) => Object.hasOwn(source, other))))
  if (isDisabled || mode === undefined) {
    if (!isDisabled && written !== undefined && written !== null) {
      notes.push(`${place}: body mode ${JSON.stringify(written)} is not known; the body is kept under x-postman.`)
    }
    request.keep('body', source)
    return undefined
  }
  members.any('mode')
  const body = readMode(mode, members, place, notes)
  request.keep('body', members.rest())
  return body
}

function readMode(mode: (typeof modes)[number], members: MemberReader, place: string, notes: string[]): Body | undefined {
  switch (mode) {
    case 'raw': {
      const text = textOf(members.any('raw'))
      const language = languageOf(members)
      if (text.trim() === '') {
        if (language !== undefined) members.keep('options', { raw: { language } })
        return undefined
      }
      return { mode, text, ...(language === undefined ? {} : { language }) }
    }
    case 'urlencoded':
    case 'formdata': {
      const fields = readFields(members, mode, splitQuery, `${place}: body`, notes)
      return fields.length === 0 ? undefined : { mode, fields }
    }
    case 'graphql': {
      const graphql = members.any('graphql')
      const inner = isObject(graphql) ? new MemberReader(graphql, `${place}: body`, notes) : undefined
      const query = typeof graphql === 'string' ? graphql : inner?.text('query') ?? ''
      const variables = inner?.any('variables')
      const operationName = inner?.text('operationName')
      if (inner === undefined && typeof graphql !== 'string') members.keep(mode, graphql ?? null)
      else members.keep(mode, inner?.rest() ?? null)
      if (query.trim() === '' && textOf(variables).trim() === '') return undefined
      return { mode, query, ...(variables === undefined ? {} : { variables }), ...(operationName ? { operationName } : {}) }
    }
    case 'file':
      return { mode }
  }
}

/** Some generators write the body as the JSON value itself instead of its text. */
function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/** The language of `options.raw`. Options that say more stay part of the rest. */
function languageOf(members: MemberReader): string | undefined {
  const options = members.any('options')
  const raw = isObject(options) ? options['raw'] : undefined
  const language = isObject(raw) ? raw['language'] : undefined
  const isAll = isObject(options) && Object.keys(options).length === 1 && isObject(raw) && Object.keys(raw).length === 1
  if (options !== undefined && !(isAll && typeof language === 'string')) members.keep('options', options)
  return typeof language === 'string' && language !== '' ? language : undefined
}
