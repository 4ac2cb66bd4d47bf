import { describe, expect, test } from 'vitest'
import { mergeRuns } from '../../cli/merge.ts'
import { divided, toShard } from '../../cli/shards.ts'
import type { Check } from '../../core/check.ts'
import { withBaseline } from '../../core/compare-runs.ts'
import { conforms, totalsOf, type Run } from '../../core/run.ts'
import { allChecks } from '../../suites/index.ts'
import { fixedRun } from '../reporters/fixed-run.ts'

const checks = allChecks()
const plain = (id: string, rest: Partial<Check> = {}): Check => ({ ...checks[0]!, id, needs: [], effects: [], ...rest })

/** What a shard of the fixed run would have written. */
function part(index: number, count: number): Run {
  const all = fixedRun.verdicts.map(({ check }) => plain(check))
  const { checks: own, plan } = divided(all, { index, count })
  const ids = new Set(own.map(({ id }) => id))
  const verdicts = fixedRun.verdicts.filter(({ check }) => ids.has(check))
  return { ...fixedRun, verdicts, totals: totalsOf(verdicts), conforms: conforms(verdicts, { strict: false }), shard: { index, count, plan } }
}

const order = fixedRun.verdicts.map(({ check }) => check)
const parts = (count: number): { file: string; run: Run }[] => Array.from({ length: count }, (_, at) => ({ file: `part-${at + 1}.json`, run: part(at + 1, count) }))

describe('shards', () => {
  test.each([1, 2, 3, 7])('each check is in exactly one of %i', (count) => {
    const all = Array.from({ length: count }, (_, at) => divided(checks, { index: at + 1, count }))
    expect(all.flatMap((division) => division.checks.map(({ id }) => id)).sort()).toEqual(checks.map(({ id }) => id).sort())
    expect(new Set(all.map(({ plan }) => plan)).size).toBe(1)
    expect(divided(checks, { index: 1, count })).toEqual(all[0])
  })

  test('take about as long, by what checks took before', () => {
    const verdict = { ...fixedRun.verdicts[0]!, status: 'pass' as const }
    const earlier: Run = { ...fixedRun, verdicts: [{ ...verdict, check: 'slow', durationMs: 900 }, { ...verdict, check: 'a', durationMs: 300 }, { ...verdict, check: 'b', durationMs: 310 }, { ...verdict, check: 'c', durationMs: 290 }] }
    const some = ['a', 'b', 'c', 'slow'].map((id) => plain(id))
    expect(divided(some, { index: 1, count: 2 }, earlier).checks.map(({ id }) => id)).toEqual(['slow'])
    expect(divided(some, { index: 2, count: 2 }, earlier).checks.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  test('a check that waits on purpose weighs more', () => {
    const some = [plain('a'), plain('b'), plain('waits', { pausesMs: 2000 })]
    expect(divided(some, { index: 1, count: 2 }).checks.map(({ id }) => id)).toEqual(['waits'])
  })

  test('one may be empty', () => {
    expect(divided([plain('a')], { index: 3, count: 3 }).checks).toEqual([])
  })

  test.each(['', '0/3', '4/3', '1', '1/0', 'a/b', '-1/3', '1/3/5'])('%j is none', (text) => {
    expect(() => toShard(text)).toThrow('--shard needs I/N')
  })
})

describe('merged parts', () => {
  test.each([1, 2, 5])('of %i are the undivided run', (count) => {
    expect(mergeRuns(parts(count).reverse(), order)).toEqual(fixedRun)
  })

  test('that were compared with a baseline are the undivided run compared with it', () => {
    const base: Run = { ...fixedRun, verdicts: [...fixedRun.verdicts.map((verdict) => ({ ...verdict, status: 'pass' as const, findings: [] })), { ...fixedRun.verdicts[0]!, check: 'gone/check' }] }
    const existing = new Set(order)
    const whole = withBaseline(fixedRun, base, { renamed: {}, existing })
    const compared = parts(3).map(({ file, run }) => ({ file, run: withBaseline(run, base, { renamed: {}, existing, selected: new Set(run.verdicts.map(({ check }) => check)) }) }))
    expect(mergeRuns(compared, order)).toEqual(whole)
  })

  test('tell what each of them told of known failures', () => {
    const stale = parts(2).map(({ file, run }) => ({ file, run: { ...run, staleKnownFailures: ['Out of date.'] } }))
    expect(mergeRuns(stale, order).staleKnownFailures).toEqual(['Out of date.'])
  })

  const changed = (change: (run: Run) => Partial<Run>): { file: string; run: Run }[] => parts(2).map(({ file, run }, at) => ({ file, run: at === 0 ? run : { ...run, ...change(run) } }))

  test.each<[string, { file: string; run: Run }[]]>([
    ['part-1.json and part-2.json are no parts of one run: they differ in their seed.', changed(() => ({ seed: 1 }))],
    ['part-1.json and part-2.json are no parts of one run: they differ in their profile.', changed(() => ({ profile: 'standard' }))],
    ['part-1.json and part-2.json are no parts of one run: they differ in their target.', changed(({ target }) => ({ target: { ...target, baseUrl: 'https://other.example.com' } }))],
    ['part-1.json and part-2.json are no parts of one run: they differ in their OpenAPI document.', changed(({ suite }) => ({ suite: { ...suite, document: 'sha256-other' } }))],
    ['part-1.json and part-2.json are no parts of one run: they differ in their way of dividing.', changed(({ shard }) => ({ shard: { ...shard!, plan: 'sha256-other' } }))],
    ['Part 2 of 2 is missing; give the run files of all parts.', parts(2).slice(0, 1)],
    ['part-1.json and part-1.json are both part 1 of 2; give each part once.', [...parts(2), parts(2)[0]!]],
    ['whole.json is no part of a run: it was not made with --shard.', [{ file: 'whole.json', run: fixedRun }]],
    [`${order[1]} is judged in more than one of the run files; a check belongs to one part.`, changed(() => ({ verdicts: fixedRun.verdicts }))],
  ])('are refused: %s', (sentence, given) => {
    expect(() => mergeRuns(given, order)).toThrow(sentence)
  })

  test('of tenants that each part started for itself are those of one target', () => {
    const onPort = (port: number): Partial<Run> => ({ target: { ...fixedRun.target, baseUrl: `http://127.0.0.1:${port}`, issuer: `http://127.0.0.1:${port}/` } })
    const own = parts(2).map(({ file, run }, at) => ({ file, run: { ...run, ...onPort(40_000 + at) } }))
    expect(mergeRuns(own, order).verdicts).toEqual(fixedRun.verdicts)
  })
})
