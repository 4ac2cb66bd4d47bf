import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { allureConfiguration } from './allure-configuration.ts'
import type { RunFacts } from './allure-messages.ts'
import type { EndedTest } from './allure-reporter.ts'
import { openResults } from './allure-results.ts'
import { AllureResults } from './allure.ts'
import { toSilentPage } from './silent-page.ts'

/*
 * The program that ./allure-html.ts starts: writes results as they come and hands them to Allure, which makes the page of them. Its
 * arguments are two of Allure's modules; without them there are results only. Its working folder is its own and ends with it.
 */

/** What the program is told, in this order; `begin` once more forgets what was told before. Paths are absolute. */
export type Order =
  | { readonly begin: Beginning }
  | { readonly test: EndedTest }
  | { readonly make: { readonly outFile: string } }

/** `history`: file with the history, which is continued once there is a page. */
export interface Beginning {
  readonly resultsDir: string
  readonly facts: RunFacts
  readonly history?: string
}

/** What the program answers to `make`; then it ends. */
export interface Answer {
  /** Every result is on the disk. */
  readonly isWritten: boolean
  readonly isMade: boolean
  /** Why it is not made, where that is known here. */
  readonly reason?: string
}

/** The parts of Allure 3 that are used. */
interface Allure {
  readonly resolveConfig: (configuration: object, override: object) => Promise<{ readonly reportFiles: ReportFiles }>
  readonly AllureReport: new (configuration: object) => Report
  readonly BufferResultFile: new (content: Buffer, name: string) => object
}

interface Report {
  start(): Promise<void>
  readResult(file: object): Promise<void>
  done(): Promise<void>
}

interface ReportFiles {
  addFile(path: string, content: Buffer): Promise<string>
}

const folder = process.cwd()
const [core, readerApi] = process.argv.slice(2)
const allure = core === undefined || readerApi === undefined ? undefined : loadAllure(core, readerApi)
// Whoever asks for a page is told.
allure?.catch(() => {})
let work: Work | undefined

// An interrupt of the terminal goes to every process of the run; it is the parent that decides what becomes of it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('disconnect', end)
// The parent may have gone while this was loaded.
if (!process.connected) end()
process.on('message', (order: Order) => {
  if ('begin' in order) work = beginWork(order.begin)
  else if ('test' in order) work?.add(order.test)
  else void work?.make(order.make.outFile).then((answer) => process.send!(answer, () => process.disconnect()))
})

function end(): void {
  rmSync(folder, { recursive: true, force: true })
  process.exit()
}

interface Work {
  add(test: EndedTest): void
  make(outFile: string): Promise<Answer>
}

function beginWork({ resultsDir, facts, history }: Beginning): Work {
  const copy = history === undefined ? undefined : copyOf(history)
  const page = allure && openPage(allure, copy)
  let isWritten = true
  const attempt = (write: () => void): void => {
    try {
      write()
    } catch {
      // The parent writes them then, or meets the error itself.
      isWritten = false
    }
  }
  let results: AllureResults | undefined
  attempt(() => {
    results = new AllureResults(openResults(resultsDir, (name, content) => page?.add(name, content)), facts)
  })
  return {
    add: (test) => attempt(() => results?.add(test)),
    async make(outFile) {
      if (page === undefined) return { isWritten, isMade: false }
      try {
        const html = await page.finish()
        if (html === undefined) return { isWritten, isMade: false }
        writeWhole(outFile, html)
        if (history !== undefined && copy !== undefined) {
          mkdirSync(dirname(history), { recursive: true })
          copyFileSync(copy, history)
        }
        return { isWritten, isMade: true }
      } catch (error) {
        return { isWritten, isMade: false, reason: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}

/** Where the page can't be made the history stays as it was. */
function copyOf(history: string): string {
  const copy = join(folder, 'history.jsonl')
  rmSync(copy, { force: true })
  if (existsSync(history)) copyFileSync(history, copy)
  return copy
}

interface Page {
  add(name: string, content: string | Buffer): void
  /** The page, or nothing where Allure has printed why there is none. */
  finish(): Promise<string | undefined>
}

/** Allure reads each result as it comes. What it makes is kept from the disk, but for what it looks for there itself. */
function openPage(loading: Promise<Allure>, historyPath: string | undefined): Page {
  let html: Buffer | undefined
  const opening = loading.then(async ({ resolveConfig, AllureReport, BufferResultFile }) => {
    const configuration = await resolveConfig(allureConfiguration(historyPath), { output: join(folder, 'report'), cwd: folder })
    const { reportFiles } = configuration
    const report = new AllureReport({
      ...configuration,
      reportFiles: {
        async addFile(path: string, content: Buffer) {
          if (!path.endsWith('index.html')) return reportFiles.addFile(path, content)
          html = content
          return join(folder, path)
        },
      } satisfies ReportFiles,
    })
    await report.start()
    return { report, BufferResultFile }
  })
  let reading: Promise<unknown> = opening
  reading.catch(() => {})
  return {
    add(name, content) {
      reading = Promise.all([opening, reading]).then(([{ report, BufferResultFile }]) => report.readResult(fileOf(name, Buffer.from(content as string), BufferResultFile)))
      reading.catch(() => {})
    },
    async finish() {
      await reading
      await (await opening).report.done()
      // Letters beyond ASCII pass as the bytes they are, which is fast; what is looked for in the page is ASCII.
      return html && toSilentPage(html.toString('latin1'))
    },
  }
}

/** A file for Allure that is read at once. Its own reads what it has in memory through a stream each time, which takes longer than all the rest. */
function fileOf(name: string, content: Buffer, BufferResultFile: Allure['BufferResultFile']): object {
  return Object.assign(new BufferResultFile(content, name), {
    asBuffer: async () => content,
    asUtf8String: async () => content.toString('utf8'),
    asJson: async () => JSON.parse(content.toString('utf8')) as unknown,
  })
}

/** Nobody ever finds half of a file there. */
function writeWhole(file: string, bytes: string): void {
  const part = `${file}.part`
  mkdirSync(dirname(file), { recursive: true })
  try {
    writeFileSync(part, bytes, 'latin1')
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

async function loadAllure(...paths: readonly [core: string, readerApi: string]): Promise<Allure> {
  const modules = await Promise.all(paths.map((path) => import(pathToFileURL(path).href) as Promise<object>))
  const found = Object.assign({}, ...modules) as Partial<Allure>
  const missing = (['resolveConfig', 'AllureReport', 'BufferResultFile'] as const).filter((name) => typeof found[name] !== 'function')
  if (missing.length > 0) throw new Error(`it has no ${missing.join(', ')}`)
  return found as Allure
}
