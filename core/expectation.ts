import { AsyncLocalStorage } from 'node:async_hooks'
import { Mismatch, type Finding } from './finding.ts'

const tally = new AsyncLocalStorage<{ count: number }>()

/** Runs a check and counts what it asserted: a check that asserted nothing has judged nothing. */
export async function countingExpectations(run: () => Promise<void>): Promise<{ asserted: number; thrown?: unknown }> {
  const counter = { count: 0 }
  return tally.run(counter, async () => {
    try {
      await run()
      return { asserted: counter.count }
    } catch (thrown) {
      return { asserted: counter.count, thrown }
    }
  })
}

/** Every judge returned no finding. Throws {@link Mismatch} with all of them otherwise. */
export function expectNone(...findings: readonly (readonly Finding[])[]): void {
  const counter = tally.getStore()
  if (counter) counter.count++
  const all = findings.flat()
  if (all.length > 0) throw new Mismatch(all)
}

/** The value is one of those accepted. */
export function expectOneOf(at: string, actual: unknown, accepted: readonly unknown[], message?: string): void {
  expectNone(accepted.includes(actual) ? [] : [finding(at, accepted.map(show).join(' or '), show(actual), message)])
}

/** The condition holds. */
export function expectThat(condition: boolean, at: string, expected: string, actual: unknown, message?: string): asserts condition {
  expectNone(condition ? [] : [finding(at, expected, show(actual), message)])
}

/** Makes a finding; leaves `message` out where there is none. */
export function finding(at: string, expected: string, actual: string, message?: string): Finding {
  return message === undefined ? { at, expected, actual } : { at, expected, actual, message }
}

/** A value as it stands in a finding: strings bare, the rest as JSON, absent things named so. */
export function show(value: unknown): string {
  if (value === undefined) return '(absent)'
  return typeof value === 'string' ? (value === '' ? '(empty)' : value) : JSON.stringify(value)
}
