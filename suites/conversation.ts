import type { Plan } from './run.suite.ts'

/** What the engine and its worker, a thread of the same process, say to one another. */
export interface Word {
  /** The worker hears what is said from now on. */
  readonly isListening?: true
  /** What is to be judged. */
  readonly plan?: Plan
  /** Somebody wants the run to end. */
  readonly end?: true
}
