import { readFileSync } from 'node:fs'
import { documentFile } from '../specs/document.ts'
import type { Arguments } from './arguments.ts'
import { deliverDocument } from './text-files.ts'

/** `conformance spec`: the OpenAPI document, as it is published. */
export async function spec(given: Arguments): Promise<number> {
  await deliverDocument(readFileSync(documentFile, 'utf8'), given)
  return 0
}
