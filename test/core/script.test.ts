import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { scriptOf } from '../../core/script.ts'
import { keepWire } from '../../core/wire.ts'
import type { Exchange } from '../../core/exchange.ts'
import { createRedactor } from '../../core/redaction.ts'
import type { Verdict } from '../../core/verdict.ts'
import { machineMutants } from '../../fixtures/mutants/machine.ts'
import { startReferenceTenant, type ReferenceTenant } from '../../fixtures/reference/server.ts'
import { openWorlds } from '../../fixtures/world.ts'
import { machine } from '../../suites/grants/machine/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'script-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, [program === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** What a mutant's counterexample is, with the mutant still there to be asked again. */
async function withVerdict(id: string, use: (verdict: Verdict, tenant: ReferenceTenant) => Promise<void>): Promise<void> {
  const { options, killedBy } = machineMutants.find((mutant) => mutant.id === `machine/${id}`)!
  const tenant = await startReferenceTenant(options)
  const worlds = openWorlds(tenant.configuration, { seed: 3 })
  try {
    await use(await worlds.judge(machine.find((check) => check.id === killedBy)!), tenant)
  } finally {
    await worlds.close()
    await tenant.close()
  }
}

function secretsOf({ configuration: { clients = {}, users } }: ReferenceTenant): Record<string, string> {
  return {
    CONFORMANCE_CLIENT_SECRET: clients.confidential!.clientSecret!, CONFORMANCE_OTHER_CLIENT_SECRET: clients.other!.clientSecret!,
    CONFORMANCE_MACHINE_CLIENT_SECRET: clients.machine!.clientSecret!, CONFORMANCE_USER_PASSWORD: users!.main!.password,
  }
}

describe.runIf(isThere('curl') && isThere('openssl'))('run by a shell', () => {
  // Codes and what they give; users who sign up; a logout; a client with a secret of its own.
  test.each(['second-refresh-by-anybody', 'userinfo-of-the-last-user', 'every-second-logout-ignored', 'secret-of-any-known-client'])(
    'the script of %s finds the same again, from codes and tokens of its own', async (id) => {
      await withVerdict(id, async ({ counterexample, exchanges, status }, tenant) => {
        expect(status).toBe('fail')
        const { script = '', steps = [], before = 0 } = counterexample ?? {}
        const secrets = secretsOf(tenant)
        for (const secret of Object.values(secrets)) expect(script).not.toContain(secret)
        const path = join(folder, `${id}.sh`)
        writeFileSync(path, script)
        const { stdout, stderr } = await promisify(execFile)('/bin/sh', [path], { env: { PATH: process.env.PATH ?? '', ...secrets } })
        expect(stderr).toBe('')
        const statuses = [...stdout.matchAll(/ -> (\d+)/g)].map(([, found]) => Number(found))
        // What came before is left out where nothing of it is used.
        const ofSteps = exchanges.slice(before).map(({ response }) => response?.status)
        expect(statuses.slice(-ofSteps.length)).toEqual(ofSteps)
        for (const [at, { title }] of steps.entries()) expect(stdout).toContain(`${at + 1}. ${title}`)
      })
    }, 60_000)

  test('a variable that is missing is asked for, and nothing is sent', async () => {
    await withVerdict('code-comes-back', async ({ counterexample }) => {
      const path = join(folder, 'missing.sh')
      writeFileSync(path, counterexample!.script!)
      const failure = await promisify(execFile)('/bin/sh', [path], { env: { PATH: process.env.PATH ?? '' } }).catch((error: { stdout: string; stderr: string }) => error)
      expect(failure).toMatchObject({ stdout: '', stderr: expect.stringContaining('CONFORMANCE_CLIENT_SECRET: the secret of clients.confidential') })
    })
  }, 30_000)
})

const at = { startedAt: '', durationMs: 0 }

function scriptFor(exchanges: readonly Exchange[], title = 'A step'): string {
  const redactor = createRedactor()
  const recorded = exchanges.map((raw) => {
    const exchange = redactor.exchange(raw)
    keepWire(exchange, raw)
    return exchange
  })
  const steps = [{ title, expected: 'a', actual: 'b', held: false, exchanges: exchanges.length }]
  return scriptOf({
    check: 'a/b', title: 'A fact', baseUrl: 'http://t.example', personas: { clients: {}, users: {}, connections: {} }, exchanges: recorded, redact: redactor.text,
    counterexample: { seed: 1, path: '0', runs: 1, shrinks: 0, input: '', before: 0, steps },
  })
}

test('of two codes each is sent where it was sent', () => {
  const code = (value: string): Exchange => ({ request: { method: 'GET', url: 'http://t.example/authorize', headers: [] }, response: { status: 302, headers: [['Location', `http://c.example/cb?code=${value}`]], body: '' }, ...at })
  const redeemed = (value: string): Exchange => ({
    request: { method: 'POST', url: 'http://t.example/oauth/token', headers: [['content-type', 'application/x-www-form-urlencoded']], body: `code=${value}&client_id=web` }, response: { status: 200, headers: [], body: '' }, ...at,
  })
  const script = scriptFor([code('first-code'), code('second-code'), redeemed('second-code'), redeemed('first-code')])
  expect(script.split('\n').filter((line) => /code=|GIVEN/.test(line)).map((line) => line.trim())).toEqual([
    'GIVEN_CODE_1=$(parameter code)', 'GIVEN_CODE_2=$(parameter code)', '--data-raw code="$GIVEN_CODE_2" \\', '--data-raw code="$GIVEN_CODE_1" \\',
  ])
})

test('a secret that comes from nowhere is a variable, and no secret stands in the script', () => {
  const script = scriptFor([{
    request: {
      method: 'POST', url: 'http://t.example/x?access_token=secret-0-in-the-url', body: '{"password":"abc","newPassword":"secret-1-of-json"}',
      headers: [['content-type', 'application/json'], ['authorization', 'Bearer secret-2-of-bearer'], ['cookie', 'sid=secret-3-of-cookie']],
    },
    ...at, failure: 'x',
  }])
  expect(script).not.toMatch(/secret-|abc/)
  expect(script).toContain('"$REMOVED_PASSWORD_1"')
  expect(script).toContain(`'cookie: sid='"$SESSION_COOKIE_SID_1"`)
  expect(script).toContain(': "${SESSION_COOKIE_SID_1:?a cookie of a browser in which the user is logged in}"')
})

test('nothing that a target sent is run by the shell or by a terminal', async () => {
  const hostile = `'; touch ${folder}/owned; $(touch ${folder}/owned) \`touch ${folder}/owned\` \u001b[2J\n touch ${folder}/owned #`
  const script = scriptFor([
    { request: { method: 'GET', url: 'http://127.0.0.1:9/a', headers: [] }, response: { status: 302, headers: [['Location', `/b?state=${hostile}&$(id)=12345678`], ['Set-Cookie', `$(touch ${folder}/owned)=12345678`]], body: JSON.stringify({ [hostile]: 'x'.repeat(9), state: hostile }) }, ...at },
    { request: { method: 'POST', url: `http://127.0.0.1:9/b?state=${encodeURIComponent(hostile)}`, headers: [['x-echo', hostile], ['cookie', `$(touch ${folder}/owned)=12345678`]], body: hostile }, ...at, failure: 'x' },
  ], hostile)
  expect(script).not.toContain('\u001b[2J ')
  const path = join(folder, 'hostile.sh')
  writeFileSync(path, script)
  await promisify(execFile)('/bin/sh', [path], { env: { PATH: process.env.PATH ?? '', HOME: folder } }).catch(() => {})
  expect(() => execFileSync('test', ['-e', join(folder, 'owned')])).toThrow()
})
