import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { commands } from '../../cli/commands.ts'
import { packageRoot } from '../../core/package-root.ts'
import { conformance, temporaryFolder } from './program.ts'

const folder = temporaryFolder()
const cwd = folder.path
afterAll(() => folder.remove())

const published = readFileSync(join(packageRoot, 'specs/auth0-authentication.openapi.json'), 'utf8')
const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }

describe('help', () => {
  test('lists every command and the options of a run', async () => {
    const { code, stdout, stderr } = await conformance(['--help'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
    for (const { name } of commands[0]!.options) expect(stdout).toMatch(new RegExp(`^ {2}--${name} `, 'm'))
    expect(stdout.split('\n').filter((line) => line.length > 105)).toEqual([])
  })

  test('of a command is the same however it is asked for', async () => {
    const [option, command] = await Promise.all([conformance(['convert', '--help'], { cwd }), conformance(['help', 'convert'], { cwd })])
    expect(option).toEqual(command)
    expect(option).toEqual({
      code: 0,
      stderr: '',
      stdout: `conformance convert COLLECTION [options]

Convert any Postman collection (v2.0, v2.1) to OpenAPI 3.1.

Options
  --format NAME      json or yaml (default: what the file name says, else json)
  -o, --output FILE  write to a file and not to standard output
  -h, --help         show this help

COLLECTION is a file, or - for standard input. What OpenAPI cannot say is kept in x- members and named on standard error.
`,
    })
  })

  test('and the version are given without anything else', async () => {
    expect(await conformance(['--version'], { cwd })).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('wrong usage exits with 2 and one sentence', () => {
  test.each<[string[], string]>([
    [['lst'], 'There is no command lst (did you mean list?); conformance --help lists them.'],
    [['run', '--domian', 'x'], 'run has no option --domian (did you mean --domain?); conformance run --help lists them.'],
    [['--baseline', 'run.json'], 'The run file run.json can\'t be read (ENOENT).'],
    [['--durations', 'run.json'], '--durations is how the checks are divided; give --shard I/N with it, or leave it out.'],
    [['--domain', 'https://tenant.example.com'], '--domain takes a host name; for a URL say --base-url https://tenant.example.com.'],
    [['--domain', 'tenant.example.com/path'], '--domain takes a host name such as tenant.eu.auth0.com, and "tenant.example.com/path" is none; for a target with a path say --base-url https://….'],
    [['--base-url', 'tenant.example.com'], '--base-url needs a URL with its scheme, such as https://tenant.eu.auth0.com.'],
    [['--domain', 'a', '--base-url', 'https://b'], '--domain and --base-url both name the target; give one of them.'],
    [['--shard', '3/2'], '--shard needs I/N with I between 1 and N, such as 2/5, and "3/2" is none.'],
    [['--config', 'nowhere.json'], 'There is no configuration nowhere.json; give the path of one with --config.'],
    [['endpoints/tokn'], 'No check is called endpoints/tokn or stands below it; near it: endpoints/token (conformance list shows all).'],
    [['--out', '/proc/reports'], 'Nothing can be written to /proc/reports (ENOENT); name another folder with --out.'],
    [['explain'], 'explain needs ID: conformance explain ID.'],
    [['spec', 'json'], 'spec takes no argument; leave out "json".'],
    [['convert', 'nowhere.json'], 'There is no file nowhere.json.'],
    [['report', 'nowhere.json'], 'The run file nowhere.json can\'t be read (ENOENT).'],
    [['serve', '--mutant', 'no-such-defect'], 'There is no mutant no-such-defect; conformance serve --list-mutants shows all.'],
    [['serve', '--write-config', 'config.toml'], '--write-config writes JSON or YAML; end config.toml in .json or .yaml.'],
  ])('%j', async (args, sentence) => {
    expect(await conformance(args, { cwd })).toEqual({ code: 2, stdout: '', stderr: `conformance: ${sentence}\n` })
  })

  test.each(['convert', 'replay', 'report'])('also for a file that %s can\'t read', async (command) => {
    writeFileSync(join(cwd, 'page.html'), '<html>')
    const { code, stdout, stderr } = await conformance([command, 'page.html'], { cwd })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^conformance: page\.html is no[^\n]+\.\n$/)
  })
})

describe('list', () => {
  test('shows the checks below an id, one a line', async () => {
    const { code, stdout, stderr } = await conformance(['list', 'endpoints/token/client-credentials', '--profile', 'auth0'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(5)
    for (const line of lines) expect(line).toMatch(/^(?:must {2}|should|may {3}) {2}endpoints\/token\/client-credentials\/\S+ +\S/)
  })

  test('gives programs everything that is known of a check', async () => {
    const { stdout } = await conformance(['list', '--json'], { cwd })
    const checks = JSON.parse(stdout) as Record<string, unknown>[]
    expect(checks.length).toBeGreaterThan(200)
    expect(Object.keys(checks[0]!).sort()).toEqual(['collectionItems', 'effects', 'id', 'level', 'needs', 'operations', 'profiles', 'sources', 'title'])
  })
})

test('explain tells what is demanded, where, what it takes, what is sent and how to see it', async () => {
  const { code, stdout, stderr } = await conformance(['explain', 'endpoints/token/client-credentials/success'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^endpoints\/token\/client-credentials\/success\nClient credentials grant: /)
  expect(stdout).toMatch(/^ {2}demanded by +\S.*\n +https:\/\//m)
  expect(stdout).toMatch(/^ {2}about +POST \/oauth\/token\n +collection item Get Access Token \/ Client Credentials$/m)
  expect(stdout).toMatch(/^ {2}needs +client-credentials: A client has the client_credentials grant for an API$/m)
  expect(stdout).toMatch(/^ {2}a valid request +POST \/oauth\/token as application\/x-www-form-urlencoded or application\/json\n +grant_type=client_credentials \(body\)$/m)
  expect(stdout).toMatch(/^ {2}see it +conformance run endpoints\/token\/client-credentials\/success --verbose$/m)
})

describe('spec', () => {
  test('prints the document as it is published', async () => {
    expect(await conformance(['spec'], { cwd })).toEqual({ code: 0, stdout: published, stderr: '' })
  })

  test('writes YAML that says the same', async () => {
    expect(await conformance(['spec', '-o', 'below/api.yaml'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(parse(readFileSync(join(cwd, 'below/api.yaml'), 'utf8'))).toEqual(JSON.parse(published))
  })
})

describe('convert', () => {
  const collection = {
    info: { name: 'Pets', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
    item: [{ name: 'List pets', request: { method: 'GET', url: 'https://pets.example.com/pets' } }],
  }

  test('makes an OpenAPI document of a collection', async () => {
    writeFileSync(join(cwd, 'pets.json'), JSON.stringify(collection))
    const { code, stdout } = await conformance(['convert', 'pets.json'], { cwd })
    const document = JSON.parse(stdout) as { openapi: string; paths: object }
    expect({ code, openapi: document.openapi, paths: Object.keys(document.paths) }).toEqual({ code: 0, openapi: expect.stringMatching(/^3\.1\./), paths: ['/pets'] })
  })
})

test('a file that is JSON but no run file is refused', async () => {
  writeFileSync(join(cwd, 'other.json'), '{"verdicts":[]}')
  expect(await conformance(['report', 'other.json'], { cwd })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'conformance: other.json is no run file: give the run.json that conformance run wrote.\n',
  })
})

test('no command that judges nothing leaves a folder behind', () => {
  expect(existsSync(join(cwd, 'conformance-report'))).toBe(false)
})
