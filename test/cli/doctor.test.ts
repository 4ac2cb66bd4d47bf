import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../cli/configuration.ts'
import { startReferenceTenant, type ReferenceTenant } from '../../fixtures/reference/server.ts'
import { conformance, temporaryFolder } from './program.ts'

const folder = temporaryFolder()
let tenant: ReferenceTenant
beforeAll(async () => { tenant = await startReferenceTenant() })
afterAll(async () => {
  folder.remove()
  await tenant.close()
})

describe('doctor', () => {
  test('tries out what the configuration promises, and prints no secret', async () => {
    const { configuration } = tenant
    const wrong = { ...configuration.clients!.other!, clientSecret: 'wrong-secret-0123456789' }
    const main = configuration.users!.main!
    writeFileSync(join(folder.path, 'c.json'), JSON.stringify({ ...configuration, clients: { ...configuration.clients, other: wrong } }))
    const { code, stdout } = await conformance(['doctor', '--config', 'c.json'], { cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ issuer /m)
    expect(stdout).toMatch(/^✓ users\.main +can log in/m)
    expect(stdout).toMatch(/^✓ client credentials +give a token/m)
    expect(stdout).toMatch(/^✗ clients\.other +is not accepted: POST \/oauth\/token answers 40[13]/m)
    for (const secret of [wrong.clientSecret, main.password, configuration.clients!.confidential!.clientSecret!]) expect(stdout).not.toContain(secret)
  })

  test('says what to add where only the address is known', async () => {
    const { code, stdout } = await conformance(['doctor', '--base-url', tenant.url], { cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^– wsfed +clients\.wsfed is not configured\n +→ clients: \{ wsfed:/m)
  })

  test('exits with 3 where nothing can be judged', async () => {
    const { code, stdout } = await conformance(['doctor', '--base-url', 'http://127.0.0.1:1', '--json'], { cwd: folder.path })
    expect({ code, judged: (JSON.parse(stdout) as { canBeJudged: boolean }).canBeJudged }).toEqual({ code: 3, judged: false })
  })
})

test('what is required and missing fails, what is only missing does not', async () => {
  const options = { cwd: folder.path }
  const args = ['run', 'endpoints/discovery', 'endpoints/wsfed', '--base-url', tenant.url, '--reporter', 'terminal']
  expect((await conformance(args, options)).code).toBe(0)
  const { code, stdout } = await conformance([...args, '--require', 'wsfed'], options)
  expect(code).toBe(1)
  expect(stdout).toContain('capability wsfed: expected there, because it is required, actual clients.wsfed is not configured')
})

test('init writes what run takes as it is, and overwrites nothing', async () => {
  const first = await conformance(['init', '--base-url', tenant.url, '--yes'], { cwd: folder.path })
  expect(first.code).toBe(0)
  const file = join(folder.path, 'conformance.config.yaml')
  expect((await loadConfiguration(file, {})).target.baseUrl).toBe(tenant.url)
  for (const name of ['conformance-tenant.yaml', '.env.example', '.github/workflows/conformance.yml']) expect(existsSync(join(folder.path, name))).toBe(true)
  // With every comment taken off it is still one, given the variables of .env.example.
  const complete = readFileSync(file, 'utf8').replace(/^# (?= *[\w-]+:(?: |$)|require:)/gm, '').replace(/^auth0: how .*$|^yaml-language-server.*$/gm, '')
  writeFileSync(join(folder.path, 'complete.yaml'), complete)
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const environment = Object.fromEntries(readFileSync(join(folder.path, '.env.example'), 'utf8').trim().split('\n').map((line) => [line.replace('=', ''), line.startsWith('CONFORMANCE_ASSERTION_KEY') ? pem : 'value']))
  const given = { ...environment, CONFORMANCE_ASSERTION_KEY: tenant.configuration.clients!.privateKeyJwt!.signingKey }
  await expect(loadConfiguration(join(folder.path, 'complete.yaml'), given)).resolves.toMatchObject({ clients: { public: { clientId: 'value' } }, require: ['login', 'userinfo'] })
  expect((await conformance(['init', '--base-url', tenant.url, '--yes'], { cwd: folder.path })).code).toBe(2)
})
