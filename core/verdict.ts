import type { Check, Level, Source } from './check.ts'
import type { Exchange } from './exchange.ts'
import type { Finding } from './finding.ts'

/**
 * What became of a check.
 * `fail`: an expectation did not hold. `unsupported`: a capability is missing, nothing was sent.
 * `blocked`: a given could not be made. `error`: our fault.
 */
export type Status = 'pass' | 'fail' | 'unsupported' | 'blocked' | 'error'

/** A check judged. */
export interface Verdict {
  /** The check's id. */
  readonly check: string
  readonly title: string
  readonly level: Level
  readonly status: Status
  readonly sources: readonly Source[]
  readonly operations: readonly string[]
  readonly collectionItems: readonly string[]
  readonly durationMs: number
  /** Why it is unsupported, blocked or an error. */
  readonly reason?: string
  readonly findings: readonly Finding[]
  readonly exchanges: readonly Exchange[]
  /** Shell commands that show it again. Secrets stand as shell variables. */
  readonly reproduce: readonly string[]
}

/** Whether this verdict keeps a target from conforming: a failed `must`, and with `strict` a failed `should`. */
export function counts(verdict: Pick<Verdict, 'status' | 'level'>, options: { readonly strict: boolean }): boolean {
  return verdict.status === 'fail' && (verdict.level === 'must' || (options.strict && verdict.level === 'should'))
}

/** The members that a verdict takes over from its check. */
export function factsOf(check: Check): Pick<Verdict, 'check' | 'title' | 'level' | 'sources' | 'operations' | 'collectionItems'> {
  const { id, title, level, sources, operations, collectionItems } = check
  return { check: id, title, level, sources, operations, collectionItems }
}
