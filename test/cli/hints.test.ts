import { expect, test } from 'vitest'
import { hintsFor } from '../../cli/hints.ts'
import type { Verdict } from '../../core/verdict.ts'

const verdict = (status: Verdict['status'], reason: string): Verdict => ({ status, reason } as Verdict)
const target = { baseUrl: 'https://tenant.example', issuer: 'https://tenant.example/', capabilities: [], missing: [] }

test('who was too slow is told what helps', () => {
  const late = verdict('blocked', 'POST /sign-in was not answered: no complete answer within 10000 ms')
  expect(hintsFor({ target, verdicts: [late, late, verdict('blocked', 'a code is missing')] })).toEqual([
    'To have more judged (conformance doctor looks at each):',
    '  slow answers          2 checks: --concurrency N asks for less at a time, --timeout MS waits longer',
  ])
  expect(hintsFor({ target, verdicts: [verdict('pass', '')] })).toEqual([])
})
