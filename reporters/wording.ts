import type { Source } from '../core/check.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Finding } from '../core/finding.ts'
import { exitCodeOf, type Run } from '../core/run.ts'
import { counts, isBinding, type Verdict } from '../core/verdict.ts'
import { printable } from './printable.ts'

/*
 * The sentences that all reports share. Everything they return is printable and stands on one line.
 */

/**
 * A failed verdict that keeps the target from conforming is a failure; one that was expected to fail is known, one that failed in the baseline
 * too still fails, and any other is a warning.
 */
export type Kind = 'failure' | 'warning' | 'known' | 'still' | 'pass' | 'unsupported' | 'blocked' | 'error'

/** What a verdict is to the reader of this run. */
export function kindOf(verdict: Pick<Verdict, 'status' | 'level' | 'known' | 'change'>, options: { readonly strict: boolean }): Kind {
  if (verdict.status !== 'fail') return verdict.status
  if (verdict.known) return 'known'
  if (verdict.change === 'still-failing' && isBinding(verdict, options)) return 'still'
  return counts(verdict, options) ? 'failure' : 'warning'
}

/** Whether failed `should` checks counted. */
export function isStrict(run: Pick<Run, 'strict'>): boolean {
  return run.strict === true
}

/** The verdicts of a run by kind, each list in a stable order: must before should before may, then by id. */
export function byKind(run: Run): Record<Kind, Verdict[]> {
  const kinds: Record<Kind, Verdict[]> = { failure: [], warning: [], known: [], still: [], pass: [], unsupported: [], blocked: [], error: [] }
  const strict = isStrict(run)
  for (const verdict of run.verdicts) kinds[kindOf(verdict, { strict })].push(verdict)
  for (const list of Object.values(kinds)) list.sort((a, b) => ranks[a.level] - ranks[b.level] || (a.check < b.check ? -1 : 1))
  return kinds
}

const ranks = { must: 0, should: 1, may: 2 }

/** Whether the exit code is 0. */
export function isGood(run: Run): boolean {
  return exitCodeOf(run, { strict: isStrict(run) }) === 0
}

/** What the run says about the target, in a few words. */
export function conclusionOf(run: Run): string {
  if (!run.conforms && run.totals.pass + run.totals.fail > 0) return 'does not conform'
  const code = exitCodeOf(run, { strict: isStrict(run) })
  if (run.totals.pass + run.totals.fail === 0) return 'could not be judged'
  if (run.interrupted) return 'interrupted, conforms as far as it was judged'
  if (code === 1) return 'conforms, but a known failure is out of date'
  if (run.comparison && code === 0) return run.verdicts.some(({ change }) => change === 'still-failing') ? 'fails nothing new' : 'conforms'
  return code === 0 ? 'conforms' : 'could not be judged completely'
}

/** `2 failed, 1 warning, 3 passed, 1 unsupported`: what there is, in this order. */
export function countsOf(run: Run): string {
  const { failure, warning, known, still, pass, unsupported, blocked, error } = byKind(run)
  const parts = [
    [failure.length, 'failed'], [warning.length, warning.length === 1 ? 'warning' : 'warnings'],
    [known.length, known.length === 1 ? 'known failure' : 'known failures'], [still.length, 'still failing'], [pass.length, 'passed'],
    [unsupported.length, 'unsupported'], [blocked.length, 'blocked'], [error.length, error.length === 1 ? 'error' : 'errors'],
  ] as const
  return parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`).join(', ') || 'nothing judged'
}

/** `known until 2030-12-31: the reason, https://…`. */
export function knownInWords({ known }: Pick<Verdict, 'known'>): string {
  if (!known) return ''
  const { reason, url, until } = known
  return printable(`known${until === undefined ? '' : ` until ${until}`}: ${reason}${url === undefined ? '' : `, ${url}`}`)
}

/** `2 users stay at the target (a@example.com, b@example.com): the reason`. Empty where nothing does. */
export function leftBehindInWords({ leftBehind }: Pick<Run, 'leftBehind'>): string {
  if (!leftBehind) return ''
  const { users, reason } = leftBehind
  const shown = users.slice(0, 3).join(', ') + (users.length > 3 ? ', …' : '')
  return printable(`${users.length} ${users.length === 1 ? 'user stays' : 'users stay'} at the target (${shown}): ${reason}`)
}

/** `RFC 6749, 5.2`. */
export function sourceName({ name, section }: Pick<Source, 'name' | 'section'>): string {
  return printable(section === undefined ? name : `${name}, ${section}`)
}

/** `status: expected 401, actual 200 (what it means)`. */
export function sentenceOf({ at, expected, actual, message }: Finding): string {
  return printable(`${at}: expected ${expected}, actual ${actual}${message === undefined ? '' : ` (${message})`}`)
}

/** The command that runs one check again; with a counterexample, the one that finds it again. */
export function rerunOf({ check, counterexample }: Pick<Verdict, 'check' | 'counterexample'>, { profile }: Pick<Run, 'profile'>): string {
  // Ids are plain, but a run file may come from anywhere, and this is a command to be pasted.
  const id = /^[\w./:@-]+$/.test(check) ? check : `'${printable(check).replaceAll("'", `'\\''`)}'`
  const inputs = counterexample ? ` --seed ${Number(counterexample.seed)}${counterexample.asked === undefined ? '' : ` --runs ${Number(counterexample.asked)}`}` : ''
  return `conformance run ${id}${profile === 'auth0' ? '' : ` --profile ${profile}`}${inputs}`
}

/** `POST https://tenant.example.com/oauth/token → 403`, or why there was no answer. */
export function exchangeName({ request, response, failure }: Exchange): string {
  return printable(`${request.method} ${request.url} → ${response ? response.status : failure ?? 'no answer'}`)
}

/** `12 ms`, `1.5 s`, `2 min 5 s`. */
export function durationInWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
