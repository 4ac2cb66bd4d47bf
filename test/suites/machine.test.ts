import { expect, test } from 'vitest'
import { machine } from '../../suites/grants/machine/index.ts'
import { judge, notPassed } from '../judging.ts'

test.each([1, 2, 3])('the reference tenant agrees with the model in whatever order it is asked, seed %i', async (seed) => {
  expect(notPassed(await judge({}, machine, seed))).toEqual([])
}, 30_000)
