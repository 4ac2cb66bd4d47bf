import { usualConcurrency } from '../core/limiter.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import type { Arguments } from './arguments.ts'
import { findConfigurationFile, loadConfiguration, toBaseUrl } from './configuration.ts'

/** What the arguments and a configuration say of a target. */
export interface StatedTarget {
  /** The base URL that is named by an argument. */
  readonly address?: string
  /** What the configuration file says. */
  readonly configuration?: Configuration
  /** Requests at a time. */
  readonly concurrency: number
}

/** Reads what is stated: `--domain` or `--base-url`, and the configuration that is named or lies in the current folder. */
export async function stateTarget(given: Arguments): Promise<StatedTarget> {
  const address = statedAddress(given)
  const file = given.text('config') ?? findConfigurationFile(process.cwd())
  const configuration = file === undefined ? undefined : await loadConfiguration(file, process.env)
  return {
    ...(address === undefined ? {} : { address }),
    ...(configuration ? { configuration } : {}),
    concurrency: given.number('concurrency') ?? configuration?.concurrency ?? usualConcurrency,
  }
}

/** The base URL that `--domain` or `--base-url` names. Throws {@link UsageError} where they name none. */
export function statedAddress(given: Pick<Arguments, 'text'>): string | undefined {
  const domain = given.text('domain')
  const baseUrl = given.text('base-url')
  if (domain !== undefined && baseUrl !== undefined) throw new UsageError('--domain and --base-url both name the target; give one of them.')
  if (baseUrl !== undefined) return toBaseUrl(baseUrl, '--base-url')
  if (domain === undefined) return undefined
  if (/^https?:\/\//i.test(domain)) throw new UsageError(`--domain takes a host name; for a URL say --base-url ${domain}.`)
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(domain) || !URL.canParse(`https://${domain}`)) {
    throw new UsageError(`--domain takes a host name such as tenant.eu.auth0.com, and "${domain}" is none; for a target with a path say --base-url https://….`)
  }
  return toBaseUrl(`https://${domain}`, '--domain')
}
