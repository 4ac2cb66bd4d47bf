import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, type JsonObject } from '../core/json.ts'
import { packageRoot } from '../core/package-root.ts'

/** Where the OpenAPI document of the Auth0 Authentication API lies. */
export const documentFile: string = join(packageRoot, 'specs', 'auth0-authentication.openapi.json')

/** The document as it is published with the package. */
export function loadDocument(): JsonObject {
  return JSON.parse(readFileSync(documentFile, 'utf8')) as JsonObject
}

/** `sha256-…` (base64) of the published document, as it stands in run files. */
export function documentHash(): string {
  return `sha256-${createHash('sha256').update(readFileSync(documentFile)).digest('base64')}`
}

/** The object that a local reference (`#/…`) points at; other values as they are. References to references are followed. */
export function resolved(document: JsonObject, value: unknown): JsonObject {
  let current = value
  for (let hops = 0; isObject(current) && typeof current.$ref === 'string' && hops < 20; hops++) {
    current = current.$ref.slice(2).split('/').reduce<unknown>(
      (node, token) => (isObject(node) ? node[decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      document,
    )
  }
  return isObject(current) ? current : {}
}
