import { test } from 'vitest'
import type { Verdict } from '../../../core/verdict.ts'
import { fixedRun } from '../fixed-run.ts'

/** Run by the test of the Allure reporter inside a vitest of its own: tests that leave the verdicts of the fixed run. */
for (const verdict of fixedRun.verdicts) {
  test.concurrent(verdict.check, ({ task, skip }) => {
    ;(task.meta as { verdict?: Verdict }).verdict = verdict
    if (verdict.status === 'unsupported') skip(verdict.reason)
    if (verdict.status !== 'pass') throw new Error('does not conform')
  })
}

test('endpoints/broken/by-us', () => {
  throw new TypeError('no verdict came of this')
})

test('endpoints/never/started', ({ skip }) => skip())
