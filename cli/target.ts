import { resolve } from 'node:path'
import type { Capability } from '../core/capability.ts'
import type { Check } from '../core/check.ts'
import { createClient, openConnection } from '../core/client.ts'
import { createLimiter } from '../core/limiter.ts'
import { createRedactor } from '../core/redaction.ts'
import type { LeftBehind } from '../core/run.ts'
import { loginDriverOf } from '../fixtures/login/index.ts'
import { adaptedClient } from '../fixtures/target/adaptation.ts'
import { capabilitiesOf } from '../fixtures/target/capabilities.ts'
import { deleteUsers, type MadeUser } from '../fixtures/target/cleaning.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import { discovered } from '../fixtures/target/discovered-paths.ts'
import { probeTarget, type Probing } from '../fixtures/target/probe.ts'
import { wayTo } from '../fixtures/target/way.ts'
import { createThrottling, patientClient } from '../fixtures/throttling.ts'
import type { Effect } from '../core/effect.ts'
import type { Arguments } from './arguments.ts'
import type { StatedTarget } from './stated-target.ts'

/** A target that is ready to be judged. */
export interface Target {
  readonly configuration: Configuration & Required<Pick<Configuration, 'profile' | 'concurrency' | 'timeoutMs'>>
  /** Whether it is the reference tenant in this process, which needs no way through a network. */
  readonly isEmbedded: boolean
  close(): Promise<void>
}

/**
 * The target that is stated: the address with what a configuration says about it; else the configuration's own; else the reference tenant,
 * which is started.
 */
export async function openTarget(given: Arguments, { address, configuration: stated, concurrency }: StatedTarget): Promise<Target> {
  if (stated || address !== undefined) {
    const target = { ...stated?.target, ...(address === undefined ? {} : { baseUrl: address }) } as Configuration['target']
    // What it lacks is said now rather than by each check.
    loginDriverOf(stated?.login)
    return { configuration: withArguments({ ...stated, target, concurrency }, given), isEmbedded: false, close: async () => {} }
  }
  const { startReferenceTenant } = await import('../fixtures/reference/server.ts')
  const tenant = await startReferenceTenant({ profile: given.text('profile') === 'standard' ? 'standard' : 'auth0' })
  return { configuration: withArguments({ ...tenant.configuration, concurrency }, given), isEmbedded: true, close: () => tenant.close() }
}

/**
 * What the target shows of itself, as far as checks need it: the configuration with what it was found to lack, and why nothing can be judged.
 * Nothing is asked of the embedded tenant.
 */
export async function probed(target: Target, checks: readonly Check[], stop: AbortSignal): Promise<Pick<Target, 'configuration'> & { readonly closed?: string }> {
  if (target.isEmbedded || checks.length === 0) return { configuration: target.configuration }
  const { timeoutMs, concurrency, rate, require: required = [] } = target.configuration
  const { capabilities } = capabilitiesOf(target.configuration)
  const needed = new Set(checks.flatMap(({ needs }) => needs))
  const wanted = [...needed].filter((capability) => capabilities.has(capability) || required.includes(capability))
  const limiter = createLimiter({ concurrency, ...(rate === undefined ? {} : { rate }) })
  const connection = openConnection({ ...wayTo(target.configuration.target), timeoutMs, limiter, connections: concurrency })
  try {
    const plain = createClient(connection, createRedactor())
    const configuration = await Promise.race([discovered(plain, target.configuration, connection.baseUrl), whenEnded(stop).then(() => target.configuration)])
    const client = adaptedClient(plain, connection.baseUrl, configuration)
    const { lacks, closed } = await Promise.race([probeTarget(client, configuration, wanted), whenEnded(stop)])
    // The checks begin with a limiter of their own: their first request keeps its distance from the last of these.
    if (rate !== undefined) await limiter.run(async () => {})
    const insists = required.some((capability) => lacks.has(capability))
    return {
      configuration: { ...configuration, lacks: { ...Object.fromEntries(lacks), ...configuration.lacks } },
      ...(closed === undefined || insists ? {} : { closed: `${configuration.target.baseUrl} can't be judged: ${closed}` }),
    }
  } finally {
    // An ended run does not wait for what is under way.
    if (!stop.aborted) await connection.close()
  }
}

/** Deletes the users whom checks made, where the configuration says how. Returns what stays. Nothing is waited for where somebody ended the run. */
export async function cleanedUp(configuration: Target['configuration'], users: readonly MadeUser[], stop: AbortSignal): Promise<LeftBehind | undefined> {
  if (users.length === 0) return undefined
  const { timeoutMs, concurrency, rate, management } = configuration
  if (stop.aborted) return { users: users.map(({ name }) => name), reason: 'the run was ended' }
  const limiter = createLimiter({ concurrency, ...(rate === undefined ? {} : { rate }) })
  const connection = openConnection({ ...wayTo(configuration.target), timeoutMs, limiter, connections: concurrency })
  try {
    const client = adaptedClient(patientClient(createClient(connection, createRedactor()), createThrottling()), connection.baseUrl, configuration)
    return await deleteUsers(client, users, { baseUrl: connection.baseUrl, ...(management ? { management } : {}) })
  } finally {
    await connection.close()
  }
}

function whenEnded(stop: AbortSignal): Promise<Probing> {
  const ended: Probing = { lacks: new Map(), closed: 'the run was ended before it began' }
  return new Promise((resolve) => {
    if (stop.aborted) resolve(ended)
    stop.addEventListener('abort', () => resolve(ended), { once: true })
  })
}

/** Arguments take the place of what the configuration says; effects are added to those that it allows. */
function withArguments(configuration: Configuration & Pick<Required<Configuration>, 'concurrency'>, given: Arguments): Target['configuration'] {
  const caFile = given.text('ca')
  const rate = given.number('rate') ?? configuration.rate
  const required = [...new Set([...(configuration.require ?? []), ...(given.list('require') as readonly Capability[])])]
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
    ...(required.length > 0 ? { require: required } : {}),
    timeoutMs: given.number('timeout') ?? configuration.timeoutMs ?? 10_000,
    ...(rate === undefined ? {} : { rate }),
  }
}
