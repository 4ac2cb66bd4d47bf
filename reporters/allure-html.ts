import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
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

/**
 * Makes one HTML file of a folder of Allure results, which opens from disk and calls nobody. Needs Allure 3, which is looked for beside
 * this package and in the current folder; `lookIn` names files beside which to look instead. `history` is a file of what earlier runs
 * judged: the page shows how each check went in them, and the file is continued. It is made where there is none.
 *
 * Allure runs in a process of its own with an empty home and working folder and without this one's environment: it keeps logs in the
 * home, reads configuration from the working folder, and would copy facts of a CI job into the report. It is started before this function
 * returns its promise, so that it works while the caller does.
 */
export async function generateAllureReport(resultsDir: string, outFile: string, options: { readonly lookIn?: readonly string[]; readonly history?: string } = {}): Promise<HtmlOutcome> {
  const allure = findAllure(options.lookIn ?? usualPlaces())
  if (allure === undefined) return { ok: false, reason: `The HTML report needs Allure 3: npm i -D ${wanted}` }
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(tmpdir(), 'conformance-allure-'))
    const { history } = options
    const copy = join(folder, 'history.jsonl')
    // On a copy: where the page can't be made the history stays as it was.
    if (history !== undefined && existsSync(history)) copyFileSync(history, copy)
    writeFileSync(join(folder, 'allurerc.json'), JSON.stringify(history === undefined ? configuration : withHistory(copy)))
    const args = [allure, 'generate', '--config', 'allurerc.json', '--output', join(folder, 'report'), '--cwd', folder, patternOf(resultsDir)]
    await promisify(execFile)(process.execPath, args, { cwd: folder, env: bareEnvironment(folder), timeout: timeoutMs })
    const html = await readFile(join(folder, 'report', 'index.html'), 'utf8')
    await mkdir(dirname(resolve(outFile)), { recursive: true })
    await writeFile(outFile, toSilentPage(html))
    if (history !== undefined) {
      await mkdir(dirname(resolve(history)), { recursive: true })
      await copyFile(copy, history)
    }
    return { ok: true }
  } catch (error) {
    return { ok: false, reason: `The HTML report could not be made with ${allure}: ${reasonOf(error)}` }
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
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

function findAllure(places: readonly string[]): string | undefined {
  for (const from of places) {
    try {
      const root = dirname(dirname(createRequire(from).resolve('allure')))
      const { version, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string; bin: string | Record<string, string> }
      const file = typeof bin === 'string' ? bin : bin.allure
      if (version.startsWith('3.') && file !== undefined) return join(root, file)
    } catch {
      // Not there; the next place may have it.
    }
  }
  return undefined
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
