import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { writeAllureResults } from '../../reporters/allure.ts'
import { openAllurePage, toSilentPage } from '../../reporters/allure-html.ts'
import { findChromium, openChromium } from './chromium.ts'
import { fixedRun } from './fixed-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-html-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

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

test('without Allure there is no page, and one line tells how to get it', async () => {
  const page = join(folder, 'without.html')
  expect(await openAllurePage({ lookIn: [join(folder, 'package.json')] }).make(folder, page)).toEqual({ ok: false, reason: 'The HTML report needs Allure 3: npm i -D allure@3.18.0' })
  expect(existsSync(page)).toBe(false)
})

test('what goes wrong is told in one line', async () => {
  const outcome = await openAllurePage().make(join(folder, 'nowhere'), join(folder, 'nothing.html'))
  expect(outcome).toEqual({ ok: false, reason: expect.stringMatching(/^The HTML report could not be made with .*cli\.js: No test results directories found matching pattern: .*nowhere$/) as string })
})

describe('the page of the fixed run', () => {
  // A name that is no glob pattern.
  const dir = join(folder, 'we [ird] (dir) & {more}')
  const page = join(dir, 'out', 'index.html')
  const outcome = (async () => {
    const elsewhere = { HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp') }
    for (const [name, path] of [...Object.entries(elsewhere), ['', dir]] as const) {
      mkdirSync(path)
      if (name !== '') vi.stubEnv(name, path)
    }
    writeAllureResults(fixedRun, join(dir, 'allure-results'))
    const made = await openAllurePage().make(join(dir, 'allure-results'), page)
    vi.unstubAllEnvs()
    return { made, home: readdirSync(elsewhere.HOME), temporary: readdirSync(elsewhere.TMPDIR) }
  })()

  test('is made, and nothing else is written', async () => {
    expect(await outcome).toEqual({ made: { ok: true }, home: [], temporary: [] })
    expect(readdirSync(dir).sort()).toEqual(['allure-results', 'out'])
    expect(readdirSync(join(dir, 'out'))).toEqual(['index.html'])
    expect(readdirSync(process.cwd()).filter((name) => /allure/i.test(name))).toEqual([])
  })

  test('has no address outside of its data and names nothing of this machine', async () => {
    await outcome
    const html = readFileSync(page, 'utf8')
    expect(html).not.toMatch(/googletagmanager|gtag\(|<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\//i)
    expect(html).not.toContain(process.cwd())
    expect(html).toContain('"repoName":""')
  })

  test('opens from disk: its tree, a failing check and an attachment, and asks nobody for anything', async ({ skip }) => {
    const found = findChromium()
    if ('reason' in found) return skip(found.reason)
    await outcome
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
    rmSync(results, { recursive: true, force: true })
    writeAllureResults({ ...fixedRun, verdicts: [{ ...first!, status, findings: [{ at: 'status', expected: '200', actual: '500' }] }, ...others] }, results)
    expect(await openAllurePage({ history }).make(results, page)).toEqual({ ok: true })
  }
  const runs = readFileSync(history, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { testResults: Record<string, { fullName: string; status: string }> })
  expect(runs.map(({ testResults }) => Object.values(testResults).find(({ fullName }) => fullName === first!.check)?.status)).toEqual(['passed', 'failed'])
  expect(await transitionsIn(page, first!.check)).toEqual(['regressed'])
  expect(readFileSync(history, 'utf8')).not.toContain(folder)
}, 60_000)

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
