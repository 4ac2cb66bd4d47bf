import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../core/package-root.ts'
import type { Run } from '../../core/run.ts'
import { mutants } from '../../fixtures/mutants/index.ts'
import { startReferenceTenant } from '../../fixtures/reference/server.ts'
import type { Configuration } from '../../fixtures/target/configuration.ts'
import { conformance, start, temporaryFolder, type Running } from './program.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A program that is ended with its test, however that goes. */
function startUntilEnd(args: readonly string[], cwd: string): Running {
  const running = start(args, { cwd })
  closing.push(() => void running.child.kill('SIGKILL'))
  return running
}

let count = 0
/** A folder of its own for each test. */
function freshFolder(): string {
  const path = join(folder.path, `run ${++count}`)
  mkdirSync(path)
  return path
}

async function serverWith(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  }))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/**
 * A reference tenant behind a server that passes everything on, a little later; and a configuration for that. What is asked before the
 * checks, to find out what there is, is answered soon; `asked` counts what comes after.
 */
async function slowTenant(delayMs: number): Promise<{ configuration: Configuration; asked: () => number }> {
  let isProbed = false
  let requests = 0
  let origin = ''
  const { url } = await serverWith(async (request, response) => {
    if (isProbed) requests++
    const wait = isProbed ? delayMs : 0
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    if (response.destroyed) return
    // The last of the probes: a path that nobody serves. Those that were sent with it get the time to arrive.
    if (request.method === 'POST' && request.url!.startsWith('/conformance-probe-')) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      isProbed = true
    }
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...headers } = request.headers as Record<string, string>
    const answer = await fetch(origin + request.url, {
      method: request.method!,
      headers,
      redirect: 'manual',
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    })
    const body = Buffer.from(await answer.arrayBuffer())
    const sent = [...answer.headers].filter(([name]) => name !== 'set-cookie' && name !== 'content-encoding' && name !== 'content-length')
    response.writeHead(answer.status, [...sent, ...answer.headers.getSetCookie().map((cookie) => ['set-cookie', cookie] as [string, string])].flat())
    response.end(body)
  })
  const tenant = await startReferenceTenant({ publicUrl: url })
  closing.push(() => tenant.close())
  origin = tenant.url
  return { configuration: tenant.configuration, asked: () => requests }
}

function runFileIn(cwd: string, out = 'conformance-report'): Run {
  return JSON.parse(readFileSync(join(cwd, out, 'run.json'), 'utf8')) as Run
}

/** How a run file differs from its published schema. */
function differences(run: Run): unknown {
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  const validate = ajv.compile(JSON.parse(readFileSync(join(packageRoot, 'docs/run.schema.json'), 'utf8')) as object)
  validate(run)
  return validate.errors ?? []
}

const someChecks = ['endpoints/token/client-credentials', 'endpoints/userinfo']

describe('a run', () => {
  test('without a target judges the embedded reference tenant and exits with 0', async () => {
    const cwd = freshFolder()
    const { code, stdout, stderr } = await conformance([...someChecks, '--reporter', 'terminal,json,junit,markdown', '--seed', '7'], { cwd })
    const run = runFileIn(cwd)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect({ conforms: run.conforms, seed: run.seed, profile: run.profile, verdicts: run.verdicts.length > 20, fail: run.totals.fail }).toEqual({
      conforms: true, seed: 7, profile: 'auth0', verdicts: true, fail: 0,
    })
    expect(run.totals.pass + run.totals.unsupported).toBe(run.verdicts.length)
    expect(differences(run)).toEqual([])
    expect(stdout).toContain(`✓ ${run.target.baseUrl} conforms`)
    expect(stdout).toContain('Reports: conformance-report/run.json, conformance-report/junit.xml, conformance-report/summary.md\n')
    expect(readdirSync(cwd)).toEqual(['conformance-report'])
    expect(readdirSync(join(cwd, 'conformance-report')).sort()).toEqual(['junit.xml', 'run.json', 'summary.md'])
  })

  test('replaces what an earlier run left, and only that', async () => {
    const cwd = freshFolder()
    const out = join(cwd, 'deep', 'reports')
    mkdirSync(join(out, 'allure-results'), { recursive: true })
    writeFileSync(join(out, 'allure-results', 'old-result.json'), '{}')
    writeFileSync(join(out, 'notes.txt'), 'mine')
    const { code } = await conformance([someChecks[0]!, '--out', out, '--reporter', 'allure'], { cwd })
    expect(code).toBe(0)
    const results = readdirSync(join(out, 'allure-results'))
    expect(results).not.toContain('old-result.json')
    expect(results.filter((name) => name.endsWith('-result.json')).length).toBeGreaterThan(5)
    expect(readFileSync(join(out, 'notes.txt'), 'utf8')).toBe('mine')
    expect(readdirSync(cwd)).toEqual(['deep'])
  })

  test('takes no notice of the files that a test engine looks for', async () => {
    const cwd = freshFolder()
    for (const name of ['vitest.config.js', 'vite.config.js', 'postcss.config.cjs']) writeFileSync(join(cwd, name), 'throw new Error("not mine")')
    writeFileSync(join(cwd, 'package.json'), '{"type":"module"}')
    writeFileSync(join(cwd, 'tsconfig.json'), '{ broken')
    expect(await conformance([someChecks[0]!, '--reporter', 'json'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('of a part judges that part', async () => {
    const cwd = freshFolder()
    const listed = await conformance(['list', someChecks[0]!, '--profile', 'auth0', '--json'], { cwd })
    const ids = (JSON.parse(listed.stdout) as { id: string }[]).map(({ id }) => id)
    const parts = []
    for (const shard of ['1/2', '2/2']) {
      await conformance([someChecks[0]!, '--reporter', 'json', '--shard', shard], { cwd })
      parts.push(runFileIn(cwd).verdicts.map(({ check }) => check))
    }
    expect(Math.abs(parts[0]!.length - parts[1]!.length)).toBeLessThanOrEqual(2)
    expect(parts.flat().sort()).toEqual([...ids].sort())
  })

  test('of a part without checks judged nothing', async () => {
    const cwd = freshFolder()
    const { code } = await conformance([someChecks[0]!, '--reporter', 'json', '--shard', '999/999'], { cwd })
    expect({ code, verdicts: runFileIn(cwd).verdicts }).toEqual({ code: 3, verdicts: [] })
  })

  test('tells GitHub what it found, and fills the summary of the step', async () => {
    const cwd = freshFolder()
    const { code, stdout } = await conformance([someChecks[0]!, '--reporter', 'github'], { cwd, env: { GITHUB_STEP_SUMMARY: join(cwd, 'summary') } })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^::notice title=http/m)
    expect(readFileSync(join(cwd, 'summary'), 'utf8')).toContain('conforms')
    expect(existsSync(join(cwd, 'conformance-report'))).toBe(false)
  })
})

describe('a configured target', () => {
  test('is the reference tenant as serve describes it', async () => {
    const cwd = freshFolder()
    const tenant = startUntilEnd(['serve', '--write-config', 'conformance.config.json'], cwd)
    const url = (await tenant.printed(/^ready /)).slice('ready '.length)
    const file = join(cwd, 'conformance.config.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((JSON.parse(readFileSync(file, 'utf8')) as Configuration).target.baseUrl).toBe(url)

    const run = await conformance([...someChecks, '--reporter', 'json'], { cwd })
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(runFileIn(cwd).target.baseUrl).toBe(url)

    tenant.child.kill('SIGTERM')
    expect(await tenant.outcome).toEqual({ code: 0, stdout: `ready ${url}\n`, stderr: '' })
  })

  test('with a defect does not conform, by the check that its mutant names', async () => {
    const cwd = freshFolder()
    const { id, title, killedBy } = mutants.find((mutant) => mutant.killedBy.startsWith('endpoints/token/'))!
    const listed = await conformance(['serve', '--list-mutants'], { cwd })
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    expect(listed.stdout.split('\n').find((line) => line.startsWith(`${id} `))).toContain(`${title} (found by ${killedBy})`)

    const tenant = startUntilEnd(['serve', '--mutant', id, '--write-config', 'conformance.config.json'], cwd)
    await tenant.printed('ready ')
    const { code, stdout } = await conformance([killedBy, '--reporter', 'terminal,json'], { cwd })
    expect({ code, statuses: runFileIn(cwd).verdicts.map(({ check, status }) => [check, status]) }).toEqual({ code: 1, statuses: [[killedBy, 'fail']] })
    expect(stdout).toContain(`see it again  conformance run ${killedBy}`)
    tenant.child.kill('SIGTERM')
    expect((await tenant.outcome).code).toBe(0)
  })

  test('with a public address is described by it', async () => {
    const cwd = freshFolder()
    const tenant = startUntilEnd(['serve', '--public-url', 'https://tenant.example.com/', '--write-config', 'c.yaml'], cwd)
    expect(await tenant.printed('ready ')).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+$/)
    expect(readFileSync(join(cwd, 'c.yaml'), 'utf8')).toContain('baseUrl: https://tenant.example.com\n')
    tenant.child.kill('SIGINT')
    expect((await tenant.outcome).code).toBe(0)
  })

  test('that is not there can\'t be judged, which is reported for every check', async () => {
    const cwd = freshFolder()
    const { server, url } = await serverWith(() => {})
    await new Promise((resolve) => server.close(resolve))
    const { code, stderr } = await conformance(['endpoints/discovery', '--base-url', url, '--reporter', 'json'], { cwd })
    const { verdicts, totals, conforms } = runFileIn(cwd)
    expect({ code, conforms, judged: totals.pass + totals.fail }).toEqual({ code: 3, conforms: false, judged: 0 })
    expect(stderr).toMatch(new RegExp(`^conformance: ${url} can't be judged: .+\n$`))
    expect(new Set(verdicts.map(({ status }) => status))).toEqual(new Set(['blocked']))
  })

  test('of which nothing is known is judged by what needs no account', async () => {
    const cwd = freshFolder()
    const { url } = await serverWith(({ url: path }, response) => void response.writeHead(path!.startsWith('/.well-known/') ? 200 : 404, { 'content-type': 'application/json' }).end('{}'))
    const { code } = await conformance(['--base-url', url, '--reporter', 'json'], { cwd })
    const { totals, conforms, target } = runFileIn(cwd)
    expect({ code, conforms, capabilities: target.capabilities.includes('client-credentials') }).toEqual({ code: 1, conforms: false, capabilities: false })
    expect(totals.fail).toBeGreaterThan(0)
    expect(totals.unsupported).toBeGreaterThan(totals.fail)
  })

  test('that lacks everything which is asked for is judged by nothing', async () => {
    const cwd = freshFolder()
    const { url } = await serverWith((_, response) => void response.end('{}'))
    const { code } = await conformance(['endpoints/token/client-credentials/success', '--base-url', url, '--reporter', 'json'], { cwd })
    expect({ code, totals: runFileIn(cwd).totals }).toEqual({ code: 3, totals: { pass: 0, fail: 0, unsupported: 1, blocked: 0, error: 0 } })
  })

  test('whose configuration is wrong is not asked for anything', async () => {
    const cwd = freshFolder()
    writeFileSync(join(cwd, 'conformance.config.yaml'), 'target: { baseUrl: "${TENANT_URL}" }')
    expect(await conformance([], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'conformance: conformance.config.yaml: target.baseUrl needs the environment variable TENANT_URL, which is not set; set it, or write $${TENANT_URL} where the text is meant as it stands.\n',
    })
    expect(readdirSync(cwd)).toEqual(['conformance.config.yaml'])
  })
})

describe('somebody who ends a run', () => {
  test('gets what was judged by then, and exit code 3 where none of it failed', async () => {
    const cwd = freshFolder()
    const { configuration, asked } = await slowTenant(100)
    writeFileSync(join(cwd, 'conformance.config.json'), JSON.stringify(configuration))
    const run = startUntilEnd(['--reporter', 'terminal,json,junit,allure', '--concurrency', '2'], cwd)
    while (asked() < 30) await new Promise((resolve) => setTimeout(resolve, 20))
    run.child.kill('SIGINT')
    const { code, stderr } = await run.outcome
    const { interrupted, totals, verdicts } = runFileIn(cwd)
    expect({ code, interrupted, fail: totals.fail, error: totals.error }).toEqual({ code: 3, interrupted: true, fail: 0, error: 0 })
    expect(totals.pass).toBeGreaterThan(0)
    expect(verdicts.length).toBeLessThan(200)
    expect(stderr).toContain('Stopping. What was judged will be reported; once more to quit at once.')
    expect(readFileSync(join(cwd, 'conformance-report', 'junit.xml'), 'utf8')).toContain('<testcase')
    const results = readdirSync(join(cwd, 'conformance-report', 'allure-results')).filter((name) => name.endsWith('-result.json'))
    expect(results.length).toBe(verdicts.length)
  })

  test('is not held up by a target that does not answer', async () => {
    const cwd = freshFolder()
    const { configuration, asked } = await slowTenant(20_000)
    writeFileSync(join(cwd, 'conformance.config.json'), JSON.stringify(configuration))
    const run = startUntilEnd(['endpoints', '--reporter', 'json', '--timeout', '15000'], cwd)
    while (asked() < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    const askedAt = performance.now()
    run.child.kill('SIGTERM')
    expect((await run.outcome).code).toBe(3)
    expect(performance.now() - askedAt).toBeLessThan(10_000)
  })

  test('and does so twice gets it at once', async () => {
    const cwd = freshFolder()
    const { configuration, asked } = await slowTenant(20_000)
    writeFileSync(join(cwd, 'conformance.config.json'), JSON.stringify(configuration))
    const run = startUntilEnd(['endpoints', '--reporter', 'json'], cwd)
    while (asked() < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    run.child.kill('SIGINT')
    await run.printed('Stopping.')
    run.child.kill('SIGINT')
    expect((await run.outcome).code).toBe(130)
  })
})

describe('trouble on our side', () => {
  // The first use of a checkout compiles it.
  beforeAll(() => conformance(['--version'], { cwd: folder.path }))

  /** A package as it is installed, in a folder of this name. */
  function installedIn(name: string): string {
    const home = join(freshFolder(), name)
    for (const part of ['bin/conformance.js', 'dist', 'package.json', 'specs/auth0-authentication.openapi.json', 'fixtures/tenant']) {
      cpSync(join(packageRoot, part), join(home, part), { recursive: true })
    }
    symlinkSync(join(packageRoot, 'node_modules'), join(home, 'node_modules'))
    return home
  }

  test.each(['a#b', 'a%20b'])('a package in a folder called %s says that it can\'t run there', async (name) => {
    const home = installedIn(name)
    const { code, stdout, stderr } = await conformance([someChecks[0]!], { cwd: freshFolder(), bin: join(home, 'bin/conformance.js') })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^conformance: The folder .+ has (?:#|%20) in its name, which the test engine takes for a part of a URL; install the package in another folder\.\n$/)
  })

  test('checks that can\'t be loaded are no verdict on anybody', async () => {
    const home = installedIn('a package (with) [odd] name')
    const suite = join(home, 'dist/suites/run.suite.js')
    writeFileSync(suite, `throw new Error('this part is broken')\n${readFileSync(suite, 'utf8')}`)
    const { code, stdout, stderr } = await conformance([someChecks[0]!], { cwd: freshFolder(), bin: join(home, 'bin/conformance.js') })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^conformance: The checks can't be loaded: this part is broken$/m)
  })
})
