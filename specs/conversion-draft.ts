import type { Item, Request } from './collection.ts'
import type { Address, PathName } from './conversion-address.ts'
import type { BodyFacts } from './conversion-body.ts'
import { contentTypeOf, mediaTypeOfLanguage, toBodyFacts } from './conversion-body.ts'
import { isCredentialHeader, keptMembers, openCredential, withoutUserInfo } from './conversion-kept.ts'
import type { ParameterFields } from './conversion-parameters.ts'
import { fieldFacts, isSaidElsewhere, parameterFieldsOf, unusedVariables } from './conversion-parameters.ts'
import type { AnswerFacts } from './conversion-responses.ts'
import { toAnswerFacts } from './conversion-responses.ts'
import type { Scope } from './conversion-scope.ts'
import type { SecurityRegistry } from './conversion-security.ts'
import type { Trait, Traits } from './conversion-variants.ts'
import { fixedTraits, isNameLike } from './conversion-variants.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isEmpty, isList, isObject } from './json.ts'
import type { SecurityRequirement, Server } from './openapi.ts'

/** Everything that one item says about its operation, before it is known whether others share it. */
export interface Draft {
  readonly item: Item
  readonly scope: Scope
  readonly server: Server
  readonly parameters: readonly ParameterFields[]
  readonly body?: BodyFacts
  readonly answers: readonly AnswerFacts[]
  /** Absent where the document's own is taken over. */
  readonly security?: readonly SecurityRequirement[]
  /** What OpenAPI has no place for. */
  readonly postman?: JsonObject
  /** What tells it from others. Asked for only where there are others. */
  readonly traits: () => Traits
}

/** An item with a place to go to. */
export interface Addressed {
  readonly item: Item
  readonly request: Request
  readonly scope: Scope
  readonly address: Address
}

/** Reads what an item says. `names` are its path parameters as the document's template calls them, in the order of the path. */
export function toDraft(
  { item, request, scope, address }: Addressed,
  names: readonly PathName[],
  security: SecurityRegistry,
  notes: string[],
): Draft {
  const path = address.parameters.map((parameter, at): PathName => ({ ...parameter, name: names[at]?.name ?? parameter.name }))
  const parameters = parameterFieldsOf(request, path)
  const body = toBodyFacts(request, scope, item.label, notes)
  const requirements = securityOf(item, request, scope, security, notes)
  const postman = postmanMembers(item, request, path, body)
  if (openUrl(request) !== request.url?.raw) notes.push(`${item.label}: the name and password in its URL are left out.`)
  if (request.url?.disagrees === true) notes.push(`${item.label}: the text and the parts of its URL differ; the parts are used, as Postman does.`)
  return {
    item,
    scope,
    server: address.server,
    parameters,
    ...(body === undefined ? {} : { body }),
    answers: toAnswerFacts(item, notes),
    ...(requirements === undefined ? {} : { security: requirements }),
    ...(postman === undefined ? {} : { postman }),
    traits: () => traitsOf(parameters, body, request),
  }
}

/** The request's own auth or that of the nearest folder; without either an Authorization header that stands there as text. */
function securityOf(
  item: Item,
  request: Request,
  scope: Scope,
  security: SecurityRegistry,
  notes: string[],
): SecurityRequirement[] | undefined {
  const header = request.headers.find((field) => isCredentialHeader(field.key) && !field.disabled && field.value !== undefined)
  const value = header?.value ?? ''
  if (openCredential(value) !== value) notes.push(`${item.label}: the credential of its ${header?.key} header is left out.`)
  let auth = request.auth
  for (let folder = item.folder; auth === undefined && folder !== undefined; folder = folder.parent) auth = folder.auth
  const isAlone = auth === undefined || auth.type === 'noauth'
  if (isAlone && header?.key.toLowerCase() === 'authorization') return security.fromHeader(value, scope)
  return auth === undefined ? undefined : security.fromAuth(auth, scope, item.label)
}

/** What is left of the item, in the shape of the collection. */
function postmanMembers(item: Item, request: Request, path: readonly PathName[], body: BodyFacts | undefined): JsonObject | undefined {
  const contentType = contentTypeOf(request.headers)
  const headers = request.headers.filter(isSaidElsewhere).filter((field) => {
    const isSaid = field === contentType && field.value?.trim().toLowerCase() === body?.mediaType
    return !isSaid || field.description !== undefined || !isEmpty(field.rest)
  })
  const url = request.url
  // Fields without a name are in the rest already.
  const listed = [...headers.map(fieldFacts), ...listIn(request.rest, 'header')]
  const unused = [...unusedVariables(request, path).map(fieldFacts), ...listIn(url?.rest, 'variable')]
  const urlMembers: JsonObject = { ...url?.rest, ...(unused.length === 0 ? {} : { variable: unused }) }
  const left: JsonObject = {
    ...request.rest,
    ...unsaidLanguage(request, body),
    ...(request.method === request.method.toUpperCase() ? {} : { method: request.method }),
    ...(url === undefined ? {} : { url: isEmpty(urlMembers) ? openUrl(request) ?? null : { raw: openUrl(request) ?? null, ...urlMembers } }),
    ...(listed.length === 0 ? {} : { header: listed }),
  }
  const requestMembers = Object.fromEntries(Object.entries(left).filter(([, value]) => !isEmpty(value)))
  // The operation's description is the request's; an item has one of its own only by hand.
  const formatOf = item.rest['description'] ?? null
  const both = item.description !== undefined && request.description !== undefined && item.description !== request.description
  return keptMembers({
    ...item.rest,
    ...(both ? { description: isObject(formatOf) ? { content: item.description, ...formatOf } : item.description } : {}),
    ...(isEmpty(requestMembers) ? {} : { request: requestMembers }),
  })
}

/** The language of a text body, where its media type does not say it. */
function unsaidLanguage(request: Request, body: BodyFacts | undefined): JsonObject {
  const language = request.body?.mode === 'raw' ? request.body.language : undefined
  if (language === undefined || mediaTypeOfLanguage(language) === body?.mediaType) return {}
  const rest = request.rest['body']
  return { body: { options: { raw: { language } }, ...(isObject(rest) ? rest : {}) } }
}

/** The URL as written, but for a name and password. Without a protocol only its place says that it is one. */
function openUrl(request: Request): string | undefined {
  const raw = request.url?.raw
  return raw?.includes('://') === false ? withoutUserInfo(`://${raw}`).slice(3) : raw && withoutUserInfo(raw)
}

function listIn(members: JsonObject | undefined, name: string): readonly JsonValue[] {
  const list = members?.[name]
  return isList(list) ? list : []
}

/** Members with a value that reads like a name tell requests apart; so does what is there at all. */
function traitsOf(parameters: readonly ParameterFields[], body: BodyFacts | undefined, request: Request): Traits {
  const live = parameters.map((group) => ({ ...group, fields: group.fields.filter((field) => group.in === 'path' || !field.disabled) }))
  const fixed = live.flatMap(({ in: place, name, fields }) => fixedTraits(place, name, fields))
  const accept = request.headers.find((field) => field.key.toLowerCase() === 'accept' && !field.disabled)?.value
  const headers: Trait[] = [
    ...(body === undefined ? [] : [{ in: 'header' as const, name: 'content-type', value: body.mediaType }]),
    ...(accept !== undefined && isNameLike('accept', accept) ? [{ in: 'header' as const, name: 'accept', value: accept }] : []),
  ]
  const present = live
    .filter((group) => group.in !== 'path' && group.fields.length > 0)
    .map(({ in: place, name }): Trait => ({ in: place, name }))
  const ofBody = body?.traits()
  return { fixed: [...ofBody?.fixed ?? [], ...fixed, ...headers], present: [...ofBody?.present ?? [], ...present] }
}
