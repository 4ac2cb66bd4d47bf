import { execFile, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openings } from './allure-messages.ts'
import { printable } from './printable.ts'

/** The version that this is tested with; what a person is told to install. */
const wanted = 'allure@3.18.0'
const timeoutMs = 120_000

/** Whether there is a report now, or in one line why not and what to do. */
export type HtmlOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** Allure, ready to make one page. */
export interface AllurePage {
  /** Makes one HTML file of a folder of results, which opens from disk and calls nobody. Allure works while the caller does. */
  make(resultsDir: string, outFile: string): Promise<HtmlOutcome>
  /** Ends it where no page is wanted after all. Doing it twice, or after `make`, changes nothing. */
  close(): void
}

/**
 * Starts Allure 3, which is looked for beside this package and in the current folder; `lookIn` names files beside which to look instead.
 * It takes a second until it is ready: a run starts it before there are results. `history` is a file of what earlier runs judged: the page
 * shows how each check went in them, and the file is continued. It is made where there is none.
 *
 * Allure runs in a process of its own with an empty home and working folder and without this one's environment: it keeps logs in the
 * home, reads configuration from the working folder, and would copy facts of a CI job into the report.
 */
export function openAllurePage({ lookIn = usualPlaces(), history }: { readonly lookIn?: readonly string[]; readonly history?: string } = {}): AllurePage {
  const allure = findAllure(lookIn)
  if (allure === undefined) return { make: async () => ({ ok: false, reason: `The HTML report needs Allure 3: npm i -D ${wanted}` }), close: () => {} }
  const failed = (error: unknown): HtmlOutcome => ({ ok: false, reason: `The HTML report could not be made with ${allure.program}: ${reasonOf(error)}` })
  let waiting: Waiting
  try {
    waiting = startWaiting(allure)
  } catch (error) {
    return { make: async () => failed(error), close: () => {} }
  }
  const { folder, child, end } = waiting
  const close = (): void => {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    close,
    async make(resultsDir, outFile) {
      const timer = setTimeout(() => child.kill(), timeoutMs)
      try {
        const copy = join(folder, 'history.jsonl')
        // On a copy: where the page can't be made the history stays as it was.
        if (history !== undefined && existsSync(history)) copyFileSync(history, copy)
        writeFileSync(join(folder, 'allurerc.json'), JSON.stringify(history === undefined ? configuration : withHistory(copy)))
        child.stdin!.end(JSON.stringify(['generate', '--config', 'allurerc.json', '--output', join(folder, 'report'), '--cwd', folder, patternOf(resultsDir)]))
        await end
        const html = await readFile(join(folder, 'report', 'index.html'), 'utf8')
        await mkdir(dirname(resolve(outFile)), { recursive: true })
        await writeFile(outFile, toSilentPage(html))
        if (history !== undefined) {
          await mkdir(dirname(resolve(history)), { recursive: true })
          await copyFile(copy, history)
        }
        return { ok: true }
      } catch (error) {
        return failed(error)
      } finally {
        clearTimeout(timer)
        close()
      }
    },
  }
}

/** A process that has loaded Allure and waits for its arguments. */
interface Waiting {
  readonly folder: string
  readonly child: ChildProcess
  readonly end: Promise<unknown>
}

/**
 * Loads what takes long, then waits for the arguments on standard input; without any it ends, as it does when the parent is gone.
 * The list of arguments is changed in place: what is loaded by then may have it in hand.
 */
const waitingProgram = `
import { pathToFileURL } from 'node:url'
const [program, ...parts] = process.argv.slice(1)
for (const part of parts) await import(pathToFileURL(part).href).catch(() => {})
let words = ''
for await (const chunk of process.stdin) words += chunk
if (words !== '') {
  process.argv.splice(0, Infinity, process.execPath, program, ...JSON.parse(words))
  await import(pathToFileURL(program).href)
}
`

function startWaiting({ program, parts }: Allure): Waiting {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-allure-'))
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', waitingProgram, program, ...parts], { cwd: folder, env: bareEnvironment(folder) })
  const { child } = running
  // A process that could not start says so at its end; writing to it must not be a second failure.
  child.stdin!.on('error', () => {})
  running.catch(() => {})
  return { folder, child, end: running }
}

/**
 * A page without the parts that call out: scripts for analytics, and any script, style, icon or frame with an address. A policy then
 * forbids the rest, so that neither a later version nor a body that a target sent can make a browser ask anybody for anything.
 * Links that a reader clicks stay.
 */
export function toSilentPage(html: string): string {
  const policy = [
    "default-src 'none'", "script-src 'unsafe-inline' data: blob:", "style-src 'unsafe-inline' data:", 'img-src data: blob:',
    'font-src data:', 'media-src data: blob:', 'connect-src data: blob:', 'frame-src data: blob:', "form-action 'none'",
  ].join('; ')
  return html
    .replace(/<script\b[^>]*\bsrc\s*=\s*["']?(?:https?:)?\/\/[^>]*>\s*<\/script>\s*/gi, '')
    .replace(/<script\b[^>]*>([^]*?)<\/script>\s*/gi, (script, code: string) => (/\bgtag\(/.test(code) ? '' : script))
    .replace(/<(?:link|iframe|img)\b[^>]*\b(?:href|src)\s*=\s*["']?(?:https?:)?\/\/[^>]*>\s*/gi, '')
    .replace(/<head>/i, `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`)
}

const configuration = {
  name: 'Auth0 conformance',
  appendHistory: false,
  categories: [
    { name: 'Does not conform', matchers: { statuses: ['failed'], trace: `^${openings.must.replace(/[()]/g, '\\$&')}` }, groupBy: [{ label: 'feature' }], groupByMessage: false, expand: true },
    { name: 'Differs (should, may)', matchers: { statuses: ['failed'], trace: '^Differs' }, groupBy: [{ label: 'feature' }], groupByMessage: false },
    { name: 'Known failure', matchers: { statuses: ['failed'], trace: `^${openings.known}` } },
    { name: 'Could not be judged', matchers: { statuses: ['broken'], trace: `^${openings.blocked}` } },
    { name: 'Our error', matchers: { statuses: ['broken'], trace: `^${openings.error}` } },
    { name: 'Unsupported by the target', matchers: { statuses: ['skipped'] } },
  ],
  plugins: {
    awesome: {
      options: {
        singleFile: true,
        groupBy: ['epic', 'feature', 'story'],
        reportLanguage: 'en',
        sections: ['charts'],
        defaultSortBy: 'status,asc',
        charts: [
          { type: 'currentStatus', title: 'Verdicts' },
          { type: 'testResultSeverities', title: 'Verdicts by severity (critical: must, normal: should, minor: may)' },
        ],
      },
    },
  },
}

/** Runs that a history keeps. */
const historyLimit = 30

function withHistory(historyPath: string): object {
  const { plugins: { awesome: { options } } } = configuration
  const charts = [
    ...options.charts,
    { type: 'statusDynamics', title: 'Verdicts of the last runs' },
    { type: 'statusTransitions', title: 'New since the run before: fixed and failing' },
  ]
  return { ...configuration, appendHistory: true, historyPath, historyLimit, plugins: { awesome: { options: { ...options, charts } } } }
}

/** Files beside which Allure may be installed: beside this one, and in the current folder. */
function usualPlaces(): string[] {
  return [fileURLToPath(import.meta.url), join(process.cwd(), 'package.json')]
}

/** The file that is run, and those of its parts that take long to load, as far as they are where they are expected. */
interface Allure {
  readonly program: string
  readonly parts: readonly string[]
}

function findAllure(places: readonly string[]): Allure | undefined {
  for (const from of places) {
    try {
      const main = createRequire(from).resolve('allure')
      const root = dirname(dirname(main))
      const { version, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string; bin: string | Record<string, string> }
      const file = typeof bin === 'string' ? bin : bin.allure
      if (version.startsWith('3.') && file !== undefined) return { program: join(root, file), parts: partsOf(main) }
    } catch {
      // Not there; the next place may have it.
    }
  }
  return undefined
}

function partsOf(main: string): string[] {
  return ['@allurereport/core', '@allurereport/plugin-awesome'].flatMap((name) => {
    try {
      return [createRequire(main).resolve(name)]
    } catch {
      return []
    }
  })
}

/** Allure takes the folder of results for a glob pattern, so brackets and the like in its path must stand for themselves. */
function patternOf(dir: string): string {
  return resolve(dir).replace(/[?*()[\]{}]/g, '[$&]')
}

function bareEnvironment(home: string): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { ...(PATH === undefined ? {} : { PATH }), ...(SystemRoot === undefined ? {} : { SystemRoot }), HOME: home, USERPROFILE: home, TMPDIR: home, TEMP: home, TMP: home, NO_COLOR: '1' }
}

function reasonOf(error: unknown): string {
  const { killed, stderr, message } = error as { killed?: boolean; stderr?: string; message?: string }
  if (killed) return `it took longer than ${timeoutMs / 1000} s`
  return printable((stderr?.trim() || message || String(error)).split('\n')[0]!)
}
