import { ReporterRuntime } from 'allure-js-commons/sdk/reporter'
import AllureVitestReporter from 'allure-vitest/reporter'
import type { TestResult } from 'allure-js-commons'
import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { allureMessagesOf, type RunFacts } from './allure-messages.ts'
import { categories, environmentOf, finishResult, openResults } from './allure-results.ts'

/*
 * Loaded only where the reporter is chosen: `await import('./allure.ts')`.
 */

/** The parts of vitest's reporter API that are used here; vitest itself is known to the command line. */
interface TestCase { readonly id: string; meta(): object }
interface TestModule { readonly children: { allTests(): Iterable<TestCase> } }
type RunnerTask = Parameters<AllureVitestReporter['handleTask']>[0]

/**
 * Writes Allure results while vitest runs. A test leaves its verdict on `task.meta.verdict`; its result is written as soon as it
 * is there, so that a run which breaks off keeps what was judged. A test without a verdict was ended by an interrupt and leaves no
 * result, unless it failed on our side.
 *
 * Of allure-vitest it uses the translation of a task and nothing else: no setup file and no runner of its own, which would be
 * resolved in the consumer's vitest, and nothing in the workers.
 */
export class AllureReporter extends AllureVitestReporter {
  readonly #resultsDir: string
  readonly #facts: RunFacts
  readonly #written = new Set<string>()
  #current: Verdict | undefined

  constructor(options: { readonly resultsDir: string; readonly facts: RunFacts }) {
    super({ resultsDir: options.resultsDir })
    this.#resultsDir = options.resultsDir
    this.#facts = options.facts
  }

  override onInit(): void {
    const runtime = openRuntime(this.#resultsDir, this.#facts, (result) => finishResult(result, this.#current, this.#facts))
    // The base class declares it private, and makes it in an onInit that also changes vitest's configuration.
    Object.assign(this, { allureReporterRuntime: runtime })
  }

  onTestCaseResult(test: TestCase): void {
    const { verdict } = test.meta() as { verdict?: Verdict }
    const { task } = test as unknown as { task: RunnerTask }
    if (this.#written.has(test.id) || (verdict === undefined && task.result?.state !== 'fail')) return
    this.#written.add(test.id)
    this.#current = verdict
    try {
      const meta = { allureRuntimeMessages: verdict === undefined ? [] : allureMessagesOf(verdict, this.#facts) }
      this.handleTask({ ...task, meta } as RunnerTask)
    } finally {
      this.#current = undefined
    }
  }

  override onTestRunEnd(modules: Parameters<AllureVitestReporter['onTestRunEnd']>[0]): void {
    for (const { children } of modules as readonly TestModule[]) for (const test of children.allTests()) this.onTestCaseResult(test)
    super.onTestRunEnd([])
  }
}

/** Writes a finished run as Allure results: the same files as a live run leaves. */
export function writeAllureResults(run: Run, resultsDir: string): void {
  let current: Verdict | undefined
  const runtime = openRuntime(resultsDir, run, (result) => finishResult(result, current, run))
  for (const verdict of run.verdicts) {
    current = verdict
    const uuid = runtime.startTest({ name: verdict.title, start: Date.parse(run.startedAt) })
    runtime.applyRuntimeMessages(uuid, allureMessagesOf(verdict, run))
    runtime.stopTest(uuid, { duration: verdict.durationMs })
    runtime.writeTest(uuid)
  }
}

function openRuntime(resultsDir: string, facts: RunFacts, finish: (result: TestResult) => void): ReporterRuntime {
  const runtime = new ReporterRuntime({
    writer: openResults(resultsDir),
    categories: categories(),
    environmentInfo: environmentOf(facts),
    listeners: [{ beforeTestResultWrite: finish }],
  })
  runtime.writeCategoriesDefinitions()
  runtime.writeEnvironmentInfo()
  return runtime
}
