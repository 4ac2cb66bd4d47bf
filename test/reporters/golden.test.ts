import { expect, test } from 'vitest'
import { renderChanges, renderGithub, renderHtml, renderJson, renderJunit, renderMarkdown, renderSarif, renderTerminal } from '../../reporters/index.ts'
import { comparedRun, fixedRun, greenRun } from './fixed-run.ts'

/** Update with `npx vitest run test/reporters/golden.test.ts -u`, and read the difference. */
test.for([
  ['terminal.txt', renderTerminal(fixedRun, { color: false, columns: 120, verbose: false })],
  ['terminal-verbose.txt', renderTerminal(fixedRun, { color: false, columns: 120, verbose: true })],
  ['terminal-color.txt', renderTerminal(fixedRun, { color: true, columns: 80, verbose: false })],
  ['terminal-green.txt', renderTerminal(greenRun, { color: false, columns: 120, verbose: false })],
  ['run.json', renderJson(fixedRun)],
  ['junit.xml', renderJunit(fixedRun)],
  ['summary.md', renderMarkdown(fixedRun)],
  ['summary-green.md', renderMarkdown(greenRun)],
  ['github.txt', renderGithub(fixedRun)],
  ['report.html', renderHtml(fixedRun)],
  ['conformance.sarif', renderSarif(fixedRun)],
  ['compared/changes.txt', renderChanges(comparedRun, { color: false, columns: 120, verbose: true })],
  ['compared/terminal.txt', renderTerminal(comparedRun, { color: false, columns: 120, verbose: false })],
  ['compared/junit.xml', renderJunit(comparedRun)],
  ['compared/summary.md', renderMarkdown(comparedRun)],
  ['compared/github.txt', renderGithub(comparedRun)],
  ['compared/report.html', renderHtml(comparedRun)],
  ['compared/conformance.sarif', renderSarif(comparedRun)],
] as const)('the fixed run is rendered as %s', async ([file, rendered]) => {
  await expect(rendered).toMatchFileSnapshot(`golden/${file}`)
})
