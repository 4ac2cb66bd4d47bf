import { expect, test } from 'vitest'
import { totalsOf, type Run } from '../../core/run.ts'
import type { Verdict } from '../../core/verdict.ts'
import { renderHtml } from '../../reporters/html.ts'
import { renderMarkdown, renderTerminal } from '../../reporters/index.ts'
import { byKind, conclusionOf, countsOf, durationInWords, isStrict, leftBehindInWords, rerunOf } from '../../reporters/wording.ts'
import { fixedRun } from './fixed-run.ts'

function runOf(verdicts: readonly (readonly [Verdict['status'], Verdict['level']])[], rest: Partial<Run>): Run {
  const all = verdicts.map(([status, level], at) => ({ ...fixedRun.verdicts[0]!, check: `c/${at}`, status, level }))
  return { ...fixedRun, verdicts: all, totals: totalsOf(all), ...rest }
}

test.for([
  ['conforms', [['pass', 'must']], { conforms: true }],
  ['conforms', [['pass', 'must'], ['fail', 'should'], ['blocked', 'must'], ['unsupported', 'must']], { conforms: true }],
  ['does not conform', [['pass', 'must'], ['fail', 'must']], { conforms: false }],
  ['does not conform', [['fail', 'should']], { conforms: false }],
  ['could not be judged', [['unsupported', 'must']], { conforms: false }],
  ['could not be judged', [], { conforms: false }],
  ['could not be judged completely', [['pass', 'must'], ['error', 'must']], { conforms: true }],
  ['interrupted, conforms as far as it was judged', [['pass', 'must']], { conforms: true, interrupted: true }],
] as const)('"%s" is said of %j', ([conclusion, verdicts, rest]) => {
  expect(conclusionOf(runOf(verdicts, rest))).toBe(conclusion)
})

test('a failed should is a failure in a strict run, else a warning', () => {
  const strict = runOf([['fail', 'should'], ['fail', 'may']], { conforms: false, strict: true })
  const lenient = runOf([['fail', 'should'], ['fail', 'may']], { conforms: true })
  expect([isStrict(strict), isStrict(lenient)]).toEqual([true, false])
  expect(byKind(strict).failure.map(({ level }) => level)).toEqual(['should'])
  expect(byKind(lenient).failure).toEqual([])
  expect(byKind(lenient).warning.map(({ level }) => level)).toEqual(['should', 'may'])
})

test('counts name what there is', () => {
  expect(countsOf(runOf([['pass', 'must'], ['error', 'must'], ['error', 'must'], ['fail', 'may']], { conforms: true }))).toBe('1 warning, 1 passed, 2 errors')
  expect(countsOf(runOf([], { conforms: false }))).toBe('nothing judged')
})

test.for([[0, '0 ms'], [999, '999 ms'], [1500, '1.5 s'], [125_000, '2 min 5 s']] as const)('%i ms are %s', ([ms, words]) => {
  expect(durationInWords(ms)).toBe(words)
})

test('the command that runs a check again names the profile where it is not the usual one, and is safe to paste', () => {
  expect(rerunOf({ check: 'a/b-c/d_e' }, { profile: 'auth0' })).toBe('conformance run a/b-c/d_e')
  expect(rerunOf({ check: 'a/b' }, { profile: 'standard' })).toBe('conformance run a/b --profile standard')
  expect(rerunOf({ check: "a; rm -rf '~'" }, { profile: 'auth0' })).toBe("conformance run 'a; rm -rf '\\''~'\\'''")
})

test('who stays at the target is told in one line, in the terminal, in Markdown and on the page', () => {
  const run = { ...fixedRun, leftBehind: { users: ['a@example.com', 'b@example.com', 'c@example.com', '\u001b[31m@example.com'], reason: 'nobody may delete them' } }
  const line = '4 users stay at the target (a@example.com, b@example.com, c@example.com, …): nobody may delete them'
  expect(leftBehindInWords(run)).toBe(line)
  expect(leftBehindInWords({ leftBehind: { users: ['\u001b[31m@example.com'], reason: 'x' } })).toBe('1 user stays at the target (\\x1b[31m@example.com): x')
  expect(renderTerminal(run, { color: false, columns: 80, verbose: false }).split('\n')).toContain(line)
  expect(renderMarkdown(run).split('\n')).toContain(`\`${line}\``)
  expect(renderHtml(run)).toContain(`<p>${line}</p>`)
  expect(renderTerminal(fixedRun, { color: false, columns: 80, verbose: false })).not.toContain('stay at the target')
})
