import { resolve } from 'node:path'
import { UsageError } from '../core/usage-error.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import type { Effect } from '../core/effect.ts'
import type { Arguments } from './arguments.ts'
import { findConfigurationFile, loadConfiguration, toBaseUrl } from './configuration.ts'

/** A target that is ready to be judged. */
export interface Target {
  readonly configuration: Configuration & Required<Pick<Configuration, 'profile' | 'concurrency' | 'timeoutMs'>>
  /** Whether it is the reference tenant in this process, which needs no way through a network. */
  readonly isEmbedded: boolean
  close(): Promise<void>
}

/**
 * The target that the arguments and the configuration name: `--domain` or `--base-url`, with what a configuration says about it;
 * else the configuration's own; else the reference tenant, which is started.
 */
export async function openTarget(given: Arguments): Promise<Target> {
  const address = addressOf(given)
  const file = given.text('config') ?? findConfigurationFile(process.cwd())
  const stated = file === undefined ? undefined : await loadConfiguration(file, process.env)
  if (stated || address !== undefined) {
    const target = { ...stated?.target, ...(address === undefined ? {} : { baseUrl: address }) } as Configuration['target']
    return { configuration: withArguments({ ...stated, target }, given), isEmbedded: false, close: async () => {} }
  }
  const { startReferenceTenant } = await import('../fixtures/reference/server.ts')
  const tenant = await startReferenceTenant()
  return { configuration: withArguments(tenant.configuration, given), isEmbedded: true, close: () => tenant.close() }
}

function addressOf(given: Arguments): string | undefined {
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

/** Arguments take the place of what the configuration says; effects are added to those that it allows. */
function withArguments(configuration: Configuration, given: Arguments): Target['configuration'] {
  const caFile = given.text('ca')
  const rate = given.number('rate') ?? configuration.rate
  const allow = [...new Set([...(configuration.allow ?? []), ...(given.list('allow') as readonly Effect[])])]
  return {
    ...configuration,
    target: {
      ...configuration.target,
      ...(caFile === undefined ? {} : { caFile: resolve(caFile) }),
      ...(given.flag('insecure') ? { insecure: true } : {}),
    },
    profile: (given.text('profile') as Configuration['profile']) ?? configuration.profile ?? 'auth0',
    allow,
    timeoutMs: given.number('timeout') ?? configuration.timeoutMs ?? 10_000,
    concurrency: given.number('concurrency') ?? configuration.concurrency ?? 10,
    ...(rate === undefined ? {} : { rate }),
  }
}
