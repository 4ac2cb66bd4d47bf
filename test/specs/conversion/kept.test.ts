import { describe, expect, test } from 'vitest'
import { collectionOf, convert, itemOf, undocumented } from './collections.ts'

const events = [{ listen: 'test', script: { exec: ['pm.test("it")'] } }]

describe('folders become tags', () => {
  test('by their names from the root, with what they say', () => {
    const inner = { name: 'Inner', description: 'About', item: [itemOf('https://a.io/x')], _postman_isSubFolder: true, event: events }
    const { document } = convert(collectionOf([{ name: 'Outer', item: [inner] }, { name: 'Empty', item: [] }, { name: 'Empty', item: [] }]))
    expect(document.tags).toEqual([
      { name: 'Outer' }, { name: 'Outer / Inner', description: 'About', 'x-postman': { event: events, _postman_isSubFolder: true } }, { name: 'Empty' }, { name: 'Empty (2)' },
    ])
    expect(document.paths['/x']?.get).toMatchObject({ tags: ['Outer / Inner'], 'x-collection-item': 'Outer / Inner / Only' })
  })

  test('a folder that is a request too is both', () => {
    const { document, notes } = convert(collectionOf([{ ...itemOf('x', 'Both'), request: { url: 'https://a.io/x' }, item: [itemOf('https://a.io/y')], response: [] }]))
    expect(document.tags).toEqual([{ name: 'Both' }])
    expect(document.paths['/x']?.get?.['x-collection-item']).toBe('Both')
    expect(document.paths['/y']?.get?.['x-collection-item']).toBe('Both / Only')
    expect(notes).toEqual(['Both: is a folder and a request at once; it became both.'])
  })
})

test('custom methods are whole operations of their path', () => {
  const { document, notes } = convert(collectionOf([itemOf({ method: 'PROPFIND', url: 'https://a.io/x/:id' })]))
  expect(document.paths).toEqual({
    '/x/{id}': {
      'x-custom-methods': {
        PROPFIND: {
          operationId: 'propfindXById', summary: 'Only', parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }], responses: undocumented,
          'x-collection-item': 'Only', 'x-postman': { request: { url: 'https://a.io/x/:id' } },
        },
      },
    },
  })
  expect(notes).toEqual(['PROPFIND /x/{id}: OpenAPI has no such method; the operation is kept under x-custom-methods.'])
})

test('methods are the same in any case', () => {
  const { document } = convert(collectionOf([itemOf({ method: 'post', url: 'https://a.io/x' })]))
  expect(document.paths['/x']?.post?.['x-postman']).toEqual({ request: { method: 'post', url: 'https://a.io/x' } })
})

test('items that go nowhere are kept with the reason', () => {
  const items = [itemOf({ method: 'POST', url: '' }, 'No URL'), itemOf({ url: { raw: '?a=1' } }, 'Query alone'), { name: 'Nothing', id: 'x' }, 'text', null]
  const { document, notes } = convert(collectionOf(items))
  expect(document).toMatchObject({
    paths: {},
    'x-items-without-operation': [
      { 'x-collection-item': 'Untitled', reason: 'a text is neither a folder nor a request', item: 'text' },
      { 'x-collection-item': 'Untitled', reason: 'null is neither a folder nor a request', item: null },
      { 'x-collection-item': 'No URL', reason: 'its request has no URL', item: items[0] },
      { 'x-collection-item': 'Query alone', reason: 'its request has no URL', item: items[1] },
      { 'x-collection-item': 'Nothing', reason: 'it has no request', item: items[2] },
    ],
  })
  expect(notes).toEqual([
    'Untitled: a text stands where a folder or request belongs; it is kept under x-items-without-operation.',
    'Untitled: null stands where a folder or request belongs; it is kept under x-items-without-operation.',
    'No URL: its request has no URL; it is kept under x-items-without-operation.',
    'Query alone: its request has no URL; it is kept under x-items-without-operation.',
    'Nothing: it has no request; it is kept under x-items-without-operation.',
  ])
})

test('everything else of an item stands in the shape that it had', () => {
  const item = {
    name: 'Only',
    id: 'abc',
    event: events,
    protocolProfileBehavior: { disableBodyPruning: true },
    variable: [{ key: 'v', value: '1' }],
    unknown: { deep: [1] },
    description: 'Of the item',
    request: { url: { raw: 'https://a.io/x', hash: 'top' }, description: 'Of the request', proxy: { host: 'p' }, certificate: { name: 'c', passphrase: 'p' }, more: true },
  }
  const { document } = convert(collectionOf([item]))
  expect(document.paths['/x']?.get).toEqual({
    operationId: 'getX',
    summary: 'Only',
    description: 'Of the request',
    responses: undocumented,
    'x-collection-item': 'Only',
    'x-postman': {
      id: 'abc',
      event: events,
      protocolProfileBehavior: { disableBodyPruning: true },
      variable: [{ key: 'v', value: '1' }],
      unknown: { deep: [1] },
      description: 'Of the item',
      request: { proxy: { host: 'p' }, certificate: { name: 'c', passphrase: '<redacted>' }, more: true, url: { raw: 'https://a.io/x', hash: 'top' } },
    },
  })
})

test('everything else of a collection stands at the root', () => {
  const rest = { event: events, variable: [{ key: 'a', value: 'b', type: 'any' }], protocolProfileBehavior: { strictSSL: false }, unknown: 'x' }
  expect(convert(collectionOf([], { ...rest, protocolProfileBehaviour: {}, nothing: null })).document['x-postman']).toEqual(rest)
})

test.each([
  ['a reference', { $ref: '#/nowhere' }], ['a schema identity', { a: [{ $id: '//' }] }], ['a depth', JSON.parse(`${'['.repeat(150)}${']'.repeat(150)}`) as unknown],
])('%s that validators stumble over is kept as JSON text', (_, value) => {
  const { document } = convert(collectionOf([itemOf('https://a.io/x', 'Only', { unknown: value })]))
  expect(document.paths['/x']?.get?.['x-postman']).toEqual({ unknown: JSON.stringify(value), request: { url: 'https://a.io/x' } })
})

test('__proto__ is a name like any other', () => {
  const text = JSON.stringify(collectionOf([itemOf({ method: 'POST', url: 'https://a.io/x', body: { mode: 'raw', raw: '{"__proto__":{"a":1}}' } }, 'Only', { __PROTO: 'kept' })])).replace('__PROTO', '__proto__')
  const { document } = convert(JSON.parse(text))
  const operation = JSON.stringify(document.paths['/x']?.post)
  expect(operation).toContain('"x-postman":{"__proto__":"kept"')
  expect(operation).toContain('"properties":{"__proto__":{"type":"object"')
  expect(operation).toContain('"example":{"__proto__":{"a":1}}')
})

describe('names', () => {
  test.each<[string, string, string]>([
    ['get', '/', 'getRoot'],
    ['GET', '/users/:id', 'getUsersById'],
    ['PUT', '/users/{{user-id}}/picture.png', 'putUsersByUserIdPicturePng'],
    ['POST', '/用户', 'postPath'],
    ['M-SEARCH', '/x', 'mSearchX'],
  ])('%s %s is %s', (method, path, operationId) => {
    const { document } = convert(collectionOf([itemOf({ method, url: `https://a.io${path}` })]))
    expect(JSON.stringify(document)).toContain(`"operationId":"${operationId}"`)
  })

  test('operation ids and schemas are unique', () => {
    const body = { mode: 'urlencoded', urlencoded: [{ key: 'a' }] }
    const items = ['/a-b', '/a_b', '/a_b'].map((path) => itemOf({ method: 'POST', url: `https://a.io${path}`, body }, 'Même nom'))
    const { document } = convert(collectionOf([...items, itemOf({ method: 'POST', url: 'https://a.io/a_b', body }, '名')]))
    expect(Object.values(document.paths).map((path) => path.post?.operationId)).toEqual(['postAB', 'postAB2'])
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(['MemeNom', 'MemeNom2', 'Body'])
  })
})
