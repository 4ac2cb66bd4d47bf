import type * as FastCheck from 'fast-check'
import { expectNone } from '../core/expectation.ts'
import { Mismatch, Refuted, type Counterexample, type CounterexampleStep, type Finding } from '../core/finding.ts'
import type { Exchange } from '../core/exchange.ts'
import type { World } from '../core/world.ts'

/** One input of a property on trial. */
export interface Attempt {
  /** Adds a step to the story that is told if this input fails. What the target was asked in it is found by the exchanges made. */
  step(title: string, judge: () => Promise<StepOutcome>): Promise<void>
}

/** What a step demanded and what came; findings where these differ. */
export interface StepOutcome {
  readonly expected: string
  readonly actual: string
  readonly findings: readonly Finding[]
}

/** A requirement for every input of a kind. */
export interface Property<T> {
  /** How many inputs are tried where the run does not say. */
  readonly count: number
  /** Inputs that are always tried first. */
  readonly examples?: readonly T[]
  /** Throws {@link Mismatch} for an input that fails. Each input starts from what it makes itself: nothing is kept from the one before. */
  readonly judge: (input: T, attempt: Attempt) => Promise<void>
  /** The input for a reader; JSON where absent. */
  readonly show?: (input: T) => string
  /** What making a failing input smaller may cost; {@link usualShrinking} where absent. */
  readonly shrinking?: Partial<Shrinking>
}

/** Limits: a target has some of its own, and people wait. */
export interface Shrinking {
  readonly attempts: number
  readonly requests: number
  readonly milliseconds: number
}

const usualShrinking: Shrinking = { attempts: 120, requests: 600, milliseconds: 20_000 }

interface Failure {
  readonly findings: readonly Finding[]
  readonly exchanges: readonly Exchange[]
  readonly steps: readonly CounterexampleStep[]
}

/** Ends an attempt in the middle of it: says nothing of the target. */
class OverLimit extends Error {}

/**
 * Tries inputs one after another, from the run's seed, and makes a failing one as small as it gets. Throws `Refuted` with the exchanges of
 * the smallest. Whatever else an attempt throws, `Blocked` above all, ends it at once; once an input has failed, it only ends the shrinking.
 */
export async function expectForAll<T>(world: World, arbitrary: (fc: typeof FastCheck) => FastCheck.Arbitrary<T>, property: Property<T>): Promise<void> {
  const fc = await import('fast-check')
  const { client, inputs } = world
  const before = [...client.exchanges]
  let stopped: { readonly by: unknown } | undefined
  let failure: Failure | undefined
  const limits = limitsOf({ ...usualShrinking, ...property.shrinking })

  const judged = fc.asyncProperty(arbitrary(fc), async (input) => {
    // An input that passed would only have fast-check make the next: of a long text there are thousands, and each takes its time.
    if (stopped !== undefined || (failure && limits.areReached())) throw new fc.PreconditionFailure(true)
    client.forget()
    const steps: CounterexampleStep[] = []
    if (failure) limits.countAttempt()
    try {
      await property.judge(input, attemptInto(steps, world, () => failure !== undefined && limits.areReached(client.exchanges.length)))
    } catch (error) {
      if (error instanceof OverLimit) return
      if (!(error instanceof Mismatch)) {
        stopped = { by: error }
        return
      }
      failure = { findings: error.findings, exchanges: [...client.exchanges], steps }
      throw error
    } finally {
      if (failure) limits.countRequests(client.exchanges.length)
    }
  })
  const details = await fc.check(judged, {
    seed: inputs.seed,
    numRuns: inputs.count ?? property.count,
    ...(property.examples ? { examples: property.examples.map((example): [T] => [example]) } : {}),
  })
  // Of an input that passed, or that stopped it all, the exchanges are there still.
  const told = failure ? failure.exchanges : [...client.exchanges]
  client.forget()
  client.adopt([...before, ...told])
  if (stopped && !failure) throw stopped.by
  if (!failure) return expectNone(world, [])
  const [input] = details.counterexample as [T]
  const limit = stopped ? 'blocked' : limits.reached()
  throw new Refuted(failure.findings, {
    seed: details.seed,
    path: details.counterexamplePath ?? '',
    runs: details.numRuns,
    shrinks: details.numShrinks,
    ...(limit ? { limit } : {}),
    ...(inputs.count === undefined ? {} : { asked: inputs.count }),
    input: property.show ? property.show(input) : fc.stringify(input),
    steps: failure.steps,
    before: before.length,
  })
}

/** What shrinking has cost by now. It begins with the first failing input. */
function limitsOf(most: Shrinking): {
  readonly countAttempt: () => void
  readonly countRequests: (count: number) => void
  /** `underWay`: requests of an attempt that goes on; another one begins where absent. */
  readonly areReached: (underWay?: number) => boolean
  readonly reached: () => Counterexample['limit']
} {
  let attempts = 0
  let requests = 0
  let since: number | undefined
  let reached: Counterexample['limit']
  return {
    countAttempt: () => void attempts++,
    countRequests(count) {
      requests += count
      since ??= performance.now()
    },
    areReached(underWay) {
      reached ??= underWay === undefined && attempts >= most.attempts ? 'attempts'
        : requests + (underWay ?? 0) >= most.requests ? 'requests'
          : since !== undefined && performance.now() - since >= most.milliseconds ? 'time' : undefined
      return reached !== undefined
    },
    reached: () => reached,
  }
}

function attemptInto(steps: CounterexampleStep[], { client }: World, isOver: () => boolean): Attempt {
  let told = 0
  return {
    async step(title, judge) {
      if (isOver()) throw new OverLimit()
      const { expected, actual, findings } = await judge()
      // What was sent on the way to a step belongs to it.
      steps.push({ title, expected, actual, held: findings.length === 0, exchanges: client.exchanges.length - told })
      told = client.exchanges.length
      if (findings.length > 0) throw new Mismatch(findings)
    },
  }
}
