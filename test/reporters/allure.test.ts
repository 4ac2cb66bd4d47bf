import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Category } from 'allure-js-commons/sdk'
import type { TestResult } from 'allure-js-commons'
import { afterAll, describe, expect, test } from 'vitest'
import { createVitest } from 'vitest/node'
import { AllureResults, writeAllureResults } from '../../reporters/allure.ts'
import { allureMessagesOf, asShown, idOf } from '../../reporters/allure-messages.ts'
import { AllureReporter } from '../../reporters/allure-reporter.ts'
import { openResults } from '../../reporters/allure-results.ts'
import { comparedRun, fixedRun, greenRun } from './fixed-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-allure-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const refused = fixedRun.verdicts.find(({ check }) => check === 'endpoints/token/client-credentials/missing/client_id')!

function resultsIn(dir: string): Map<string, TestResult> {
  const results = readdirSync(dir).filter((name) => name.endsWith('-result.json')).map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as TestResult)
  return new Map(results.map((result) => [result.fullName!, result]))
}

/** A result without what differs from one writing to the next: file names, and the times of a test that sent nothing. */
function stable(result: TestResult): unknown {
  const { uuid: _, start, stop, ...rest } = result
  const text = JSON.stringify(rest).replace(/[\da-f-]{36}-attachment/g, 'attachment')
  return { ...JSON.parse(text) as object, ...(rest.steps.some(({ attachments }) => attachments.length > 0) ? { start, stop } : {}) }
}

test('what is left out of a verdict on its way to the other process is nothing that is shown', () => {
  const passed = fixedRun.verdicts.map((verdict) => ({ ...verdict, status: 'pass' as const, exchanges: [...verdict.exchanges, ...refused.exchanges, ...refused.exchanges] }))
  for (const verdict of [...fixedRun.verdicts, ...greenRun.verdicts, ...comparedRun.verdicts, ...passed]) {
    expect(allureMessagesOf(asShown(verdict), fixedRun)).toEqual(allureMessagesOf(verdict, fixedRun))
  }
  expect(JSON.stringify(passed.map(asShown)).length).toBeLessThan(JSON.stringify(passed).length * 0.8)
})

describe('a run written as Allure results', () => {
  const dir = join(folder, 'written')
  writeAllureResults(fixedRun, dir)
  const results = resultsIn(dir)
  const refusal = results.get(refused.check)!

  test('has a result for each verdict, found by the id of its check', () => {
    expect([...results.keys()].sort()).toEqual(fixedRun.verdicts.map(({ check }) => check).sort())
    expect(refusal).toMatchObject({
      name: 'A request without client_id is refused',
      testCaseId: 'f78c05c416ee4564267343aa73973630',
      historyId: 'f78c05c416ee4564267343aa73973630',
      titlePath: ['endpoints', 'token', 'client-credentials', 'missing'],
      start: Date.UTC(2026, 10, 24, 6, 0, 0, 200),
      stop: Date.UTC(2026, 10, 24, 6, 0, 0, 212),
    })
  })

  test('gives labels, links and parameters, and none that name the machine', () => {
    expect(refusal.labels).toEqual([
      { name: 'epic', value: 'Token endpoint' },
      { name: 'feature', value: 'POST /oauth/token' },
      { name: 'story', value: 'Client Credentials' },
      { name: 'severity', value: 'critical' },
      { name: 'tag', value: 'must' },
      { name: 'tag', value: 'auth0' },
    ])
    expect(refusal.links).toEqual([
      { name: 'RFC 6749, 5.2', url: 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2', type: 'link' },
      { name: 'Auth0 Authentication API, Client credentials', url: 'https://auth0.com/docs/api/authentication#client-credentials', type: 'link' },
    ])
    expect(refusal.parameters).toEqual([
      { name: 'level', value: 'must', excluded: true },
      { name: 'profile', value: 'auth0', excluded: true },
      { name: 'collection item', value: 'Get Access Token / Client Credentials', excluded: true },
    ])
    expect([...results.values()].map(({ labels }) => labels.find(({ name }) => name === 'severity')?.value).sort())
      .toEqual([...Array(9).fill('critical'), 'minor', 'normal'])
  })

  test('translates statuses: what accuses the target is failed, what could not be judged is broken, what was not tried is skipped', () => {
    expect(Object.fromEntries([...results].map(([check, { status, statusDetails }]) => [check, [status, statusDetails.trace?.split('\n')[0]]]))).toEqual({
      'endpoints/token/client-credentials/success/token': ['passed', undefined],
      'endpoints/token/client-credentials/missing/client_id': ['failed', 'Does not conform (must)'],
      'endpoints/userinfo/error/echo': ['failed', 'Does not conform (must)'],
      'endpoints/userinfo/success/cache': ['failed', 'Differs (should)'],
      'endpoints/signup/success/id': ['failed', 'Differs (may)'],
      'endpoints/wsfed/metadata/success': ['passed', undefined],
      'endpoints/samlp/login/success': ['skipped', undefined],
      'endpoints/samlp/metadata/success': ['skipped', undefined],
      'endpoints/signup/success/created': ['skipped', undefined],
      'endpoints/logout/success': ['broken', 'Could not be judged'],
      'endpoints/discovery/issuer': ['broken', 'Our error'],
    })
    expect(results.get('endpoints/samlp/login/success')!.statusDetails).toEqual({ message: 'needs saml: no client with the SAML2 Web App add-on is configured' })
    expect(results.get('endpoints/userinfo/success/cache')!.statusDetails).toMatchObject({ expected: 'text like no-store', actual: '(absent)' })
  })

  test('has a step with its exchange for each request, a failed one for each finding, and the commands that send the requests again', () => {
    expect(refusal.steps.map(({ name, status, attachments }) => [name, status, attachments.map((attachment) => `${attachment.name} (${attachment.type})`)])).toEqual([
      ['POST /oauth/token → 200', 'passed', ['request and response (application/vnd.allure.http+json)']],
      ['status: expected 401, actual 200', 'failed', []],
      ['body error code: expected access_denied, actual (absent) (a token was given to nobody)', 'failed', []],
    ])
    expect(refusal.attachments.map(({ name, type }) => `${name} (${type})`)).toEqual(['curl (text/plain)'])
    const [exchange, curl] = [refusal.steps[0]!.attachments[0]!, refusal.attachments[0]!].map(({ source }) => readFileSync(join(dir, source), 'utf8'))
    expect(JSON.parse(exchange!)).toEqual({
      schemaVersion: 1,
      request: {
        method: 'POST', url: 'https://tenant.example.com/oauth/token',
        headers: [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }],
        body: { contentType: 'application/x-www-form-urlencoded', encoding: 'utf8', value: 'grant_type=client_credentials' },
      },
      response: {
        status: 200,
        headers: [{ name: 'Content-Type', value: 'application/json; charset=utf-8' }, { name: 'Cache-Control', value: 'no-store' }],
        body: { contentType: 'application/json; charset=utf-8', encoding: 'utf8', value: '{\n  "access_token": "[access_token removed]"\n}' },
      },
      start: Date.UTC(2026, 10, 24, 6, 0, 0, 200),
      stop: Date.UTC(2026, 10, 24, 6, 0, 0, 212),
    })
    expect(curl).toBe('curl -i https://tenant.example.com/oauth/token --data-urlencode grant_type=client_credentials\n')
  })

  test('says what was judged, and each verdict that did not pass is in exactly one category', () => {
    expect(readFileSync(join(dir, 'environment.properties'), 'utf8')).toBe([
      'Target=https://tenant.example.com',
      'Issuer=https://tenant.example.com/',
      'Profile=auth0',
      'Suite=auth0-conformance 0.1.0',
      'Document=sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      'Seed=42',
      'Capabilities=login, client-credentials, userinfo, wsfed',
      'Missing=saml',
      '',
    ].join('\n'))
    const categories = JSON.parse(readFileSync(join(dir, 'categories.json'), 'utf8')) as (Category & { name: string })[]
    const found = [...results.values()].filter(({ status }) => status !== 'passed').map(({ status, statusDetails: { trace = '' } }) =>
      categories.filter(({ matchedStatuses, traceRegex }) => matchedStatuses!.includes(status!) && (!traceRegex || new RegExp(`^${traceRegex as string}$`).test(trace))).map(({ name }) => name))
    expect(found.map((names) => names.join()).sort()).toEqual([
      'Could not be judged', 'Differs (should, may)', 'Differs (should, may)', 'Does not conform', 'Does not conform', 'Our error',
      'Unsupported by the target', 'Unsupported by the target', 'Unsupported by the target',
    ])
  })

  test('holds no control character that a target sent', () => {
    for (const name of readdirSync(dir).filter((file) => !file.endsWith('.txt') && !file.endsWith('.properties'))) {
      const strings: string[] = []
      JSON.parse(readFileSync(join(dir, name), 'utf8'), (_, value: unknown) => (typeof value === 'string' && strings.push(value), value))
      expect(strings.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e\p{Cs}]/u)
    }
  })
})

test('the folder is emptied of earlier results, and of nothing else', () => {
  const dir = join(folder, 'twice')
  writeAllureResults(fixedRun, dir)
  writeFileSync(join(dir, 'executor.json'), '{}')
  writeFileSync(join(dir, 'notes.txt'), '')
  const before = readdirSync(dir).length
  writeAllureResults(fixedRun, dir)
  expect(readdirSync(dir)).toHaveLength(before)
  expect(readdirSync(dir)).toEqual(expect.arrayContaining(['executor.json', 'notes.txt']))
})

test('messages of a verdict are the same each time and do not change the verdict', () => {
  const before = JSON.stringify(refused)
  expect(allureMessagesOf(refused, fixedRun)).toEqual(allureMessagesOf(refused, fixedRun))
  expect(JSON.stringify(refused)).toBe(before)
})

test('a result is on the disk as soon as there is a verdict', () => {
  const dir = join(folder, 'broken-off')
  const reporter = new AllureReporter(new AllureResults(openResults(dir), fixedRun))
  const task = { type: 'test', name: refused.check, mode: 'run', meta: {}, file: { filepath: '/x/y.suite.js' }, result: { state: 'fail', startTime: 1, duration: 5 } }
  const finished = { id: '1', meta: () => ({ verdict: refused }), task }
  reporter.onTestCaseResult(finished)
  reporter.onTestCaseResult(finished)
  expect([...resultsIn(dir).keys()]).toEqual([refused.check])
})

test('a check that was ended with the run leaves no result', () => {
  const dir = join(folder, 'interrupted')
  const reporter = new AllureReporter(new AllureResults(openResults(dir), fixedRun))
  const failed = (id: string) => ({ id, meta: () => ({}), task: { type: 'test', name: id, mode: 'run', meta: {}, file: { filepath: '/x/y.suite.js' }, result: { state: 'fail' } } })
  const modules = [{ children: { allTests: () => [failed('a/b')] } }] as unknown as Parameters<typeof reporter.onTestRunEnd>[0]
  reporter.onTestRunEnd(modules, [], 'interrupted')
  expect([...resultsIn(dir).keys()]).toEqual([])
  reporter.onTestRunEnd(modules, [], 'failed')
  expect(resultsIn(dir).get('a/b')).toMatchObject({ status: 'broken', statusDetails: { message: 'the check did not come to an end' } })
})

describe('a live run of vitest', () => {
  const dir = join(folder, 'live')
  const run = (async () => {
    const root = import.meta.dirname
    const quiet = (): NodeJS.WriteStream => new PassThrough().resume() as unknown as NodeJS.WriteStream
    const vitest = await createVitest('test', {
      config: false, root, dir: root, include: ['live/*.live.ts'], exclude: [], watch: false, cache: false, pool: 'threads', isolate: false, maxWorkers: 1,
      reporters: [new AllureReporter(new AllureResults(openResults(dir), fixedRun))],
    }, { configFile: false, envDir: false, clearScreen: false, logLevel: 'silent' } as object, { stdout: quiet(), stderr: quiet() })
    const exitCode = process.exitCode
    await vitest.start()
    await vitest.close()
    // The inner run fails, as it should; this one does not.
    process.exitCode = exitCode
    return resultsIn(dir)
  })()

  test('leaves the same results as the run file written afterwards', async () => {
    const live = await run
    const written = resultsIn(join(folder, 'written'))
    for (const [check, result] of written) expect(stable(live.get(check)!), check).toEqual(stable(result))
  })

  test('leaves a broken result of a test that failed without a verdict, and none of a test that never started', async () => {
    const live = await run
    expect([...live.keys()].filter((name) => !fixedRun.verdicts.some(({ check }) => check === name))).toEqual(['endpoints/broken/by-us'])
    expect(live.get('endpoints/broken/by-us')).toMatchObject({
      status: 'broken', testCaseId: idOf('endpoints/broken/by-us'), titlePath: [], labels: [],
      statusDetails: { message: 'no verdict came of this', trace: 'Our error' },
    })
  })

  test('names neither the machine nor the folder', async () => {
    await run
    for (const name of readdirSync(dir)) {
      const text = readFileSync(join(dir, name), 'utf8')
      expect(text).not.toContain(process.cwd())
      expect(text).not.toContain('verdicts.live')
      if (hostname().length > 3) expect(text).not.toContain(hostname())
    }
  })
})
