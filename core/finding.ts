/** Where an answer differs from what a source demands. Values, not sentences: reporters make the sentences. */
export interface Finding {
  /** `status`, `header cache-control`, `body /error`, `claim /iss` … */
  readonly at: string
  readonly expected: string
  readonly actual: string
  /** What it means, where that is not plain from the values. */
  readonly message?: string
}

/** An expectation did not hold. The only thing that accuses a server. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch'
  readonly findings: readonly Finding[]
  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => `${finding.at}: expected ${finding.expected}, actual ${finding.actual}`).join('; '))
    this.findings = findings
  }
}

/** The input, found by generating and then shrinking, for which a requirement does not hold. */
export interface Counterexample {
  /** Seed and path with which fast-check makes this very input again. */
  readonly seed: number
  readonly path: string
  /** How many inputs were tried before this one failed, and how often it was made smaller. */
  readonly runs: number
  readonly shrinks: number
  /** Why it was not made smaller any further, where something kept it from being: so many attempts, requests or seconds, or a target that blocked one. */
  readonly limit?: 'attempts' | 'requests' | 'time' | 'blocked'
  /** How many inputs were to be tried, where the run said so. */
  readonly asked?: number
  /** The input, as a person reads it. */
  readonly input: string
  /** What was done with it, one after another; empty where it is a single request. */
  readonly steps: readonly CounterexampleStep[]
  /** How many of the verdict's exchanges came before the input. */
  readonly before: number
  /** A shell script that sends the requests again, secrets from the environment. The runner writes it. */
  readonly script?: string
}

/** One step of a {@link Counterexample}. The exchanges of all steps follow one another in the verdict's `exchanges`, behind those from before. */
export interface CounterexampleStep {
  readonly title: string
  /** What the model or the requirement says, and what the target did. */
  readonly expected: string
  readonly actual: string
  readonly held: boolean
  /** How many exchanges it made. */
  readonly exchanges: number
}

/** A requirement was refuted by a generated input. */
export class Refuted extends Mismatch {
  readonly counterexample: Counterexample
  constructor(findings: readonly Finding[], counterexample: Counterexample) {
    super(findings)
    this.counterexample = counterexample
  }
}

/** A given could not be made: nobody can say whether the requirement holds. */
export class Blocked extends Error {
  override readonly name = 'Blocked'
}
