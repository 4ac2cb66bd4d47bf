import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from './usage-error.ts'

/** What there are XML schemas for, each with the names of the file that OASIS and those who pass it on have given it. */
export const schemaFiles = {
  protocol: ['saml-schema-protocol-2.0.xsd'],
  metadata: ['saml-schema-metadata-2.0.xsd'],
  'assertion-1.1': ['oasis-sstc-saml-schema-assertion-1.1.xsd', 'sstc-saml-schema-assertion-1.1.xsd', 'cs-sstc-schema-assertion-1.1.xsd'],
} as const

/** One key of {@link schemaFiles}. */
export type SchemaKind = keyof typeof schemaFiles

/** A schema and all that it imports, by file name. Locations inside are file names, too. */
export interface SchemaSource {
  readonly start: string
  readonly files: ReadonlyMap<string, string>
}

const largest = 1024 * 1024

/** The name of the schema of a kind, where one of the folders has it. Nothing is read. */
export function schemaIn(folders: readonly string[], kind: SchemaKind): string | undefined {
  return schemaFiles[kind].find((name) => folders.some((folder) => existsSync(join(folder, name))))
}

/**
 * Reads a schema with all that it imports, by file name alone: whatever address a schema gives, only the folders are looked into.
 * `undefined` where no folder has the schema. Throws {@link UsageError} where one has it, and something that it imports is in none.
 */
export function readSchema(folders: readonly string[], kind: SchemaKind): SchemaSource | undefined {
  const start = schemaIn(folders, kind)
  if (start === undefined) return undefined
  const files = new Map<string, string>()
  const waiting: [name: string, by: string][] = [[start, '']]
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [name, by] = next
    if (files.has(name)) continue
    const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate))
    if (path === undefined) throw new UsageError(`saml.schemas: ${by} imports ${name}, which is not in ${folders.join(' or ')}; add the folder that has it.`)
    if (statSync(path).size > largest) throw new UsageError(`saml.schemas: ${path} is larger than a megabyte.`)
    const text = readFileSync(path, 'utf8').replace(/(\sschemaLocation\s*=\s*)(?:"([^"]*)"|'([^']*)')/g, (_, before: string, double?: string, single?: string) => `${before}"${fileName(double ?? single ?? '')}"`)
    files.set(name, text)
    for (const [, location = ''] of text.matchAll(/\sschemaLocation\s*=\s*"([^"]*)"/g)) waiting.push([location, name])
  }
  return { start, files }
}

/** Throws {@link UsageError} where a folder cannot be used: not there, or without a single schema of these. */
export function checkSchemaFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`saml.schemas: there is no folder ${folder}.`)
  }
  const found = (Object.keys(schemaFiles) as SchemaKind[]).filter((kind) => readSchema(folders, kind) !== undefined)
  if (folders.length > 0 && found.length === 0) throw new UsageError(`saml.schemas: no schema is in ${folders.join(' or ')}; ${schemaFiles.protocol[0]}, ${schemaFiles.metadata[0]} or ${schemaFiles['assertion-1.1'][0]} is looked for.`)
}

function fileName(location: string): string {
  return location.replace(/[?#].*$/s, '').split(/[/\\]/).at(-1) ?? ''
}
