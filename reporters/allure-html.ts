import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../core/package-root.ts'
import type { Run } from '../core/run.ts'
import { asShown, type RunFacts } from './allure-messages.ts'
import type { Answer, Order } from './allure-process.ts'
import type { EndedTest, Results } from './allure-reporter.ts'
import { printable } from './printable.ts'

/** The version that this is tested with; what a person is told to install. */
const tested = '3.18.0'
const timeoutMs = 120_000

/** The compiled one even where this file is run as it is: Node 20 runs no TypeScript. */
const program = join(packageRoot, 'dist', 'reporters', 'allure-process.js')

/** Whether there is a page now, or in one line why not and what to do. */
export type HtmlOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** Allure's report of a run: results, and a page made of them. Both are made in another process while the caller goes on. */
export interface AllureReport extends Results {
  /** Empties the folder of the results of an earlier run; those of this one follow. What was added before is forgotten. */
  begin(resultsDir: string, facts: RunFacts): void
  /** Adds the result of a test, which is on the disk soon after. */
  add(test: EndedTest): void
  /** Resolves when all that was said has left this process, which takes as long as the other one needs for it: nothing leaves while this one is busy. */
  said(): Promise<void>
  /**
   * Makes one HTML file of all results, which opens from disk and calls nobody. The results are there then even if the page is not;
   * where the other process could not write them they are written here, of `run`. Throws what the file system has against that.
   */
  make(run: Run, outFile: string): Promise<HtmlOutcome>
  /** Ends it where no report is wanted after all. Doing it twice, or after `make`, changes nothing. */
  close(): void
}

/**
 * Starts Allure 3, which is looked for beside this package and in the current folder; `lookIn` names files beside which to look instead.
 * It takes a second until it is ready: a run starts it before there are results. `history` is a file of what earlier runs judged: the page
 * shows how each check went in them, and the file is continued. It is made where there is none. Where Allure is not installed there
 * are results only.
 *
 * Allure runs in a process of its own with an empty home and working folder and without this one's environment: it keeps logs in the
 * home, reads configuration from the working folder, and would copy facts of a CI job into the report. The process ends with this one.
 */
export function openAllure({ lookIn = usualPlaces(), history }: { readonly lookIn?: readonly string[]; readonly history?: string } = {}): AllureReport {
  const allure = findAllure(lookIn)
  let started: Started | Error
  try {
    started = start(allure)
  } catch (error) {
    started = error as Error
  }
  let said: Promise<void> = Promise.resolve()
  const send = (order: Order): void => {
    if (started instanceof Error || !started.child.connected) return
    const { child } = started
    // Where the process is gone, `make` tells. What it has not read yet waits here, which is no more than the run itself.
    said = new Promise((left) => child.send(order, () => left()))
  }
  let folder = ''
  const close = (): void => {
    if (started instanceof Error) return
    started.child.kill('SIGKILL')
    rmSync(started.folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return {
    close,
    begin(resultsDir, facts) {
      folder = resolve(resultsDir)
      const { suite, target, profile, seed } = facts
      send({ begin: { resultsDir: folder, facts: { suite, target, profile, seed }, ...(history === undefined ? {} : { history: resolve(history) }) } })
    },
    add: ({ verdict, ...test }) => send({ test: { ...test, ...(verdict ? { verdict: asShown(verdict) } : {}) } }),
    said: () => said,
    async make(run, outFile) {
      let isLate = false
      let ending: Ending = { answer: undefined, words: started instanceof Error ? started.message : '' }
      if (!(started instanceof Error)) {
        const timer = setTimeout(() => {
          isLate = true
          close()
        }, timeoutMs)
        send({ make: { outFile: resolve(outFile) } })
        ending = await started.ending
        clearTimeout(timer)
        close()
        // It may have been ended while it wrote.
        rmSync(`${resolve(outFile)}.part`, { force: true })
      }
      if (!ending.answer?.isWritten) (await import('./allure.ts')).writeAllureResults(run, folder)
      if (ending.answer?.isMade) return { ok: true }
      if (allure === undefined) return { ok: false, reason: `The HTML report needs Allure 3: npm i -D allure@${tested}` }
      const reason = isLate ? `it took longer than ${timeoutMs / 1000} s` : reasonOf(ending)
      const hint = allure.version === tested ? '' : `; what is known to work is allure@${tested}`
      return { ok: false, reason: `The HTML report could not be made with Allure ${allure.version} in ${allure.root}: ${reason}${hint}` }
    },
  }
}

/** A process that has loaded Allure, or is about to. */
interface Started {
  readonly folder: string
  readonly child: ChildProcess
  readonly ending: Promise<Ending>
}

/** What the process has answered, if anything, and printed. */
interface Ending {
  readonly answer: Answer | undefined
  readonly words: string
}

function start(allure: Allure | undefined): Started {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-allure-'))
  const child = fork(program, allure?.parts ?? [], { cwd: folder, env: bareEnvironment(folder), execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let words = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    if (words.length < 10_000) words += text
  })
  const closed = new Promise<void>((end) => child.once('close', () => end()))
  const ending = new Promise<Answer | undefined>((answered) => {
    child.once('message', (answer) => answered(answer as Answer))
    void closed.then(() => answered(undefined))
    child.on('error', (error) => {
      words ||= error.message
      answered(undefined)
    })
  }).then(async (answer) => {
    // What it has printed is known when it has ended.
    if (answer?.isMade === false) await closed
    return { answer, words }
  })
  return { folder, child, ending }
}

/** Files beside which Allure may be installed: beside this one, and in the current folder. */
function usualPlaces(): string[] {
  return [fileURLToPath(import.meta.url), join(process.cwd(), 'package.json')]
}

/** Where it is, and the modules that are loaded of it. */
interface Allure {
  readonly root: string
  readonly version: string
  readonly parts: readonly string[]
}

function findAllure(places: readonly string[]): Allure | undefined {
  for (const from of places) {
    try {
      const main = createRequire(from).resolve('allure')
      const root = dirname(dirname(main))
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
      if (version.startsWith('3.')) return { root, version, parts: ['@allurereport/core', '@allurereport/reader-api'].map((name) => pathOf(name, main)) }
    } catch {
      // Not there; the next place may have it.
    }
  }
  return undefined
}

/** Where a package is not found its name stays, and loading it tells. */
function pathOf(name: string, from: string): string {
  try {
    return createRequire(from).resolve(name)
  } catch {
    return name
  }
}

/** No path of programs either: Allure would ask git about the working folder. */
function bareEnvironment(home: string): NodeJS.ProcessEnv {
  const { SystemRoot } = process.env
  return { ...(SystemRoot === undefined ? {} : { SystemRoot }), PATH: home, HOME: home, USERPROFILE: home, TMPDIR: home, TEMP: home, TMP: home, NO_COLOR: '1' }
}

function reasonOf({ answer, words }: Ending): string {
  const reason = answer?.reason || words.trim() || (answer === undefined ? 'it ended before it was done' : 'it made no page')
  return printable(reason.split('\n')[0]!)
}
