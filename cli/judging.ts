import { randomInt } from 'node:crypto'
import type { Check } from '../core/check.ts'
import { withBaseline } from '../core/compare-runs.ts'
import { addressOf } from '../core/client.ts'
import { recognize } from '../core/known-failures.ts'
import { exitCodeOf, type Run } from '../core/run.ts'
import { reasonNotToTry, type Permissions } from '../core/runner.ts'
import { UsageError } from '../core/usage-error.ts'
import { factsOf, type Verdict } from '../core/verdict.ts'
import { capabilitiesOf } from '../fixtures/target/capabilities.ts'
import { standInsOf } from '../fixtures/stand-ins.ts'
import { inOrder } from '../fixtures/turns.ts'
import { allChecks } from '../suites/index.ts'
import { renamedChecks } from '../suites/renamed.ts'
import type { Plan } from '../suites/run.suite.ts'
import type { Arguments } from './arguments.ts'
import type { Engine, Judged } from './engine.ts'
import { hintsFor } from './hints.ts'
import type { AllureReport } from '../reporters/allure-html.ts'
import { AllureReporter } from '../reporters/allure-reporter.ts'
import { printable, printableBlock } from '../reporters/printable.ts'
import { showProgress } from './progress.ts'
import { allureResultsOf, chooseReports, openAllureReport, prepareFolder, writeReports, type Reports } from './reports.ts'
import { assembleRun, factsOfRun } from './run-file.ts'
import { selectChecks } from './selection.ts'
import { divided } from './shards.ts'
import type { Context } from './run.ts'
import type { StatedTarget } from './stated-target.ts'
import { cleanedUp, openTarget, probed, type Target } from './target.ts'
import { print, warn } from './terminal.ts'

/** Judges the stated target with an engine that was started for it, and reports. */
export async function judgeTarget(given: Arguments, { stated, context: { baseline, durations, shard }, engine, stop }: {
  readonly stated: StatedTarget
  readonly context: Context
  readonly engine: Engine
  readonly stop: AbortSignal
}): Promise<number> {
  const target = await openTarget(given, stated)
  const reports = chooseReports(given, ['terminal', 'json', 'junit', 'markdown', 'allure'])
  // Allure is loaded while the checks run.
  const allure = await openAllureReport(reports)
  try {
    const { profile } = target.configuration
    const all = allChecks()
    const selected = selectChecks(all, { profile, suites: given.list('suite'), patterns: given.positionals })
    // Better now than after a run.
    if (baseline && baseline.profile !== profile) throw new UsageError(`${given.text('baseline')} was judged by the profile ${baseline.profile}, and this run is by ${profile}; compare runs of one profile.`)
    const division = shard && divided(selected, shard, durations)
    const ofShard = shard && division ? { shard: { ...shard, plan: division.plan } } : {}
    return await judgeAndReport(target, division?.checks ?? selected, { given, stop, all, reports, allure, engine, ...(baseline ? { baseline } : {}), ...ofShard })
  } finally {
    allure?.close()
    await target.close()
  }
}

interface Order {
  readonly given: Arguments
  readonly stop: AbortSignal
  /** Every check that there is. */
  readonly all: readonly Check[]
  readonly reports: Reports
  readonly allure: AllureReport | undefined
  readonly engine: Engine
  readonly baseline?: Run
  readonly shard?: NonNullable<Run['shard']>
}

async function judgeAndReport(target: Target, checks: readonly Check[], { given, stop, all, reports, allure, engine, baseline, shard }: Order): Promise<number> {
  const { configuration, closed } = await probed(target, checks, stop)
  const strict = given.flag('strict')
  const seed = given.number('seed') ?? (shard ? seedOf(shard.plan) : randomInt(0x7fff_ffff))
  const runs = given.number('runs')
  const plan: Plan = { configuration, ids: inOrder(checks, standInsOf(configuration)).map(({ id }) => id), seed, ...(runs === undefined ? {} : { runs }) }
  const { capabilities, missing } = capabilitiesOf(configuration)
  const facts = factsOfRun({
    target: {
      baseUrl: configuration.target.baseUrl,
      issuer: configuration.target.issuer ?? `${addressOf(configuration.target)}/`,
      capabilities: [...capabilities],
      missing: [...missing].map(([capability, reason]) => ({ capability, reason })),
    },
    profile: configuration.profile,
    seed,
  })
  prepareFolder(reports)
  allure?.begin(allureResultsOf(reports), facts)

  const startedAt = new Date()
  const { verdicts, problems, lost, users = [] }: Judged = closed === undefined
    ? await judge(plan, checks, { engine, allure, strict, stop })
    : { verdicts: unjudged(checks, { capabilities, missing, allowed: new Set(configuration.allow) }, closed), problems: [closed] }

  for (const problem of problems) warn(`conformance: ${printableBlock(problem)}`)
  if (lost !== undefined && closed === undefined) warn(`conformance: ${printable(lost)}`)
  if (verdicts.length === 0 && problems.length > 0) return 3
  const leftBehind = target.isEmbedded ? undefined : await cleanedUp(configuration, users, stop)
  const recognized = recognize(verdicts, configuration.knownFailures ?? [], {
    existing: all.map(({ id }) => id), renamed: renamedChecks, day: startedAt.toISOString().slice(0, 10),
  })
  const judged: Run = {
    ...assembleRun(facts, { startedAt, verdicts: recognized.verdicts, strict, isInterrupted: stop.aborted || lost !== undefined }),
    ...(recognized.stale.length > 0 ? { staleKnownFailures: recognized.stale } : {}),
    ...(shard ? { shard } : {}),
    ...(leftBehind ? { leftBehind } : {}),
  }
  const result = baseline === undefined ? judged : withBaseline(judged, baseline, {
    renamed: renamedChecks, existing: new Set(all.map(({ id }) => id)), selected: new Set(checks.map(({ id }) => id)),
  })
  // What was written while the run went on knows nothing of a baseline and of known failures.
  await writeReports(result, reports, { isLive: closed === undefined && verdicts.length > 0 && !baseline && !configuration.knownFailures?.length, allure })
  if (reports.names.includes('terminal') && !target.isEmbedded && closed === undefined) for (const line of hintsFor(result, configuration.lacks)) print(line)
  return exitCodeOf(result, { strict }) || (problems.length > 0 ? 3 : 0)
}

/** Parts of one run begin at the same place without having agreed upon it. */
function seedOf(plan: string): number {
  return Buffer.from(plan.slice(plan.indexOf('-') + 1), 'base64').readUInt32BE() & 0x7fff_ffff
}

interface Surroundings {
  readonly engine: Engine
  readonly allure: AllureReport | undefined
  readonly strict: boolean
  readonly stop: AbortSignal
}

async function judge(plan: Plan, checks: readonly Check[], { engine, allure, strict, stop }: Surroundings): Promise<Judged> {
  // A shard may be left without checks. That is no result, but nothing went wrong either.
  if (checks.length === 0) return { verdicts: [], problems: [] }
  const reporters = allure ? [new AllureReporter(allure)] : []
  const progress = showProgress(checks.length, { strict })
  try {
    return await engine.judge({ plan, checks, reporters, onVerdict: (verdict) => progress.add(verdict), stop })
  } finally {
    progress.end()
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
