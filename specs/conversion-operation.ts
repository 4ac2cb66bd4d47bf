import type { BodyFacts } from './conversion-body.ts'
import type { Components } from './conversion-components.ts'
import { mergedContent } from './conversion-components.ts'
import type { Draft } from './conversion-draft.ts'
import { mergedParameters, toParameter } from './conversion-parameters.ts'
import { toResponses } from './conversion-responses.ts'
import { mergedSecurity } from './conversion-security.ts'
import { tellApart } from './conversion-variants.ts'
import { copied, defined } from './json.ts'
import type {
  Operation, OperationFacts, Parameter, RequestBody, Schema, SecurityRequirement, Server, Variant, VariantCondition,
} from './openapi.ts'

/** What an operation needs to know of the document around it. */
export interface Surroundings {
  readonly operationId: string
  /** In capitals. */
  readonly method: string
  readonly template: string
  /** The document's server; an operation says its own only where that is another. Equal servers are the same object. */
  readonly server: Server
  readonly security: readonly SecurityRequirement[] | undefined
  readonly tagOf: (draft: Draft) => string | undefined
  readonly components: Components
}

/** The operation that one item describes, or that several share as its variants. */
export function toOperation(drafts: readonly Draft[], around: Surroundings): Operation {
  const [only, ...others] = drafts as readonly [Draft, ...Draft[]]
  const operation = others.length === 0 ? singleOperation(only, around) : sharedOperation(drafts, around)
  return { operationId: around.operationId, ...operation }
}

function singleOperation(draft: Draft, around: Surroundings): Operation {
  const { item, body } = draft
  return defined({
    ...factsOf(draft, around, []),
    ...bodyMembers(around.method, body && requestBodyOf(body, body.schema(new Map()))),
    responses: toResponses(draft.answers),
    security: draft.security,
    'x-collection-item': item.label,
    'x-postman': draft.postman,
  }) as Operation
}

function sharedOperation(drafts: readonly Draft[], around: Surroundings): Operation {
  const { conditions, property } = tellApart(drafts.map(({ traits }) => traits()))
  const bodies: { draft: Draft; body: BodyFacts; schema: string; constant: string | undefined }[] = []
  const variants = drafts.map((draft, at): Variant => {
    const when = conditions[at] ?? []
    const body = draft.body
    const schema = body && around.components.add(draft.item, body.schema(constantsOf(when, 'body')))
    const value = property?.in === 'body' ? constantsOf(when, 'body').get(property.name) : undefined
    if (body !== undefined && schema !== undefined) bodies.push({ draft, body, schema, constant: typeof value === 'string' ? value : undefined })
    return defined({
      'x-collection-item': draft.item.label,
      ...factsOf(draft, around, when),
      when: when.length === 0 ? undefined : [...when],
      ...bodyMembers(around.method, body && requestBodyOf(body, { $ref: schema ?? '' })),
      responses: toResponses(draft.answers),
      security: draft.security,
      'x-postman': draft.postman,
    }) as Variant
  })
  const servers = [...new Set(drafts.map(({ server }) => server))]
  const parameters = mergedParameters(variants.map((variant) => variant.parameters ?? []))
  const tags = [...new Set(drafts.map(around.tagOf).filter((tag) => tag !== undefined))]
  const isSent = bodies.length > 0 && !isBodyless(around.method)
  // What the requests say together is partly what each says alone, which may be changed on its own later.
  return copied(defined({
    summary: summaryOf(drafts, around),
    description: `One of these requests:\n\n${variants.map(lineOf).join('\n')}`,
    tags: tags.length === 0 ? undefined : tags,
    servers: servers.every((server) => server === around.server) ? undefined : servers,
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: isSent ? { content: mergedContent(bodies, property?.name, around.components) } : undefined,
    responses: toResponses(drafts.flatMap(({ answers }) => answers), true),
    security: mergedSecurity(drafts.map(({ security }) => security), around.security),
    'x-variants': variants,
  }) as Operation)
}

/** What an item says in the same way alone and among others. */
function factsOf(draft: Draft, around: Surroundings, when: readonly VariantCondition[]): OperationFacts {
  const { item } = draft
  const tag = around.tagOf(draft)
  const parameters = draft.parameters.map((group): Parameter => {
    const constant = constantsOf(when, group.in).get(group.name)
    return toParameter(group, draft.scope, constant)
  })
  return defined({
    summary: item.name,
    description: item.request?.description ?? item.description,
    tags: tag === undefined ? undefined : [tag],
    servers: draft.server === around.server ? undefined : [copied(draft.server)],
    parameters: parameters.length === 0 ? undefined : parameters,
  }) as OperationFacts
}

function constantsOf(when: readonly VariantCondition[], place: VariantCondition['in']): Map<string, string | boolean> {
  return new Map(when.flatMap((condition): [string, string | boolean][] =>
    (condition.in === place && 'value' in condition ? [[condition.name, condition.value]] : [])))
}

function requestBodyOf(body: BodyFacts, schema: Schema): RequestBody {
  return { content: { [body.mediaType]: { schema, ...body.media } } }
}

/** Methods whose requests have no body by the rules of HTTP; servers may drop one. */
export function isBodyless(method: string): boolean {
  return ['GET', 'HEAD', 'TRACE'].includes(method)
}

function bodyMembers(method: string, body: RequestBody | undefined): OperationFacts {
  if (body === undefined) return {}
  return isBodyless(method) ? { 'x-request-body': body } : { requestBody: body }
}

const longestList = 3

/** What the requests have in common, in as few words as there are: their names, or their folder, or where they go. */
function summaryOf(drafts: readonly Draft[], around: Surroundings): string {
  if (drafts.length <= longestList) return drafts.map(({ item }) => item.name).join(' · ')
  const folders = new Set(drafts.map(({ item }) => item.folder))
  const [folder] = folders
  return folders.size === 1 && folder !== undefined ? folder.name : `${around.method} ${around.template}`
}

function lineOf(variant: Variant): string {
  const when = (variant.when ?? []).map((condition) =>
    ('present' in condition ? `\`${condition.name}\` is sent` : `\`${condition.name}\` is \`${condition.value}\``))
  return `* **${variant.summary ?? ''}**${when.length === 0 ? '' : `: ${when.join(' and ')}`}`
}
