import { randomInt } from 'node:crypto'
import type { Capability } from '../core/capability.ts'
import type { Check } from '../core/check.ts'
import { createClient, openConnection } from '../core/client.ts'
import { Blocked } from '../core/finding.ts'
import { createLimiter } from '../core/limiter.ts'
import { createRedactor } from '../core/redaction.ts'
import { exitCodeOf } from '../core/run.ts'
import { reasonNotToTry, type Permissions } from '../core/runner.ts'
import { factsOf, type Verdict } from '../core/verdict.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import { capabilitiesOf } from '../fixtures/target/capabilities.ts'
import { allChecks } from '../suites/index.ts'
import type { Plan } from '../suites/run.suite.ts'
import type { Arguments } from './arguments.ts'
import type { Judged } from './engine.ts'
import { listenForInterruption } from './interruption.ts'
import { showProgress } from './progress.ts'
import { chooseReports, prepareFolder, writeReports, type Reports } from './reports.ts'
import { assembleRun } from './run-file.ts'
import { selectChecks, toShard } from './selection.ts'
import { openTarget, type Target } from './target.ts'
import { warn } from './terminal.ts'

/** `conformance run`: judges a target and reports. */
export async function run(given: Arguments): Promise<number> {
  const shard = given.text('shard')
  const shardOfRun = shard === undefined ? {} : { shard: toShard(shard) }
  const reports = chooseReports(given, { name: 'run', usual: ['terminal', 'json', 'junit', 'markdown', 'allure'], canAllure: true })
  const strict = given.flag('strict')
  const interruption = listenForInterruption()
  const target = await openTarget(given)
  try {
    const { configuration } = target
    const checks = selectChecks(allChecks(), { profile: configuration.profile, suites: given.list('suite'), patterns: given.positionals, ...shardOfRun })
    prepareFolder(reports)
    const runs = given.number('runs')
    const plan: Plan = {
      configuration,
      ids: checks.map(({ id }) => id),
      seed: given.number('seed') ?? randomInt(0x7fff_ffff),
      ...(runs === undefined ? {} : { runs }),
    }
    const { capabilities, missing } = capabilitiesOf(configuration)

    const startedAt = new Date()
    const unreachable = target.isEmbedded ? undefined : await reasonNotToReach(configuration)
    const { verdicts, problems } = unreachable === undefined
      ? await judge(plan, checks, { reports, strict, stop: interruption.signal })
      : { verdicts: unjudged(checks, { capabilities, missing, allowed: new Set(configuration.allow) }, unreachable), problems: [] }

    for (const problem of problems) warn(`conformance: ${problem}`)
    if (unreachable !== undefined) warn(`conformance: ${unreachable}`)
    if (verdicts.length === 0 && problems.length > 0) return 3
    const result = assembleRun({
      target: { baseUrl: configuration.target.baseUrl, issuer: issuerOf(configuration), ...capabilityLists(capabilities, missing) },
      profile: configuration.profile,
      seed: plan.seed,
      startedAt,
      verdicts,
      strict,
      isInterrupted: interruption.signal.aborted,
    })
    await writeReports(result, reports)
    return exitCodeOf(result, { strict }) || (problems.length > 0 ? 3 : 0)
  } finally {
    await target.close()
    interruption.release()
  }
}

async function judge(plan: Plan, checks: readonly Check[], { reports, strict, stop }: { reports: Reports; strict: boolean; stop: AbortSignal }): Promise<Judged> {
  if (checks.length === 0) return { verdicts: [], problems: [] }
  const { judgeChecks } = await import('./engine.ts')
  const progress = showProgress(checks.length, { strict })
  try {
    return await judgeChecks({
      plan,
      checks,
      concurrency: (plan.configuration as Target['configuration']).concurrency,
      reporters: [],
      onVerdict: (verdict) => progress.add(verdict),
      stop,
    })
  } finally {
    progress.end()
  }
}

/** Asks the target for anything: hundreds of checks that find the same closed door would tell nothing more. */
async function reasonNotToReach({ target, timeoutMs = 10_000 }: Configuration): Promise<string | undefined> {
  const connection = openConnection({ ...target, timeoutMs, limiter: createLimiter({ concurrency: 1 }), connections: 1 })
  try {
    await createClient(connection, createRedactor()).send({ method: 'GET', path: '/.well-known/openid-configuration' })
    return undefined
  } catch (error) {
    if (error instanceof Blocked) return `${target.baseUrl} can't be judged: ${error.message}`
    throw error
  } finally {
    await connection.close()
  }
}

/** Verdicts where nothing could be tried. */
function unjudged(checks: readonly Check[], permissions: Permissions, reason: string): Verdict[] {
  return checks.map((check) => {
    const refusal = reasonNotToTry(check, permissions)
    return { ...factsOf(check), status: refusal === undefined ? 'blocked' : 'unsupported', durationMs: 0, reason: refusal ?? reason, findings: [], exchanges: [], reproduce: [] }
  })
}

function issuerOf({ target }: Configuration): string {
  return target.issuer ?? `${target.baseUrl}/`
}

function capabilityLists(capabilities: ReadonlySet<Capability>, missing: ReadonlyMap<Capability, string>) {
  return { capabilities: [...capabilities], missing: [...missing].map(([capability, reason]) => ({ capability, reason })) }
}
