import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from '../core/usage-error.ts'
import type { Arguments } from './arguments.ts'
import { print } from './terminal.ts'

/** The text of a file that a person named; `-` is standard input. Throws {@link UsageError} where it can't be read. */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(code === 'ENOENT' ? `There is no file ${file}.` : `${file} can't be read (${code}).`)
  }
}

/** Writes a text to a file that a person named, and makes its folder. Throws {@link UsageError} where it can't be written. */
function writeTextFile(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    throw new UsageError(`${file} can't be written (${(error as NodeJS.ErrnoException).code}).`)
  }
}

/** Gives a JSON text where the arguments want it, and as they want it: `--output`, `--format`. */
export async function deliverDocument(json: string, given: Arguments): Promise<void> {
  const output = given.text('output')
  const format = given.text('format') ?? (/\.ya?ml$/i.test(output ?? '') ? 'yaml' : 'json')
  const text = format === 'json' ? json : await toYaml(json)
  if (output === undefined || output === '-') print(text)
  else writeTextFile(output, text)
}

async function toYaml(json: string): Promise<string> {
  const { stringify } = await import('yaml')
  // Every member is written out where it stands: an alias is not understood by every reader.
  return stringify(JSON.parse(json), { aliasDuplicateObjects: false, lineWidth: 120 })
}
