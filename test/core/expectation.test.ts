import { expect, test } from 'vitest'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../core/expectation.ts'
import { Mismatch } from '../../core/finding.ts'

const world = { asserted: () => {} }

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
  expect(findingsOf(() => expectNone(world, [one], [], [two]))).toEqual([{ at: 'status', expected: '200', actual: '500' }, { at: 'body /a', expected: '1', actual: '2', message: 'because' }])
  expect(findingsOf(() => expectNone(world, [], []))).toBeUndefined()
})

test('one of what is accepted', () => {
  expect(findingsOf(() => expectOneOf(world, 'status', 400, [400, 422]))).toBeUndefined()
  expect(findingsOf(() => expectOneOf(world, 'status', 200, [400, 422]))).toEqual([{ at: 'status', expected: '400 or 422', actual: '200' }])
})

test('a condition', () => {
  expect(findingsOf(() => expectThat(world, true, 'body', 'something', undefined))).toBeUndefined()
  expect(findingsOf(() => expectThat(world, false, 'body', 'something', undefined))).toEqual([{ at: 'body', expected: 'something', actual: '(absent)' }])
})

test('values are shown as they are', () => {
  expect(['text', '', undefined, null, 1, { a: ['b'] }].map(show)).toEqual(['text', '(empty)', '(absent)', 'null', '1', '{"a":["b"]}'])
})

test('each expectation counts, held or not', () => {
  let count = 0
  const counting = { asserted: () => void count++ }
  findingsOf(() => expectNone(counting, []))
  findingsOf(() => expectOneOf(counting, 'status', 200, [400]))
  findingsOf(() => expectThat(counting, true, 'body', 'something', undefined))
  expect(count).toBe(3)
})
