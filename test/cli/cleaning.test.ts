import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { Run } from '../../core/run.ts'
import { startReferenceTenant, type ReferenceTenantOptions } from '../../fixtures/reference/server.ts'
import type { Configuration } from '../../fixtures/target/configuration.ts'
import { conformance, start, temporaryFolder, type Outcome } from './program.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let count = 0
function freshFolder(): string {
  const path = join(folder.path, `cleaning ${++count}`)
  mkdirSync(path)
  return path
}

const signup = 'endpoints/database/signup/success'

async function judged(cwd: string): Promise<Outcome & { readonly run: Run }> {
  const outcome = await conformance(['run', signup, '--config', 'target.json', '--reporter', 'terminal,json'], { cwd })
  return { ...outcome, run: JSON.parse(readFileSync(join(cwd, 'conformance-report/run.json'), 'utf8')) as Run }
}

/** Addresses of those who were signed up. */
function madeBy({ verdicts }: Run): string[] {
  return verdicts.flatMap(({ exchanges }) => exchanges.flatMap(({ request, response }) =>
    (request.url.endsWith('/dbconnections/signup') && response?.status === 200 ? [(JSON.parse(response.body) as { email: string }).email] : [])))
}

/** Who has an address, by the Management API. */
async function found({ target, management }: Configuration, email: string): Promise<unknown> {
  const { clientId, clientSecret, audience } = management!
  const token = await fetch(`${target.baseUrl}/oauth/token`, {
    method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience: audience! }),
  }).then((answer) => answer.json() as Promise<{ access_token: string; scope: string }>)
  expect(token.scope).toBe('read:users delete:users')
  return fetch(`${audience}users-by-email?email=${encodeURIComponent(email)}`, { headers: { authorization: `Bearer ${token.access_token}` } }).then((answer) => answer.json())
}

test('nobody is left behind at a tenant with a management client, as serve writes one', async () => {
  const cwd = freshFolder()
  const serving = start(['serve', '--write-config', 'target.json'], { cwd })
  closing.push(() => void serving.child.kill('SIGTERM'))
  await serving.printed(/^ready /)
  const configuration = JSON.parse(readFileSync(join(cwd, 'target.json'), 'utf8')) as Configuration
  const { code, stdout, stderr, run } = await judged(cwd)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(run.leftBehind).toBeUndefined()
  expect(stdout + stderr).not.toContain(configuration.management!.clientSecret)
  const made = madeBy(run)
  expect(made.length).toBeGreaterThan(0)
  for (const email of made) expect(await found(configuration, email)).toEqual([])
  expect(await found(configuration, configuration.users!.main!.email)).toMatchObject([{ user_id: configuration.users!.main!.userId }])
}, 60_000)

describe('who stays is listed, with what to do, where the Management API answers', () => {
  const problem = (status: number, headers: Record<string, string> = {}): Response => Response.json({ statusCode: status }, { status, headers })
  test.each<[number, Response, RegExp]>([
    [403, problem(403), /DELETE \/api\/v2\/users\/\{id\} answers 403; give the client grant of management\.clientId the scope delete:users/],
    [404, problem(404), /answers 404; there is no Management API at this address, so name it in management\.audience/],
    [429, problem(429, { 'retry-after': '3600' }), /the target throttles: DELETE \/api\/v2\/users\/auth0%7C[\da-f]+ answered 429 and asks to wait 3600 s/],
  ])('%i', async (_, answer, reason) => {
    const tamper: NonNullable<ReferenceTenantOptions['tamper']> = ({ request, response }) => (request.path.startsWith('/api/v2/') ? answer.clone() : response)
    const tenant = await startReferenceTenant({ tamper })
    closing.push(() => tenant.close())
    const cwd = freshFolder()
    writeFileSync(join(cwd, 'target.json'), JSON.stringify(tenant.configuration))
    const { code, stdout, run } = await judged(cwd)
    expect(code).toBe(0)
    expect(run.leftBehind?.users).toEqual([...new Set(madeBy(run))])
    expect(run.leftBehind?.reason).toMatch(reason)
    expect(stdout).toContain('at the target')
  }, 60_000)
})

test('a token that is not for it, or lacks a scope, is refused by the API', async () => {
  const tenant = await startReferenceTenant()
  closing.push(() => tenant.close())
  const { clients, api, management } = tenant.configuration
  const tokenOf = async (client: { readonly clientId: string; readonly clientSecret?: string }, audience: string, scope?: string): Promise<{ status: number; token: string }> => {
    const answer = await fetch(`${tenant.url}/oauth/token`, {
      method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret!, audience, ...(scope === undefined ? {} : { scope }) }),
    })
    return { status: answer.status, token: ((await answer.json()) as { access_token: string }).access_token }
  }
  const ask = async (token?: string): Promise<number> => (await fetch(`${management!.audience}users/auth0%7Cnobody`, { method: 'DELETE', ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }) })).status
  expect((await tokenOf(clients!.machine!, management!.audience!)).status).toBe(403)
  expect(await ask()).toBe(401)
  expect(await ask((await tokenOf(clients!.machine!, api!.audience)).token)).toBe(401)
  expect(await ask((await tokenOf(management!, management!.audience!, 'read:users')).token)).toBe(403)
  expect(await ask((await tokenOf(management!, management!.audience!)).token)).toBe(204)
})
