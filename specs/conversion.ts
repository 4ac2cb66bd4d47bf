import type { Collection, Folder, Item } from './collection.ts'
import { toAddress } from './conversion-address.ts'
import { schemaComponents } from './conversion-components.ts'
import type { Addressed, Draft } from './conversion-draft.ts'
import { toDraft } from './conversion-draft.ts'
import { kept, keptMembers } from './conversion-kept.ts'
import { operationIdOf, uniqueNames } from './conversion-names.ts'
import { isBodyless, toOperation } from './conversion-operation.ts'
import { scopesOf } from './conversion-scope.ts'
import type { SecurityRegistry } from './conversion-security.ts'
import { securityRegistry } from './conversion-security.ts'
import type { JsonObject } from './json.ts'
import { copied, defined } from './json.ts'
import type { OpenApiDocument, Operation, PathItem, Server, Tag } from './openapi.ts'
import { methods } from './openapi.ts'

/** A document, and one sentence for each thing of the collection that it can only keep, not say. */
export interface Conversion {
  readonly document: OpenApiDocument
  readonly notes: string[]
}

/**
 * Converts a collection to OpenAPI 3.1. Pure and deterministic; nothing is lost: items that share a path and method become variants of one
 * operation, and what OpenAPI cannot say stands in `x-` members. The result shares nothing with the collection, nor one part of
 * itself with another.
 */
export function toOpenApi(collection: Collection): Conversion {
  const notes = [...collection.notes]
  const { addressed, homeless } = addressedItems(collection, notes)
  const server = mostCommon(addressed.map(({ address }) => address.server)) ?? { url: '/' }
  const registry = securityRegistry(notes)
  const security = collection.auth && registry.fromAuth(collection.auth, rootScope(collection), 'The collection')
  const tags = tagsOf(collection.folders)
  const components = schemaComponents()
  const paths = toPaths(addressed, { registry, server, security, components, tags, notes })

  const schemas = components.schemas()
  const schemes = registry.schemes()
  const document = defined({
    openapi: '3.1.0',
    info: defined({
      title: collection.title,
      version: collection.version ?? '1.0.0',
      description: collection.description,
      'x-postman': keptMembers(collection.rest.info),
    }),
    servers: server.url === '/' ? undefined : [copied(server)],
    tags: tags.size === 0 ? undefined : [...tags.values()],
    paths,
    components: Object.keys({ ...schemas, ...schemes }).length === 0 ? undefined : defined({
      schemas: Object.keys(schemas).length === 0 ? undefined : schemas,
      securitySchemes: Object.keys(schemes).length === 0 ? undefined : schemes,
    }),
    security: security === undefined || security.length === 0 ? undefined : copied(security),
    'x-items-without-operation': homeless.length === 0 ? undefined : homeless,
    'x-postman': keptMembers(collection.rest.collection),
  })
  return { document: document as OpenApiDocument, notes }
}

function rootScope(collection: Collection): ReadonlyMap<string, string> {
  return new Map(collection.variables.map(({ key, value }) => [key, value]))
}

/** Items that have a place to go to, and the others with the reason why they have none. */
function addressedItems(collection: Collection, notes: string[]): { addressed: Addressed[]; homeless: JsonObject[] } {
  const scopeOf = scopesOf(collection)
  const servers = new Map<string, Server>()
  const addressed: Addressed[] = []
  const homeless = collection.strays.map(({ label, reason, source }): JsonObject => ({ 'x-collection-item': label, reason, item: kept(source) }))
  const leave = (item: Item, reason: string) => {
    homeless.push({ 'x-collection-item': item.label, reason, item: kept(item.source) })
    notes.push(`${item.label}: ${reason}; it is kept under x-items-without-operation.`)
  }
  for (const item of collection.items) {
    const { request } = item
    const scope = scopeOf(item)
    if (request === undefined) leave(item, 'it has no request')
    else if (request.url === undefined) leave(item, 'its request has no URL')
    else {
      const address = toAddress(request.url, scope)
      const key = JSON.stringify(address.server)
      servers.set(key, servers.get(key) ?? address.server)
      addressed.push({ item, request, scope, address: { ...address, server: servers.get(key) ?? address.server } })
    }
  }
  return { addressed, homeless }
}

/** The server that most requests go to; of several the first. */
function mostCommon(servers: readonly Server[]): Server | undefined {
  const counts = new Map<Server, number>()
  for (const server of servers) counts.set(server, (counts.get(server) ?? 0) + 1)
  let best: Server | undefined
  for (const [server, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = server
  return best
}

/** One tag for each folder, named by its names from the root. Folders with the same names are told apart by a number. */
function tagsOf(folders: readonly Folder[]): Map<Folder, Tag> {
  const nameOf = uniqueNames((name, number) => `${name} (${number})`)
  return new Map(folders.map((folder): [Folder, Tag] => [folder, defined({
    name: nameOf(folder.label),
    description: folder.description,
    'x-postman': keptMembers({ ...folder.rest, ...(folder.auth === undefined ? {} : { auth: folder.auth.source }) }),
  }) as Tag]))
}

interface Surroundings {
  readonly registry: SecurityRegistry
  readonly server: Server
  readonly security: ReturnType<SecurityRegistry['fromAuth']> | undefined
  readonly components: ReturnType<typeof schemaComponents>
  readonly tags: ReadonlyMap<Folder, Tag>
  readonly notes: string[]
}

/**
 * Paths in the order in which the collection first names them. Paths that differ in the names of parameters only are one; the first
 * names stand.
 */
function toPaths(addressed: readonly Addressed[], around: Surroundings): Record<string, PathItem> {
  const paths = new Map<string, { first: Addressed; operations: Map<string, Addressed[]> }>()
  for (const entry of addressed) {
    const path = paths.get(entry.address.shape) ?? { first: entry, operations: new Map<string, Addressed[]>() }
    paths.set(entry.address.shape, path)
    const method = entry.request.method.toUpperCase()
    const sharing = path.operations.get(method)
    if (sharing === undefined) path.operations.set(method, [entry])
    else sharing.push(entry)
  }
  const operationId = uniqueNames()
  const tagOf = ({ item }: Draft) => (item.folder === undefined ? undefined : around.tags.get(item.folder)?.name)
  return Object.fromEntries([...paths.values()].map(({ first, operations }) => {
    const template = first.address.template
    const converted = [...operations].map(([method, entries]): [string, Operation] => {
      const drafts = entries.map((entry) => toDraft(entry, first.address.parameters, around.registry, around.notes))
      noteBodies(method, drafts, around.notes)
      return [method, toOperation(drafts, { ...around, method, template, operationId: operationId(operationIdOf(method, template)), tagOf })]
    })
    return [template, toPathItem(template, converted, around.notes)]
  }))
}

function noteBodies(method: string, drafts: readonly Draft[], notes: string[]): void {
  if (!isBodyless(method)) return
  for (const { item, body } of drafts) {
    if (body === undefined) continue
    notes.push(`${item.label}: a ${method} request has a body, which OpenAPI gives no meaning; it is kept as x-request-body.`)
  }
}

/** Methods that OpenAPI does not know stand in `x-custom-methods`, as whole operations. */
function toPathItem(template: string, operations: readonly (readonly [string, Operation])[], notes: string[]): PathItem {
  const isKnown = ([method]: readonly [string, Operation]) => methods.some((known) => known.toUpperCase() === method)
  const custom = operations.filter((operation) => !isKnown(operation))
  for (const [method] of custom) notes.push(`${method} ${template}: OpenAPI has no such method; the operation is kept under x-custom-methods.`)
  return {
    ...Object.fromEntries(operations.filter(isKnown).map(([method, operation]) => [method.toLowerCase(), operation])),
    ...(custom.length === 0 ? {} : { 'x-custom-methods': Object.fromEntries(custom) }),
  }
}
