import { accessSync, appendFileSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Run } from '../core/run.ts'
import { UsageError } from '../core/usage-error.ts'
import type { AllureReport } from '../reporters/allure-html.ts'
import { testsOf } from '../reporters/allure-reporter.ts'
import { renderGithub, renderHtml, renderJson, renderJunit, renderMarkdown, renderSarif, renderTerminal } from '../reporters/index.ts'
import type { Arguments } from './arguments.ts'
import type { ReporterName } from './commands.ts'
import { columns, print, showsColor, warn } from './terminal.ts'

/** In which formats a run is reported, and where to. */
export interface Reports {
  readonly names: readonly ReporterName[]
  readonly folder: string
  /** The terminal report tells everything. */
  readonly verbose: boolean
  /** File with the history of the Allure page. */
  readonly history?: string
}

/** Formats that are files, made from the run alone. */
const files = {
  json: { name: 'run.json', render: renderJson },
  junit: { name: 'junit.xml', render: renderJunit },
  markdown: { name: 'summary.md', render: renderMarkdown },
  html: { name: 'report.html', render: renderHtml },
  sarif: { name: 'conformance.sarif', render: renderSarif },
} as const

/** What the arguments ask for, else what is usual; on GitHub Actions its annotations too. */
export function chooseReports(given: Arguments, usual: readonly ReporterName[]): Reports {
  const asked = given.list('reporter') as readonly ReporterName[]
  const history = given.text('history')
  const onGithub = process.env.GITHUB_ACTIONS === 'true'
  return {
    names: asked.length > 0 ? [...new Set(asked)] : [...usual, ...(onGithub ? ['github' as const] : [])],
    folder: given.text('out') ?? 'conformance-report',
    verbose: given.flag('verbose'),
    ...(history === undefined ? {} : { history }),
  }
}

/**
 * Makes the folder and removes from it what will be written, so that a run that breaks off leaves nothing that looks like its result.
 * Throws {@link UsageError} where nothing can be written there: better now than after a run. Allure's results, which are thousands, are removed by
 * the process of Allure when it begins.
 */
export function prepareFolder({ names, folder }: Reports): void {
  const reports = names.flatMap((name) => (name === 'allure' ? ['allure-report'] : isFile(name) ? [files[name].name] : []))
  if (reports.length === 0) return
  const outputs = [...reports, scriptsFolder]
  try {
    // Where the parent is there, no recursion: Node's own never ends in folders like /proc that refuse with "not found".
    mkdirSync(folder, { recursive: !existsSync(dirname(resolve(folder))) || existsSync(folder) })
    const probe = join(folder, '.writable')
    writeFileSync(probe, '')
    rmSync(probe)
    for (const name of outputs) rmSync(join(folder, name), { recursive: true, force: true })
    if (names.includes('allure')) {
      const results = allureResultsOf({ folder })
      if (!existsSync(results)) mkdirSync(results)
      // Fails where it is no folder.
      readdirSync(results)
      accessSync(results, constants.W_OK)
    }
  } catch (error) {
    throw new UsageError(`Nothing can be written to ${folder} (${(error as NodeJS.ErrnoException).code}); name another folder with --out.`)
  }
}

/** Where a run's Allure results lie. */
export function allureResultsOf({ folder }: Pick<Reports, 'folder'>): string {
  return join(folder, 'allure-results')
}

/** Starts Allure where its report is asked for, which takes a while: it can be done before there is a run. */
export async function openAllureReport({ names, history }: Reports): Promise<AllureReport | undefined> {
  if (!names.includes('allure')) return undefined
  return (await import('../reporters/allure-html.ts')).openAllure(history === undefined ? {} : { history })
}

/**
 * Writes the files and prints what is to be printed. `isLive`: Allure has been told of each test already, while the run went on.
 * `allure` was started by {@link openAllureReport} and is used up.
 */
export async function writeReports(run: Run, reports: Reports, { isLive, allure: opened }: { readonly isLive: boolean; readonly allure?: AllureReport | undefined }): Promise<void> {
  const { names, folder, verbose } = reports
  const allure = opened ?? await openAllureReport(reports)
  if (allure && !isLive) {
    allure.begin(allureResultsOf({ folder }), run)
    for (const test of testsOf(run)) allure.add(test)
    await allure.said()
  }
  // Made in a process of its own while the other reports are written.
  const page = allure?.make(run, allurePageOf({ folder }))
  const scripts = writesFiles(names) ? writeScripts(run, folder) : new Map<string, string>()
  // One by one they stand with their verdicts.
  const written: string[] = scripts.size > 0 ? [join(folder, scriptsFolder)] : []
  for (const name of names.filter(isFile)) {
    const path = join(folder, files[name].name)
    writeFileSync(path, files[name].render(run))
    written.push(path)
  }
  if (names.includes('terminal')) print(renderTerminal(run, { color: showsColor(), columns: columns(), verbose, scripts }))
  if (names.includes('github')) {
    print(renderGithub(run))
    const summary = process.env.GITHUB_STEP_SUMMARY
    if (summary) appendFileSync(summary, renderMarkdown(run))
  }
  if (page) {
    // A page needs Allure itself, which not everybody has installed; the results are complete without it.
    const outcome = await page
    if (!outcome.ok) warn(outcome.reason)
    written.push(allureResultsOf({ folder }), ...(outcome.ok ? [allurePageOf({ folder })] : []))
  }
  if (names.includes('terminal') && written.length > 0) print(`Reports: ${written.map((path) => relative('', path)).join(', ')}`)
}

/** Folder of the scripts that play counterexamples again. */
const scriptsFolder = 'counterexamples'

/** Writes the script of each counterexample to a file named by its check; the paths by check, as a shell in the current folder takes them. */
function writeScripts(run: Run, folder: string): Map<string, string> {
  const written = new Map<string, string>()
  for (const { check, counterexample } of run.verdicts) {
    // A run file may come from anywhere, and a check's id becomes a path.
    if (counterexample?.script === undefined || !/^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/.test(check)) continue
    const path = join(folder, scriptsFolder, `${check}.sh`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, counterexample.script, { mode: 0o755 })
    written.set(check, relative('', path))
  }
  return written
}

function writesFiles(names: readonly ReporterName[]): boolean {
  return names.some((name) => name === 'allure' || isFile(name))
}

function allurePageOf({ folder }: Pick<Reports, 'folder'>): string {
  return join(folder, 'allure-report', 'index.html')
}

function isFile(name: ReporterName): name is keyof typeof files {
  return name in files
}
