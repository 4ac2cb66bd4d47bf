import type { Check, Level, Source } from './check.ts'
import type { Exchange } from './exchange.ts'
import type { Counterexample, Finding } from './finding.ts'

/**
 * What became of a check.
 * `fail`: an expectation did not hold. `unsupported`: a capability is missing, nothing was sent.
 * `blocked`: a given could not be made. `error`: our fault.
 */
export type Status = 'pass' | 'fail' | 'unsupported' | 'blocked' | 'error'

/** What a verdict is in the light of an earlier run. `new`: it was not judged there. `no-longer-judged`: it was. `removed`: there is no such check any more. */
export type Change = 'regressed' | 'fixed' | 'new' | 'removed' | 'still-failing' | 'no-longer-judged'

/** A document of an answer in readable form, secrets removed. */
export interface VerdictDocument {
  readonly name: string
  readonly mediaType: string
  readonly text: string
}

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
  /** Present where it fails and was expected to: it does not count. */
  readonly known?: { readonly reason: string; readonly url?: string; readonly until?: string }
  /** Present where the run was compared with a baseline, and the baseline says otherwise or that it fails still. */
  readonly change?: Change
  /** Present where a generated input failed: the smallest that was found. Findings and exchanges are about it. */
  readonly counterexample?: Counterexample
  readonly exchanges: readonly Exchange[]
  /** What was decoded out of the answers; not of a check that passed. */
  readonly documents?: readonly VerdictDocument[]
  /** Shell commands that show it again. Secrets stand as shell variables. */
  readonly reproduce: readonly string[]
}

/**
 * Whether this verdict keeps a target from conforming: a failed `must`, and with `strict` a failed `should`, unless it is a known failure
 * or failed in the baseline too.
 */
export function counts(verdict: Pick<Verdict, 'status' | 'level' | 'known' | 'change'>, options: { readonly strict: boolean }): boolean {
  return verdict.status === 'fail' && verdict.known === undefined && verdict.change !== 'still-failing' && isBinding(verdict, options)
}

/** Whether it would count if it failed. */
export function isBinding({ level }: Pick<Verdict, 'level'>, { strict }: { readonly strict: boolean }): boolean {
  return level === 'must' || (strict && level === 'should')
}

/** The members that a verdict takes over from its check. */
export function factsOf(check: Check): Pick<Verdict, 'check' | 'title' | 'level' | 'sources' | 'operations' | 'collectionItems'> {
  const { id, title, level, sources, operations, collectionItems } = check
  return { check: id, title, level, sources, operations, collectionItems }
}
