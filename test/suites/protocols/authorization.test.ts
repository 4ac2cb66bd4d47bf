import { expect, test } from 'vitest'
import { authorizationMutants } from '../../../fixtures/mutants/authorization.ts'
import { mutants } from '../../../fixtures/mutants/index.ts'
import { authorizationChecks } from '../../../suites/protocols/oidc/authorization/index.ts'
import { judge, notPassed } from '../../judging.ts'

test.each(['auth0', 'standard'] as const)('the reference tenant passes every check of the authorization endpoint in the profile %s', async (profile) => {
  const verdicts = await judge({ profile }, authorizationChecks.filter(({ profiles }) => profiles.includes(profile)))
  expect(notPassed(verdicts)).toEqual([])
  expect(verdicts.length).toBeGreaterThan(60)
}, 30_000)

test('every check of the authorization endpoint kills a mutant', () => {
  const killers = new Set(mutants.map(({ killedBy }) => killedBy))
  expect(authorizationChecks.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
})

test('ids and titles of checks and mutants are their own', () => {
  const names = [...authorizationChecks.map(({ id }) => id), ...authorizationChecks.map(({ title, profiles }) => `${title} (${profiles.join()})`), ...authorizationMutants.flatMap(({ id, title }) => [id, title])]
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})
