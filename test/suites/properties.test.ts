import { expect, test } from 'vitest'
import { codeProperties } from '../../suites/grants/properties/codes.ts'
import { encodingProperties } from '../../suites/grants/properties/encodings.ts'
import { errorProperties } from '../../suites/grants/properties/errors.ts'
import { passwordProperties } from '../../suites/grants/properties/passwords.ts'
import { refreshTokenProperties } from '../../suites/grants/properties/refresh-tokens.ts'
import { judge, notPassed } from '../judging.ts'

test('the reference tenant has every property of the grants', async () => {
  const checks = [...codeProperties, ...encodingProperties, ...errorProperties, ...passwordProperties, ...refreshTokenProperties]
  expect(notPassed(await judge({}, checks))).toEqual([])
}, 30_000)
