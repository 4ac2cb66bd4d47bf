import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { packageRoot } from '../../core/package-root.ts'
import type { Run } from '../../core/run.ts'
import { openAllure, type HtmlOutcome } from '../../reporters/allure-html.ts'
import { testsOf } from '../../reporters/allure-reporter.ts'
import { toSilentPage } from '../../reporters/silent-page.ts'
import { conformance } from '../cli/program.ts'
import { findChromium, openChromium } from './chromium.ts'
import { fixedRun } from './fixed-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-html-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
// What the process of Allure runs is compiled, which the first use of a checkout does.
await conformance(['--version'], { cwd: folder })

/** Results and page of a run. */
async function report(run: Run, dir: string, page: string, options: Parameters<typeof openAllure>[0] = {}): Promise<HtmlOutcome> {
  const allure = openAllure(options)
  allure.begin(dir, run)
  for (const test of testsOf(run)) allure.add(test)
  await allure.said()
  return allure.make(run, page)
}

const resultsIn = (dir: string): string[] => readdirSync(dir).filter((name) => name.endsWith('-result.json'))

describe('a silent page', () => {
  const start = '<head>\n    <meta http-equiv="Content-Security-Policy" content="'

  test.for([
    ['loses scripts with an address', '<head><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n</head>', '</head>'],
    ['loses scripts for analytics', '<head><script>\nwindow.dataLayer = [];\nfunction gtag(){}\n</script></head>', '</head>'],
    ['loses styles, icons, images and frames with an address', '<head><link href="//cdn/x.css"><img src=\'http://x/y\'><iframe src=https://x></iframe></head>', '</iframe></head>'],
    ['keeps what it carries itself', '<head><link href="data:text/css,x"><script src="data:text/javascript,x"></script></head>', '<link href="data:text/css,x"><script src="data:text/javascript,x"></script></head>'],
    ['keeps links that a reader may click', '<head></head><a href="https://x">x</a>', '</head><a href="https://x">x</a>'],
  ] as const)('%s', ([, html, rest]) => {
    const page = toSilentPage(html)
    expect(page.startsWith(start)).toBe(true)
    expect(page.slice(page.indexOf('">') + 2)).toBe(rest)
  })
})

describe('where there is no page', () => {
  /** A place beside which an Allure of this version is installed, with what its parts consist of. */
  function allureIn(name: string, version: string, parts: Readonly<Record<string, string>>): string {
    for (const [part, code] of Object.entries({ allure: '', ...parts })) {
      const path = join(folder, name, 'node_modules', part, 'dist')
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, 'index.js'), code)
      writeFileSync(join(path, '..', 'package.json'), JSON.stringify({ name: part, version, type: 'module', exports: './dist/index.js' }))
    }
    return join(folder, name, 'package.json')
  }
  const sound = `export const resolveConfig = async () => ({ reportFiles: { addFile: async (path) => path } })
    export class AllureReport { start() {} readResult() {} done() {} }`
  const reader = 'export class BufferResultFile {}'
  const taken = join(folder, 'taken')
  mkdirSync(taken)

  test.for([
    ['Allure is not installed', () => join(folder, 'package.json'), /^The HTML report needs Allure 3: npm i -D allure@3\.18\.0$/],
    ['its parts are missing', () => allureIn('bare', '3.18.0', {}), /^The HTML report could not be made with Allure 3\.18\.0 in .*bare.node_modules.allure: Cannot find module .*@allurereport.core/],
    ['it is another than is known', () => allureIn('later', '3.99.0', { '@allurereport/core': 'export const AllureReport = {}', '@allurereport/reader-api': reader }), /3\.99\.0 in .*: it has no resolveConfig, AllureReport; what is known to work is allure@3\.18\.0$/],
    ['it makes none', () => allureIn('idle', '3.18.0', { '@allurereport/core': sound, '@allurereport/reader-api': reader }), /: it made no page$/],
    ['it ends its process', () => allureIn('rash', '3.18.0', { '@allurereport/core': sound.replace('done() {}', 'done() { console.error("too large"); process.exit(1) }'), '@allurereport/reader-api': reader }), /: too large$/],
    ['it ends its process at once', () => allureIn('hasty', '3.18.0', { '@allurereport/core': 'process.exit(1)', '@allurereport/reader-api': reader }), /: it ended before it was done$/],
    ['it fails', () => allureIn('broken', '3.18.0', { '@allurereport/core': sound.replace('readResult() {}', 'readResult() { throw new Error("no\\nmore") }'), '@allurereport/reader-api': reader }), /: no$/],
  ] as const)('because %s, one line tells it, and the results are complete', async ([name, place, reason]) => {
    const [dir, page] = [join(folder, `results where ${name}`), join(folder, 'none', 'index.html')]
    expect(await report(fixedRun, dir, page, { lookIn: [place()] })).toEqual({ ok: false, reason: expect.stringMatching(reason) as string })
    expect(resultsIn(dir)).toHaveLength(fixedRun.verdicts.length)
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })

  test('because its place is taken, what stands there stays, and so does the history', async () => {
    const history = join(folder, 'untouched.jsonl')
    expect(await report(fixedRun, join(folder, 'results'), taken, { history })).toEqual({ ok: false, reason: expect.stringMatching(/: EISDIR: /) as string })
    expect([existsSync(history), existsSync(`${taken}.part`), readdirSync(taken)]).toEqual([false, false, []])
  })
})

describe('the page of the fixed run', () => {
  // A name that is no glob pattern.
  const dir = join(folder, 'we [ird] (dir) & {more}')
  const page = join(dir, 'out', 'index.html')
  let outcome: unknown
  beforeAll(async () => {
    const elsewhere = { HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp') }
    for (const [name, path] of [...Object.entries(elsewhere), ['', dir]] as const) {
      mkdirSync(path)
      if (name !== '') vi.stubEnv(name, path)
    }
    const made = await report(fixedRun, join(dir, 'allure-results'), page)
    vi.unstubAllEnvs()
    outcome = { made, home: readdirSync(elsewhere.HOME), temporary: readdirSync(elsewhere.TMPDIR) }
  })

  test('is made, and nothing else is written', () => {
    expect(outcome).toEqual({ made: { ok: true }, home: [], temporary: [] })
    expect(readdirSync(dir).sort()).toEqual(['allure-results', 'out'])
    expect(readdirSync(join(dir, 'out'))).toEqual(['index.html'])
    expect(readdirSync(process.cwd()).filter((name) => /allure/i.test(name))).toEqual([])
  })

  test('has no address outside of its data and names nothing of this machine', () => {
    const html = readFileSync(page, 'utf8')
    expect(html).not.toMatch(/googletagmanager|gtag\(|<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\//i)
    expect(html).not.toContain(process.cwd())
    expect(html).toContain('"repoName":""')
  })

  test('opens from disk: its tree, a failing check and an attachment, and asks nobody for anything', async ({ skip }) => {
    const found = findChromium()
    if ('reason' in found) return skip(found.reason)
    const browser = await openChromium(found.path)
    onTestFinished(() => browser.close())
    const tab = await browser.newPage({ viewport: { width: 1400, height: 1000 } })
    const heard = listen(tab)
    await tab.goto(pathToFileURL(page).href)

    for (const text of ['Token endpoint', 'POST /oauth/token', 'Client Credentials', 'https://tenant.example.com/', 'login, client-credentials, userinfo, wsfed']) {
      await tab.getByText(text, { exact: true }).first().waitFor()
    }
    await tab.getByText('A refusal does not repeat what was sent').first().click()
    await tab.getByText('Category: Does not conform').waitFor()
    await tab.getByText('endpoints/userinfo/error/echo').first().waitFor()
    await tab.getByText('GET /userinfo → 401').first().click()
    await tab.getByText('request and response').first().click()
    await tab.getByText('Bearer [access_token removed]').waitFor()
    await tab.getByText('</script><script>alert(1)</script>').last().waitFor()
    const link = tab.getByRole('link', { name: 'Recorded answer of an Auth0 tenant, 2026-11' })
    expect(await link.getAttribute('href')).toBe('https://auth0.com/docs/api/authentication#user-profile')

    await tab.goBack()
    // Where nothing failed, groups are folded.
    for (const text of ['SAML', 'GET /samlp/{client_id}', 'Login', 'A SAML login ends with a signed response']) await tab.getByText(text, { exact: true }).first().click()
    await tab.getByText('needs saml: no client with the SAML2 Web App add-on is configured').first().waitFor()

    expect(heard).toEqual({ requests: [pathToFileURL(page).href], console: [], errors: [], dialogs: [] })
  }, 60_000)
})

test('a history goes from run to run, and shows what is new', async () => {
  const results = join(folder, 'history results')
  const history = join(folder, 'kept', 'history.jsonl')
  const page = join(folder, 'with-history.html')
  const [first, ...others] = fixedRun.verdicts
  for (const status of ['pass', 'fail'] as const) {
    const run = { ...fixedRun, verdicts: [{ ...first!, status, findings: [{ at: 'status', expected: '200', actual: '500' }] }, ...others] }
    expect(await report(run, results, page, { history })).toEqual({ ok: true })
  }
  const runs = readFileSync(history, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { testResults: Record<string, { fullName: string; status: string }> })
  expect(runs.map(({ testResults }) => Object.values(testResults).find(({ fullName }) => fullName === first!.check)?.status)).toEqual(['passed', 'failed'])
  expect(await transitionsIn(page, first!.check)).toEqual(['regressed'])
  expect(readFileSync(history, 'utf8')).not.toContain(folder)
}, 60_000)

test('what was said before a new beginning is forgotten', async () => {
  const [dir, page] = [join(folder, 'anew'), join(folder, 'anew.html')]
  const allure = openAllure()
  const [first, ...others] = testsOf(fixedRun)
  allure.begin(dir, fixedRun)
  allure.add({ ...first!, name: 'endpoints/old', verdict: { ...first!.verdict!, check: 'endpoints/old' } })
  allure.begin(dir, fixedRun)
  for (const test of others) allure.add(test)
  await allure.said()
  expect(await allure.make(fixedRun, page)).toEqual({ ok: true })
  expect(resultsIn(dir)).toHaveLength(others.length)
  expect(readFileSync(page, 'utf8').match(/d\("data\/test-results\//g)).toHaveLength(others.length)
})

describe('a run that is gone', () => {
  /** A program that tells Allure of the fixed run, and then waits for a line in which to go on; it is the leader of a group of processes, as in a terminal. */
  function startRun(dir: string, then: string): { readonly child: ChildProcess; readonly temporary: string } {
    const temporary = join(dir, 'tmp')
    mkdirSync(temporary, { recursive: true })
    writeFileSync(join(dir, 'run.json'), JSON.stringify(fixedRun))
    const compiled = (name: string): string => JSON.stringify(pathToFileURL(join(packageRoot, 'dist/reporters', name)).href)
    const code = `
      import { readFileSync } from 'node:fs'
      const { openAllure } = await import(${compiled('allure-html.js')})
      const { testsOf } = await import(${compiled('allure-reporter.js')})
      const run = JSON.parse(readFileSync('run.json', 'utf8'))
      process.on('SIGINT', () => {})
      const allure = openAllure()
      allure.begin('results', run)
      for (const test of testsOf(run)) allure.add(test)
      console.log('told')
      for await (const _ of process.stdin) break
      ${then}`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: dir, env: { ...process.env, TMPDIR: temporary }, stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    onTestFinished(() => void child.kill('SIGKILL'))
    return { child, temporary }
  }

  test('leaves the results of what it judged, and no process and no folder of it', async () => {
    const dir = join(folder, 'gone')
    const { child, temporary } = startRun(dir, '')
    await vi.waitFor(() => expect(existsSync(join(dir, 'results'))).toBe(true), { timeout: 10_000 })
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(readdirSync(temporary)).toEqual([]), { timeout: 10_000 })
    expect(resultsIn(join(dir, 'results'))).toHaveLength(fixedRun.verdicts.length)
  })

  test('is not what an interrupt in a terminal makes of it, which goes to every process', async () => {
    const dir = join(folder, 'interrupted')
    const { child, temporary } = startRun(dir, "console.log(JSON.stringify(await allure.make(run, 'page.html')))")
    let told = ''
    child.stdout!.setEncoding('utf8').on('data', (text: string) => { told += text })
    await vi.waitFor(() => expect(resultsIn(join(dir, 'results'))).toHaveLength(fixedRun.verdicts.length), { timeout: 10_000 })
    process.kill(-child.pid!, 'SIGINT')
    child.stdin!.end('\n')
    await once(child, 'close')
    expect(told).toBe('told\n{"ok":true}\n')
    expect([existsSync(join(dir, 'page.html')), readdirSync(temporary)]).toEqual([true, []])
  })
})

/** How Allure says that checks have changed, in the data that a page carries. */
async function transitionsIn(page: string, check: string): Promise<string[]> {
  const files = [...readFileSync(page, 'utf8').matchAll(/d\("data\/test-results\/[^"]+","([^"]+)"\)/g)].map(([, data]) => JSON.parse(Buffer.from(data!, 'base64').toString('utf8')) as { fullName: string; transition?: string })
  return files.filter(({ fullName, transition }) => fullName === check && transition !== undefined).map(({ transition }) => transition!)
}

/** All that a page does beside showing itself. */
function listen(tab: Page): { requests: string[]; console: string[]; errors: string[]; dialogs: string[] } {
  const heard = { requests: [] as string[], console: [] as string[], errors: [] as string[], dialogs: [] as string[] }
  tab.context().on('request', (request) => void (request.url().startsWith('data:') || heard.requests.push(request.url())))
  tab.on('console', (message) => void heard.console.push(`${message.type()} ${message.text()}`))
  tab.on('pageerror', (error) => void heard.errors.push(error.message))
  tab.on('dialog', (dialog) => {
    heard.dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  return heard
}
