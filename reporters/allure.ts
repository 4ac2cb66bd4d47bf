import { ReporterRuntime, type Writer } from 'allure-js-commons/sdk/reporter'
import AllureVitestReporter from 'allure-vitest/reporter'
import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { allureMessagesOf, type RunFacts } from './allure-messages.ts'
import { testsOf, type EndedTest, type Results } from './allure-reporter.ts'
import { categories, environmentOf, finishResult, openResults } from './allure-results.ts'

/*
 * Loads Allure's packages, so it is loaded only where it is used: in the process of ./allure-process.ts, or by `await import('./allure.ts')`.
 */

type RunnerTask = Parameters<AllureVitestReporter['handleTask']>[0]

/**
 * Gives results of tests, and what a run was about, to a writer. Of allure-vitest it uses the translation of a task and nothing else: no
 * setup file and no runner of its own, which would be resolved in the consumer's vitest, and nothing in the workers.
 */
export class AllureResults extends AllureVitestReporter implements Results {
  readonly #facts: RunFacts
  #current: Verdict | undefined

  constructor(writer: Writer, facts: RunFacts) {
    super({})
    this.#facts = facts
    const runtime = new ReporterRuntime({
      writer,
      categories: categories(),
      environmentInfo: environmentOf(facts),
      listeners: [{ beforeTestResultWrite: (result) => finishResult(result, this.#current, facts) }],
    })
    // The base class declares it private, and makes it in an onInit that also changes vitest's configuration.
    Object.assign(this, { allureReporterRuntime: runtime })
    runtime.writeCategoriesDefinitions()
    runtime.writeEnvironmentInfo()
  }

  add({ name, verdict, startMs, durationMs, error = '' }: EndedTest): void {
    this.#current = verdict
    // Whether and why a check failed is the verdict's to say; without one, an error is all that is known.
    const outcome = verdict === undefined ? { state: 'fail', errors: [{ message: error }] } : { state: 'pass' }
    this.handleTask({
      type: 'test',
      mode: 'run',
      name,
      file: { filepath: name },
      meta: { allureRuntimeMessages: verdict === undefined ? [] : allureMessagesOf(verdict, this.#facts) },
      result: { ...outcome, startTime: startMs, duration: durationMs },
    } as unknown as RunnerTask)
  }
}

/** Writes a finished run as Allure results: the same files as a live run leaves. */
export function writeAllureResults(run: Run, resultsDir: string): void {
  const results = new AllureResults(openResults(resultsDir), run)
  for (const test of testsOf(run)) results.add(test)
}
