import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.ts'
import type { Client } from '../../core/client.ts'
import type { Exchange } from '../../core/exchange.ts'
import { expectNone, expectThat, finding } from '../../core/expectation.ts'
import { Blocked } from '../../core/finding.ts'
import { createRedactor, type Redactor } from '../../core/redaction.ts'
import { reasonNotToTry, runCheck, type Permissions, type Stage } from '../../core/runner.ts'
import type { World } from '../../core/world.ts'

const check = (run: Check['run'], rest: Partial<Check> = {}): Check => ({
  id: 'a/b', title: 'A does b', sources: [{ name: 'RFC 1', url: 'https://example.com' }], level: 'must', profiles: ['auth0'],
  needs: [], effects: [], operations: ['GET /a'], collectionItems: [], run, ...rest,
})

const facts = { check: 'a/b', title: 'A does b', level: 'must', sources: [{ name: 'RFC 1', url: 'https://example.com' }], operations: ['GET /a'], collectionItems: [] }
const all: Permissions = { capabilities: new Set(['login']), missing: new Map([['saml', 'clients.saml is not configured']]), allowed: new Set(['email']) }

function stage(exchanges: readonly Exchange[] = [], redactor: Redactor = createRedactor()): () => Stage {
  const client = { exchanges } as unknown as Client
  let count = 0
  return () => ({ world: { asserted: () => void count++ } as World, assertions: () => count, client, redactor })
}

const judge = async (run: Check['run'], prepare = stage(), rest: Partial<Check> = {}) => runCheck(check(run, rest), all, prepare)

describe('a verdict', () => {
  test('pass: every expectation held', async () => {
    expect(await judge(async (world) => expectNone(world, []))).toEqual({ ...facts, status: 'pass', durationMs: expect.any(Number), findings: [], exchanges: [], reproduce: [] })
  })

  test('fail: an expectation did not hold', async () => {
    expect(await judge(async (world) => expectNone(world, [finding('status', '200', '500')]))).toEqual({
      ...facts, status: 'fail', durationMs: expect.any(Number), findings: [{ at: 'status', expected: '200', actual: '500' }], exchanges: [], reproduce: [],
    })
  })

  test.each<[string, Check['run'], object]>([
    ['blocked: a given could not be made', async () => { throw new Blocked('nobody answers') }, { status: 'blocked', reason: 'nobody answers' }],
    ['blocked, even after an expectation held', async (world) => { expectNone(world, []); throw new Blocked('nobody answers') }, { status: 'blocked' }],
    ['error: our own fault', async () => { throw new TypeError('x is not a function') }, { status: 'error', reason: 'TypeError: x is not a function' }],
    ['error: something else was thrown', async () => { throw 'a text' as unknown as Error }, { status: 'error', reason: 'a text' }],
    ['error: nothing was asserted', async () => {}, { status: 'error', reason: 'the check asserted nothing' }],
  ])('%s', async (_, run, expected) => {
    expect(await judge(run)).toMatchObject(expected)
  })

  test('error: the world could not be made', async () => {
    expect(await judge(async () => {}, () => { throw new Error('no') })).toMatchObject({ ...facts, status: 'error', reason: 'the check could not be set up: Error: no' })
  })

  test('unsupported: nothing is prepared, nothing is sent', async () => {
    const prepare = (): Stage => { throw new Error('prepared') }
    expect(await judge(async (world) => expectNone(world, []), prepare, { needs: ['login', 'saml'] })).toMatchObject({ status: 'unsupported', reason: 'needs saml: clients.saml is not configured' })
  })
})

test('why a check is not tried', () => {
  expect(reasonNotToTry({ needs: ['login'], effects: ['email'] }, all)).toBeUndefined()
  expect(reasonNotToTry({ needs: ['saml'], effects: ['sms'] }, all)).toBe('needs saml: clients.saml is not configured')
  expect(reasonNotToTry({ needs: ['jwks'], effects: [] }, all)).toBe('needs jwks: not offered by the target')
  expect(reasonNotToTry({ needs: [], effects: ['email', 'sms'] }, all)).toBe('has the effect sms, which is not allowed (--allow sms)')
})

test('secrets are gone from findings, reasons, exchanges that were recorded before they were known, and commands', async () => {
  const redactor = createRedactor()
  const exchange: Exchange = {
    request: { method: 'GET', url: 'http://t.example/a?x=late-secret', headers: [] }, response: { status: 200, headers: [], body: 'late-secret' }, startedAt: '', durationMs: 1,
  }
  const verdict = await judge(async (world) => {
    redactor.learn('late-secret', 'password')
    expectThat(world, false, 'body late-secret', 'not late-secret', 'late-secret', 'late-secret')
  }, stage([redactor.exchange(exchange)], redactor))
  expect(verdict.findings).toEqual([{ at: 'body [password removed]', expected: 'not [password removed]', actual: '[password removed]', message: '[password removed]' }])
  expect(verdict.exchanges.map(({ request, response }) => [request.url, response?.body])).toEqual([['http://t.example/a?x=[password removed]', '[password removed]']])
  expect(verdict.reproduce).toEqual([`curl -i 'http://t.example/a?x='"$PASSWORD"`])
  expect(JSON.stringify(await judge(async () => { throw new Blocked('late-secret') }, stage([], redactor)))).not.toContain('late-secret')
})

test('a long value is cut in a finding', async () => {
  const { findings } = await judge(async (world) => expectThat(world, false, 'body', 'short', 'x'.repeat(1000)))
  expect(findings[0]?.actual).toBe(`${'x'.repeat(600)}… (1000 characters)`)
})
