import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { ErrorObject } from 'ajv'
import { keyProblem } from '../core/client-assertion.ts'
import { checkSchemaFolders } from '../core/schema-folders.ts'
import { UsageError } from '../core/usage-error.ts'
import { memberMissing } from '../fixtures/inbox/index.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import { configurationSchema } from './configuration-schema.ts'
import { configurationEndings, readConfigurationFile } from './configuration-text.ts'
import { pathName, withEnvironment, type Environment, type Shape } from './environment.ts'
import { didYouMean } from './nearest.ts'

/** The configuration in a folder, by its name; `undefined` where there is none. Throws {@link UsageError} where there are several. */
export function findConfigurationFile(folder: string): string | undefined {
  const found = configurationEndings.map((ending) => `conformance.config.${ending}`).filter((name) => existsSync(join(folder, name)))
  if (found.length > 1) throw new UsageError(`There are several configurations here: ${found.join(', ')}; name one with --config.`)
  return found[0]
}

/** Reads, completes and checks a configuration file. Throws {@link UsageError} that says what is wrong where, and never repeats a value. */
export async function loadConfiguration(file: string, environment: Environment): Promise<Configuration> {
  const read = await readConfigurationFile(file)
  return checkConfiguration(withEnvironment(read, environment, file, configurationSchema as Shape), file)
}

/** Checks a value against the published schema and makes a configuration of it: paths absolute, addresses without trailing slash. */
export async function checkConfiguration(value: unknown, file: string): Promise<Configuration> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const validate = new Ajv2020({ allErrors: true, strict: true, logger: false, verbose: true }).compile(configurationSchema)
  if (!validate(value)) {
    // The deepest is the most exact one: an unknown name rather than what is missing because of it.
    const errors = [...validate.errors ?? []].sort((a, b) => rank(a) - rank(b))
    throw new UsageError(`${file}: ${sentenceFor(errors[0]!)}${errors.length > 1 ? ` (${errors.length - 1} more after this one)` : ''}`)
  }
  const { $schema: _, ...configuration } = value as Configuration & { readonly $schema?: string }
  for (const name of ['inbox', 'smsInbox'] as const) {
    const lacking = configuration[name] && memberMissing(configuration[name])
    if (lacking !== undefined) throw new UsageError(`${file}: ${name}.${lacking} is missing.`)
  }
  const unfit = configuration.clients?.privateKeyJwt && keyProblem(configuration.clients.privateKeyJwt)
  if (unfit !== undefined) throw new UsageError(`${file}: clients.privateKeyJwt.signingKey ${unfit}.`)
  const { target } = configuration
  await checkOperations(configuration, file)
  const schemas = configuration.saml?.schemas?.map((folder) => resolve(dirname(file), folder))
  if (schemas) checkSchemaFolders(schemas)
  return {
    ...configuration,
    ...(schemas ? { saml: { schemas } } : {}),
    target: {
      ...target,
      baseUrl: toBaseUrl(target.baseUrl, `${file}: target.baseUrl`),
      ...(target.caFile === undefined ? {} : { caFile: isAbsolute(target.caFile) ? target.caFile : resolve(dirname(file), target.caFile) }),
    },
  }
}

/** A misspelt operation would silently change nothing. */
async function checkOperations({ paths = {}, encoding = {}, parameters = {} }: Configuration, file: string): Promise<void> {
  if ([paths, encoding, parameters].every((member) => Object.keys(member).length === 0)) return
  const { loadDocument } = await import('../specs/document.ts')
  const { paths: documented } = loadDocument()
  const known = Object.entries(documented as Readonly<Record<string, object>>)
  const operations = known.flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
  const check = (member: string, names: readonly string[], candidates: readonly string[], what: string): void => {
    const unknown = names.find((name) => !candidates.includes(name))
    if (unknown !== undefined) throw new UsageError(`${file}: ${member} names ${unknown}, which is no ${what} of the document${didYouMean(unknown, candidates)}; conformance spec prints it.`)
  }
  check('paths', Object.keys(paths), known.map(([path]) => path), 'path')
  check('encoding', Object.keys(encoding), operations, 'operation')
  check('parameters', Object.keys(parameters), operations, 'operation')
}

/** A base URL as clients use it. Throws {@link UsageError} that begins with `place` where the text is none. */
export function toBaseUrl(text: string, place: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new UsageError(`${place} needs a URL with its scheme, such as https://tenant.eu.auth0.com.`)
  if (url.username || url.password) throw new UsageError(`${place} must not hold a user or a password; leave out what stands before the @.`)
  if (url.search || url.hash) throw new UsageError(`${place} must not have a query or a fragment; leave out what begins with ${url.search ? '?' : '#'}.`)
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function rank({ keyword }: ErrorObject): number {
  return keyword === 'additionalProperties' ? 0 : keyword === 'required' ? 2 : 1
}

function sentenceFor({ instancePath, keyword, params, parentSchema, data, propertyName }: ErrorObject): string {
  const path = instancePath.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const place = pathName(path)
  const schema = parentSchema as { readonly properties?: object; readonly examples?: readonly unknown[] } | undefined
  switch (keyword) {
    case 'additionalProperties': {
      const unknown = String(params.additionalProperty)
      const known = Object.keys(schema?.properties ?? {}).filter((name) => name !== '$schema')
      return `${pathName([...path, unknown])} is unknown${didYouMean(unknown, known)}; ${path.length === 0 ? 'it' : place} takes ${known.join(', ')}.`
    }
    case 'required':
      return `${pathName([...path, String(params.missingProperty)])} is missing.`
    case 'type':
      return `${place} must be ${named(String(params.type))}, and it is ${kindOf(data)}.`
    case 'enum': {
      const allowed = (params.allowedValues as readonly unknown[]).map(String)
      return `${place} must be ${allowed.join(' or ')}${typeof data === 'string' ? didYouMean(data, allowed) : ''}.`
    }
    case 'minLength':
      return `${place} is empty.`
    case 'pattern':
      if (propertyName !== undefined) return `${pathName([...path, propertyName])} is no ${path[0] === 'paths' ? 'path, such as /oauth/token' : 'operation, such as POST /oauth/token'}.`
      if (path.at(-1) === 'until') return `${place} must be a date, such as 2030-12-31.`
      if (path.at(-1) === 'host') return `${place} must be a host name, with a port where it has one, such as tenant.example.com.`
      if (path[0] === 'paths') return `${place} must be a path, such as /token.`
      return `${place} must be a URL${schema?.examples?.[0] === undefined ? '' : `, such as ${String(schema.examples[0])}`}.`
    case 'uniqueItems':
      return `${place} holds the same value twice.`
    default:
      return `${place} ${keyword === 'minimum' || keyword === 'exclusiveMinimum' || keyword === 'maximum' ? `must be ${String(params.comparison)} ${String(params.limit)}` : 'does not fit'}.`
  }
}

function named(type: string): string {
  const names: Readonly<Record<string, string>> = { object: 'an object', array: 'a list', string: 'a text', boolean: 'true or false', integer: 'a whole number', number: 'a number' }
  return names[type] ?? type
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'boolean' ? 'true or false' : typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'a text' : `a ${typeof value}`
}
