import type { Capability } from './capability.ts'
import type { Profile } from './check.ts'
import type { Comparison } from './comparison.ts'
import { counts, isBinding, type Status, type Verdict } from './verdict.ts'

/** All verdicts of one run and what they were about: the content of `run.json` (`docs/run.schema.json`). */
export interface Run {
  readonly schemaVersion: 1
  readonly suite: {
    readonly name: string
    readonly version: string
    /** `sha256-…` (base64) of the OpenAPI document that the checks were made from. */
    readonly document: string
  }
  readonly target: {
    readonly baseUrl: string
    readonly issuer: string
    readonly capabilities: readonly Capability[]
    readonly missing: readonly { readonly capability: Capability; readonly reason: string }[]
  }
  readonly profile: Profile
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly durationMs: number
  readonly totals: Readonly<Record<Status, number>>
  readonly conforms: boolean
  /** Present and true where a failed `should` counted too. */
  readonly strict?: boolean
  /** Present and true where the run was ended before every check was judged. */
  readonly interrupted?: boolean
  /** Present where the run was compared with a baseline. */
  readonly comparison?: Comparison
  /** A sentence for each known failure that is none any more. Absent where there is none. */
  readonly staleKnownFailures?: readonly string[]
  /** Present where these are not all checks that were to be judged: the `index`-th of `count` parts, from 1. Parts that belong together have the same `plan`. */
  readonly shard?: { readonly index: number; readonly count: number; readonly plan: string }
  /** Absent where the target is as it was before. */
  readonly leftBehind?: LeftBehind
  readonly verdicts: readonly Verdict[]
}

/** What checks made at the target and nobody took away. */
export interface LeftBehind {
  /** E-mail addresses. */
  readonly users: readonly string[]
  /** Why, as a clause. */
  readonly reason: string
}

/** How many verdicts there are of each status. */
export function totalsOf(verdicts: readonly Pick<Verdict, 'status'>[]): Record<Status, number> {
  const totals: Record<Status, number> = { pass: 0, fail: 0, unsupported: 0, blocked: 0, error: 0 }
  for (const { status } of verdicts) totals[status]++
  return totals
}

/** Whether the target conforms: something was judged, and nothing that counts failed. */
export function conforms(verdicts: readonly Pick<Verdict, 'status' | 'level' | 'known' | 'change'>[], options: { readonly strict: boolean }): boolean {
  return verdicts.some(({ status }) => status === 'pass' || status === 'fail') && !verdicts.some((verdict) => counts(verdict, options))
}

/**
 * The exit code of a run: 1 where something that counts failed or a known failure is out of date, 3 where nothing was judged, something
 * that the baseline judged was not, something went wrong on our side, or the run was ended early, 0 otherwise.
 */
export function exitCodeOf(run: Pick<Run, 'verdicts' | 'totals' | 'interrupted' | 'comparison' | 'staleKnownFailures'>, options: { readonly strict: boolean }): 0 | 1 | 3 {
  if (run.verdicts.some((verdict) => counts(verdict, options)) || (run.staleKnownFailures?.length ?? 0) > 0) return 1
  if (run.interrupted || run.totals.error > 0 || run.totals.pass + run.totals.fail === 0 || lostJudgements(run, options)) return 3
  return 0
}

/** Whether a requirement that could count was judged in the baseline and is not any more. */
export function lostJudgements({ comparison }: Pick<Run, 'comparison'>, options: { readonly strict: boolean }): boolean {
  return comparison?.changes.some((changed) => changed.change === 'no-longer-judged' && isBinding(changed, options)) ?? false
}
