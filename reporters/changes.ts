import type { ChangedCheck } from '../core/comparison.ts'
import type { Difference } from '../core/difference.ts'
import type { Run } from '../core/run.ts'
import type { Change } from '../core/verdict.ts'
import { printable } from './printable.ts'

/** Checks that have changed in the same way. */
export interface ChangeGroup {
  readonly title: string
  readonly changes: readonly ChangedCheck[]
  /** Whether these are what a reader has to act upon. */
  readonly isBad: boolean
}

const order: readonly (readonly [change: Change, title: string])[] = [
  ['regressed', 'Regressed'], ['no-longer-judged', 'No longer judged'], ['new', 'New'], ['still-failing', 'Still failing'], ['fixed', 'Fixed'], ['removed', 'Removed'],
]

/** What has changed since the baseline, by how bad it is: must before should before may, then by id. Empty where there is no baseline. */
export function changesOf(run: Pick<Run, 'comparison'>): ChangeGroup[] {
  const ranks = { must: 0, should: 1, may: 2 }
  return order.flatMap(([change, title]) => {
    const changes = (run.comparison?.changes ?? []).filter((changed) => changed.change === change)
      .sort((a, b) => ranks[a.level] - ranks[b.level] || (a.check < b.check ? -1 : 1))
    return changes.length === 0 ? [] : [{ title, changes, isBad: change === 'regressed' || change === 'no-longer-judged' }]
  })
}

/** `1 regressed, 2 fixed`; `nothing` where nothing has changed. */
export function changesInWords(run: Pick<Run, 'comparison'>): string {
  return changesOf(run).map(({ title, changes }) => `${changes.length} ${title.toLowerCase()}`).join(', ') || 'nothing'
}

/** `pass → fail (must), formerly endpoints/token/old`, and why it is not judged. */
export function changeInWords({ before, after, level, formerly, reason }: ChangedCheck): string {
  const renamed = formerly === undefined ? '' : `, formerly ${formerly}`
  return printable(`${before ?? '(none)'} → ${after ?? '(none)'} (${level})${renamed}${reason === undefined ? '' : `: ${reason}`}`)
}

/** `POST /oauth/token (2): status 200 → 403`. */
export function differenceInWords({ exchange, number, at, before, after }: Difference): string {
  return printable(`${exchange}${number === 1 ? '' : ` (${number})`}: ${at}  ${before} → ${after}`)
}
