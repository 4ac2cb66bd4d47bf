import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { checkConfiguration, findConfigurationFile, loadConfiguration } from '../../cli/configuration.ts'
import { configurationSchema, configurationSchemaFile } from '../../cli/configuration-schema.ts'
import { capabilities } from '../../core/capability.ts'
import { effects } from '../../core/effect.ts'
import { packageRoot } from '../../core/package-root.ts'
import { UsageError } from '../../core/usage-error.ts'
import type { Configuration } from '../../fixtures/target/configuration.ts'
import { startReferenceTenant } from '../../fixtures/reference/server.ts'
import { temporaryFolder } from './program.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

function written(name: string, text: string): string {
  const file = join(folder.path, name)
  writeFileSync(file, text)
  return file
}

const minimal: Configuration = { target: { baseUrl: 'https://tenant.example.com' } }

describe('a configuration file', () => {
  test.each([
    ['a.json', '// with comments\n{ "$schema": "x", "target": { "baseUrl": "https://tenant.example.com/", }, }'],
    ['a.yaml', 'target: { baseUrl: "https://tenant.example.com" }'],
    ['a.yml', 'target:\n  baseUrl: https://tenant.example.com/\n'],
    ['a.mjs', 'export default { target: { baseUrl: "https://tenant.example.com" } }'],
  ])('may be %s', async (name, text) => {
    expect(await loadConfiguration(written(name, text), {})).toEqual(minimal)
  })

  test('is found by its name, and only where it is the only one', () => {
    expect(findConfigurationFile(folder.path)).toBeUndefined()
    const one = join(folder.path, 'one')
    mkdirSync(one)
    writeFileSync(join(one, 'conformance.config.yml'), '')
    expect(findConfigurationFile(one)).toBe('conformance.config.yml')
    writeFileSync(join(one, 'conformance.config.json'), '')
    expect(() => findConfigurationFile(one)).toThrow('There are several configurations here: conformance.config.json, conformance.config.yml; name one with --config.')
  })

  test.each([
    ['broken.json', '{\n  "target": {\n    "baseUrl" "s3cret" } }', /broken\.json: line 3 is no JSON \(ColonExpected\)\.$/],
    ['broken.yaml', 'a: 1\nb: [s3cret\n', /broken\.yaml: line 3 is no YAML \(BAD_INDENT|FLOW_SEQ|MISSING/],
    ['broken.mjs', 'export default {', /broken\.mjs can't be loaded: /],
    ['empty.mjs', 'export const a = 1', 'empty.mjs has no default export; write "export default { target: { … } }".'],
    ['what.toml', '', /a configuration ends in \.json, \.yaml, \.yml, \.js, \.mjs, \.ts; rename it/],
    ['list.json', '[]', /list\.json: the configuration must be an object, and it is a list\.$/],
    ['empty.yaml', '', /empty\.yaml: the configuration must be an object, and it is empty\.$/],
  ])('%s is refused with a sentence that repeats no value', async (name, text, message) => {
    const refusal = loadConfiguration(written(name, text), {})
    await expect(refusal).rejects.toThrow(message)
    await expect(refusal).rejects.not.toThrow('s3cret')
  })

  test('that is not there is named', async () => {
    await expect(loadConfiguration('nowhere.json', {})).rejects.toThrow('There is no configuration nowhere.json; give the path of one with --config.')
  })

  test('may be TypeScript that imports the package by its name', async () => {
    const text = `import { defineConfig, type Configuration } from 'auth0-conformance'
const target: Configuration['target'] = { baseUrl: 'https://tenant.example.com' }
export default defineConfig({ target })`
    expect(await loadConfiguration(written('typed.ts', text), {})).toEqual(minimal)
  })

  test('starts a relative path of a CA file at its own folder', async () => {
    const file = written('ca.json', '{ "target": { "baseUrl": "https://tenant.example.com", "caFile": "ca.pem" } }')
    expect((await loadConfiguration(file, {})).target.caFile).toBe(join(folder.path, 'ca.pem'))
  })
})

describe('environment variables', () => {
  const text = stringify({ target: { baseUrl: 'https://${HOST}' }, users: { main: { email: '$${HOST}', password: 'a${PASSWORD}z$' } } })

  test('stand in any text', async () => {
    expect(await loadConfiguration(written('env.yaml', text), { HOST: 'tenant.example.com', PASSWORD: '1$&2' })).toEqual({
      ...minimal,
      users: { main: { email: '${HOST}', password: 'a1$&2z$' } },
    })
  })

  test('may have a text in their place, and become what the schema wants', async () => {
    const text = stringify({ target: { ...minimal.target, insecure: '${INSECURE}' }, rate: '${RATE:-2.5}', allow: '${ALLOW}', organization: { id: '${ORGANIZATION:-12}' } })
    expect(await loadConfiguration(written('typed.yaml', text), { INSECURE: 'true', ALLOW: 'signup, email' })).toEqual({
      target: { ...minimal.target, insecure: true }, rate: 2.5, allow: ['signup', 'email'], organization: { id: '12' },
    })
  })

  test.each([
    ['not set', {}],
    ['empty', { PASSWORD: '' }],
  ])('that are %s are named with their place', async (state, environment) => {
    await expect(loadConfiguration(written('env.yaml', text), { HOST: 'h', ...environment })).rejects.toThrow(
      `users.main.password needs the environment variable PASSWORD, which is ${state}; set it, or write $\${PASSWORD} where the text is meant as it stands.`,
    )
  })
})

describe('what a configuration says', () => {
  const base = { target: { baseUrl: 'https://tenant.example.com' } }
  test.each<[unknown, string]>([
    [{ ...base, clint: {} }, `c.json: clint is unknown (did you mean clients?); it takes ${Object.keys(configurationSchema.properties).filter((name) => name !== '$schema').join(', ')}.`],
    [{ ...base, clients: { machine: { clientId: 'a', secret: 's3cret' } } }, 'c.json: clients.machine.secret is unknown (did you mean clientSecret?); clients.machine takes clientId, clientSecret, redirectUri, webOrigin, logoutUrl, grantTypes.'],
    [{ ...base, clients: { machine: { clientID: 'a' } } }, 'c.json: clients.machine.clientID is unknown (did you mean clientId?); clients.machine takes clientId, clientSecret, redirectUri, webOrigin, logoutUrl, grantTypes. (1 more after this one)'],
    [{ ...base, clients: { privateKeyJwt: { clientId: 'a', signingKey: 's3cret' } } }, 'c.json: clients.privateKeyJwt.signingKey is no private key: it must be PEM, PKCS #8, with its line breaks.'],
    [{ ...base, clients: { privateKeyJwt: { clientId: 'a', signingKey: 's3cret', signingAlgorithm: 'HS256' } } }, 'c.json: clients.privateKeyJwt.signingAlgorithm must be RS256 or RS384 or RS512 or PS256 or PS384 or PS512 or ES256 or ES384 or ES512 (did you mean ES256?).'],
    [{}, 'c.json: target is missing.'],
    [{ target: {} }, 'c.json: target.baseUrl is missing.'],
    [{ ...base, clients: { machine: { clientId: 'a', clientSecret: 5 } } }, 'c.json: clients.machine.clientSecret must be a text, and it is a number.'],
    [{ ...base, clients: { machine: { clientId: '' } } }, 'c.json: clients.machine.clientId is empty.'],
    [{ ...base, profile: 'auth' }, 'c.json: profile must be auth0 or standard (did you mean auth0?).'],
    [{ ...base, allow: ['sign-up'] }, 'c.json: allow.0 must be signup or email or sms or lockout or logout (did you mean signup?).'],
    [{ ...base, allow: 'signup' }, 'c.json: allow must be a list, and it is a text.'],
    [{ ...base, concurrency: 0 }, 'c.json: concurrency must be >= 1.'],
    [{ ...base, timeoutMs: 1.5 }, 'c.json: timeoutMs must be a whole number, and it is a number.'],
    [{ ...base, rate: 0 }, 'c.json: rate must be > 0.'],
    [{ target: { baseUrl: 'tenant.example.com' } }, 'c.json: target.baseUrl must be a URL, such as https://tenant.eu.auth0.com.'],
    [{ target: { baseUrl: 'https://u:p@tenant.example.com' } }, 'c.json: target.baseUrl must not hold a user or a password; leave out what stands before the @.'],
    [{ target: { baseUrl: 'https://tenant.example.com?a=b' } }, 'c.json: target.baseUrl must not have a query or a fragment; leave out what begins with ?.'],
    [{ ...base, encoding: { 'POST /oauth/tokens': 'json' } }, 'c.json: encoding names POST /oauth/tokens, which is no operation of the document (did you mean POST /oauth/token?); conformance spec prints it.'],
    [{ ...base, encoding: { token: 'json' } }, 'c.json: encoding.token is no operation, such as POST /oauth/token. (1 more after this one)'],
    [{ ...base, paths: { '/oauth/tokn': '/token' } }, 'c.json: paths names /oauth/tokn, which is no path of the document (did you mean /oauth/token?); conformance spec prints it.'],
    [{ ...base, lacks: { revocatoin: 'not yet' } }, `c.json: lacks.revocatoin is unknown (did you mean revocation?); lacks takes ${Object.keys(capabilities).join(', ')}.`],
    [{ ...base, knownFailures: [{ check: 'a' }] }, 'c.json: knownFailures.0.reason is missing.'],
    [{ ...base, knownFailures: [{ check: 'a', reason: 'b', until: 'soon' }] }, 'c.json: knownFailures.0.until must be a date, such as 2030-12-31.'],
    [{ ...base, inbox: { kind: 'outbox' } }, 'c.json: inbox.url is missing.'],
  ])('%j is refused with a sentence', async (value, message) => {
    await expect(checkConfiguration(value, 'c.json')).rejects.toThrow(new UsageError(message))
  })

  test('keeps the path of a base URL and drops its last slash', async () => {
    const { target } = await checkConfiguration({ target: { baseUrl: 'HTTPS://Tenant.example.com:443/auth/' } }, 'c.json')
    expect(target.baseUrl).toBe('https://tenant.example.com/auth')
  })

  test('is everything that the reference tenant says about itself', async () => {
    const tenant = await startReferenceTenant()
    await tenant.close()
    expect(await checkConfiguration(structuredClone(tenant.configuration), 'c.json')).toEqual(tenant.configuration)
  })

  test('is documented, each member by its name', () => {
    const page = readFileSync(join(packageRoot, 'docs/configuration.md'), 'utf8')
    const names = (schema: object): string[] => Object.entries((schema as { properties?: object }).properties ?? {}).flatMap(([name, member]) => [name, ...names(member as object)])
    expect([...new Set(names(configurationSchema))].filter((name) => !new RegExp(`[\\s\`."*]${name.replace('$', '\\$')}\\b`).test(page))).toEqual([])
    expect(effects.filter((effect) => !page.includes(`| \`${effect}\` |`))).toEqual([])
  })

  test('that is an example in the documentation is one that works', async () => {
    const example = /```yaml\n([^]*?)```/.exec(readFileSync(join(packageRoot, 'docs/configuration.md'), 'utf8'))![1]!
    const environment = Object.fromEntries([...example.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name!, 'value']))
    await expect(loadConfiguration(written('example.yaml', example), environment)).resolves.toMatchObject({ api: { audience: 'https://api.example.com' } })
  })

  test('is published as a schema', () => {
    const published: unknown = JSON.parse(readFileSync(join(packageRoot, configurationSchemaFile), 'utf8'))
    expect(published).toEqual(JSON.parse(JSON.stringify(configurationSchema)))
  })
})
