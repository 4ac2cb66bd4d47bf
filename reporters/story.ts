import type { Counterexample, CounterexampleStep } from '../core/finding.ts'
import type { Verdict } from '../core/verdict.ts'
import { printable } from './printable.ts'

/**
 * The story of a failing generated input, a line each: what was done, numbered, with what was expected and what came; then how it is made again.
 * Empty where the verdict has none.
 */
export function storyOf({ counterexample }: Pick<Verdict, 'counterexample'>): string[] {
  if (!counterexample) return []
  const { steps, input } = counterexample
  return [
    ...(steps.length === 0 ? [`input: ${printable(input)}`] : steps.flatMap((step, at) => [
      stepName(step, at),
      `   expected ${printable(step.expected)}`,
      `   actual   ${printable(step.actual)}${step.held ? '' : '  <-- differs'}`,
    ])),
    originOf(counterexample),
  ]
}

/** Where the input comes from: `seed 5, path 3:0:1: input 4, made smaller 2 times`, and why no more often where something kept it from being. */
export function originOf({ seed, path, runs, shrinks, limit }: Counterexample): string {
  const times = `made smaller ${shrinks} ${shrinks === 1 ? 'time' : 'times'}`
  return `seed ${seed}, path ${printable(path)}: input ${runs}, ${times}${limit === undefined ? '' : `, and then no more: ${limits[limit] ?? printable(limit)}`}`
}

const limits = {
  attempts: 'it had taken as many attempts as it may',
  requests: 'it had taken as many requests as it may',
  time: 'it had taken as much time as it may',
  blocked: 'an attempt was blocked',
} as const

/** A step as a heading: `3. Redeem: …`. */
export function stepName({ title }: CounterexampleStep, at: number): string {
  return `${at + 1}. ${printable(title)}`
}
