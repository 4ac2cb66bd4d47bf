import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '../../core/run.ts'
import { mutants } from '../../fixtures/mutants/index.ts'
import { startReferenceTenant, type ReferenceTenant } from '../../fixtures/reference/server.ts'
import type { KnownFailure } from '../../core/known-failures.ts'
import { conformance, temporaryFolder, type Outcome } from './program.ts'

const cwd = temporaryFolder().path
const broken = 'endpoints/userinfo/no-token'
const tenants: ReferenceTenant[] = []
const runIn = (folder: string): Run => JSON.parse(readFileSync(join(cwd, folder, 'run.json'), 'utf8')) as Run

/** A configuration of a reference tenant, with one defect or without. */
async function configure(name: string, mutant?: string, knownFailures?: readonly KnownFailure[]): Promise<void> {
  const tenant = await startReferenceTenant(mutants.find(({ id }) => id === mutant)?.options)
  tenants.push(tenant)
  writeFileSync(join(cwd, name), JSON.stringify({ ...tenant.configuration, ...(knownFailures ? { knownFailures } : {}) }))
}
const judge = (config: string, out: string, ...more: readonly string[]): Promise<Outcome> =>
  conformance(['endpoints/userinfo', '--config', config, '--out', out, '--reporter', 'terminal,json', '--seed', '7', ...more], { cwd })

beforeAll(async () => {
  mkdirSync(cwd, { recursive: true })
  await configure('good.json')
  await configure('bad.json', 'userinfo/no-token-answered-200')
  await judge('good.json', 'good')
  await judge('bad.json', 'bad')
})
afterAll(() => Promise.all(tenants.map((tenant) => tenant.close())))

describe('a regression', () => {
  test('fails a run with a baseline, which shows what the server changed', async () => {
    const { code, stdout } = await judge('bad.json', 'regressed', '--baseline', 'good/run.json')
    expect(code).toBe(1)
    expect(stdout).toMatch(/regressed/)
    expect(stdout).toMatch(/GET \/userinfo: status {2}401 → 403/)
    const { comparison, conforms, verdicts } = runIn('regressed')
    expect(conforms).toBe(false)
    expect(comparison!.changes.find(({ check }) => check === broken)).toMatchObject({ change: 'regressed', before: 'pass', after: 'fail' })
    expect(verdicts.find(({ check }) => check === broken)!.change).toBe('regressed')
  })

  test('that was there before does not, and is told', async () => {
    const { code, stdout } = await judge('bad.json', 'still', '--baseline', 'bad/run.json')
    expect(code).toBe(0)
    expect(stdout).toContain('Still failing, as in the baseline')
    expect(stdout).toContain('fails nothing new')
  })

  test('can not hide behind a baseline that judged something else', async () => {
    await conformance(['endpoints/discovery', '--config', 'bad.json', '--out', 'other', '--reporter', 'json'], { cwd })
    const { code } = await judge('bad.json', 'hidden', '--baseline', 'other/run.json')
    expect(code).toBe(1)
  })

  test('of the other profile can not be told', async () => {
    const { code, stderr } = await judge('good.json', 'none', '--profile', 'standard', '--baseline', 'good/run.json')
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'conformance: good/run.json was judged by the profile auth0, and this run is by standard; compare runs of one profile.\n' })
  })
})

describe('diff', () => {
  test('tells what regressed, what was fixed, and that nothing changed', async () => {
    const [worse, better, same] = await Promise.all([['good', 'bad'], ['bad', 'good'], ['good', 'good']].map(([base, head]) => conformance(['diff', `${base}/run.json`, `${head}/run.json`], { cwd })))
    expect([worse!.code, better!.code, same!.code]).toEqual([1, 0, 0])
    expect(worse!.stdout).toContain(`Regressed\n  ${broken}`)
    expect(better!.stdout).toContain(`Fixed\n  ${broken}`)
    expect(same!.stdout).toMatch(/: nothing\n$/)
  })

  test('as JSON is what a run file holds', async () => {
    const { code, stdout } = await conformance(['diff', 'good/run.json', 'bad/run.json', '--json'], { cwd })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ baseline: { version: runIn('good').suite.version } })
  })

  test('of what is no run file is refused', async () => {
    expect(await conformance(['diff', 'good.json', 'bad/run.json'], { cwd })).toEqual({ code: 2, stdout: '', stderr: 'conformance: good.json is no run file: give the run.json that conformance run wrote.\n' })
  })
})

describe('a known failure', () => {
  const failing = (): string[] => runIn('bad').verdicts.filter(({ status, level }) => status === 'fail' && level === 'must').map(({ check }) => check)

  test('runs, fails and does not count', async () => {
    await configure('known.json', 'userinfo/no-token-answered-200', failing().map((check) => ({ check, reason: 'is being repaired' })))
    const { code, stdout } = await judge('known.json', 'known')
    expect(code).toBe(0)
    expect(stdout).toContain('known: is being repaired')
    expect(runIn('known').verdicts.find(({ check }) => check === broken)).toMatchObject({ status: 'fail', known: { reason: 'is being repaired' } })
  })

  test('that passes fails the run', async () => {
    await configure('stale.json', undefined, [{ check: broken, reason: 'was once' }])
    const { code, stdout } = await judge('stale.json', 'stale')
    expect(code).toBe(1)
    expect(stdout).toContain(`The known failure ${broken} passes; take it out of knownFailures.`)
    expect(stdout).toContain('conforms, but a known failure is out of date')
  })
})

describe('parts of a run', () => {
  test('give the verdict of an undivided one, with Allure results', async () => {
    for (const index of [1, 2]) expect((await judge('good.json', `part ${index}`, '--shard', `${index}/2`)).code).toBe(0)
    const { code } = await conformance(['merge', 'part 2/run.json', 'part 1/run.json', '-o', 'whole', '--reporter', 'json,allure,html,sarif'], { cwd })
    expect(code).toBe(0)
    const told = ({ verdicts, totals, conforms, shard }: Run): object => ({ totals, conforms, shard, verdicts: verdicts.map(({ check, status }) => [check, status]) })
    expect(told(runIn('whole'))).toEqual(told(runIn('good')))
    expect(readdirSync(join(cwd, 'whole/allure-results')).filter((name) => name.endsWith('-result.json')).length).toBe(runIn('good').verdicts.length)
    expect(['report.html', 'conformance.sarif'].filter((name) => !existsSync(join(cwd, 'whole', name)))).toEqual([])
  })

  test('with a gap are refused', async () => {
    expect(await conformance(['merge', 'part 1/run.json'], { cwd })).toEqual({ code: 2, stdout: '', stderr: 'conformance: Part 2 of 2 is missing; give the run files of all parts.\n' })
  })

  test('agree on a seed that nobody gave', async () => {
    const seeds = []
    for (const index of [1, 2]) {
      await conformance(['endpoints/userinfo', '--config', 'good.json', '--out', 'seeded', '--reporter', 'json', '--shard', `${index}/2`], { cwd })
      seeds.push(runIn('seeded').seed)
    }
    expect(seeds[0]).toBe(seeds[1])
  })
})
