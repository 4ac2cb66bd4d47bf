import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { renderHtml } from '../../reporters/index.ts'
import { findChromium, openChromium } from './chromium.ts'
import { comparedRun, fixedRun } from './fixed-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-page-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('the page holds nothing that asks for anything, and no markup of a target', () => {
  const page = renderHtml(comparedRun)
  expect(page.match(/<script|<img|<iframe|<link|<[^>]*\son\w+=/g)).toEqual(['<script'])
  expect(page.match(/(?:src|href)="(?!https:\/\/(?:www\.rfc-editor\.org|auth0\.com)\/)[^"]*"/g)).toBeNull()
  expect(page).not.toMatch(/(?!\n)[\p{Cc}\u202e\u2028]/u)
})

test('of a check that passed the last exchange is there', () => {
  const [passed] = fixedRun.verdicts
  const twice = { ...passed!, exchanges: [{ ...passed!.exchanges[0]!, response: { status: 299, headers: [], body: '' } }, ...passed!.exchanges] }
  expect(renderHtml({ ...fixedRun, verdicts: [twice] })).not.toContain('299')
})

const found = findChromium()
describe.skipIf('reason' in found)('in a browser', () => {
  test('it shows what fails, filters, unfolds, and asks nobody for anything', async () => {
    const page = join(folder, 'report.html')
    writeFileSync(page, renderHtml(comparedRun))
    const browser = await openChromium('path' in found ? found.path : '')
    try {
      const tab = await browser.newPage()
      const requests: string[] = []
      const problems: string[] = []
      tab.on('request', (request) => requests.push(request.url()))
      tab.on('console', (message) => problems.push(message.text()))
      tab.on('pageerror', (error) => problems.push(error.message))
      await tab.goto(pathToFileURL(page).href)
      const shown = (): Promise<string[]> => tab.locator('.verdict:visible > summary > code').allTextContents()

      expect(await tab.locator('h1').textContent()).toBe('https://tenant.example.com does not conform')
      expect(await shown()).toContain('endpoints/token/client-credentials/missing/client_id')
      expect(await shown()).not.toContain('endpoints/wsfed/metadata/success')
      await tab.getByLabel('Passed').check()
      expect(await shown()).toContain('endpoints/wsfed/metadata/success')
      await tab.getByLabel('Search').fill('MISSING/client')
      expect(await shown()).toEqual(['endpoints/token/client-credentials/missing/client_id'])

      await tab.locator('.verdict:visible > summary').click()
      await tab.locator('.verdict:visible .exchange > summary').first().click()
      expect(await tab.locator('.verdict:visible .exchange pre').first().isVisible()).toBe(true)
      await tab.emulateMedia({ colorScheme: 'dark' })
      expect(await tab.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(22, 22, 22)')
      expect({ requests, problems }).toEqual({ requests: [pathToFileURL(page).href], problems: [] })
    } finally {
      await browser.close()
    }
  })
})
