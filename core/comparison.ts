import type { Level } from './check.ts'
import type { Difference } from './difference.ts'
import type { Change, Status } from './verdict.ts'

/** What has changed between two runs: the member `comparison` of a run that was given a baseline. */
export interface Comparison {
  /** The run that this one is compared with. */
  readonly baseline: {
    readonly target: string
    readonly version: string
    readonly document: string
    readonly startedAt: string
  }
  /** In the order of the verdicts, then what is gone. Checks that passed both times, or were judged neither time, are not among them. */
  readonly changes: readonly ChangedCheck[]
}

/** One check whose verdict says something in the light of the former one. */
export interface ChangedCheck {
  /** Its id now, or the former one where it is gone. */
  readonly check: string
  readonly title: string
  readonly level: Level
  readonly change: Change
  /** Absent where a run had no such check. */
  readonly before?: Status
  readonly after?: Status
  /** The id by which the baseline knew it, where that was another. */
  readonly formerly?: string
  /** Why it was not judged, where that is so now. */
  readonly reason?: string
  /** What became of the answers. */
  readonly differences: readonly Difference[]
}
