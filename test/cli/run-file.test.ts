import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadRun } from '../../cli/run-file.ts'
import { withBaseline } from '../../core/compare-runs.ts'
import { packageRoot } from '../../core/package-root.ts'
import { renderGithub, renderHtml, renderJunit, renderMarkdown, renderSarif, renderTerminal } from '../../reporters/index.ts'
import { temporaryFolder } from './program.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const earlier = join(packageRoot, 'test/cli/run-files/0.1.0.json')
const text = readFileSync(earlier, 'utf8')
type Json = Record<string, unknown>

function fileWith(content: string): string {
  const file = join(folder.path, 'run.json')
  writeFileSync(file, content)
  return file
}

test('a run file of version 0.1.0 is read, rendered in every format and compared', () => {
  const run = loadRun(earlier)
  for (const rendered of [renderTerminal(run, { color: false, verbose: true }), renderGithub(run), renderHtml(run), renderJunit(run), renderMarkdown(run), renderSarif(run)]) {
    expect(rendered).toContain('A request without client')
  }
  expect(withBaseline(run, run, { renamed: {} }).comparison!.changes.map(({ change }) => change)).toEqual(['still-failing'])
})

describe('what is no run file is refused with one sentence', () => {
  const broken = (change: (run: Json & { verdicts: Json[] }) => void): string => {
    const run = JSON.parse(text) as Json & { verdicts: Json[] }
    change(run)
    return JSON.stringify(run)
  }
  test.each<[string, string]>([
    ['', 'is no JSON: give the run.json that conformance run wrote.'],
    ['[]', 'is no run file: give the run.json that conformance run wrote.'],
    ['null', 'is no run file: give the run.json that conformance run wrote.'],
    ['{"verdicts":[]}', 'is no run file: give the run.json that conformance run wrote.'],
    [broken((run) => { run.schemaVersion = 2 }), 'is a run file of version 2, and this program reads version 1; use the version that wrote it.'],
    [broken((run) => { run.target = null }), 'is a run file with a broken member target: give it as conformance run wrote it.'],
    [broken((run) => { run.profile = 'x' }), 'is a run file with a broken member profile: give it as conformance run wrote it.'],
    [broken((run) => { run.totals = { pass: '1' } }), 'is a run file with a broken member totals: give it as conformance run wrote it.'],
    [broken((run) => { run.verdicts[1]!.status = 'skipped' }), 'is a run file with a broken member verdicts[1]: give it as conformance run wrote it.'],
    [broken((run) => { run.verdicts[0]!.exchanges = [{ request: null }] }), 'is a run file with a broken member verdicts[0]: give it as conformance run wrote it.'],
    [broken((run) => { run.verdicts[0]!.sources = [{}] }), 'is a run file with a broken member verdicts[0]: give it as conformance run wrote it.'],
  ])('%#', (content, sentence) => {
    const file = fileWith(content)
    expect(() => loadRun(file)).toThrow(`${file} ${sentence}`)
  })

  test('one that is not there', () => {
    expect(() => loadRun(join(folder.path, 'nowhere.json'))).toThrow(`The run file ${join(folder.path, 'nowhere.json')} can't be read (ENOENT).`)
  })
})
