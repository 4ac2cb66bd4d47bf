import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../../core/package-root.ts'

interface Step {
  readonly name?: string
  readonly id?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}

const action = parse(readFileSync(join(packageRoot, 'action.yml'), 'utf8')) as { inputs: Record<string, { default: string }>; runs: { steps: Step[] } }
const workflow = parse(readFileSync(join(packageRoot, '.github/workflows/conformance.yml'), 'utf8')) as {
  on: { workflow_call: { inputs: Record<string, { default: unknown }> } }
  jobs: { judge: { steps: Step[] } }
}
const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
const steps = workflow.jobs.judge.steps

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'conformance workflow ')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the script of a step as a runner does, with programs of ours in front of those of the machine. */
function runStep(step: Step, env: Readonly<Record<string, string>>, programs: Readonly<Record<string, string>> = {}): { status: number | null; calls: string[][]; output: string; stdout: string } {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const log = join(folder, 'calls')
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n{ for one in "$@"; do printf '%s\\t' "$one"; done; echo; } >> '${log}'\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const given = { PATH: `${bin}:${process.env.PATH}`, GITHUB_OUTPUT: join(folder, 'output'), GITHUB_ENV: join(folder, 'env'), RUNNER_TEMP: folder, ...env }
  const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run!], { cwd: folder, env: given, encoding: 'utf8' })
  const calls = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1).map((line) => line.split('\t').slice(0, -1)) : []
  return { status, calls, output: existsSync(given.GITHUB_OUTPUT) ? readFileSync(given.GITHUB_OUTPUT, 'utf8') : '', stdout: stdout + stderr }
}

function stepNamed(list: readonly Step[], name: string): Step {
  return list.find((step) => step.name === name)!
}

/** Values of the inputs, as the runner puts them in place. */
function defaultsOf({ inputs }: { readonly inputs: Readonly<Record<string, { readonly default: unknown }>> }): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name.toUpperCase().replaceAll('-', '_'), String(input.default)]))
}

describe('judging', () => {
  const judging = stepNamed(action.runs.steps, 'Judge the target')

  test('is the same script in the action and in the workflow', () => {
    expect(stepNamed(steps, 'Judge the target').run).toBe(judging.run)
  })

  test('takes this version of the package', () => {
    expect([action.inputs.version?.default, workflow.on.workflow_call.inputs.version?.default]).toEqual([version, version])
  })

  test('with nothing set', () => {
    const { status, calls, output } = runStep(judging, defaultsOf(action), { npx: '' })
    expect(status).toBe(0)
    expect(calls).toEqual([['--yes', '--package', `auth0-conformance@${version}`, '--package', 'allure@3.18.0', 'auth0-conformance', 'run', '--profile', 'auth0', '--out', 'conformance-report']])
    expect(output).toBe('exit-code=0\n')
  })

  test('with everything set, hostile values included', () => {
    writeFileSync(join(folder, 'base line.json'), '{}')
    const { calls, output } = runStep(judging, {
      ...defaultsOf(action), DOMAIN: '$(touch pwned)', BASE_URL: '`touch pwned`', CONFIG: 'a b.json', STRICT: 'true', BASELINE: 'base line.json', HISTORY: 'h.jsonl', ARGUMENTS: '--require\nsaml wsfed\n\n--insecure\n',
    }, { npx: 'exit 1' })
    expect(calls[0]?.slice(7)).toEqual(['--profile', 'auth0', '--out', 'conformance-report', '--domain', '$(touch pwned)', '--base-url', '`touch pwned`', '--config', 'a b.json',
      '--strict', '--baseline', 'base line.json', '--history', 'h.jsonl', '--require', 'saml wsfed', '--insecure'])
    expect(output).toBe('exit-code=1\n')
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  test('leaves out a baseline that is not there yet', () => {
    expect(runStep(judging, { ...defaultsOf(action), BASELINE: 'missing.json' }, { npx: '' }).calls[0]).not.toContain('--baseline')
  })

  test('no script holds an expression: values come as variables', () => {
    expect([...action.runs.steps, ...steps].filter(({ run }) => run?.includes('${{'))).toEqual([])
  })

  test.each([['0', 0], ['1', 1], ['2', 2], ['3', 3]])('exit code %s is the result of the job', (code, status) => {
    for (const list of [action.runs.steps, steps]) expect(runStep(stepNamed(list, 'Tell the result'), { EXIT_CODE: code }).status).toBe(status)
  })
})

describe('variables of the configuration', () => {
  const taking = stepNamed(steps, 'Take the variables of the configuration')

  test('are masked and passed on', () => {
    const { status, stdout } = runStep(taking, { VARIABLES: 'A=one=1\nB_2=two words\n' })
    expect(status).toBe(0)
    expect(stdout).toBe('::add-mask::one=1\n::add-mask::two words\n')
    expect(readFileSync(join(folder, 'env'), 'utf8')).toBe('A=one=1\nB_2=two words\n')
  })

  test('of another form are refused without being printed', () => {
    const { status, stdout } = runStep(taking, { VARIABLES: 'secret value' })
    expect(status).toBe(1)
    expect(stdout).not.toContain('secret value')
  })
})

describe('the issue', () => {
  const opening = stepNamed(steps, 'Open or close the issue')
  const run = (exitCode: string, open: string) => {
    mkdirSync(join(folder, 'conformance-report'))
    writeFileSync(join(folder, 'conformance-report', 'summary.md'), '# What regressed\n')
    const { calls, status, stdout } = runStep(opening, { EXIT_CODE: exitCode, NAME: 'staging', RUN_URL: 'https://ci.example/1' }, { gh: `[ "$2" = list ] && echo '${open}'; exit 0` })
    expect(status, stdout).toBe(0)
    return calls.map((call) => call.slice(0, 3).filter((one) => !one.startsWith('--')))
  }

  test('is opened when something got worse', () => {
    expect(run('1', '')).toEqual([['issue', 'list'], ['issue', 'create']])
    expect(readFileSync(join(folder, 'issue.md'), 'utf8')).toBe('https://ci.example/1\n\n# What regressed\n')
  })

  test('is brought up to date while it is so', () => {
    expect(run('1', '7')).toEqual([['issue', 'list'], ['issue', 'edit', '7'], ['issue', 'comment', '7']])
  })

  test('is closed when it is mended', () => {
    expect(run('0', '7')).toEqual([['issue', 'list'], ['issue', 'close', '7']])
  })

  test('is not opened by a good run', () => {
    expect(run('0', '')).toEqual([['issue', 'list']])
  })

  test.each(['2', '3', ''])('is left alone by a run that judged nothing (%s)', (code) => {
    expect(run(code, '7')).toEqual([])
  })
})
