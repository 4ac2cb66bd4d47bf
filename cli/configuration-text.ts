import { readFileSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ParseError } from 'jsonc-parser'
import { UsageError } from '../core/usage-error.ts'

/** The package by its own name, for configurations that it is not installed beside. */
const definition = fileURLToPath(new URL(`define-config${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url))

/** Endings of configuration files, in the order in which messages name them. */
export const configurationEndings = ['json', 'yaml', 'yml', 'js', 'mjs', 'ts'] as const

/** What stands in a configuration file, whatever it is written in. Messages name the place, never a value: it may be a secret. */
export async function readConfigurationFile(file: string): Promise<unknown> {
  switch (extname(file).toLowerCase()) {
    case '.json':
      return fromJson(textOf(file), file)
    case '.yaml':
    case '.yml':
      return fromYaml(textOf(file), file)
    case '.js':
    case '.mjs':
    case '.cjs':
    case '.ts':
    case '.mts':
    case '.cts':
      return fromModule(file)
    default:
      throw new UsageError(`${file}: a configuration ends in ${configurationEndings.map((ending) => `.${ending}`).join(', ')}; rename it to what it is written in.`)
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new UsageError(isMissing ? `There is no configuration ${file}; give the path of one with --config.` : `The configuration ${file} can't be read (${(error as NodeJS.ErrnoException).code}).`)
  }
}

/** With comments and trailing commas, as editors allow them in configuration files. */
async function fromJson(text: string, file: string): Promise<unknown> {
  const { parse, printParseErrorCode } = await import('jsonc-parser')
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  const [first] = errors
  if (first) throw new UsageError(`${file}: line ${text.slice(0, first.offset).split('\n').length} is no JSON (${printParseErrorCode(first.error)}).`)
  return value
}

async function fromYaml(text: string, file: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const [first] = document.errors
  if (first) throw new UsageError(`${file}: line ${lineCounter.linePos(first.pos[0]).line} is no YAML (${first.code}).`)
  return document.toJS()
}

async function fromModule(file: string): Promise<unknown> {
  textOf(file)
  let loaded: { readonly default?: unknown }
  try {
    loaded = /\.[cm]?ts$/i.test(file) ? await fromTypeScript(resolve(file)) : await import(pathToFileURL(resolve(file)).href) as typeof loaded
  } catch (error) {
    throw new UsageError(`${file} can't be loaded: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}.`)
  }
  if (loaded.default === undefined) throw new UsageError(`${basename(file)} has no default export; write "export default { target: { … } }".`)
  return loaded.default
}

/** Nothing is kept on disk: the cache would lie in the consumer's folders, and the package may be read-only. */
async function fromTypeScript(path: string): Promise<{ readonly default?: unknown }> {
  const { createJiti } = await import('jiti')
  return createJiti(import.meta.url, { fsCache: false, moduleCache: false, interopDefault: false, alias: { 'auth0-conformance': definition } }).import(path)
}
