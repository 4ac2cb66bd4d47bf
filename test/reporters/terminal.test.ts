import { expect, test } from 'vitest'
import type { Verdict } from '../../core/verdict.ts'
import { progressLine, renderTerminal } from '../../reporters/index.ts'
import { fixedRun } from './fixed-run.ts'

const failed = fixedRun.verdicts.find(({ check }) => check === 'endpoints/token/client-credentials/missing/client_id')!
const plain = { color: false, columns: 120, verbose: false }

function rendered(verdicts: readonly Verdict[], options = plain): string {
  return renderTerminal({ ...fixedRun, verdicts }, options)
}

test('progress is told without failures and with them', () => {
  expect(progressLine(3, 10, 0)).toBe('3/10 judged')
  expect(progressLine(4, 10, 2)).toBe('4/10 judged, 2 failed')
})

test('of many failures of one operation three are told in full, the others on a line each', () => {
  const text = rendered(Array.from({ length: 5 }, (_, at) => ({ ...failed, check: `c/${at}` })))
  expect(text.match(/see it again/g)).toHaveLength(3)
  expect(text).toContain('  ✗ c/3\n                  status: expected 401, actual 200\n  ✗ c/4\n')
  expect(rendered(Array.from({ length: 5 }, (_, at) => ({ ...failed, check: `c/${at}` })), { ...plain, verbose: true }).match(/see it again/g)).toHaveLength(5)
})

test('values longer than two lines of the terminal are cut, and whole with verbose', () => {
  const long = { ...failed, findings: [{ at: 'body', expected: 'JSON', actual: 'x'.repeat(500) }] }
  expect(rendered([long])).toMatch(/actual {4}x{203}…\n/)
  expect(rendered([long], { ...plain, verbose: true })).toMatch(/actual {4}x{500}\n/)
})

test('of a flow of many requests the last is shown as a command', () => {
  const text = rendered([{ ...failed, reproduce: ['curl 1', 'curl 2', 'curl 3'] }])
  expect(text).toContain('curl 3\n                  after 2 requests that run.json holds\n')
  expect(text).not.toContain('curl 1')
})

test('a body of many lines ends with how much is missing', () => {
  const [exchange] = failed.exchanges
  const long = { ...failed, exchanges: [{ ...exchange!, response: { status: 200, headers: [], body: 'line\n'.repeat(100) } }] }
  const text = rendered([long], { ...plain, verbose: true })
  expect(text.match(/< line\n/g)).toHaveLength(60)
  expect(text).toContain('< (cut here; 500 bytes in all)\n')
})
