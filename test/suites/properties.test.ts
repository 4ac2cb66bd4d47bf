import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.ts'
import { grantChecks } from '../../suites/grants/index.ts'
import { changed, everyChange } from '../../suites/grants/properties/changes.ts'
import { uriChanges } from '../../suites/grants/properties/uri-changes.ts'
import { oidcProperties } from '../../suites/protocols/oidc/properties/index.ts'
import { judge, notPassed } from '../judging.ts'

const checks: readonly Check[] = [...grantChecks.filter(({ id }) => id.startsWith('grants/properties/')), ...oidcProperties]

test.each(['auth0', 'standard'] as const)('the reference tenant has every property of its profile %s', async (profile) => {
  expect(notPassed(await judge({ profile }, checks.filter(({ profiles }) => profiles.includes(profile))))).toEqual([])
}, 30_000)

describe('every change', () => {
  const token = `${'aB3-_xYz'.repeat(5)}Q`

  test.each(everyChange.map(({ kind }) => kind))('%s of a token gives another text wherever it is made', (kind) => {
    for (const at of [0, 0.25, 0.5, 0.75, 0.999]) expect(changed(token, { kind, at })).not.toBe(token)
  })

  test.each(everyChange.map(({ kind }) => kind))('%s of a part in base64url gives other bytes', (kind) => {
    // So many characters leave bits over in the last one.
    const part = token.slice(0, 39)
    for (const at of [0, 0.25, 0.5, 0.75, 0.999]) expect(Buffer.from(changed(part, { kind, at }), 'base64url')).not.toEqual(Buffer.from(part, 'base64url'))
  })

  test.each(uriChanges.map(({ kind }) => kind))('%s of a redirect URI gives another one, or none', (kind) => {
    const { of } = uriChanges.find((one) => one.kind === kind)!
    for (const uri of ['https://app.example.com/callback', 'https://app.example.com:8443/', 'http://127.0.0.1:3000/cb', 'com.example.app://cb/x', 'https://app.example.com/Cb?x=1']) {
      for (const at of [0, 1, 7]) expect(of(uri, at)).not.toBe(uri)
    }
  })
})

test('wrong passwords are tried on users of their own, not often enough to lock one out', async () => {
  let most = 0
  const blockedAfter = (failures: number): boolean => {
    most = Math.max(most, failures)
    return false
  }
  const [verdict] = await judge({ decisions: { blockedAfter } }, checks.filter(({ id }) => id === 'grants/properties/passwords/wrong'))
  expect(verdict?.status, verdict?.reason).toBe('pass')
  expect(most).toBeLessThan(5)
})
