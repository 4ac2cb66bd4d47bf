import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { prepareFolder, writeReports } from '../../cli/reports.ts'
import type { Run } from '../../core/run.ts'
import { storyRun, storyVerdict } from '../reporters/story-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'counterexamples-'))

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

async function written(run: Run, names: readonly ('terminal' | 'json')[]): Promise<string> {
  const lines: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text))
    return true
  })
  const reports = { names, folder, verbose: false }
  prepareFolder(reports)
  await writeReports(run, reports, { isLive: false })
  return lines.join('')
}

test('the script of a counterexample lies beside the other reports, can be called, and is named in the terminal', async () => {
  const printed = await written(storyRun, ['terminal', 'json'])
  const script = join(folder, 'counterexamples/grants/machine/codes.sh')
  expect(readFileSync(script, 'utf8')).toBe(storyVerdict.counterexample!.script)
  expect(statSync(script).mode & 0o777).toBe(0o755)
  expect(printed).toMatch(/see it again .*conformance run grants\/machine\/codes --seed 42[\s\S]*sh \S*counterexamples\/grants\/machine\/codes\.sh/)
  expect(printed).toMatch(/^Reports: .*counterexamples(?!\/)/m)
})

test('a run removes the scripts of the one before', async () => {
  await written(storyRun, ['json'])
  await written({ ...storyRun, verdicts: [] }, ['json'])
  expect(existsSync(join(folder, 'counterexamples'))).toBe(false)
})

test('where no file is asked for, none is written', async () => {
  const printed = await written(storyRun, ['terminal'])
  expect(existsSync(folder)).toBe(false)
  expect(printed).toContain('curl -i https://tenant.example.com/3')
})

test.each(['../../outside', '/tmp/outside', 'a/../../outside', 'a\nb'])('a run file with the check %j writes nothing elsewhere', async (check) => {
  await written({ ...storyRun, verdicts: [{ ...storyVerdict, check }] }, ['json'])
  expect(readdirSync(folder)).toEqual(['run.json'])
})
