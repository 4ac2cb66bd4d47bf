import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../core/usage-error.ts'
import { parseCollection } from '../../../specs/collection.ts'
import { collectionOf, convert, itemOf, schema, undocumented } from './collections.ts'

const advice = 'give a Postman collection, v2.0 or v2.1, exported as JSON.'

function refusal(text: string): string {
  try {
    parseCollection(text, 'my.json')
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  return 'accepted'
}

describe('a file that is no collection is refused in one sentence', () => {
  test.each<[string, unknown, string]>([
    ['an empty file', ' \n', `my.json is empty; ${advice}`],
    ['a text', 'openapi: 3.1.0', `my.json is not JSON; ${advice}`],
    ['a list', '[]', `my.json holds a JSON list, not a Postman collection; ${advice}`],
    ['a number', '5', `my.json holds a single JSON value, not a Postman collection; ${advice}`],
    ['null', 'null', `my.json holds a single JSON value, not a Postman collection; ${advice}`],
    ['an OpenAPI document', { openapi: '3.0.0', info: {}, paths: {} }, `my.json is an OpenAPI document, not a Postman collection; ${advice}`],
    ['a Swagger document', { swagger: '2.0' }, `my.json is an OpenAPI document, not a Postman collection; ${advice}`],
    ['a collection v1', { id: '1', name: 'Old', order: [], requests: [] }, `my.json is a collection of the format v1, not a Postman collection; ${advice}`],
    ['an environment', { name: 'Env', values: [], _postman_variable_scope: 'environment' }, `my.json is a Postman environment, not a Postman collection; ${advice}`],
    ['a HAR file', { log: { entries: [] } }, `my.json is a HAR file, not a Postman collection; ${advice}`],
    ['an Insomnia export', { _type: 'export', resources: [] }, `my.json is an Insomnia export, not a Postman collection; ${advice}`],
    ['an object without items', { info: { name: 'x', schema } }, `my.json has no list of requests ("item"), so it is no Postman collection; ${advice}`],
    ['items that are no list', { info: { schema }, item: {} }, `my.json has no list of requests ("item"), so it is no Postman collection; ${advice}`],
    ['an empty wrapper', { collection: {} }, `my.json has no list of requests ("item"), so it is no Postman collection; ${advice}`],
    ['a wrapped OpenAPI document', { collection: { openapi: '3.1.0' } }, `my.json is an OpenAPI document, not a Postman collection; ${advice}`],
    [
      'another schema', { info: { schema: 'https://schema.getpostman.com/json/collection/v3.0.0/collection.json' }, item: [] },
      'my.json is a collection of the format "https://schema.getpostman.com/json/collection/v3.0.0/collection.json", which is not known here; export it as v2.1.',
    ],
  ])('%s', (_, content, message) => {
    expect(refusal(typeof content === 'string' ? content : JSON.stringify(content))).toBe(message)
  })

  test('folders nested more than 2,000 deep', () => {
    expect(refusal(nestedFolders(2001))).toBe('my.json nests folders more than 2000 deep; move some of them up.')
  })

  test('values nested more than 1,000 deep', () => {
    const text = JSON.stringify(collectionOf([itemOf('https://a.io')])).replace('"name":"Only"', `"name":"Only","x":${'['.repeat(5000)}${']'.repeat(5000)}`)
    expect(refusal(text)).toBe('my.json nests values more than 1000 deep, so it cannot be converted; shorten it.')
  })
})

function nestedFolders(depth: number): string {
  const folder = (level: number) => `{"name":"f${level}","item":[`
  const folders = Array.from({ length: depth }, (_, level) => folder(level)).join('')
  return `{"item":[${folders}{"name":"leaf","request":"https://a.io/x"}${']}'.repeat(depth)}]}`
}

describe('a collection is accepted', () => {
  const expected = {
    openapi: '3.1.0',
    info: { title: 'Small', version: '1.0.0', 'x-postman': { schema } },
    servers: [{ url: 'https://a.io' }],
    paths: {
      '/x': { get: { operationId: 'getX', summary: 'Only', responses: undocumented, 'x-collection-item': 'Only', 'x-postman': { request: { url: 'https://a.io/x' } } } },
    },
  }
  const collection = collectionOf([itemOf('https://a.io/x')])

  test('bare', () => {
    expect(convert(collection)).toEqual({ document: expected, notes: [] })
  })

  test('with a byte-order mark', () => {
    expect(parseCollection(`\uFEFF${JSON.stringify(collection)}`, 'a').items.map(({ label }) => label)).toEqual(['Only'])
  })

  test('in a wrapper, of which nothing is lost', () => {
    expect(convert({ collection, meta: { owner: 'me' } }).document).toEqual({ ...expected, 'x-postman': { wrapper: { meta: { owner: 'me' } } } })
  })

  test('without info', () => {
    expect(convert({ item: [] })).toEqual({ document: { openapi: '3.1.0', info: { title: 'Untitled collection', version: '1.0.0' }, paths: {} }, notes: [] })
  })

  test('of version 2.0', () => {
    const info = { name: 'Old', schema: 'https://schema.getpostman.com/json/collection/v2.0.0/collection.json' }
    expect(convert({ info, item: [] }).document.info.title).toBe('Old')
  })

  test('with folders nested 2,000 deep', () => {
    const { items } = parseCollection(nestedFolders(2000), 'deep')
    expect(items[0]?.label.split(' / ').length).toBe(2001)
  })
})

describe('what the format says about itself', () => {
  test.each<[string, object, object]>([
    ['a version text', { version: '3.2' }, { version: '3.2' }],
    ['version numbers', { version: { major: 1, minor: 2, patch: 3, identifier: 'beta' } }, { version: '1.2.3-beta' }],
    ['version numbers and more', { version: { major: 1, meta: { by: 'me' } } }, { version: '1.0.0', 'x-postman': { version: { major: 1, meta: { by: 'me' } } } }],
    ['a description', { description: 'About' }, { version: '1.0.0', description: 'About' }],
    ['a description object', { description: { content: 'About', type: 'text/plain' } }, { version: '1.0.0', description: 'About', 'x-postman': { description: { type: 'text/plain' } } }],
    ['a null description', { description: null }, { version: '1.0.0' }],
    ['an identifier', { _postman_id: 'abc' }, { version: '1.0.0', 'x-postman': { _postman_id: 'abc' } }],
  ])('%s', (_, info, expected) => {
    expect(convert({ info: { name: 'Small', ...info }, item: [] }).document.info).toEqual({ title: 'Small', ...expected })
  })
})

describe('what is of the wrong kind is noted and kept', () => {
  test.each<[string, object, string, unknown]>([
    ['a name', { name: ['x'], request: 'https://a.io/x' }, 'Untitled: "name" is a list where a text belongs; it is kept under x-postman.', { name: ['x'] }],
    ['a method', itemOf({ url: 'https://a.io/x', method: {} }), 'Only: "method" is an object where a text belongs; it is kept under x-postman.', undefined],
    ['headers', itemOf({ url: 'https://a.io/x', header: 5 }), 'Only: "header" is no list of fields; it is kept under x-postman.', { request: { header: 5 } }],
    ['a body', itemOf({ url: 'https://a.io/x', body: 'x' }), 'Only: the body is no object; it is kept under x-postman.', { request: { body: 'x' } }],
    ['a response', itemOf('https://a.io/x', 'Only', { response: ['x'] }), 'Only: "response" holds what is no saved response; it is kept under x-postman.', { response: ['x'] }],
    ['variables', itemOf('https://a.io/x', 'Only', { variable: 'x' }), 'Only: "variable" is no list; it is kept under x-postman.', { variable: 'x' }],
    ['an auth', itemOf({ url: 'https://a.io/x', auth: { basic: {} } }), 'Only: "auth" has no type; it is kept under x-postman.', undefined],
    [
      'a field without a name', itemOf({ url: 'https://a.io/x', header: [{ value: 'v' }] }), 'Only: a member of "header" has no name; it is kept under x-postman.',
      { request: { header: [{ value: 'v' }] } },
    ],
  ])('%s', (_, item, note, kept) => {
    const { document, notes } = convert(collectionOf([item]))
    expect(notes).toEqual([note])
    if (kept !== undefined) expect(document.paths['/x']?.get?.['x-postman']).toMatchObject(kept as object)
  })
})
