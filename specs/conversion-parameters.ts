import type { Field, Request } from './collection.ts'
import type { PathName } from './conversion-address.ts'
import { isCredentialHeader, keptMembers } from './conversion-kept.ts'
import type { Scope } from './conversion-scope.ts'
import { resolved } from './conversion-scope.ts'
import { groupedBy } from './grouped.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { defined, isEmpty } from './json.ts'
import type { Parameter, Schema } from './openapi.ts'

/** Fields of one name and place. More than one where the collection repeats it. */
export interface ParameterFields {
  readonly in: Parameter['in']
  readonly name: string
  readonly fields: readonly Field[]
  readonly path?: PathName
}

/** Headers that OpenAPI says elsewhere: as media types and security. As parameters they would be ignored. */
const saidElsewhere = new Set(['content-type', 'accept', 'authorization', 'cookie'])

/** Whether OpenAPI has another place for a header than a parameter. */
export function isSaidElsewhere(header: Field): boolean {
  return saidElsewhere.has(header.key.toLowerCase()) || isCredentialHeader(header.key)
}

/** The parameters of one request: path, query, headers, cookies, each name once. `path` has the names that the document's template uses. */
export function parameterFieldsOf(request: Request, path: readonly PathName[]): ParameterFields[] {
  const sent: { in: Parameter['in']; field: Field }[] = [
    ...(request.url?.query ?? []).map((field) => ({ in: 'query' as const, field })),
    ...request.headers.flatMap((header): { in: Parameter['in']; field: Field }[] => {
      if (header.key.toLowerCase() === 'cookie') return cookiesOf(header).map((field) => ({ in: 'cookie', field }))
      return isSaidElsewhere(header) ? [] : [{ in: 'header', field: header }]
    }),
  ]
  const groups = groupedBy(sent, (entry) => placeOf(entry.in, entry.field.key))
  const fromPath = path.map((name): ParameterFields => ({
    in: 'path', name: name.name, path: name, fields: request.url?.variables.filter(({ key }) => key === name.written) ?? [],
  }))
  const named = [...groups.values()].flatMap((group) => group.slice(0, 1).map(({ in: place, field }): ParameterFields => ({
    in: place, name: field.key, fields: group.map((entry) => entry.field),
  })))
  return [...fromPath, ...named]
}

/** What a parameter is the same by. Header names are the same in any case. */
function placeOf(place: Parameter['in'], name: string): string {
  return `${place} ${place === 'header' ? name.toLowerCase() : name}`
}

/** Path variables that the path does not use. */
export function unusedVariables(request: Request, path: readonly PathName[]): Field[] {
  const used = new Set(path.map(({ written }) => written))
  return request.url?.variables.filter(({ key }) => !used.has(key)) ?? []
}

function cookiesOf(header: Field): Field[] {
  return (header.value ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair !== '').map((pair) => {
    const at = pair.indexOf('=')
    const value = at === -1 ? '' : pair.slice(at + 1)
    return { key: at === -1 ? pair : pair.slice(0, at), ...(value === '' ? {} : { value }), disabled: header.disabled, isFile: false, rest: {} }
  })
}

/** A parameter as one request has it. `constant` is the value that tells this request from others. */
export function toParameter(group: ParameterFields, scope: Scope, constant?: string | boolean): Parameter {
  if (group.in === 'path') return pathParameter(group, scope, constant)
  const { first, isLive, facts } = describedBy(group.fields, scope, constant)
  return defined({
    name: group.name,
    in: group.in,
    description: first.description,
    required: !isLive ? false : constant !== undefined ? true : undefined,
    ...facts,
  }) as Parameter
}

function pathParameter(group: ParameterFields, scope: Scope, constant?: string | boolean): Parameter {
  const path = group.path as PathName
  const reference = `{{${path.written}}}`
  const written: Field = { key: path.written, disabled: false, isFile: false, rest: {}, ...(path.isVariable ? { value: reference } : {}) }
  // A path parameter is always sent, whether or not its row is ticked.
  const fields = group.fields.length === 0
    ? [written]
    : group.fields.map((field) => (field.disabled ? { ...field, disabled: false, rest: { ...field.rest, disabled: true } } : field))
  const { first, facts } = describedBy(fields.slice(0, 1), scope, constant)
  return defined({
    name: group.name,
    in: 'path',
    description: first.description,
    required: true,
    ...facts,
    'x-postman-name': path.written === group.name ? undefined : path.written,
    'x-duplicates': fields.length > 1 ? fields.slice(1).map(fieldFacts) : undefined,
  }) as Parameter
}

/** What a field of a form or a parameter says about its values. `schema` and the members beside it. */
interface FieldFacts extends JsonObject {}

/**
 * What fields of one name say together. Several live ones are a list; one beside disabled ones is itself. Disabled ones are never live: where
 * there is nothing else the whole is marked `x-disabled`.
 */
export function describedBy(
  fields: readonly Field[],
  scope: Scope,
  constant?: string | boolean,
): { first: Field; isLive: boolean; facts: FieldFacts & { schema: Schema } } {
  const live = fields.filter((field) => !field.disabled)
  const first = (live[0] ?? fields[0]) as Field
  const isList = live.length > 1
  const values = isList ? live.map((field) => exampleOf(field, scope) ?? '') : []
  const list = values.some((value) => value !== '') ? values : undefined
  // The elements of a list are its example; only what says more than that is written again.
  const saysMore = (field: Field) => field.disabled || exampleOf(field, scope) !== field.value || field.literal !== undefined
    || field.description !== undefined || !isEmpty(field.rest)
  const duplicates = fields.length === 1 ? [] : fields.filter((field) => field !== first && saysMore(field))
  const type: Schema = isList ? { type: 'array', items: { type: 'string' } } : { type: 'string' }
  return {
    first,
    isLive: live.length > 0,
    facts: defined({
      schema: constant === undefined || isList ? type : { ...type, const: constant },
      example: isList ? list : constant === undefined ? exampleOf(first, scope) : undefined,
      'x-postman-value': written(first),
      'x-disabled': live.length === 0 ? true : undefined,
      'x-duplicates': duplicates.length === 0 ? undefined : duplicates.map(fieldFacts),
      'x-postman': keptMembers(first.rest),
    }) as FieldFacts & { schema: Schema },
  }
}

/** The value that a request would carry. Undefined where it hangs on a variable that nobody knows. */
function exampleOf(field: Field, scope: Scope): string | undefined {
  return field.value === undefined ? undefined : resolved(field.value, scope)
}

/** The value as written, where the example does not show it. */
function written(field: Field): JsonValue | undefined {
  if (field.literal !== undefined) return field.literal
  return field.value?.includes('{{') === true ? field.value : undefined
}

/** A field with everything it says, for the places that hold the rest. */
export function fieldFacts(field: Field): JsonObject {
  return defined({
    key: field.key,
    value: field.literal ?? field.value,
    description: field.description,
    'x-disabled': field.disabled ? true : undefined,
    'x-postman': keptMembers(field.rest),
  }) as JsonObject
}

/** The parameters of an operation that several requests share: each once, saying what the first of them says. */
export function mergedParameters(lists: readonly (readonly Parameter[])[]): Parameter[] {
  const groups = groupedBy(lists.flat(), (parameter) => placeOf(parameter.in, parameter.name))
  return [...groups.values()].map((group) => mergedParameter(group, group.length === lists.length))
}

function mergedParameter(group: readonly Parameter[], isEverywhere: boolean): Parameter {
  const live = group.filter((parameter) => parameter['x-disabled'] !== true)
  const first = (live[0] ?? group[0]) as Parameter
  const constants = live.map((parameter) => parameter.schema?.const).filter((value) => value !== undefined)
  const isEnumerated = isEverywhere && constants.length === group.length
  const list = live.find((parameter) => parameter.schema?.type === 'array')
  const example = live.map((parameter) => parameter.example).find((value) => value !== undefined) ?? constants[0]
  return defined({
    name: first.name,
    in: first.in,
    description: group.map((parameter) => parameter.description).find((description) => description !== undefined),
    required: isEverywhere && group.every((parameter) => parameter.required === true) ? true : live.length === 0 ? false : undefined,
    schema: list?.schema ?? (isEnumerated ? { type: 'string', enum: [...new Set(constants)] } : { type: 'string' }),
    example: isEnumerated ? undefined : list?.example ?? example,
    'x-disabled': live.length === 0 ? true : undefined,
  }) as Parameter
}
