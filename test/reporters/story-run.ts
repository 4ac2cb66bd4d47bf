import type { Counterexample } from '../../core/finding.ts'
import { totalsOf, type Run } from '../../core/run.ts'
import type { Verdict } from '../../core/verdict.ts'
import { fixedRun } from './fixed-run.ts'

const form = [['content-type', 'application/x-www-form-urlencoded']] as const

function exchange(at: number, status: number): Verdict['exchanges'][number] {
  return {
    request: { method: 'POST', url: `https://tenant.example.com/${at}`, headers: form, body: 'code=%5Bcode+removed%5D' },
    response: { status, headers: [], body: '{}' },
    startedAt: new Date(Date.UTC(2026, 10, 24, 6, 0, at)).toISOString(),
    durationMs: 12,
  }
}

const counterexample: Counterexample = {
  seed: 42, path: '3:0:1', runs: 4, shrinks: 2, limit: 'time', asked: 50, input: 'redeem, replay', before: 1,
  steps: [
    { title: 'Redeem: the public client redeems code 1', expected: '200 with tokens', actual: '200 with tokens', held: true, exchanges: 2 },
    { title: 'Replay: the public client redeems code 1 again', expected: 'a refusal', actual: '200 with \u001b[31mtokens', held: false, exchanges: 1 },
  ],
  script: '#!/bin/sh\necho "$CONFORMANCE_CLIENT_SECRET"\n',
}

/** A verdict with a counterexample of two steps, before which a request was made. */
export const storyVerdict: Verdict = {
  ...fixedRun.verdicts.find(({ status }) => status === 'fail')!,
  check: 'grants/machine/codes',
  findings: [{ at: 'status of the redemption', expected: '4xx', actual: '200' }],
  counterexample,
  exchanges: [exchange(0, 302), exchange(1, 302), exchange(2, 200), exchange(3, 200)],
  reproduce: ['curl -i https://tenant.example.com/3'],
}
export const storyRun: Run = { ...fixedRun, verdicts: [storyVerdict], totals: totalsOf([storyVerdict]) }
