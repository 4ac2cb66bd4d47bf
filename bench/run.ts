// What a run costs as a whole process, beside what nobody can do without: the same requests in a bare loop, and an empty vitest run.
// After `npm run build`, Node 22.18 or later runs it as it is: `node bench/run.ts [ROUNDS]`. On a busy machine compare CPU seconds, not wall.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Run } from '../core/run.ts'

const rounds = Number(process.argv[2] ?? 5)
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'conformance-bench-'))
const program = join(root, 'bin', 'conformance.js')
const at = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href)
const written = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** Wall and CPU seconds of a program with its children and threads. */
interface Cost { readonly wall: number; readonly cpu: number }

async function costOf(args: readonly string[]): Promise<Cost> {
  // A process tells what its finished children used, so each run gets a parent of its own.
  const parent = `
    const { spawnSync } = require('node:child_process')
    const started = performance.now()
    spawnSync(process.execPath, ${JSON.stringify(args)}, { stdio: 'ignore', cwd: ${JSON.stringify(folder)} })
    const stat = require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
    const ticks = Number(stat[13]) + Number(stat[14])
    console.log(JSON.stringify({ wall: (performance.now() - started) / 1000, cpu: ticks / 100 }))`
  const child = spawn(process.execPath, ['-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) text += String(chunk)
  return JSON.parse(text) as Cost
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

// How many requests and checks a run has.
await costOf([program, '--seed', '1', '--reporter', 'json', '--out', join(folder, 'first')])
const run = JSON.parse(readFileSync(join(folder, 'first', 'run.json'), 'utf8')) as Run
const requests = new Set(run.verdicts.flatMap(({ exchanges }) => exchanges.map((exchange) => JSON.stringify(exchange)))).size

const loop = written('loop.mjs', `
  import { startReferenceTenant } from ${at('dist/fixtures/reference/server.js')}
  const tenant = await startReferenceTenant()
  const ask = async () => { for (let i = 0; i < ${Math.ceil(requests / 10)}; i++) await (await fetch(tenant.url + '/.well-known/openid-configuration')).text() }
  await Promise.all(Array.from({ length: 10 }, ask))
  process.exit(0)`)
written('empty.test.mjs', `import { test } from ${at('node_modules/vitest/dist/index.js')}\nfor (let i = 0; i < ${run.verdicts.length}; i++) test.concurrent('t' + i, async () => {})`)
const slow = written('slow.mjs', `
  import { spawnSync } from 'node:child_process'
  import { Worker, isMainThread, parentPort } from 'node:worker_threads'
  import { writeFileSync } from 'node:fs'
  if (isMainThread) {
    const worker = new Worker(new URL(import.meta.url), {})
    await new Promise((ready) => worker.once('message', ready))
    process.exit(spawnSync(process.execPath, [${JSON.stringify(program)}, '--seed', '1', '--reporter', 'json', '--config', 'slow.json', '--out', 'd']).status)
  } else {
    const { startReferenceTenant } = await import(${at('dist/fixtures/reference/server.js')})
    const tenant = await startReferenceTenant({ tamper: ({ response }) => new Promise((answer) => setTimeout(answer, 60, response)) })
    writeFileSync('slow.json', JSON.stringify(tenant.configuration))
    parentPort.postMessage('ready')
  }`)
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')

const cases: readonly (readonly [name: string, args: readonly string[]])[] = [
  [`run, ${run.verdicts.length} checks, ${requests} requests: terminal, json`, [program, '--seed', '1', '--reporter', 'terminal,json', '--out', 'a']],
  ['run, the usual reports with Allure', [program, '--seed', '1', '--out', 'b']],
  ['one check', [program, 'endpoints/discovery', '--seed', '1', '--reporter', 'terminal']],
  ['run, json, with a target that takes 60 ms for an answer', [slow]],
  ['as many requests to the same tenant in a loop', [loop]],
  ['vitest, as many empty tests', [vitest, 'run', '--root', folder, '--pool', 'threads', '--no-isolate', 'empty.test.mjs']],
]
const costs = cases.map((): Cost[] => [])
// In turn, so that a machine that slows down slows all of them.
for (let round = 0; round < rounds; round++) for (const [index, [, args]] of cases.entries()) costs[index]!.push(await costOf(args))
for (const [index, [name]] of cases.entries()) {
  const of = (member: 'wall' | 'cpu'): string => median(costs[index]!.map((cost) => cost[member])).toFixed(2).padStart(7)
  console.log(`${name.padEnd(56)} wall ${of('wall')} s  cpu ${of('cpu')} s`)
}
rmSync(folder, { recursive: true })
