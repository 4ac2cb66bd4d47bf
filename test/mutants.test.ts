import { describe, expect, test } from 'vitest'
import { mutants } from '../fixtures/mutants/index.ts'
import type { ReferenceTenantOptions } from '../fixtures/reference/server.ts'
import { rules } from '../suites/endpoints/rules/index.ts'
import { loadDocument } from '../specs/document.ts'
import { toVariants } from '../specs/operations.ts'
import { allChecks } from '../suites/index.ts'
import { judge, notPassed } from './judging.ts'

const checks = allChecks()

describe('the reference tenant', () => {
  test.each([
    { name: 'of before 2017', options: { profile: 'auth0' } },
    { name: 'with the deprecated endpoints switched off', options: { profile: 'auth0', legacyEndpoints: false } },
    { name: 'of before 2017 that follows the standards', options: { profile: 'standard' } },
    { name: 'with the deprecated endpoints switched off that follows the standards', options: { profile: 'standard', legacyEndpoints: false } },
  ] as const)('$name passes every check of its profile', async ({ options }) => {
    const verdicts = await judge(options, checks.filter(({ profiles }) => profiles.includes(options.profile)))
    expect(notPassed(verdicts)).toEqual([])
    expect(verdicts.filter(({ status }) => status === 'pass').length).toBeGreaterThan(400)
  }, 60_000)

  test('leaves nothing unjudged, old and new tenant taken together', async () => {
    const unsupported = async (options: ReferenceTenantOptions) =>
      new Set((await judge(options, checks)).filter(({ status }) => status === 'unsupported').map(({ check }) => check))
    const [old, young] = [await unsupported({}), await unsupported({ legacyEndpoints: false })]
    expect([...old].filter((id) => young.has(id))).toEqual([])
  }, 60_000)
})

describe('every mutant', () => {
  test('has an id and a title of its own', () => {
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
    expect(new Set(mutants.map(({ title }) => title)).size).toBe(mutants.length)
  })

  test.each(mutants)('$id dies', async ({ killedBy, options }) => {
    const check = checks.find(({ id }) => id === killedBy)
    expect(check, `the check ${killedBy}`).toBeDefined()
    // Auth0 itself would fail a check of the standards alone, defect or not.
    const profile = check!.profiles.includes('auth0') ? 'auth0' : 'standard'
    const [verdict] = await judge({ profile, ...options }, [check!])
    expect(verdict?.status, verdict?.reason).toBe('fail')
  })
})

test('every rule makes a check that kills a mutant', () => {
  const variants = toVariants(loadDocument())
  const killers = new Set(mutants.map(({ killedBy }) => killedBy))
  const idle = Object.entries(rules).filter(([, rule]) =>
    !variants.some((variant) => rule(variant).some(({ name }) => [...killers].some((id) => id === `endpoints/${variant.id}/${name}` || id.startsWith(`endpoints/${variant.id}/${name}/`)))))
  expect(idle.map(([name]) => name)).toEqual([])
})
