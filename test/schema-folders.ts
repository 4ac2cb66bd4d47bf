import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folders with schemas of SAML: those of OASIS that npm has, and stand-ins of ours for the rest. */
export const schemaFolders: readonly string[] = [
  join(dirname(createRequire(import.meta.url).resolve('@authenio/samlify-xmllint-wasm')), 'schemas'),
  fileURLToPath(new URL('schemas', import.meta.url)),
]
