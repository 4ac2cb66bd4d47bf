import { describe, expect, test } from 'vitest'
import { countingExpectations, expectNone, expectOneOf, expectThat, finding, show } from '../../core/expectation.ts'
import { Mismatch } from '../../core/finding.ts'

const findingsOf = (run: () => void): unknown => {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof Mismatch ? error.findings : error
  }
}

test('findings of several judges come together', () => {
  const [one, two] = [finding('status', '200', '500'), finding('body /a', '1', '2', 'because')]
  expect(findingsOf(() => expectNone([one], [], [two]))).toEqual([{ at: 'status', expected: '200', actual: '500' }, { at: 'body /a', expected: '1', actual: '2', message: 'because' }])
  expect(findingsOf(() => expectNone([], []))).toBeUndefined()
})

test('one of what is accepted', () => {
  expect(findingsOf(() => expectOneOf('status', 400, [400, 422]))).toBeUndefined()
  expect(findingsOf(() => expectOneOf('status', 200, [400, 422]))).toEqual([{ at: 'status', expected: '400 or 422', actual: '200' }])
})

test('a condition', () => {
  expect(findingsOf(() => expectThat(true, 'body', 'something', undefined))).toBeUndefined()
  expect(findingsOf(() => expectThat(false, 'body', 'something', undefined))).toEqual([{ at: 'body', expected: 'something', actual: '(absent)' }])
})

test('values are shown as they are', () => {
  expect(['text', '', undefined, null, 1, { a: ['b'] }].map(show)).toEqual(['text', '(empty)', '(absent)', 'null', '1', '{"a":["b"]}'])
})

describe('counting', () => {
  test('each run has its own count, also where several are under way', async () => {
    const counted = await Promise.all([0, 1, 2].map((number) => countingExpectations(async () => {
      for (let at = 0; at < number; at++) {
        await Promise.resolve()
        expectNone([])
      }
    })))
    expect(counted).toEqual([{ asserted: 0 }, { asserted: 1 }, { asserted: 2 }])
  })

  test('what was thrown comes with what was asserted before', async () => {
    const error = new Error('no')
    expect(await countingExpectations(async () => {
      expectNone([])
      throw error
    })).toEqual({ asserted: 1, thrown: error })
  })
})
