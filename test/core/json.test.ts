import { expect, test } from 'vitest'
import { repeatedNames } from '../../core/json.ts'

test.each([
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', []],
  ['{"a":"a","b":["a","a"]}', []],
  ['{"a":1, "a" :2}', ['a']],
  ['{"x":{"a":1,"b":2,"a":3}}', ['a']],
  ['[{"a":1},{"b":1,"b":"\\"b\\":"}]', ['b']],
  ['{"\\u0061":1,"a":2}', ['a']],
  ['{"a":"{\\"b\\":1,\\"b\\":2}"}', []],
])('names that stand more than once in an object of %s', (text, names) => {
  expect(repeatedNames(text)).toEqual(names)
})
