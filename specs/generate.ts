import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packageRoot } from '../core/package-root.ts'
import { UsageError } from '../core/usage-error.ts'
import { parseCollection } from './collection.ts'
import { toOpenApi } from './conversion.ts'
import type { OpenApiDocument } from './openapi.ts'
import { applyOverlay, type Overlay } from './overlay.ts'

/** The published collection, relative to the package. */
const collectionFile = 'specs/sources/auth0-authentication-api.postman_collection.json'

/** Overlays in the order in which they are applied: what others refer to comes first. */
export const overlayNames = [
  'general',
  'sources',
  'standards',
  'token-schemas',
  'token',
  'token-answers',
  'token-code',
  'token-grants',
  'token-beyond',
  'database',
  'passwordless',
  'userinfo',
  'saml',
  'wsfed',
  'legacy',
  'revoke',
  'discovery',
  'authorize',
  'logout',
  'mfa',
  'backchannel',
] as const

/** Members of the root in the order of the printed document; the rest comes after them. */
const rootOrder = ['openapi', 'info', 'servers', 'tags', 'paths', 'components', 'security']

/**
 * Makes the OpenAPI document of the Auth0 Authentication API from the published collection and the overlays, as it stands in
 * `auth0-authentication.openapi.json`. `notes` are the converter's, one sentence for each thing that OpenAPI cannot say.
 */
export async function generateDocument(): Promise<{ json: string; notes: string[] }> {
  const { document, notes } = toOpenApi(parseCollection(await readFile(join(packageRoot, collectionFile), 'utf8'), collectionFile))
  const overlays = await Promise.all(overlayNames.map(loadOverlay))
  const result = inRootOrder(overlays.reduce(applyOverlay<OpenApiDocument>, document))
  return { json: `${JSON.stringify(result, null, 2)}\n`, notes }
}

async function loadOverlay(name: string): Promise<Overlay> {
  const file = `specs/overlays/${name}.yaml`
  const text = await readFile(join(packageRoot, file), 'utf8')
  try {
    return parse(text) as Overlay
  } catch (cause) {
    throw new UsageError(`${file} is not YAML: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`, { cause })
  }
}

function inRootOrder(document: OpenApiDocument): OpenApiDocument {
  const members = Object.entries(document)
  const placed = rootOrder.flatMap((name) => members.filter(([member]) => member === name))
  return Object.fromEntries([...placed, ...members.filter(([member]) => !rootOrder.includes(member))]) as unknown as OpenApiDocument
}
