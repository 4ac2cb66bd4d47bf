import { parseCollection } from '../specs/collection.ts'
import { toOpenApi } from '../specs/conversion.ts'
import type { Arguments } from './arguments.ts'
import { warn } from './terminal.ts'
import { deliverDocument, readTextFile } from './text-files.ts'

/** `conformance convert COLLECTION`: a Postman collection as OpenAPI 3.1; what that can't say is named on standard error. */
export async function convert(given: Arguments): Promise<number> {
  const file = given.positionals[0]!
  const { document, notes } = toOpenApi(parseCollection(readTextFile(file), file === '-' ? 'standard input' : file))
  for (const note of notes) warn(`note: ${note}`)
  await deliverDocument(`${JSON.stringify(document, null, 2)}\n`, given)
  return 0
}
