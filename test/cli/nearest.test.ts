import { expect, test } from 'vitest'
import { didYouMean, nearest } from '../../cli/nearest.ts'

const names = ['domain', 'base-url', 'strict', 'seed', 'shard']

test.each([
  ['domian', ['domain']],
  ['baseurl', ['base-url']],
  ['STRICT', ['strict']],
  ['sead', ['seed']],
  ['url', ['base-url']],
  ['completely-else', []],
  ['', []],
])('%j most likely meant %j', (word, expected) => {
  expect(nearest(word, names)).toEqual(expected)
})

test('the nearest come first', () => {
  expect(nearest('shed', names, 3)).toEqual(['seed', 'shard'])
})

test('nothing is suggested where nothing is near', () => {
  expect(didYouMean('zzzzzz', names)).toBe('')
})
