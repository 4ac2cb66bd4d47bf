import type { JsonValue } from './json.ts'

/** Members whose name begins with `x-` may stand anywhere. */
export interface Extensible {
  [extension: `x-${string}`]: unknown
}

/** An OpenAPI 3.1 document, as far as this project reads and writes it. */
export interface OpenApiDocument extends Extensible {
  openapi: string
  info: Info
  servers?: Server[]
  tags?: Tag[]
  paths: Record<string, PathItem>
  components?: Components
  security?: SecurityRequirement[]
}

export interface Info extends Extensible {
  title: string
  version: string
  description?: string
}

export interface Server extends Extensible {
  url: string
  variables?: Record<string, { default: string; enum?: string[] }>
}

export interface Tag extends Extensible {
  name: string
  description?: string
}

export interface Components extends Extensible {
  schemas?: Record<string, Schema>
  securitySchemes?: Record<string, SecurityScheme>
}

/** The methods that a path of OpenAPI 3.1 can hold. */
export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/** One entry of {@link methods}. */
export type Method = (typeof methods)[number]

export interface PathItem extends Partial<Record<Method, Operation>>, Extensible {
  parameters?: Parameter[]
}

/** What an operation and each of its variants can say. */
export interface OperationFacts extends Extensible {
  summary?: string
  description?: string
  tags?: string[]
  servers?: Server[]
  parameters?: Parameter[]
  requestBody?: RequestBody
  responses?: Record<string, Response>
  security?: SecurityRequirement[]
  /** Names of the collection item from the root, joined by ` / `. On an operation only where it comes from a single item. */
  'x-collection-item'?: string
}

export interface Operation extends OperationFacts {
  operationId?: string
  /** The items that share this path and method, in collection order. Absent where there is only one. */
  'x-variants'?: Variant[]
}

/** One collection item among several that share a path and method, with everything that it says itself. */
export interface Variant extends OperationFacts {
  'x-collection-item': string
  /** What tells this variant from the others; all must hold. Absent for the general case that remains when no other fits. */
  when?: VariantCondition[]
}

/** A fact about a request: a member has a value, or is there. A member `content-type` of `header` is the body's media type. */
export type VariantCondition =
  & { in: 'body' | 'query' | 'header' | 'cookie' | 'path'; name: string }
  & ({ value: string | boolean } | { present: true })

export interface Parameter extends Extensible {
  name: string
  in: 'query' | 'header' | 'path' | 'cookie'
  description?: string
  required?: boolean
  schema?: Schema
  example?: JsonValue
}

export interface RequestBody extends Extensible {
  description?: string
  required?: boolean
  content: Record<string, MediaType>
}

export interface MediaType extends Extensible {
  schema?: Schema
  example?: JsonValue
  examples?: Record<string, Example>
  encoding?: Record<string, { contentType?: string }>
}

export interface Example extends Extensible {
  summary?: string
  value?: JsonValue
}

export interface Response extends Extensible {
  description: string
  headers?: Record<string, Header>
  content?: Record<string, MediaType>
}

export interface Header extends Extensible {
  description?: string
  schema?: Schema
  example?: JsonValue
  examples?: Record<string, Example>
}

/** JSON Schema 2020-12. Only the keywords that the conversion writes are named. */
export interface Schema extends Extensible {
  $ref?: string
  title?: string
  description?: string
  type?: string | string[]
  format?: string
  const?: JsonValue
  enum?: JsonValue[]
  example?: JsonValue
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
  discriminator?: { propertyName: string; mapping?: Record<string, string> }
  [keyword: string]: unknown
}

/** Scopes by scheme; all schemes of one requirement are needed together. */
export type SecurityRequirement = Record<string, string[]>

export interface SecurityScheme extends Extensible {
  type: string
  description?: string
  scheme?: string
  bearerFormat?: string
  in?: string
  name?: string
  flows?: Record<string, OAuthFlow>
}

export interface OAuthFlow extends Extensible {
  authorizationUrl?: string
  tokenUrl?: string
  refreshUrl?: string
  scopes: Record<string, string>
}
