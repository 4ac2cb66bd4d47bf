import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { createClient, openConnection } from '../../core/client.ts'
import { expectOneOf } from '../../core/expectation.ts'
import { createLimiter } from '../../core/limiter.ts'
import { packageRoot } from '../../core/package-root.ts'
import { createRedactor } from '../../core/redaction.ts'
import { totalsOf, type Run } from '../../core/run.ts'
import { runCheck } from '../../core/runner.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { World } from '../../core/world.ts'
import { renderJson } from '../../reporters/index.ts'
import { comparedRun, fixedRun, greenRun } from './fixed-run.ts'
import { storyRun } from './story-run.ts'

type Schema = { [name: string]: unknown }
const schema = JSON.parse(readFileSync(join(packageRoot, 'docs/run.schema.json'), 'utf8')) as Schema

function compiled(value: Schema): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true })
  ajvFormats.default(ajv)
  return ajv.compile(value)
}

/** Without the room for members that later versions add: whatever is written today is described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, name === 'additionalProperties' ? false : closed(member)]))
}

const validate = compiled(schema)
const validateClosed = compiled(closed(schema) as Schema)

function errorsOf(check: ValidateFunction, run: unknown): string[] {
  return check(run) ? [] : check.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** Real verdicts of every status, from the runner and a server on loopback. */
async function judged(): Promise<Verdict[]> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(70_000)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const open = (port: number) => openConnection({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 2000, limiter: createLimiter({ concurrency: 1 }), connections: 1 })
  const connections = { there: open((server.address() as AddressInfo).port), gone: open(1) }
  const verdict = (target: keyof typeof connections, run: (world: World) => Promise<void>, needs: readonly 'saml'[] = []): Promise<Verdict> =>
    runCheck(
      { id: 'a/b', title: 'A fact', sources: [{ name: 'RFC 1', url: 'https://example.com' }], level: 'must', profiles: ['auth0'], needs, effects: [], operations: [], collectionItems: [], run },
      { capabilities: new Set(), missing: new Map(), allowed: new Set() },
      () => {
        const redactor = createRedactor()
        const client = createClient(connections[target], redactor)
        let count = 0
        return { client, redactor, assertions: () => count, world: { client, asserted: () => void count++ } as World }
      },
    )
  const ask = async (world: World, status: number): Promise<void> => {
    const answer = await world.client.send({ method: 'POST', path: '/oauth/token', form: { grant_type: 'x' } })
    expectOneOf(world, 'status', answer.status, [status], 'what it means')
  }
  try {
    return await Promise.all([
      verdict('there', (world) => ask(world, 200)),
      verdict('there', (world) => ask(world, 401)),
      verdict('gone', (world) => ask(world, 200)),
      verdict('there', async () => {}),
      verdict('there', async () => {}, ['saml']),
    ])
  } finally {
    for (const connection of Object.values(connections)) await connection.close()
    await new Promise((resolve) => server.close(resolve))
  }
}

test('the fixed runs satisfy the schema, and hold nothing that it does not describe', () => {
  for (const run of [fixedRun, greenRun, comparedRun, storyRun, { ...fixedRun, shard: { index: 1, count: 2, plan: fixedRun.suite.document } }, { ...fixedRun, interrupted: true }]) {
    expect(errorsOf(validate, JSON.parse(renderJson(run)))).toEqual([])
    expect(errorsOf(validateClosed, JSON.parse(renderJson(run)))).toEqual([])
  }
})

test('verdicts of every status as the runner makes them satisfy the schema, and hold nothing that it does not describe', async () => {
  const verdicts = await judged()
  const run: Run = { ...fixedRun, verdicts, totals: totalsOf(verdicts) }
  expect(run.totals).toEqual({ pass: 1, fail: 1, unsupported: 1, blocked: 1, error: 1 })
  expect(verdicts[0]!.exchanges[0]!.response!.fullLength).toBe(70_000)
  expect(errorsOf(validateClosed, JSON.parse(renderJson(run)))).toEqual([])
})

test.for([
  ['a member that is not described, in a target', (run: Run) => ({ ...run, target: { ...run.target, url: '' } })],
  ['another version', (run: Run) => ({ ...run, schemaVersion: 2 })],
  ['a missing total', (run: Run) => ({ ...run, totals: { pass: 1 } })],
  ['an unknown status', (run: Run) => ({ ...run, verdicts: [{ ...run.verdicts[0], status: 'skipped' }] })],
  ['a failure without findings', (run: Run) => ({ ...run, verdicts: [{ ...run.verdicts[1], findings: [] }] })],
  ['an accusation of one that passed', (run: Run) => ({ ...run, verdicts: [{ ...run.verdicts[1], status: 'pass' }] })],
  ['an unsupported check without its reason', (run: Run) => ({ ...run, verdicts: [{ ...run.verdicts[0], status: 'unsupported' }] })],
  ['a verdict without sources', (run: Run) => ({ ...run, verdicts: [{ ...run.verdicts[0], sources: [] }] })],
  ['an exchange with neither response nor failure', (run: Run) => ({ ...run, verdicts: [{ ...run.verdicts[0], exchanges: [{ request: run.verdicts[0]!.exchanges[0]!.request, startedAt: run.startedAt, durationMs: 1 }] }] })],
  ['a header that is no pair', (run: Run) => ({ ...run, verdicts: [{ ...run.verdicts[0], exchanges: [{ request: { method: 'GET', url: '', headers: [['a']] }, failure: 'x', startedAt: run.startedAt, durationMs: 1 }] }] })],
  ['a step of a counterexample without what was expected', (run: Run) => ({ ...run, verdicts: [{ ...storyRun.verdicts[0], counterexample: { ...storyRun.verdicts[0]!.counterexample, steps: [{ title: 'a', actual: 'b', held: true, exchanges: 1 }] } }] })],
  ['a time that is none', (run: Run) => ({ ...run, startedAt: 'yesterday' })],
] as const)('the schema refuses %s', ([, broken]) => {
  expect(errorsOf(validate, broken(fixedRun))).not.toEqual([])
})

test('the schema lets later versions add members to a run and to a verdict', () => {
  expect(errorsOf(validate, { ...fixedRun, baseline: {}, verdicts: [{ ...fixedRun.verdicts[0], knownFailure: {} }] })).toEqual([])
})

test('every member is described', () => {
  const missing: string[] = []
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, member] of Object.entries(value)) {
      if (name === 'properties' && !path.includes('/allOf/')) {
        for (const [property, description] of Object.entries(member as Record<string, Schema>)) {
          const target = typeof description.$ref === 'string' ? (schema.$defs as Record<string, Schema>)[description.$ref.slice('#/$defs/'.length)]! : description
          if (description.description === undefined && target.description === undefined) missing.push(`${path}/${property}`)
        }
      }
      visit(member, `${path}/${name}`)
    }
  }
  visit(schema, '')
  expect(missing).toEqual([])
})
