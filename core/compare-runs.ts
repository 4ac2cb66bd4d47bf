import type { ChangedCheck, Comparison } from './comparison.ts'
import { differencesOf } from './difference.ts'
import { presentId } from './present-id.ts'
import { conforms, type Run } from './run.ts'
import { UsageError } from './usage-error.ts'
import type { Change, Status, Verdict } from './verdict.ts'

/** How {@link compareRuns} tells a check that is gone from one that was not asked for. */
export interface ComparisonOptions {
  /** Former ids of checks and the present ones. */
  readonly renamed: Readonly<Record<string, string>>
  /** Checks that there are. Without it a check that the later run lacks still exists where both runs are of the same suite. */
  readonly existing?: ReadonlySet<string>
  /** Checks that the later run was to judge; all where absent. What is beyond is left out. */
  readonly selected?: ReadonlySet<string>
}

/** A run in the light of an earlier one: with the comparison, and each verdict with what has become of it. Only what is new counts then. */
export function withBaseline(run: Run, base: Run, options: ComparisonOptions): Run {
  const comparison = compareRuns(base, run, options)
  const changes = new Map(comparison.changes.map(({ check, change }) => [check, change]))
  const verdicts = run.verdicts.map(({ change: _, ...verdict }): Verdict => {
    const change = changes.get(verdict.check)
    return change === undefined ? verdict : { ...verdict, change }
  })
  return { ...run, conforms: conforms(verdicts, { strict: run.strict === true }), comparison, verdicts }
}

/** Compares a run with an earlier one. Throws {@link UsageError} where they were not judged by the same profile. */
export function compareRuns(base: Run, head: Run, options: ComparisonOptions): Comparison {
  if (base.profile !== head.profile) {
    throw new UsageError(`The baseline was judged by the profile ${base.profile} and the run by ${head.profile}; compare runs of one profile.`)
  }
  const former = new Map(base.verdicts.map((verdict) => [presentId(verdict.check, options.renamed), verdict]))
  const present = new Set(head.verdicts.map(({ check }) => check))
  const isSameSuite = base.suite.version === head.suite.version && base.suite.document === head.suite.document
  const gone = [...former].filter(([id]) => !present.has(id) && !(options.selected && options.existing?.has(id) && !options.selected.has(id)))
  return {
    baseline: { target: base.target.baseUrl, version: base.suite.version, document: base.suite.document, startedAt: base.startedAt },
    changes: [
      ...head.verdicts.flatMap((verdict) => changed(former.get(verdict.check), verdict)),
      ...gone.flatMap(([id, verdict]) => missing(id, verdict, options.existing?.has(id) ?? isSameSuite)),
    ],
  }
}

function changed(former: Verdict | undefined, { check, title, level, status, reason, exchanges }: Verdict): ChangedCheck[] {
  const change = changeOf(former?.status, status)
  if (change === undefined) return []
  return [{
    check, title, level, change,
    ...(former === undefined ? {} : { before: former.status }),
    after: status,
    ...(former === undefined || former.check === check ? {} : { formerly: former.check }),
    ...(isJudged(status) || reason === undefined ? {} : { reason }),
    differences: former && isJudged(former.status) && isJudged(status) ? differencesOf(former.exchanges, exchanges) : [],
  }]
}

function missing(id: string, { title, level, status, check }: Verdict, exists: boolean): ChangedCheck[] {
  // Of what was not judged before, nothing is lost.
  if (exists && !isJudged(status)) return []
  return [{
    check: id, title, level, change: exists ? 'no-longer-judged' : 'removed', before: status,
    ...(check === id ? {} : { formerly: check }),
    ...(exists ? { reason: 'the run did not come to it' } : {}),
    differences: [],
  }]
}

function changeOf(before: Status | undefined, after: Status): Change | undefined {
  if (before === undefined) return 'new'
  if (!isJudged(before)) return isJudged(after) ? 'new' : undefined
  if (!isJudged(after)) return 'no-longer-judged'
  if (after === 'fail') return before === 'fail' ? 'still-failing' : 'regressed'
  return before === 'fail' ? 'fixed' : undefined
}

function isJudged(status: Status): boolean {
  return status === 'pass' || status === 'fail'
}
