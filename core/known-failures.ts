import { presentId } from './present-id.ts'
import type { Verdict } from './verdict.ts'

/** A defect that a target is known to have, as a configuration states it. */
export interface KnownFailure {
  /** Id of a check, or the beginning of some ids up to a slash, with `*` at its end or without. */
  readonly check: string
  /** Why it fails, so that a reader can tell whether it still has to. */
  readonly reason: string
  /** Where that is written down: an issue, a decision. */
  readonly url?: string
  /** `YYYY-MM-DD`, the last day on which it is accepted. */
  readonly until?: string
}

/** Verdicts with what is known of them, and a sentence for each statement that is out of date. */
export interface Recognized {
  readonly verdicts: readonly Verdict[]
  readonly stale: readonly string[]
}

/**
 * Marks failures that are known. A statement is out of date where it stands for no check, where a check that it stands for passes, and
 * where its last day is over; then the failures count like any other. `existing` are the ids of all checks, `day` is today, `YYYY-MM-DD`, in UTC.
 */
export function recognize(verdicts: readonly Verdict[], known: readonly KnownFailure[], { existing, renamed, day }: {
  readonly existing: readonly string[]
  readonly renamed: Readonly<Record<string, string>>
  readonly day: string
}): Recognized {
  const stated = known.map((failure) => ({ failure, matches: matcherOf(failure.check, existing, renamed) }))
  const stale = stated.flatMap(({ failure: { check, until }, matches }) => {
    if (!existing.some(matches)) return [`The known failure ${check} stands for no check; correct it or take it out of knownFailures.`]
    if (until !== undefined && day > until) return [`The known failure ${check} was accepted until ${until}; repair the target, or decide on a later day.`]
    const passing = verdicts.filter((verdict) => verdict.status === 'pass' && matches(verdict.check)).map((verdict) => verdict.check)
    if (passing.length === 0) return []
    return [passing.length === 1 && passing[0] === check
      ? `The known failure ${check} passes; take it out of knownFailures.`
      : `The known failure ${check} also stands for what passes (${passing.slice(0, 3).join(', ')}${passing.length > 3 ? `, and ${passing.length - 3} more` : ''}); name only what fails.`]
  })
  const inForce = stated.filter(({ failure: { until } }) => until === undefined || day <= until)
  return {
    stale,
    verdicts: verdicts.map((verdict) => {
      const found = verdict.status === 'fail' ? inForce.find(({ matches }) => matches(verdict.check))?.failure : undefined
      if (!found) return verdict
      const { reason, url, until } = found
      return { ...verdict, known: { reason, ...(url === undefined ? {} : { url }), ...(until === undefined ? {} : { until }) } }
    }),
  }
}

function matcherOf(pattern: string, existing: readonly string[], renamed: Readonly<Record<string, string>>): (id: string) => boolean {
  const id = presentId(pattern, renamed)
  if (existing.includes(id)) return (check) => check === id
  const beginning = `${id.replace(/\/*\*?$/, '')}`
  return (check) => check.startsWith(pattern.endsWith('*') && !pattern.endsWith('/*') ? beginning : `${beginning.replace(/\/+$/, '')}/`)
}
