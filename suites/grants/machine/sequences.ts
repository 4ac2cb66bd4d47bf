import type * as FastCheck from 'fast-check'
import { kindOf, type KindName, type Outlook, type Sequence, type Step, type Weights } from './kinds.ts'

/** Moves of a sequence: enough for what shows after the fourth request about one thing, beside other things. */
const length = { least: 9, most: 16 }
const mostPick = 7

/**
 * Sequences of moves that can be made, each where it stands, if the target conforms. `performed` tells what came of a sequence that was tried:
 * moves that did nothing, and those after the failure, are the first to go when it is made smaller.
 */
export function sequencesOf(fc: typeof FastCheck, weights: Weights, mostLogins: number, performed: (sequence: Sequence) => Sequence | undefined): FastCheck.Arbitrary<Sequence> {
  const names = (Object.keys(weights) as KindName[]).filter((name) => weights[name]! > 0)
  class Sequences extends fc.Arbitrary<Sequence> {
    override generate(random: FastCheck.Random): FastCheck.Value<Sequence> {
      const outlook: Outlook = { fresh: 0, used: 0, ended: 0, open: 0, out: 0, applicationTokens: 0, mostLogins, logins: [] }
      const steps: Step[] = []
      for (let left = random.nextInt(length.least, length.most); left > 0; left--) {
        const possible = names.filter((name) => kindOf(name).isPossible(outlook))
        const last = steps.at(-1)
        // What was refused once is to be refused again, and what was given to be given again: that is where the depth is.
        const again = last && possible.includes(last.kind) && random.nextInt(0, 9) < 3 ? last : undefined
        const kind = again?.kind ?? chosen(possible, weights, random)
        if (!kind) break
        // For the same reason much is done to the first thing that there is.
        const pick = again?.pick ?? (random.nextInt(0, 9) < 6 ? 0 : random.nextInt(0, mostPick))
        kindOf(kind).change?.(outlook, pick)
        steps.push({ kind, pick })
      }
      return new fc.Value<Sequence>(steps, undefined)
    }

    override canShrinkWithoutContext(value: unknown): value is Sequence {
      return Array.isArray(value)
    }

    override shrink(value: Sequence): FastCheck.Stream<FastCheck.Value<Sequence>> {
      return fc.stream(smaller(value, performed(value))).map((sequence) => new fc.Value<Sequence>(sequence, undefined))
    }
  }
  return new Sequences()
}

function chosen(names: readonly KindName[], weights: Weights, random: FastCheck.Random): KindName | undefined {
  const sum = names.reduce((total, name) => total + weights[name]!, 0)
  let at = sum > 0 ? random.nextInt(0, sum - 1) : 0
  return names.find((name) => (at -= weights[name]!) < 0)
}

/** Sequences that say less: what came of it alone, then without some moves next to one another, many at first, then with the first thing in the place of another. */
function* smaller(sequence: Sequence, performed: Sequence | undefined): IterableIterator<Sequence> {
  if (performed && performed.length < sequence.length) yield performed
  for (let size = sequence.length >> 1; size > 0; size >>= 1) {
    // What is needed for a failure stands before it, so that the end is looked at last.
    for (let from = 0; from + size <= sequence.length; from += size) yield [...sequence.slice(0, from), ...sequence.slice(from + size)]
  }
  for (const [at, { kind, pick }] of sequence.entries()) if (pick > 0) yield sequence.with(at, { kind, pick: 0 })
}
