import type { Counterexample } from '../core/finding.ts'
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
      `${at + 1}. ${printable(step.title)}`,
      `   expected ${printable(step.expected)}`,
      `   actual   ${printable(step.actual)}${step.held ? '' : '  <-- differs'}`,
    ])),
    originOf(counterexample),
  ]
}

/** Where the input comes from: `seed 5, path 3:0:1, input 4, made smaller 2 times`. */
function originOf({ seed, path, runs, shrinks }: Counterexample): string {
  return `seed ${seed}, path ${printable(path)}: input ${runs}, made smaller ${shrinks} ${shrinks === 1 ? 'time' : 'times'}`
}
