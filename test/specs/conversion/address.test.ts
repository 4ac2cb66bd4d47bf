import { describe, expect, test } from 'vitest'
import type { Parameter } from '../../../specs/openapi.ts'
import { collectionOf, convert, convertRequest, itemOf } from './collections.ts'

/** Server, path and path parameters of a request with this URL. */
function addressOf(url: unknown, variable: object[] = []): { server: unknown; path: string | undefined; parameters?: Parameter[] } {
  const { document } = convert(collectionOf([itemOf({ method: 'GET', url })], { variable }))
  const [path] = Object.keys(document.paths)
  const parameters = document.paths[path ?? '']?.get?.parameters?.filter((parameter) => parameter.in === 'path')
  return { server: document.servers?.[0], path, ...(parameters === undefined || parameters.length === 0 ? {} : { parameters }) }
}

const variable = (name: string, value: string) => ({ [name]: { default: value } })
const parameter = (name: string, members: object = {}) => ({ name, in: 'path', required: true, schema: { type: 'string' }, ...members })

describe('a URL becomes a server and a path', () => {
  test.each<[string, unknown, unknown, string]>([
    ['a text', 'https://api.io/users', { url: 'https://api.io' }, '/users'],
    ['parts', { protocol: 'https', host: ['api', 'io'], path: ['users'] }, { url: 'https://api.io' }, '/users'],
    ['parts that are texts', { protocol: 'https:', host: 'api.io', path: '/users/all' }, { url: 'https://api.io' }, '/users/all'],
    ['segments that are objects', { host: ['api', 'io'], path: [{ type: 'string', value: 'users' }] }, { url: 'http://api.io' }, '/users'],
    ['only its text', { raw: 'https://api.io/users?x=1' }, { url: 'https://api.io' }, '/users'],
    ['no path', 'https://api.io?x=1', { url: 'https://api.io' }, '/'],
    ['a slash alone', 'https://api.io/', { url: 'https://api.io' }, '/'],
    ['a slash at the end', 'https://api.io/users/', { url: 'https://api.io' }, '/users/'],
    ['repeated slashes', 'https://api.io//users///all', { url: 'https://api.io' }, '/users/all'],
    ['a question mark alone', 'https://api.io/users?', { url: 'https://api.io' }, '/users'],
    ['a fragment', 'https://api.io/users#top', { url: 'https://api.io' }, '/users'],
    ['encoded characters', 'https://api.io/a%20b/c d', { url: 'https://api.io' }, '/a%20b/c%20d'],
    ['letters of either case', 'https://API.io/Users', { url: 'https://API.io' }, '/Users'],
    ['a port', 'http://localhost:9090/x', { url: 'http://localhost:9090' }, '/x'],
    ['a port of its own', { protocol: 'http', host: ['localhost'], port: '9090', path: ['x'] }, { url: 'http://localhost:9090' }, '/x'],
    ['an address of numbers', '127.0.0.1:80/x', { url: 'http://127.0.0.1:80' }, '/x'],
    ['an IPv6 address', 'http://[::1]:80/x', { url: 'http://[::1]:80' }, '/x'],
    ['no protocol', 'api.io/users', { url: 'http://api.io' }, '/users'],
    ['no host', '/users', undefined, '/users'],
    ['a name and a password', 'https://me:pass@api.io/x', { url: 'https://api.io' }, '/x'],
  ])('%s', (_, url, server, path) => {
    expect(addressOf(url)).toEqual({ server, path })
  })
})

describe('variables of a server', () => {
  test.each<[string, string, object[], unknown]>([
    ['a host without a value stands for itself', 'https://{{domain}}/x', [], { url: 'https://{domain}', variables: variable('domain', 'domain') }],
    ['a host with a value', 'https://{{domain}}/x', [{ key: 'domain', value: 'a.io' }], { url: 'https://{domain}', variables: variable('domain', 'a.io') }],
    ['part of a host', 'https://{{name}}.a.io/x', [{ key: 'name', value: 'demo' }], { url: 'https://{name}.a.io', variables: variable('name', 'demo') }],
    ['a base URL', '{{base}}/x', [{ key: 'base', value: 'https://a.io/v1' }], { url: '{base}', variables: variable('base', 'https://a.io/v1') }],
    ['a base URL without a value', '{{base}}/x', [], { url: '{base}', variables: variable('base', 'base') }],
    ['a base without a protocol', '{{base}}/x', [{ key: 'base', value: 'a.io/v1' }], { url: 'http://{base}', variables: variable('base', 'a.io/v1') }],
    ['values inside values', '{{base}}/x', [{ key: 'base', value: 'https://{{h}}' }, { key: 'h', value: 'a.io' }], { url: '{base}', variables: variable('base', 'https://a.io') }],
    ['values in a circle', '{{a}}/x', [{ key: 'a', value: '{{b}}' }, { key: 'b', value: '{{a}}' }], { url: '{a}', variables: variable('a', 'a') }],
    ['secret values stay out', '{{base}}/x', [{ key: 'base', value: 'https://secret.io', type: 'secret' }], { url: '{base}', variables: variable('base', 'base') }],
    ['protocol and port', '{{p}}://a.io:{{port}}/x', [{ key: 'p', value: 'https' }, { key: 'port', value: 8080 }], { url: '{p}://a.io:{port}', variables: { ...variable('p', 'https'), ...variable('port', '8080') } }],
    ['names that a template cannot hold', '{{my base}}/x', [], { url: '{my_base}', variables: variable('my_base', 'my base') }],
  ])('%s', (_, url, variables, server) => {
    expect(addressOf(url, variables).server).toEqual(server)
  })

  test('the nearest folder gives the value', () => {
    const folder = { name: 'F', variable: [{ key: 'h', value: 'inner.io' }], item: [itemOf('https://{{h}}/x')] }
    expect(convert(collectionOf([folder], { variable: [{ key: 'h', value: 'outer.io' }] })).document.servers).toEqual([{ url: 'https://{h}', variables: variable('h', 'inner.io') }])
  })
})

describe('parameters of a path', () => {
  test.each<[string, unknown, object[], string, unknown[]]>([
    ['a variable segment', 'https://a.io/users/:id', [], '/users/{id}', [parameter('id')]],
    ['a collection variable', 'https://a.io/users/{{id}}', [], '/users/{id}', [parameter('id', { 'x-postman-value': '{{id}}' })]],
    ['one with a value', 'https://a.io/users/{{id}}', [{ key: 'id', value: '50' }], '/users/{id}', [parameter('id', { example: '50', 'x-postman-value': '{{id}}' })]],
    ['braces', 'https://a.io/users/{id}', [], '/users/{id}', [parameter('id')]],
    ['several in a segment', 'https://a.io/{{a}}-{{b}}.json', [], '/{a}-{b}.json', [parameter('a', { 'x-postman-value': '{{a}}' }), parameter('b', { 'x-postman-value': '{{b}}' })]],
    ['the same name twice', 'https://a.io/:id/x/:id', [], '/{id}/x/{id_2}', [parameter('id'), parameter('id_2', { 'x-postman-name': 'id' })]],
    ['names that a template cannot hold', 'https://a.io/{{a b}}', [], '/{a_b}', [parameter('a_b', { 'x-postman-value': '{{a b}}', 'x-postman-name': 'a b' })]],
    [
      'a described one', { raw: 'https://a.io/:id', host: ['a', 'io'], protocol: 'https', path: [':id'], variable: [{ key: 'id', value: '7', description: 'Whose', disabled: true }] }, [],
      '/{id}', [parameter('id', { description: 'Whose', example: '7', 'x-postman': { disabled: true } })],
    ],
  ])('%s', (_, url, variables, path, parameters) => {
    expect(addressOf(url, variables)).toMatchObject({ path, parameters })
  })

  test('a separator inside a variable separates nothing', () => {
    expect(addressOf('https://{{a/b?c}}/{{d#e}}')).toMatchObject({ server: { url: 'https://{a_b_c}' }, path: '/{d_e}' })
  })

  test('paths that differ in the names of parameters are one, and the first names stand', () => {
    const { document } = convert(collectionOf([itemOf('https://a.io/users/:id', 'One'), itemOf({ method: 'DELETE', url: 'https://a.io/users/{{user}}' }, 'Two')]))
    expect(Object.keys(document.paths)).toEqual(['/users/{id}'])
    expect(document.paths['/users/{id}']?.delete?.parameters).toEqual([parameter('id', { 'x-postman-name': 'user', 'x-postman-value': '{{user}}' })])
  })

  test('a variable that the path does not use is kept', () => {
    const { operation } = convertRequest({ url: { raw: 'https://a.io/x', variable: [{ key: 'id', value: '7' }] } })
    expect(operation['x-postman']).toEqual({ request: { url: { raw: 'https://a.io/x', variable: [{ key: 'id', value: '7' }] } } })
  })
})

describe('several servers', () => {
  const items = [itemOf('https://b.io/1', 'One'), itemOf('https://a.io/2', 'Two'), itemOf('https://a.io/3', 'Three'), itemOf('/4', 'Four')]
  const { document } = convert(collectionOf(items))

  test('the most common is the document\'s', () => {
    expect(document.servers).toEqual([{ url: 'https://a.io' }])
  })

  test('others stand at their operations', () => {
    expect(Object.entries(document.paths).map(([path, item]) => [path, item.get?.servers])).toEqual([
      ['/1', [{ url: 'https://b.io' }]], ['/2', undefined], ['/3', undefined], ['/4', [{ url: '/' }]],
    ])
  })

  test('an operation has the servers of all its items', () => {
    const { document: shared } = convert(collectionOf([itemOf('https://a.io/x', 'One'), itemOf('https://a.io/y', 'Two'), itemOf('https://b.io/x', 'Three')]))
    expect(shared.paths['/x']?.get?.servers).toEqual([{ url: 'https://a.io' }, { url: 'https://b.io' }])
    expect(shared.paths['/x']?.get?.['x-variants']?.map(({ servers }) => servers)).toEqual([undefined, [{ url: 'https://b.io' }]])
  })
})

test('where text and parts of a URL differ the parts are used and the text is kept', () => {
  const { operation, notes } = convertRequest({ url: { raw: 'https://{{n}}.example.com/x', protocol: 'https', host: ['{{n}}', 'example'], path: ['x'] } })
  expect(notes).toEqual(['Only: the text and the parts of its URL differ; the parts are used, as Postman does.'])
  expect(operation['x-postman']).toEqual({ request: { url: 'https://{{n}}.example.com/x' } })
})
