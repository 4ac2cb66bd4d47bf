import { PassThrough } from 'node:stream'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { BroadcastChannel } from 'node:worker_threads'
import { createVitest, type Reporter, type TestCase, type TestModule, type Vitest } from 'vitest/node'
import { factsOf, type Verdict } from '../core/verdict.ts'
import type { Check } from '../core/check.ts'
import { endOfRun } from '../suites/end-of-run.ts'
import type { MadeUser } from '../fixtures/target/cleaning.ts'
import type { Plan } from '../suites/run.suite.ts'

/** What the engine judges, and who hears of it. */
export interface Judging {
  readonly plan: Plan
  /** The plan's checks, in its order. */
  readonly checks: readonly Check[]
  /** Checks at a time. */
  readonly concurrency: number
  readonly reporters: readonly Reporter[]
  readonly onVerdict: (verdict: Verdict) => void
  /** Ends the run: what is judged by then is kept. */
  readonly stop: AbortSignal
}

/** What came of it. */
export interface Judged {
  /** In the order of the plan; without those that were not judged because the run was ended. */
  readonly verdicts: readonly Verdict[]
  /** What went wrong on our side outside of any check; nobody knows then what the verdicts are worth. */
  readonly problems: readonly string[]
  /** Why the target was given up on the way, where it was. */
  readonly lost?: string
  /** Users whom the checks made. */
  readonly users?: readonly MadeUser[]
}

/** A check gives up long before: each request has a timeout. This ends one that hangs by our own fault. */
const longestCheckMs = 10 * 60_000

/** Folder of the compiled files, or of the sources where they are run as they are. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Vite, which is below vitest, must not look for the consumer's files either. (Apart, because vitest's types know only some of these.) */
const viteOptions = { configFile: false, envDir: false, clearScreen: false, logLevel: 'error' } as const

/**
 * Runs checks inside vitest, in one worker thread, many at a time.
 * The consumer's project must have no say in it: no configuration, environment file or cache of the current folder is read or written.
 */
export async function judgeChecks(judging: Judging): Promise<Judged> {
  const { plan, checks, concurrency, reporters, stop } = judging
  const unusable = /[#?]|%[\da-f]{2}/i.exec(root)
  if (unusable) {
    return { verdicts: [], problems: [`The folder ${root} has ${unusable[0]} in its name, which the test engine takes for a part of a URL; install the package in another folder.`] }
  }
  // The worker's young generation would grow to 48 MB; with this one it takes no longer, and less memory.
  setFlagsFromString('--max-semi-space-size=16')
  const collector = createCollector(judging)
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => ({ signal, before: process.listeners(signal) }))
  const vitest = await createVitest('test', {
    config: false,
    root,
    dir: root,
    include: [`suites/*.suite${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`],
    exclude: [],
    watch: false,
    cache: false,
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
    maxConcurrency: concurrency,
    testTimeout: longestCheckMs,
    hookTimeout: longestCheckMs,
    // Imported by Node as it is, in a checkout as inside node_modules.
    server: { deps: { external: [new RegExp(root.replaceAll('\\', '/').replace(/[^\w/]/g, '\\$&'))] } },
    provide: { plan },
    reporters: [collector.reporter, ...reporters],
  }, viteOptions, {
    // What the engine has to say it says through the reporter.
    stdout: new PassThrough().resume() as unknown as NodeJS.WriteStream,
    stderr: new PassThrough().resume() as unknown as NodeJS.WriteStream,
  })
  // Its own listeners end the process at once and lose every verdict.
  for (const { signal, before } of listeners) {
    for (const listener of process.listeners(signal)) if (!before.includes(listener)) process.removeListener(signal, listener)
  }
  try {
    await runUntil(vitest, stop)
  } catch (error) {
    collector.problems.push(error instanceof Error ? error.message : String(error))
  } finally {
    await vitest.close()
  }
  const verdicts = checks.flatMap(({ id }) => collector.verdicts.get(id) ?? [])
  const isComplete = verdicts.length === checks.length || stop.aborted || collector.problems.length > 0
  const lost = collector.lost()
  return { verdicts, users: [...collector.users.values()], problems: isComplete ? collector.problems : [`Only ${verdicts.length} of ${checks.length} checks came to an end.`], ...(lost === undefined ? {} : { lost }) }
}

async function runUntil(vitest: Vitest, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return
  const channel = new BroadcastChannel(endOfRun)
  const cancel = (): void => {
    channel.postMessage('')
    void vitest.cancelCurrentRun('keyboard-input')
  }
  stop.addEventListener('abort', cancel)
  try {
    await vitest.start()
  } finally {
    stop.removeEventListener('abort', cancel)
    channel.close()
  }
}

function createCollector({ checks, onVerdict, stop }: Judging): { verdicts: Map<string, Verdict>; users: Map<string, MadeUser>; problems: string[]; lost(): string | undefined; reporter: Reporter } {
  const byId = new Map(checks.map((check) => [check.id, check]))
  const verdicts = new Map<string, Verdict>()
  const users = new Map<string, MadeUser>()
  const problems: string[] = []
  let lost: string | undefined
  const collect = (testCase: TestCase): void => {
    for (const user of testCase.meta().users ?? []) users.set(user.name, user)
    const check = byId.get(testCase.name)
    // An ended run may tell of a test twice, and of tests that never started.
    if (!check || verdicts.has(check.id)) return
    const verdict = testCase.meta().verdict ?? unfinished(check, testCase, stop)
    if (!verdict) return
    verdicts.set(check.id, verdict)
    lost ??= testCase.meta().lost
    onVerdict(verdict)
  }
  return {
    verdicts,
    users,
    problems,
    lost: () => lost,
    reporter: {
      onTestCaseResult: collect,
      onTestRunEnd(modules, unhandled) {
        for (const module of modules) for (const testCase of module.children.allTests()) collect(testCase)
        problems.push(...modules.flatMap(problemsOf), ...unhandled.map((error) => `${error.name ?? 'Error'}: ${error.message}\n${error.stack ?? ''}`.trimEnd()))
      },
    },
  }
}

/** The verdict of a test that ended without one; none where it was the run that ended. */
function unfinished(check: Check, testCase: TestCase, stop: AbortSignal): Verdict | undefined {
  const { state, errors } = testCase.result()
  if (state !== 'failed' || stop.aborted) return undefined
  const reason = errors?.[0]?.message ?? 'the check did not come to an end'
  return { ...factsOf(check), status: 'error', durationMs: Math.round(testCase.diagnostic()?.duration ?? 0), reason, findings: [], exchanges: [], reproduce: [] }
}

function problemsOf(module: TestModule): string[] {
  return module.errors().map(({ message, stack }) => `The checks can't be loaded: ${message}\n${stack ?? ''}`.trimEnd())
}
