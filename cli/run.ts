import { randomInt } from 'node:crypto'
import type { Check } from '../core/check.ts'
import { createClient, openConnection } from '../core/client.ts'
import { Blocked } from '../core/finding.ts'
import { createLimiter } from '../core/limiter.ts'
import { createRedactor } from '../core/redaction.ts'
import { exitCodeOf } from '../core/run.ts'
import { reasonNotToTry, type Permissions } from '../core/runner.ts'
import { factsOf, type Verdict } from '../core/verdict.ts'
import { capabilitiesOf } from '../fixtures/target/capabilities.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import { allChecks } from '../suites/index.ts'
import type { Plan } from '../suites/run.suite.ts'
import type { Arguments } from './arguments.ts'
import type { Judged } from './engine.ts'
import { listenForInterruption } from './interruption.ts'
import { showProgress } from './progress.ts'
import { allureResultsOf, chooseReports, prepareFolder, writeReports, type Reports } from './reports.ts'
import { assembleRun, factsOfRun, type RunFacts } from './run-file.ts'
import { selectChecks, toShard } from './selection.ts'
import { openTarget, type Target } from './target.ts'
import { warn } from './terminal.ts'

/** `conformance run`: judges a target and reports. */
export async function run(given: Arguments): Promise<number> {
  const shard = given.text('shard')
  const ofShard = shard === undefined ? {} : { shard: toShard(shard) }
  const interruption = listenForInterruption()
  const target = await openTarget(given)
  try {
    const { profile } = target.configuration
    const checks = selectChecks(allChecks(), { profile, suites: given.list('suite'), patterns: given.positionals, ...ofShard })
    return await judgeAndReport(target, checks, given, interruption.signal)
  } finally {
    await target.close()
    interruption.release()
  }
}

async function judgeAndReport(target: Target, checks: readonly Check[], given: Arguments, stop: AbortSignal): Promise<number> {
  const { configuration } = target
  const strict = given.flag('strict')
  const reports = chooseReports(given, ['terminal', 'json', 'junit', 'markdown', 'allure'])
  const seed = given.number('seed') ?? randomInt(0x7fff_ffff)
  const runs = given.number('runs')
  const plan: Plan = { configuration, ids: checks.map(({ id }) => id), seed, ...(runs === undefined ? {} : { runs }) }
  const { capabilities, missing } = capabilitiesOf(configuration)
  const facts = factsOfRun({
    target: {
      baseUrl: configuration.target.baseUrl,
      issuer: configuration.target.issuer ?? `${configuration.target.baseUrl}/`,
      capabilities: [...capabilities],
      missing: [...missing].map(([capability, reason]) => ({ capability, reason })),
    },
    profile: configuration.profile,
    seed,
  })
  prepareFolder(reports)

  const startedAt = new Date()
  const closed = target.isEmbedded ? undefined : await reasonNotToReach(configuration)
  const { verdicts, problems } = closed === undefined
    ? await judge(plan, checks, { reports, facts, strict, stop })
    : { verdicts: unjudged(checks, { capabilities, missing, allowed: new Set(configuration.allow) }, closed), problems: [closed] }

  for (const problem of problems) warn(`conformance: ${problem}`)
  if (verdicts.length === 0 && problems.length > 0) return 3
  const result = assembleRun(facts, { startedAt, verdicts, strict, isInterrupted: stop.aborted })
  await writeReports(result, reports, { isLive: closed === undefined && verdicts.length > 0 })
  return exitCodeOf(result, { strict }) || (problems.length > 0 ? 3 : 0)
}

interface Surroundings {
  readonly reports: Reports
  readonly facts: RunFacts
  readonly strict: boolean
  readonly stop: AbortSignal
}

async function judge(plan: Plan, checks: readonly Check[], { reports, facts, strict, stop }: Surroundings): Promise<Judged> {
  // A shard may be left without checks. That is no result, but nothing went wrong either.
  if (checks.length === 0) return { verdicts: [], problems: [] }
  const { judgeChecks } = await import('./engine.ts')
  const reporters = reports.names.includes('allure')
    ? [new (await import('../reporters/allure.ts')).AllureReporter({ resultsDir: allureResultsOf(reports), facts })]
    : []
  const progress = showProgress(checks.length, { strict })
  try {
    const { concurrency = 10 } = plan.configuration
    return await judgeChecks({ plan, checks, concurrency, reporters, onVerdict: (verdict) => progress.add(verdict), stop })
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
    return {
      ...factsOf(check),
      status: refusal === undefined ? 'blocked' : 'unsupported',
      durationMs: 0,
      reason: refusal ?? reason,
      findings: [],
      exchanges: [],
      reproduce: [],
    }
  })
}
