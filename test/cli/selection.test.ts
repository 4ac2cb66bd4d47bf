import { describe, expect, test } from 'vitest'
import { findCheck, selectChecks, type Selection } from '../../cli/selection.ts'
import type { Check, Profile } from '../../core/check.ts'

function check(id: string, profiles: readonly Profile[] = ['auth0', 'standard']): Check {
  return { id, title: id, sources: [], level: 'must', profiles, needs: [], effects: [], operations: [], collectionItems: [], run: async () => {} }
}

const checks = [
  check('endpoints/token/code/success'),
  check('endpoints/token/code/missing/code', ['auth0']),
  check('endpoints/token/code/success/no-store', ['standard']),
  check('endpoints/tokeninfo/success'),
  check('grants/code/reuse', ['standard']),
  check('grants/code/pkce'),
]

function selected(selection: Partial<Selection>): string[] {
  return selectChecks(checks, { profile: 'auth0', suites: [], patterns: [], ...selection }).map(({ id }) => id)
}

describe('selection', () => {
  test('all checks of the profile are selected where nothing is named', () => {
    expect(selected({})).toEqual(['endpoints/token/code/success', 'endpoints/token/code/missing/code', 'endpoints/tokeninfo/success', 'grants/code/pkce'])
    expect(selected({ profile: 'standard' })).toEqual(['endpoints/token/code/success', 'endpoints/token/code/success/no-store', 'endpoints/tokeninfo/success', 'grants/code/reuse', 'grants/code/pkce'])
  })

  test('a pattern is an id, or its beginning up to a slash', () => {
    expect(selected({ patterns: ['endpoints/token'] })).toEqual(['endpoints/token/code/success', 'endpoints/token/code/missing/code'])
    expect(selected({ patterns: ['endpoints/token/code/success', 'grants/'] })).toEqual(['endpoints/token/code/success', 'grants/code/pkce'])
  })

  test('an id that others begin with stands for itself, and with a slash for those', () => {
    expect(selected({ profile: 'standard', patterns: ['endpoints/token/code/success'] })).toEqual(['endpoints/token/code/success'])
    expect(selected({ profile: 'standard', patterns: ['endpoints/token/code/success/'] })).toEqual(['endpoints/token/code/success/no-store'])
  })

  test('a suite is the first folder', () => {
    expect(selected({ suites: ['grants'] })).toEqual(['grants/code/pkce'])
  })

  test.each<[Partial<Selection>, string]>([
    [{ patterns: ['endpoints/tokn'] }, 'No check is called endpoints/tokn or stands below it; near it: endpoints/token (conformance list shows all).'],
    [{ patterns: ['something/else/entirely'] }, 'No check is called something/else/entirely or stands below it (conformance list shows all).'],
    [{ patterns: ['grants/code/reuse'] }, 'grants/code/reuse has no check in the profile auth0; judge it with --profile standard.'],
    [{ patterns: ['grants'], suites: ['endpoints'] }, 'No check is left: profile auth0 and --suite endpoints and grants have none in common; conformance list shows what there is.'],
    [{ suites: ['protocols'] }, 'No check is left: profile auth0 and --suite protocols have none in common; conformance list shows what there is.'],
  ])('%j is refused with a sentence', (selection, message) => {
    expect(() => selected(selection)).toThrow(message)
  })

  test('a check is found by its id, or by a beginning that only it has', () => {
    expect(findCheck(checks, 'grants/code/pkce').id).toBe('grants/code/pkce')
    expect(findCheck(checks, 'endpoints/tokeninfo').id).toBe('endpoints/tokeninfo/success')
  })

  test('a beginning that several checks have is refused with some of them', () => {
    expect(() => findCheck(checks, 'grants')).toThrow('grants stands for 2 checks; name one of them: grants/code/reuse, grants/code/pkce (conformance list grants).')
  })
})
