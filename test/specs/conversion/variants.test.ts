import { describe, expect, test } from 'vitest'
import type { Operation } from '../../../specs/openapi.ts'
import { collectionOf, convert, itemOf, undocumented } from './collections.ts'

/** The only operation of a collection whose items all go to one path. */
function shared(...requests: object[]): { operation: Operation; schemas: unknown } {
  const items = requests.map((request, at) => itemOf({ method: 'POST', url: 'https://a.io/x', ...request }, `Item ${String.fromCharCode(65 + at)}`))
  const { document } = convert(collectionOf(items))
  const [operation] = Object.values(document.paths['/x'] ?? {}) as Operation[]
  return { operation: operation as Operation, schemas: document.components?.schemas }
}

const form = (fields: Record<string, string | null>) => ({ body: { mode: 'urlencoded', urlencoded: Object.entries(fields).map(([key, value]) => ({ key, value })) } })
const json = (value: unknown) => ({ body: { mode: 'raw', raw: JSON.stringify(value), options: { raw: { language: 'json' } } } })
const query = (text: string) => ({ url: `https://a.io/x?${text}` })
const body = (name: string, value: string) => ({ in: 'body', name, value })
const presence = (name: string) => ({ in: 'body', name, present: true })

describe('when: what tells variants apart', () => {
  test.each<[string, object[], (object[] | undefined)[]]>([
    ['a member that all send', [form({ grant_type: 'a', x: '1' }), form({ grant_type: 'b' })], [[body('grant_type', 'a')], [body('grant_type', 'b')]]],
    ['of several the one with more values', [form({ a: 'x', b: 'p' }), form({ a: 'x', b: 'q' }), form({ a: 'y', b: 'r' })], [[body('b', 'p')], [body('b', 'q')], [body('b', 'r')]]],
    ['of equals the one that names a kind', [form({ city: 'here', kind: 'p' }), form({ city: 'there', kind: 'q' })], [[body('kind', 'p')], [body('kind', 'q')]]],
    ['presence, where the value does not', [form({ grant_type: 'a', one: null }), form({ grant_type: 'a', two: null })], [[presence('one')], [presence('two')]]],
    [
      'presence among those that share the value', [form({ grant_type: 'a', secret: '' }), form({ grant_type: 'a', verifier: '' }), form({ grant_type: 'b', secret: '' })],
      [[body('grant_type', 'a'), presence('secret')], [body('grant_type', 'a'), presence('verifier')], [body('grant_type', 'b')]],
    ],
    ['all members together, where none is its own', [form({ a: '', b: '' }), form({ b: '', c: '' }), form({ a: '', c: '' })], [[presence('a'), presence('b')], [presence('b'), presence('c')], [presence('a'), presence('c')]]],
    ['a value that the general case leaves open', [form({ connection: null, device: null }), form({ connection: 'sms' })], [undefined, [body('connection', 'sms')]]],
    ['a fixed query', [query('wreply='), query('wa=wsignout1.0')], [undefined, [{ in: 'query', name: 'wa', value: 'wsignout1.0' }]]],
    ['JSON members', [json({ type: 'a', n: 1 }), json({ type: 'b' })], [[body('type', 'a')], [body('type', 'b')]]],
    ['booleans', [json({ dry: true }), json({ dry: false })], [[{ in: 'body', name: 'dry', value: true }], [{ in: 'body', name: 'dry', value: false }]]],
    ['media types', [json({ a: 1 }), form({ a: '1' })], [[{ in: 'header', name: 'content-type', value: 'application/json' }], [{ in: 'header', name: 'content-type', value: 'application/x-www-form-urlencoded' }]]],
    ['a header', [{ header: [{ key: 'Accept', value: 'text/xml' }] }, { header: [{ key: 'Accept', value: 'text/csv' }] }], [[{ in: 'header', name: 'accept', value: 'text/xml' }], [{ in: 'header', name: 'accept', value: 'text/csv' }]]],
    ['nothing: equal items stay', [form({ a: 'x' }), form({ a: 'x' })], [undefined, undefined]],
    ['data tells nothing', [form({ name: 'Ann', page: '1', id: 'abc', mail: 'a@b.c' }), form({ name: 'Bob', page: '2', id: 'def', mail: 'd@e.f' })], [undefined, undefined]],
    ['variables tell nothing', [form({ type: '{{a}}' }), form({ type: '{{b}}' })], [undefined, undefined]],
    ['disabled fields tell nothing', [
      { body: { mode: 'urlencoded', urlencoded: [{ key: 'type', value: 'a', disabled: true }] } }, { body: { mode: 'urlencoded', urlencoded: [{ key: 'type', value: 'b', disabled: true }] } },
    ], [undefined, undefined]],
  ])('%s', (_, requests, expected) => {
    expect(shared(...requests).operation['x-variants']?.map(({ when }) => when)).toEqual(expected)
  })
})

describe('the operation that variants share', () => {
  test('has a discriminator where one member has a value in each', () => {
    const { operation, schemas } = shared(form({ grant_type: 'code', secret: '' }), form({ grant_type: 'code', verifier: '' }), form({ grant_type: 'password' }))
    const grant = (value: string) => ({ grant_type: { type: 'string', const: value } })
    const text = { type: 'string' }
    expect(schemas).toEqual({
      ItemA: { title: 'Item A', 'x-collection-item': 'Item A', type: 'object', properties: { ...grant('code'), secret: text }, required: ['grant_type'] },
      ItemB: { title: 'Item B', 'x-collection-item': 'Item B', type: 'object', properties: { ...grant('code'), verifier: text }, required: ['grant_type'] },
      ItemC: { title: 'Item C', 'x-collection-item': 'Item C', type: 'object', properties: grant('password'), required: ['grant_type'] },
      GrantTypeCode: { title: 'grant_type: code', anyOf: [{ $ref: '#/components/schemas/ItemA' }, { $ref: '#/components/schemas/ItemB' }] },
    })
    expect(operation.requestBody).toEqual({
      content: {
        'application/x-www-form-urlencoded': {
          schema: {
            oneOf: [{ $ref: '#/components/schemas/GrantTypeCode' }, { $ref: '#/components/schemas/ItemC' }],
            discriminator: { propertyName: 'grant_type', mapping: { code: '#/components/schemas/GrantTypeCode', password: '#/components/schemas/ItemC' } },
          },
        },
      },
    })
  })

  test('has alternatives without one where values do not tell', () => {
    const { operation } = shared(form({ a: '' }), form({ b: '' }))
    expect(operation.requestBody?.content['application/x-www-form-urlencoded']?.schema).toEqual({ anyOf: [{ $ref: '#/components/schemas/ItemA' }, { $ref: '#/components/schemas/ItemB' }] })
  })

  test('keeps media types apart, and examples by item', () => {
    expect(shared(json({ n: 1 }), json({ n: 2 }), form({ a: '' })).operation.requestBody).toEqual({
      content: {
        'application/json': {
          schema: { anyOf: [{ $ref: '#/components/schemas/ItemA' }, { $ref: '#/components/schemas/ItemB' }] },
          examples: { ItemA: { summary: 'Item A', value: { n: 1 } }, ItemB: { summary: 'Item B', value: { n: 2 } } },
        },
        'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/ItemC' } },
      },
    })
  })

  test('is whole', () => {
    const a = { method: 'GET', description: 'First', url: 'https://a.io/x?wa=out&both=1' }
    const b = { method: 'GET', url: { raw: 'https://a.io/x?both=2', query: [{ key: 'both', value: '2' }, { key: 'off', value: '', disabled: true }] } }
    expect(shared(a, b).operation).toEqual({
      operationId: 'getX',
      summary: 'Item A · Item B',
      description: 'One of these requests:\n\n* **Item A**: `wa` is `out`\n* **Item B**',
      parameters: [
        { name: 'wa', in: 'query', schema: { type: 'string' }, example: 'out' },
        { name: 'both', in: 'query', schema: { type: 'string' }, example: '1' },
        { name: 'off', in: 'query', required: false, schema: { type: 'string' }, 'x-disabled': true },
      ],
      responses: undocumented,
      'x-variants': [
        {
          'x-collection-item': 'Item A',
          summary: 'Item A',
          description: 'First',
          parameters: [
            { name: 'wa', in: 'query', required: true, schema: { type: 'string', const: 'out' } },
            { name: 'both', in: 'query', schema: { type: 'string' }, example: '1' },
          ],
          when: [{ in: 'query', name: 'wa', value: 'out' }],
          responses: undocumented,
          'x-postman': { request: { url: 'https://a.io/x?wa=out&both=1' } },
        },
        {
          'x-collection-item': 'Item B',
          summary: 'Item B',
          parameters: [
            { name: 'both', in: 'query', schema: { type: 'string' }, example: '2' },
            { name: 'off', in: 'query', required: false, schema: { type: 'string' }, 'x-disabled': true },
          ],
          responses: undocumented,
          'x-postman': { request: { url: 'https://a.io/x?both=2' } },
        },
      ],
    })
  })

  test('lists the values of a query that each variant fixes', () => {
    expect(shared(query('op=start'), query('op=stop')).operation.parameters).toEqual([{ name: 'op', in: 'query', required: true, schema: { type: 'string', enum: ['start', 'stop'] } }])
  })

  test('has the saved responses of all', () => {
    const saved = (name: string, code: number, value: unknown) => ({ response: [{ name, code, status: 'OK', body: JSON.stringify(value) }] })
    const items = [itemOf('https://a.io/x', 'A', saved('One', 200, { a: 1 })), itemOf('https://a.io/x', 'B', saved('Two', 200, { b: 2 })), itemOf('https://a.io/x', 'C')]
    expect(convert(collectionOf(items)).document.paths['/x']?.get?.responses).toEqual({
      200: {
        description: 'OK',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
            examples: { One: { summary: 'One', value: { a: 1 } }, Two: { summary: 'Two', value: { b: 2 } } },
          },
        },
      },
    })
  })

  test('is named by the folder where there are many', () => {
    const items = Array.from({ length: 4 }, (_, at) => itemOf('https://a.io/x', `Item ${at}`))
    expect(convert(collectionOf([{ name: 'Folder', item: items }])).document.paths['/x']?.get?.summary).toBe('Folder')
    expect(convert(collectionOf(items)).document.paths['/x']?.get?.summary).toBe('GET /x')
  })
})
