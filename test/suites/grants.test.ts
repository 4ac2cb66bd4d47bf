import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.ts'
import { mutants } from '../../fixtures/mutants/index.ts'
import { answering } from '../../fixtures/mutants/tampering.ts'
import { grantChecks } from '../../suites/grants/index.ts'
import { oidcChecks } from '../../suites/protocols/oidc/index.ts'
import { judge, notPassed } from '../judging.ts'

const checks: readonly Check[] = [...grantChecks, ...oidcChecks]

describe('the reference tenant', () => {
  test('passes every check of the profile auth0', async () => {
    expect(notPassed(await judge({}, checks.filter(({ profiles }) => profiles.includes('auth0'))))).toEqual([])
  }, 60_000)

  test('passes every check of the profile standard', async () => {
    expect(notPassed(await judge({ profile: 'standard' }, checks.filter(({ profiles }) => profiles.includes('standard'))))).toEqual([])
  }, 60_000)

  test('passes the check of the challenge where it sends one', async () => {
    const challenging = answering({ path: '/oauth/token', status: 401 }, { headers: { 'www-authenticate': 'Basic realm="Users"' } })
    expect(notPassed(await judge(challenging, checks.filter(({ id }) => id === 'grants/client-authentication/basic/challenge')))).toEqual([])
  })
})

test('every check kills a mutant', () => {
  const killers = new Set(mutants.map(({ killedBy }) => killedBy))
  expect(checks.filter(({ id }) => !killers.has(id)).map(({ id }) => id)).toEqual([])
})

test('every check has an id and a title of its own', () => {
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length)
  // Where Auth0 departs from a standard two checks are about the same thing, each in its profile.
  expect(new Set(checks.map(({ title, profiles }) => `${title} (${profiles.join()})`)).size).toBe(checks.length)
  expect(checks.filter(({ title }) => !/^[A-Z]/.test(title))).toEqual([])
})
