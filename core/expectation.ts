import { Mismatch, type Finding } from './finding.ts'

/** Keeps count of what a check demanded: one that demanded nothing has judged nothing. */
export interface Asserting {
  /** Called by each expectation, held or not. */
  asserted(): void
}

/** Every judge returned no finding. Throws {@link Mismatch} with all of them otherwise. */
export function expectNone(world: Asserting, ...findings: readonly (readonly Finding[])[]): void {
  world.asserted()
  const all = findings.flat()
  if (all.length > 0) throw new Mismatch(all)
}

/** The value is one of those accepted. */
export function expectOneOf(world: Asserting, at: string, actual: unknown, accepted: readonly unknown[], message?: string): void {
  expectNone(world, accepted.includes(actual) ? [] : [finding(at, accepted.map(show).join(' or '), show(actual), message)])
}

/** The condition holds. */
export function expectThat(world: Asserting, condition: boolean, at: string, expected: string, actual: unknown, message?: string): asserts condition {
  expectNone(world, condition ? [] : [finding(at, expected, show(actual), message)])
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
