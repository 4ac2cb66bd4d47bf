import { describe, expect, test } from 'vitest'
import type { Parameter } from '../../../specs/openapi.ts'
import { convertRequest } from './collections.ts'

const text = { schema: { type: 'string' } }

function parametersOf(request: object, variable: object[] = []): Parameter[] | undefined {
  return convertRequest({ url: 'https://a.io/x', ...request }, { variable }).operation.parameters
}

const query = (...fields: object[]) => ({ url: { raw: 'https://a.io/x', query: fields } })

describe('query parameters', () => {
  test.each<[string, object, unknown[], object[]?]>([
    ['a value is an example', query({ key: 'a', value: '45' }), [{ name: 'a', in: 'query', ...text, example: '45' }]],
    ['an empty value is none', query({ key: 'a', value: '' }), [{ name: 'a', in: 'query', ...text }]],
    ['a null value is none', query({ key: 'a', value: null }), [{ name: 'a', in: 'query', ...text }]],
    ['a number stays what it was', query({ key: 'a', value: 45 }), [{ name: 'a', in: 'query', ...text, example: '45', 'x-postman-value': 45 }]],
    ['a description', query({ key: 'a', value: '', description: 'About' }), [{ name: 'a', in: 'query', description: 'About', ...text }]],
    [
      'a description object', query({ key: 'a', value: '', description: { content: 'About', type: 'text/plain' } }),
      [{ name: 'a', in: 'query', description: 'About', ...text, 'x-postman': { description: { type: 'text/plain' } } }],
    ],
    ['a disabled one is not live', query({ key: 'a', value: '1', disabled: true }), [{ name: 'a', in: 'query', required: false, ...text, example: '1', 'x-disabled': true }]],
    ['disabled by a text is disabled', query({ key: 'a', disabled: 'true' }), [{ name: 'a', in: 'query', required: false, ...text, 'x-disabled': true }]],
    ['a variable', query({ key: 'a', value: '{{v}}' }), [{ name: 'a', in: 'query', ...text, 'x-postman-value': '{{v}}' }]],
    ['a variable with a value', query({ key: 'a', value: '{{v}}' }), [{ name: 'a', in: 'query', ...text, example: '7', 'x-postman-value': '{{v}}' }], [{ key: 'v', value: '7' }]],
    ['a repeated one is a list', query({ key: 'a', value: '1' }, { key: 'a', value: '2' }), [{ name: 'a', in: 'query', schema: { type: 'array', items: { type: 'string' } }, example: ['1', '2'] }]],
    [
      'what a repeated one says more is kept', query({ key: 'a', value: '1' }, { key: 'a', value: '2', description: 'Two' }),
      [{ name: 'a', in: 'query', schema: { type: 'array', items: { type: 'string' } }, example: ['1', '2'], 'x-duplicates': [{ key: 'a', value: '2', description: 'Two' }] }],
    ],
    [
      'a disabled one beside a live one', query({ key: 'a', value: '2', disabled: true }, { key: 'a', value: '1' }),
      [{ name: 'a', in: 'query', ...text, example: '1', 'x-duplicates': [{ key: 'a', value: '2', 'x-disabled': true }] }],
    ],
    ['unknown members', query({ key: 'a', equals: true }), [{ name: 'a', in: 'query', ...text, 'x-postman': { equals: true } }]],
    ['those of a URL that is a text', { url: 'https://a.io/x?a=1&b&c=%20' }, [{ name: 'a', in: 'query', ...text, example: '1' }, { name: 'b', in: 'query', ...text }, { name: 'c', in: 'query', ...text, example: '%20' }]],
  ])('%s', (_, request, expected, variable) => {
    expect(parametersOf(request, variable)).toEqual(expected)
  })
})

describe('headers', () => {
  test.each<[string, unknown, unknown]>([
    ['one', [{ key: 'X-A', value: '1' }], [{ name: 'X-A', in: 'header', ...text, example: '1' }]],
    ['one in two spellings', [{ key: 'X-A', value: '1' }, { key: 'x-a', value: '2' }], [{ name: 'X-A', in: 'header', schema: { type: 'array', items: { type: 'string' } }, example: ['1', '2'] }]],
    ['a list that is one text', 'X-A: 1\r\nX-B: b:c', [{ name: 'X-A', in: 'header', ...text, example: '1' }, { name: 'X-B', in: 'header', ...text, example: 'b:c' }]],
    ['null', null, undefined],
    ['an empty row', [{ key: '', value: '', type: 'text', disabled: true }], undefined],
    ['cookies', [{ key: 'Cookie', value: 'a=1; b=2' }], [{ name: 'a', in: 'cookie', ...text, example: '1' }, { name: 'b', in: 'cookie', ...text, example: '2' }]],
  ])('%s', (_, header, expected) => {
    expect(parametersOf({ header })).toEqual(expected)
  })

  test('headers that OpenAPI says elsewhere are no parameters but kept', () => {
    const header = [{ key: 'Accept', value: 'text/xml' }, { key: 'content-type', value: 'a/b', description: 'Why' }, { key: 'Authorization', value: 'Bearer {{token}}', disabled: true }]
    const { operation } = convertRequest({ url: 'https://a.io/x', header })
    expect(operation).toEqual({
      'x-postman': {
        request: {
          url: 'https://a.io/x',
          header: [{ key: 'Accept', value: 'text/xml' }, { key: 'content-type', value: 'a/b', description: 'Why' }, { key: 'Authorization', value: 'Bearer {{token}}', 'x-disabled': true }],
        },
      },
    })
  })
})
