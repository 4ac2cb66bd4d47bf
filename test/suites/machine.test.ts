import { expect, test } from 'vitest'
import { machine } from '../../suites/grants/machine/index.ts'
import { judge, notPassed } from '../judging.ts'

test.each([[1, 'auth0'], [2, 'standard']] as const)('the reference tenant agrees with the model in whatever order it is asked, seed %i, profile %s', async (seed, profile) => {
  expect(notPassed(await judge({ profile }, machine.filter(({ profiles }) => profiles.includes(profile)), seed))).toEqual([])
}, 120_000)
