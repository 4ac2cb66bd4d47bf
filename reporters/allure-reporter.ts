import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'

/** A test that came to an end. Plain data, because it goes to another process. */
export interface EndedTest {
  /** Id of its check. */
  readonly name: string
  /** Absent where something broke on our side. */
  readonly verdict?: Verdict
  /** Milliseconds since 1970. Where requests were sent, the first of them counts instead. */
  readonly startMs: number
  readonly durationMs: number
  /** Why there is no verdict. */
  readonly error?: string
}

/** Makes Allure results of tests. */
export interface Results {
  add(test: EndedTest): void
}

/** The parts of vitest's reporter API that are used here; vitest itself is known to the command line. */
interface TestCase { readonly id: string; meta(): object }
interface TestModule { readonly children: { allTests(): Iterable<TestCase> } }

/** What a reported test was made from. Not in vitest's public types; allure-vitest reads the same member. */
interface Task {
  readonly name: string
  readonly result?: { readonly state?: string; readonly startTime?: number; readonly duration?: number; readonly errors?: readonly { readonly message: string }[] }
}

/**
 * Makes Allure results while vitest runs. A test leaves its verdict on `task.meta.verdict`; its result is made as soon as it
 * is there, so that a run which breaks off keeps what was judged. A test without a verdict was ended by an interrupt and leaves no
 * result, unless it failed on our side.
 */
export class AllureReporter {
  readonly #results: Results
  readonly #added = new Set<string>()

  constructor(results: Results) {
    this.#results = results
  }

  onTestCaseResult(test: TestCase): void {
    const { verdict } = test.meta() as { verdict?: Verdict }
    if (verdict !== undefined) this.#add(test, verdict)
  }

  onTestRunEnd(modules: readonly TestModule[], _unhandled?: unknown, reason?: string): void {
    const tests = modules.flatMap(({ children }) => [...children.allTests()])
    for (const test of tests) this.onTestCaseResult(test)
    // Where the run was ended, a test without a verdict was ended with it.
    if (reason !== 'interrupted') for (const test of tests) if (taskOf(test).result?.state === 'fail') this.#add(test)
  }

  #add(test: TestCase, verdict?: Verdict): void {
    if (this.#added.has(test.id)) return
    this.#added.add(test.id)
    const { name, result } = taskOf(test)
    const { startTime = Date.now(), duration = verdict?.durationMs ?? 0, errors } = result ?? {}
    const outcome = verdict === undefined ? { error: errors?.[0]?.message ?? 'the check did not come to an end' } : { verdict }
    this.#results.add({ name, startMs: startTime, durationMs: duration, ...outcome })
  }
}

/** The tests of a finished run: of them come the same results as while it went on. */
export function testsOf({ verdicts, startedAt }: Pick<Run, 'verdicts' | 'startedAt'>): EndedTest[] {
  const startMs = Date.parse(startedAt)
  return verdicts.map((verdict) => ({ name: verdict.check, verdict, startMs, durationMs: verdict.durationMs }))
}

function taskOf(test: TestCase): Task {
  return (test as unknown as { task: Task }).task
}
