import { expect, test } from 'vitest'
import { compareRuns, withBaseline } from '../../core/compare-runs.ts'
import { presentId } from '../../core/present-id.ts'
import { conforms, exitCodeOf, totalsOf, type Run } from '../../core/run.ts'
import type { Status, Verdict } from '../../core/verdict.ts'
import { renamedChecks } from '../../suites/renamed.ts'
import { allChecks } from '../../suites/index.ts'
import { fixedRun } from '../reporters/fixed-run.ts'

function run(statuses: Readonly<Record<string, Status>>, rest: Partial<Run> = {}): Run {
  const verdicts = Object.entries(statuses).map(([check, status]): Verdict => ({
    ...fixedRun.verdicts[0]!, check, status, exchanges: [], level: check.startsWith('should') ? 'should' : 'must',
    ...(status === 'pass' || status === 'fail' ? {} : { reason: 'why' }),
  }))
  return { ...fixedRun, verdicts, totals: totalsOf(verdicts), conforms: conforms(verdicts, { strict: false }), ...rest }
}
function changes(base: Run, head: Run, options: Partial<Parameters<typeof compareRuns>[2]> = {}): string[] {
  return compareRuns(base, head, { renamed: {}, ...options }).changes.map(({ check, change }) => `${change} ${check}`)
}

test('every pair of verdicts is one kind of change or none', () => {
  const base = run({ a: 'pass', b: 'pass', c: 'fail', d: 'fail', e: 'pass', f: 'fail', g: 'blocked', h: 'unsupported', i: 'error', l: 'pass' })
  const head = run({ a: 'pass', b: 'fail', c: 'pass', d: 'fail', e: 'blocked', f: 'unsupported', g: 'fail', h: 'pass', i: 'blocked', j: 'fail', k: 'unsupported' })
  expect(changes(base, head)).toEqual([
    'regressed b', 'fixed c', 'still-failing d', 'no-longer-judged e', 'no-longer-judged f', 'new g', 'new h', 'new j', 'new k', 'no-longer-judged l',
  ])
})

test('a check that there is no more is removed, one that was not asked for is left out, one that was not come to is no longer judged', () => {
  const base = run({ removed: 'pass', other: 'pass', late: 'pass', never: 'blocked' })
  const existing = new Set(['other', 'late', 'never'])
  expect(changes(base, run({}), { existing, selected: new Set(['late', 'never']) })).toEqual(['removed removed', 'no-longer-judged late'])
})

test('without a list of checks, what is gone is removed where the suite is another one', () => {
  const other = { ...fixedRun.suite, version: '0.2.0' }
  expect(changes(run({ a: 'pass' }), run({}, { suite: other }))).toEqual(['removed a'])
})

test('a renamed check is the same check', () => {
  const { changes: [change] } = compareRuns(run({ 'old/id': 'pass' }), run({ 'new/id': 'fail' }), { renamed: { 'old/id': 'mid/id', 'mid/id': 'new/id' } })
  expect(change).toMatchObject({ check: 'new/id', change: 'regressed', formerly: 'old/id', before: 'pass', after: 'fail' })
  expect(presentId('a', { a: 'b', b: 'a' })).toBe('b')
})

test('renamed checks lead to checks, and are none any more themselves', () => {
  const ids = new Set(allChecks().map(({ id }) => id))
  expect(Object.keys(renamedChecks).filter((id) => ids.has(id) || !ids.has(presentId(id, renamedChecks)))).toEqual([])
})

test.each<[Record<string, Status>, Record<string, Status>, number]>([
  [{ a: 'pass' }, { a: 'pass' }, 0],
  [{ a: 'fail' }, { a: 'fail' }, 0],
  [{ a: 'fail' }, { a: 'pass' }, 0],
  [{ a: 'pass' }, { a: 'fail' }, 1],
  [{ a: 'pass' }, { a: 'pass', b: 'fail' }, 1],
  [{ a: 'pass', b: 'blocked' }, { a: 'pass', b: 'fail' }, 1],
  [{ a: 'pass', b: 'pass' }, { a: 'pass', b: 'blocked' }, 3],
  [{ a: 'pass', b: 'fail' }, { a: 'pass', b: 'unsupported' }, 3],
  [{ a: 'pass', should: 'pass' }, { a: 'pass', should: 'fail' }, 0],
  [{ a: 'pass', should: 'pass' }, { a: 'pass', should: 'blocked' }, 0],
])('from %j to %j the exit code is %i', (before, after, code) => {
  const compared = withBaseline(run(after), run(before), { renamed: {} })
  expect(exitCodeOf(compared, { strict: false })).toBe(code)
  expect(compared.conforms).toBe(code !== 1)
})

test('with strict a should counts', () => {
  const compared = withBaseline(run({ should: 'fail' }, { strict: true }), run({ should: 'pass' }), { renamed: {} })
  expect(exitCodeOf(compared, { strict: true })).toBe(1)
})

test('a run that was compared before is compared anew', () => {
  const first = withBaseline(run({ a: 'fail' }), run({ a: 'fail' }), { renamed: {} })
  expect(withBaseline(first, run({ a: 'pass' }), { renamed: {} }).verdicts[0]!.change).toBe('regressed')
})

test('runs of two profiles are not compared', () => {
  expect(() => changes(run({}), run({}, { profile: 'standard' }))).toThrow('The baseline was judged by the profile auth0 and the run by standard; compare runs of one profile.')
})
