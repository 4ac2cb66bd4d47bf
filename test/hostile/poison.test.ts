import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseStringPromise } from 'xml2js'
import { assembleRun, factsOfRun } from '../../cli/run-file.ts'
import { runCheck } from '../../core/runner.ts'
import type { Run } from '../../core/run.ts'
import type { Verdict } from '../../core/verdict.ts'
import { openWorlds } from '../../fixtures/world.ts'
import { writeAllureResults } from '../../reporters/allure.ts'
import { renderGithub, renderHtml, renderJson, renderJunit, renderMarkdown, renderSarif, renderTerminal } from '../../reporters/index.ts'
import { printableCommand } from '../../reporters/printable.ts'
import { allChecks } from '../../suites/index.ts'
import { findChromium, openChromium } from '../reporters/chromium.ts'
import { prose } from '../reporters/prose.ts'
import { poisonsWith, startPoisoner } from './poison-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-poison-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const mark = 'owned_by_target'
const callback = 'https://app.example/callback'
let run: Run

beforeAll(async () => {
  const server = await startPoisoner(poisonsWith(mark), callback)
  const client = { clientId: 'web', clientSecret: 'web-secret-0123', redirectUri: callback, grantTypes: ['authorization_code', 'refresh_token', 'client_credentials', 'password'] }
  const worlds = openWorlds({
    target: { baseUrl: server.url, issuer: `${server.url}/` },
    clients: {
      confidential: client, public: { clientId: 'spa', redirectUri: callback }, machine: client,
      saml: { clientId: 'saml', acs: 'https://sp.example/acs', entityId: 'urn:sp' }, wsfed: { clientId: 'wsfed', reply: 'https://rp.example/signin' },
    },
    users: { main: { email: 'ada@example.com', password: 'Correct-Horse-9!' } }, connections: { database: 'db' }, api: { audience: 'urn:api', scopes: ['read:things'] },
    allow: ['signup', 'logout'], timeoutMs: 2000,
  }, { seed: 1, runs: 5 })
  try {
    const startedAt = new Date()
    const queue = allChecks().filter(({ profiles, pausesMs }) => profiles.includes('auth0') && pausesMs === undefined)
    const verdicts: Verdict[] = []
    await Promise.all(Array.from({ length: 10 }, async () => {
      for (let check = queue.shift(); check; check = queue.shift()) verdicts.push(await runCheck(check, worlds.permissions, () => worlds.stage()))
    }))
    const facts = factsOfRun({ target: { baseUrl: server.url, issuer: `${server.url}/`, capabilities: [], missing: [] }, profile: 'auth0', seed: 1 })
    run = assembleRun(facts, { startedAt, verdicts, strict: true, isInterrupted: false })
  } finally {
    await worlds.close()
    await server.close()
  }
}, 60_000)

const acting = /(?!\n|\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/u
const ownColors = new RegExp(`${String.fromCharCode(0x1b)}\\[(?:1|2|22|31|32|33|36|39)m`, 'g')
const options = { columns: 80, verbose: true }
const texts: Readonly<Record<string, (of: Run) => string>> = {
  terminal: (of) => renderTerminal(of, { ...options, color: false }),
  'terminal in colour': (of) => renderTerminal(of, { ...options, color: true }).replace(ownColors, ''),
  json: renderJson, junit: renderJunit, markdown: renderMarkdown, github: renderGithub, html: renderHtml, sarif: renderSarif,
}

test('the target is accused, and nothing that it sends is an error of ours', () => {
  expect(run.verdicts.filter(({ status }) => status === 'error').map(({ check, reason }) => ({ check, reason }))).toEqual([])
  expect(run.totals.fail).toBeGreaterThan(100)
  const shown = JSON.stringify(run)
  const missing = Object.entries(poisonsWith(mark)).filter(([, poison]) => !shown.includes(JSON.stringify(poison.slice(0, 12)).slice(1, -1)))
  expect(missing.map(([name]) => name)).toEqual([])
})

describe.each(Object.entries(texts))('%s', (name, render) => {
  test('holds no character that acts, and no command of a CI system but its own', () => {
    const text = render(run)
    expect(acting.exec(text)).toBeNull()
    const lines = text.split('\n')
    expect(lines.filter((line) => /##[\w.-]*\[/.test(line))).toEqual([])
    const own = name === 'github' ? /^::(?:error|warning|notice) title=[^:,\r]*::/ : /^(?!\s*::)/
    expect(lines.filter((line) => line !== '' && !own.test(line))).toEqual([])
  })
})

test('JUnit and SARIF are read', async () => {
  const { testsuites } = await parseStringPromise(renderJunit(run), { strict: true }) as { testsuites: { $: { tests: string } } }
  expect(Number(testsuites.$.tests)).toBe(run.verdicts.length)
  expect(JSON.parse(renderSarif(run))).toMatchObject({ version: '2.1.0' })
})

test('Markdown keeps its tables, its headings and its blocks', () => {
  const left = prose(renderMarkdown(run))
  const lines = left.split('\n')
  const rows = lines.filter((line) => line.startsWith('|')).map((line) => line.match(/(?:\\.|[^|])+/g)!.length)
  expect(new Set(rows.slice(3))).toEqual(new Set([4]))
  expect(lines.filter((line) => line.startsWith('#') && !/^##+ (?:Failures|Warnings|Errors on our side|Not judged|Details|❌ )/.test(line))).toEqual([])
  expect(left.match(/<details>/g)?.length).toBe(left.match(/<\/details>/g)?.length)
  for (const part of [mark, 'evil.example', 'everyone', 'javascript:', '<b>', '<img', '<script']) expect(left).not.toContain(part)
})

test('Allure results are read, show no page of the target and hold no character that acts', () => {
  const dir = join(folder, 'allure-results')
  writeAllureResults(run, dir)
  const files = readdirSync(dir)
  const results = files.filter((file) => file.endsWith('-result.json')).map((file) => readFileSync(join(dir, file), 'utf8'))
  expect(results.length).toBe(run.verdicts.length)
  for (const text of results) expect(acting.exec(JSON.stringify(JSON.parse(text)))).toBeNull()
  expect(files.filter((file) => /\.(?:html?|svg|js)$/.test(file))).toEqual([])
  const types = new Set(results.flatMap((text) => [...text.matchAll(/"type":"([\w.+-]+\/[\w.+-]+)"/g)].map(([, type]) => type)))
  expect([...types].filter((type) => /html|svg|script/.test(type!))).toEqual([])
})

describe('the commands that send a request again', () => {
  const work = join(folder, 'shell')
  beforeAll(() => mkdirSync(work))

  test.each([['as they are shown', true], ['as the run file has them', false]])('%s run curl and nothing else', (_, isShown) => {
    const commands = [...new Set(run.verdicts.flatMap(({ reproduce }) => reproduce))].map((command) => (isShown ? printableCommand(command) : command.replaceAll('\0', '')))
    expect(commands.length).toBeGreaterThan(100)
    const script = join(work, 'commands.sh')
    writeFileSync(script, `count=0\nPATH=\ncurl() { count=$((count + 1)); }\n${commands.join('\n')}\necho "$count"\n`)
    expect(execFileSync('bash', ['-n', script], { encoding: 'utf8' })).toBe('')
    const { status, stdout, stderr } = spawnSync('bash', [script], { cwd: work, encoding: 'utf8', env: {} })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${commands.length}\n`, stderr: '' })
    expect(readdirSync(work)).toEqual(['commands.sh'])
  })
})

const found = findChromium()
test.skipIf('reason' in found)('the page runs no script of the target and asks nobody for anything', async () => {
  const page = join(folder, 'report.html')
  writeFileSync(page, renderHtml(run))
  const browser = await openChromium('path' in found ? found.path : '')
  try {
    const tab = await browser.newPage()
    const seen: string[] = []
    tab.on('request', (request) => void (request.url() === pathToFileURL(page).href || seen.push(request.url())))
    tab.on('console', (message) => seen.push(message.text()))
    tab.on('pageerror', (error) => seen.push(error.message))
    tab.on('dialog', (dialog) => seen.push(dialog.message()))
    await tab.goto(pathToFileURL(page).href)
    await tab.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = true })')
    expect(await tab.evaluate(`[typeof ${mark}, document.scripts.length, document.images.length, document.querySelectorAll(".verdict").length]`)).toEqual(['undefined', 1, 0, run.verdicts.length])
    expect(seen).toEqual([])
  } finally {
    await browser.close()
  }
}, 60_000)
