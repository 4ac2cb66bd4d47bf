import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { BroadcastChannel } from 'node:worker_threads'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { factsOf, type Verdict } from '../core/verdict.ts'
import type { Check } from '../core/check.ts'
import type { Word } from '../suites/conversation.ts'
import type { MadeUser } from '../fixtures/target/cleaning.ts'
import type { Plan } from '../suites/run.suite.ts'

/** What the engine judges, and who hears of it. */
export interface Judging {
  readonly plan: Plan
  /** The plan's checks, in its order. */
  readonly checks: readonly Check[]
  readonly reporters: readonly RunReporter[]
  readonly onVerdict: (verdict: Verdict) => void
  /** Ends the run: what is judged by then is kept. */
  readonly stop: AbortSignal
}

/** What is told of each test, and of the end. */
export type RunReporter = Pick<Reporter, 'onInit' | 'onTestCaseResult' | 'onTestRunEnd'>

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

/** An engine that is under way. */
export interface Engine {
  /** Runs the checks, once, and ends the engine: what comes afterwards has the memory for itself. */
  judge(judging: Judging): Promise<Judged>
  /** Ends it where nothing was judged; changes nothing otherwise. */
  close(): Promise<void>
}

/**
 * Starts vitest, which runs the checks in one worker thread, `concurrency` at a time. Resolves when the thread is loading what it needs; what is to be
 * judged is said later, because loading takes a second.
 * The consumer's project must have no say in it: no configuration, environment file or cache of the current folder is read or written.
 */
export async function startEngine(concurrency: number): Promise<Engine> {
  const unusable = /[#?]|%[\da-f]{2}/i.exec(root)
  if (unusable) {
    const problem = `The folder ${root} has ${unusable[0]} in its name, which the test engine takes for a part of a URL; install the package in another folder.`
    return { judge: async () => ({ verdicts: [], problems: [problem] }), close: async () => {} }
  }
  const { createVitest } = await import('vitest/node')
  // The worker's young generation would grow to 48 MB; with this one it takes no longer, and less memory.
  setFlagsFromString('--max-semi-space-size=16')
  const channelName = `auth0-conformance ${randomUUID()}`
  const audience = createAudience()
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
    provide: { channel: channelName },
    reporters: [audience.reporter],
  }, viteOptions, {
    // What the engine has to say it says through the reporter.
    stdout: new PassThrough().resume() as unknown as NodeJS.WriteStream,
    stderr: new PassThrough().resume() as unknown as NodeJS.WriteStream,
  })
  // Its own listeners end the process at once and lose every verdict.
  for (const { signal, before } of listeners) {
    for (const listener of process.listeners(signal)) if (!before.includes(listener)) process.removeListener(signal, listener)
  }
  const worker = openConversation(channelName)
  const running = vitest.start().then(() => [], (error: unknown) => [error instanceof Error ? error.message : String(error)])
  let ending: Promise<void> | undefined
  const close = (): Promise<void> => {
    ending ??= running.then(() => vitest.close()).finally(() => worker.close())
    return ending
  }
  const end = (): Promise<void> => {
    // It may be waiting to be told what to judge.
    if (!ending) worker.say({ end: true })
    return close()
  }
  return {
    async judge(judging) {
      if (judging.stop.aborted) {
        await end()
        return { verdicts: [], problems: [] }
      }
      const collector = createCollector(judging)
      audience.join([collector.reporter, ...judging.reporters], vitest)
      worker.say({ plan: judging.plan })
      collector.problems.push(...await untilStopped(running, vitest, worker, judging.stop))
      await close()
      const { verdicts: byId, users, problems } = collector
      const verdicts = judging.checks.flatMap(({ id }) => byId.get(id) ?? [])
      const isComplete = verdicts.length === judging.checks.length || judging.stop.aborted || problems.length > 0
      const lost = collector.lost()
      return {
        verdicts, users: [...users.values()],
        problems: isComplete ? problems : [`Only ${verdicts.length} of ${judging.checks.length} checks came to an end.`],
        ...(lost === undefined ? {} : { lost }),
      }
    },
    close: end,
  }
}

/** What is said to the worker is said again when it asks: it may not have been listening yet. */
function openConversation(name: string): { say(word: Word): void; close(): void } {
  const channel = new BroadcastChannel(name)
  const said: Word[] = []
  channel.onmessage = ({ data }: { data: Word }) => {
    if (data.isListening) for (const word of said) channel.postMessage(word)
  }
  return {
    say(word) {
      said.push(word)
      channel.postMessage(word)
    },
    close: () => channel.close(),
  }
}

/** Reporters who come when the run has begun already, before there is anything to tell. */
function createAudience(): { readonly reporter: Reporter; join(reporters: readonly RunReporter[], vitest: Vitest): void } {
  let present: readonly RunReporter[] = []
  let end: Parameters<NonNullable<RunReporter['onTestRunEnd']>> | undefined
  return {
    reporter: {
      onTestCaseResult(test) {
        for (const reporter of present) void reporter.onTestCaseResult?.(test)
      },
      async onTestRunEnd(...facts) {
        end = facts
        for (const reporter of present) await reporter.onTestRunEnd?.(...facts)
      },
    },
    join(reporters, vitest) {
      present = reporters
      for (const reporter of reporters) {
        void reporter.onInit?.(vitest)
        // The worker could not even be loaded.
        if (end) void reporter.onTestRunEnd?.(...end)
      }
    },
  }
}

/** What went wrong while it ran. Ends it where `stop` says so. */
async function untilStopped(running: Promise<string[]>, vitest: Vitest, worker: { say(word: Word): void }, stop: AbortSignal): Promise<string[]> {
  const cancel = (): void => {
    worker.say({ end: true })
    void vitest.cancelCurrentRun('keyboard-input')
  }
  stop.addEventListener('abort', cancel)
  try {
    return await running
  } finally {
    stop.removeEventListener('abort', cancel)
  }
}

function createCollector({ checks, onVerdict, stop }: Judging): { verdicts: Map<string, Verdict>; users: Map<string, MadeUser>; problems: string[]; lost(): string | undefined; reporter: RunReporter } {
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
