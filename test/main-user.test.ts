import { describe, expect, test } from 'vitest'
import type { Verdict } from '../core/verdict.ts'
import { verifyPassword } from '../fixtures/reference/passwords.ts'
import { startReferenceTenant, type ReferenceTenantOptions } from '../fixtures/reference/server.ts'
import { inOrder } from '../fixtures/turns.ts'
import { openWorlds } from '../fixtures/world.ts'
import { allChecks } from '../suites/index.ts'

const address = 'ada@people.example.test'
/** Half of what locks an account at Auth0: somebody else may have mistyped before. */
const mostFailures = 4

describe('where no user may be made, the main user is not locked', () => {
  test.each(['auth0', 'standard'] as const)('by any check, profile %s', async (profile) => {
    const { failures, isLocked, verdicts } = await judged({ profile }, /./)
    expect(failures).toBeGreaterThan(0)
    expect(failures).toBeLessThanOrEqual(mostFailures)
    expect(isLocked).toBe(false)
    expect(verdicts.filter(({ status }) => status === 'fail' || status === 'error').map(({ check }) => check)).toEqual([])
  }, 120_000)

  test('by a password that is missing, empty or there twice, where the target counts that', async () => {
    let counted = 0
    const { failures } = await judged({
      tamper: ({ request, response }) => {
        const sent = new URLSearchParams(request.rawBody)
        const passwords = sent.getAll('password')
        if (request.method !== 'POST' || !['/oauth/token', '/oauth/ro'].includes(request.path) || !sent.has('username') || (passwords.length === 1 && passwords[0] !== '')) return response
        // Two are looked at one after the other; the right one may have been the first.
        if (sent.get('username') === address) counted++
        return Response.json({ error: 'invalid_grant', error_description: 'Wrong email or password.' }, { status: 403 })
      },
    }, /^endpoints\/(?:token|legacy)/)
    expect(failures + counted).toBeLessThanOrEqual(mostFailures)
  }, 60_000)
})

/** Judges with checks whose ids match, and counts the wrong passwords that the main user's logins had, in a row or not. */
async function judged(options: ReferenceTenantOptions, ids: RegExp): Promise<{ readonly failures: number; readonly isLocked: boolean; readonly verdicts: readonly Verdict[] }> {
  let failures = 0
  let isLocked = false
  const tenant = await startReferenceTenant({
    ...options,
    decisions: {
      async passwordMatches(user, password) {
        const isRight = user.passwordHash !== undefined && await verifyPassword(user.passwordHash, password)
        if (!isRight && user.email === address) failures++
        return isRight
      },
      blockedAfter(inARow) {
        isLocked ||= inARow >= 10
        return inARow >= 10
      },
    },
  })
  const worlds = openWorlds({ ...tenant.configuration, allow: ['email', 'sms', 'lockout', 'logout'] }, { seed: 1 })
  try {
    const queue = inOrder(allChecks().filter(({ id, profiles }) => profiles.includes(options.profile ?? 'auth0') && ids.test(id)), 0)
    const verdicts: Verdict[] = []
    await Promise.all(Array.from({ length: 10 }, async () => {
      for (let check = queue.shift(); check; check = queue.shift()) verdicts.push(await worlds.judge(check))
    }))
    return { failures, isLocked, verdicts }
  } finally {
    await worlds.close()
    await tenant.close()
  }
}
