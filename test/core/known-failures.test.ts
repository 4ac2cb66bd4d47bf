import { expect, test } from 'vitest'
import { recognize, type KnownFailure } from '../../core/known-failures.ts'
import { exitCodeOf, totalsOf } from '../../core/run.ts'
import { counts, type Status, type Verdict } from '../../core/verdict.ts'
import { fixedRun } from '../reporters/fixed-run.ts'

const verdict = (check: string, status: Status): Verdict => ({ ...fixedRun.verdicts[0]!, check, status })
const verdicts = [verdict('a/one', 'fail'), verdict('a/two', 'fail'), verdict('b/one', 'pass'), verdict('b/two', 'fail'), verdict('c/one', 'blocked')]
const existing = [...verdicts.map(({ check }) => check), 'd/not-selected']

function recognized(...known: readonly KnownFailure[]): ReturnType<typeof recognize> {
  return recognize(verdicts, known, { existing, renamed: { 'old/one': 'older/one', 'older/one': 'a/one' }, day: '2026-11-24' })
}
const knownOf = ({ verdicts: all }: ReturnType<typeof recognize>): string[] => all.filter(({ known }) => known).map(({ check }) => check)

test('a known failure fails and does not count', () => {
  const result = recognized({ check: 'a/one', reason: 'is being repaired', url: 'https://example.com/1', until: '2026-11-24' })
  expect(result.stale).toEqual([])
  expect(result.verdicts[0]).toEqual({ ...verdicts[0], known: { reason: 'is being repaired', url: 'https://example.com/1', until: '2026-11-24' } })
  expect(counts(result.verdicts[0]!, { strict: true })).toBe(false)
  expect(counts(result.verdicts[1]!, { strict: false })).toBe(true)
})

test.each(['a', 'a/', 'a/*', 'a*'])('%s stands for all that begin with it', (check) => {
  const result = recognized({ check, reason: 'r' })
  expect(knownOf(result)).toEqual(['a/one', 'a/two'])
  expect(result.stale).toEqual([])
})

test('a former id is followed, however often it was changed', () => {
  expect(knownOf(recognized({ check: 'old/one', reason: 'r' }))).toEqual(['a/one'])
})

test.each<[KnownFailure, string, string[]]>([
  [{ check: 'b/one', reason: 'r' }, 'The known failure b/one passes; take it out of knownFailures.', []],
  [{ check: 'b/*', reason: 'r' }, 'The known failure b/* also stands for what passes (b/one); name only what fails.', ['b/two']],
  [{ check: 'x/y', reason: 'r' }, 'The known failure x/y stands for no check; correct it or take it out of knownFailures.', []],
  [{ check: 'a/one', reason: 'r', until: '2026-11-23' }, 'The known failure a/one was accepted until 2026-11-23; repair the target, or decide on a later day.', []],
])('%j is out of date', (known, sentence, still) => {
  const result = recognized(known)
  expect(result.stale).toEqual([sentence])
  expect(knownOf(result)).toEqual(still)
  const passing = verdicts.filter(({ status }) => status === 'pass')
  expect(exitCodeOf({ verdicts: passing, totals: totalsOf(passing), staleKnownFailures: result.stale }, { strict: false })).toBe(1)
})

test('what was not judged, or not asked for, says nothing about a known failure', () => {
  const result = recognized({ check: 'c/one', reason: 'r' }, { check: 'd/not-selected', reason: 'r' })
  expect(result).toEqual({ stale: [], verdicts })
})
