import type { Comparison } from '../core/comparison.ts'
import { conforms, exitCodeOf, totalsOf, type Run } from '../core/run.ts'
import { UsageError } from '../core/usage-error.ts'
import { stable } from '../core/volatile.ts'
import { allChecks } from '../suites/index.ts'
import type { Arguments } from './arguments.ts'
import { chooseReports, prepareFolder, writeReports } from './reports.ts'
import { loadRun } from './run-file.ts'

/** `conformance merge RUN.json…`: one run of the parts of one. */
export async function merge(given: Arguments): Promise<number> {
  const reports = chooseReports(given, ['terminal', 'json', 'junit', 'markdown', 'allure'])
  // Before anything is removed: a part may lie in the folder that is written to.
  const run = mergeRuns(given.positionals.map((file) => ({ file, run: loadRun(file) })), allChecks().map(({ id }) => id))
  prepareFolder(reports)
  await writeReports(run, reports, { isLive: false })
  return exitCodeOf(run, { strict: run.strict === true })
}

/** A run file and what it holds. */
export interface Part {
  readonly file: string
  readonly run: Run
}

/** What all parts of a run have in common. A loopback target has another port wherever a part started its own. */
const shared: readonly (readonly [name: string, valueOf: (run: Run) => unknown])[] = [
  ['target', ({ target }) => [stable(target.baseUrl), stable(target.issuer)]],
  ['profile', ({ profile }) => profile],
  ['OpenAPI document', ({ suite }) => suite.document],
  ['version of the suite', ({ suite }) => suite.version],
  ['seed', ({ seed }) => seed],
  ['strictness', ({ strict }) => strict === true],
  ['set of capabilities', ({ target }) => [[...target.capabilities].sort(), target.missing]],
  ['baseline', ({ comparison }) => comparison?.baseline],
  ['way of dividing', ({ shard }) => shard && [shard.count, shard.plan]],
]

/**
 * Joins all parts of a run, in the order of the catalogue. Throws {@link UsageError} where they do not belong together, one of them is missing or
 * one is there twice: a gap would look like a run in which nothing was found.
 */
export function mergeRuns(parts: readonly Part[], catalogue: readonly string[]): Run {
  const [first, ...others] = parts
  if (!first) throw new UsageError('merge needs the run files of all parts.')
  for (const { file, run } of parts) if (!run.shard) throw new UsageError(`${file} is no part of a run: it was not made with --shard.`)
  for (const [name, valueOf] of shared) {
    const other = others.find(({ run }) => JSON.stringify(valueOf(run)) !== JSON.stringify(valueOf(first.run)))
    if (other) throw new UsageError(`${first.file} and ${other.file} are no parts of one run: they differ in their ${name}.`)
  }
  checkComplete(parts)

  const position = new Map(catalogue.map((id, at) => [id, at]))
  const placeOf = (id: string): number => position.get(id) ?? catalogue.length
  const runs = parts.map(({ run }) => run).sort((a, b) => a.shard!.index - b.shard!.index)
  const verdicts = runs.flatMap((run) => run.verdicts).sort((a, b) => placeOf(a.check) - placeOf(b.check))
  const repeated = verdicts.find(({ check }, at) => verdicts[at - 1]?.check === check)
  if (repeated) throw new UsageError(`${repeated.check} is judged in more than one of the run files; a check belongs to one part.`)
  const startedAt = runs.map((run) => run.startedAt).sort()[0]!
  const finishedAt = runs.map((run) => run.finishedAt).sort().at(-1)!
  const { shard: _, interrupted: __, comparison, staleKnownFailures: ___, leftBehind: ____, ...facts } = runs[0]!
  const left = runs.flatMap(({ leftBehind }) => leftBehind ?? [])
  const stale = [...new Set(runs.flatMap((run) => run.staleKnownFailures ?? []))]
  return {
    ...facts,
    startedAt,
    finishedAt,
    durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
    totals: totalsOf(verdicts),
    conforms: conforms(verdicts, { strict: facts.strict === true }),
    ...(runs.some((run) => run.interrupted) ? { interrupted: true } : {}),
    ...(comparison ? { comparison: merged(comparison, runs, placeOf) } : {}),
    ...(stale.length > 0 ? { staleKnownFailures: stale } : {}),
    ...(left[0] ? { leftBehind: { users: left.flatMap(({ users }) => users), reason: left[0].reason } } : {}),
    verdicts,
  }
}

function checkComplete(parts: readonly Part[]): void {
  const { count } = parts[0]!.run.shard!
  const files = new Map<number, string>()
  for (const { file, run } of parts) {
    const { index } = run.shard!
    const before = files.get(index)
    if (before !== undefined) throw new UsageError(`${before} and ${file} are both part ${index} of ${count}; give each part once.`)
    files.set(index, file)
  }
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !files.has(index))
  if (missing.length > 0) {
    throw new UsageError(`Part ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' …' : ''} of ${count} is missing; give the run files of all parts.`)
  }
}

/** Checks that are gone are told by every part. */
function merged({ baseline }: Comparison, runs: readonly Run[], placeOf: (id: string) => number): Comparison {
  const changes = new Map(runs.flatMap((run) => run.comparison?.changes ?? []).map((change) => [change.check, change]))
  return { baseline, changes: [...changes.values()].sort((a, b) => placeOf(a.check) - placeOf(b.check)) }
}
