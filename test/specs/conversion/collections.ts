import type { Conversion } from '../../../specs/conversion.ts'
import { toOpenApi } from '../../../specs/conversion.ts'
import { parseCollection } from '../../../specs/collection.ts'
import type { Operation, Response } from '../../../specs/openapi.ts'

export const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'

/** A collection with these entries. */
export function collectionOf(item: readonly unknown[], members: object = {}): object {
  return { info: { name: 'Small', schema }, item, ...members }
}

/** An item with a request; where only the request matters its name does not. */
export function itemOf(request: unknown, name = 'Only', members: object = {}): object {
  return { name, request, ...members }
}

/** What becomes of a collection. */
export function convert(collection: unknown): Conversion {
  return toOpenApi(parseCollection(JSON.stringify(collection), 'small.json'))
}

/** What becomes of a request that is alone in its collection, without what every operation has. */
export function convertRequest(request: object | string, collection: object = {}): { operation: Partial<Operation>; notes: string[] } {
  const { document, notes } = convert(collectionOf([itemOf(request)], collection))
  const [operation] = Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[])
  const { operationId: _id, summary: _summary, responses: _responses, 'x-collection-item': _item, ...rest } = operation as Operation
  return { operation: rest, notes }
}

/** The responses that stand for nothing known. */
export const undocumented: Record<string, Response> = {
  default: { description: 'What is answered, the collection does not say.', 'x-undocumented': true },
}

/** A collection that has a little of everything the format knows. */
export const everything = {
  info: {
    _postman_id: 'id-of-collection',
    name: 'Everything',
    description: { content: 'All of it', type: 'text/markdown' },
    version: { major: 2, minor: 1, patch: 0 },
    schema,
  },
  auth: { type: 'bearer', bearer: [{ key: 'token', value: 'collection-token', type: 'string' }] },
  event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: ['pm.variables.set("a", 1)'] } }],
  variable: [{ key: 'base', value: 'https://api.example.com/v1' }, { key: 'id', value: '42', description: 'An id' }],
  protocolProfileBehavior: { followRedirects: false },
  item: [
    {
      name: 'Users',
      description: 'About users',
      auth: { type: 'apikey', apikey: [{ key: 'key', value: 'X-Key' }, { key: 'value', value: 'folder-key' }, { key: 'in', value: 'header' }] },
      variable: [{ key: 'page', value: '7' }],
      item: [
        {
          name: 'List users',
          id: 'item-id',
          request: {
            method: 'GET',
            header: [
              { key: 'Accept', value: 'application/json' },
              { key: 'X-Trace', value: '{{trace}}', description: { content: 'Traces', type: 'text/plain' } },
              { key: 'X-Off', value: 'off', disabled: true },
              { key: '', value: '', disabled: true },
            ],
            url: {
              raw: '{{base}}/users?page={{page}}&tag=a&tag=b&empty=&flag',
              host: ['{{base}}'],
              path: ['users'],
              query: [
                { key: 'page', value: '{{page}}' }, { key: 'tag', value: 'a' }, { key: 'tag', value: 'b' }, { key: 'empty', value: '' },
                { key: 'flag', value: null }, { key: 'off', value: 'x', disabled: true },
              ],
            },
            description: null,
          },
          response: [
            {
              name: 'Some',
              originalRequest: { method: 'GET', url: '{{base}}/users' },
              status: 'OK',
              code: 200,
              _postman_previewlanguage: 'json',
              header: [{ key: 'Content-Type', value: 'application/json; charset=utf-8' }, { key: 'X-Total', value: '1' }],
              cookie: [],
              body: '{"users": [{"id": 1, "name": "Ann", "score": 1.5, "admin": false, "boss": null}]}',
            },
            { name: 'None', status: 'No Content', code: 204, header: null, body: '' },
          ],
        },
        {
          name: 'Create a user',
          event: [{ listen: 'test', script: { exec: ['pm.test("it")'] } }],
          request: {
            method: 'POST',
            auth: { type: 'noauth' },
            header: [{ key: 'Content-Type', value: 'application/json' }],
            body: { mode: 'raw', raw: '{\n  // who\n  "name": "Ann", "kind": "person", "age": {{age}}\n}', options: { raw: { language: 'json' } } },
            url: { raw: '{{base}}/users', host: ['{{base}}'], path: ['users'] },
          },
        },
        {
          name: 'Create a group',
          request: {
            method: 'POST',
            body: { mode: 'raw', raw: '{"name": "Team", "kind": "group"}', options: { raw: { language: 'json' } } },
            url: { raw: '{{base}}/users', host: ['{{base}}'], path: ['users'] },
          },
        },
        {
          name: 'Picture',
          request: {
            method: 'PUT',
            url: { raw: '{{base}}/users/:id/picture', host: ['{{base}}'], path: ['users', ':id', 'picture'], variable: [{ key: 'id', value: '{{id}}', description: 'Whose' }] },
            body: {
              mode: 'formdata',
              formdata: [{ key: 'file', type: 'file', src: '/tmp/me.png', contentType: 'image/png' }, { key: 'title', value: 'Me', type: 'text', disabled: true }],
            },
          },
        },
      ],
    },
    { name: 'Empty folder', item: [] },
    {
      name: 'Other',
      item: [
        { name: 'Deeper', item: [{ name: 'Search', request: { method: 'POST', url: 'https://search.example.com:8443/graphql', body: { mode: 'graphql', graphql: { query: 'query Q { a }', variables: '{"x": 1}', operationName: 'Q' } } } }] },
        { name: 'Upload', request: { method: 'POST', url: 'https://api.example.com/upload', body: { mode: 'file', file: { src: '/tmp/x.bin' } } } },
        { name: 'Form', request: { method: 'POST', url: 'https://api.example.com/form', auth: { type: 'basic', basic: { username: 'user', password: 'basic-password' } }, body: { mode: 'urlencoded', urlencoded: [{ key: 'a', value: 'b', type: 'text' }, { key: 'c', value: null }] } } },
        { name: 'Signed', request: { method: 'DELETE', url: 'https://api.example.com/thing/{{id}}', auth: { type: 'awsv4', awsv4: [{ key: 'secretKey', value: 'aws-secret' }, { key: 'region', value: 'eu-1' }] } } },
        { name: 'Plain', request: 'https://api.example.com/plain?x=1#part' },
        { name: 'Find', request: { method: 'PROPFIND', url: 'https://api.example.com/plain' } },
        { name: 'Get with body', request: { method: 'GET', url: 'https://api.example.com/form', body: { mode: 'raw', raw: 'text' } } },
        { name: 'No place', request: { method: 'POST', url: '' } },
        { name: 'Nothing' },
      ],
    },
  ],
}
