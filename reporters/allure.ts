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
    if (verdict !== undefined) this.#write(test, verdict)
  }

  override onTestRunEnd(modules: Parameters<AllureVitestReporter['onTestRunEnd']>[0], _unhandled?: unknown, reason?: string): void {
    const tests = (modules as readonly TestModule[]).flatMap(({ children }) => [...children.allTests()])
    for (const test of tests) this.onTestCaseResult(test)
    // Where the run was ended, a test without a verdict was ended with it.
    if (reason !== 'interrupted') for (const test of tests) if (taskOf(test).result?.state === 'fail') this.#write(test, undefined)
    super.onTestRunEnd([])
  }

  #write(test: TestCase, verdict: Verdict | undefined): void {
    if (this.#written.has(test.id)) return
    this.#written.add(test.id)
    this.#current = verdict
    const task = taskOf(test)
    const { startTime = Date.now(), duration = verdict?.durationMs ?? 0, errors } = task.result ?? {}
    // Whether and why a check failed is the verdict's to say; without one, the first error is all that is known.
    const result = verdict === undefined
      ? { state: 'fail', startTime, duration, errors: errors?.slice(0, 1) ?? [{ message: 'the check did not come to an end' }] }
      : { state: 'pass', startTime, duration }
    const meta = { allureRuntimeMessages: verdict === undefined ? [] : allureMessagesOf(verdict, this.#facts) }
    this.handleTask({ ...task, meta, result } as RunnerTask)
  }
}

/** What a reported test was made from. Not in vitest's public types; allure-vitest reads the same member. */
function taskOf(test: TestCase): RunnerTask {
  return (test as unknown as { task: RunnerTask }).task
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
