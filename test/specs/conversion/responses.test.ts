import { describe, expect, test } from 'vitest'
import type { Response } from '../../../specs/openapi.ts'
import { collectionOf, convert, itemOf, undocumented } from './collections.ts'

function responsesOf(...saved: unknown[]): { responses: Record<string, Response> | undefined; notes: string[] } {
  const { document, notes } = convert(collectionOf([itemOf('https://a.io/x', 'Only', { response: saved })]))
  return { responses: document.paths['/x']?.get?.responses, notes }
}

const json = (body: unknown, members: object = {}) => ({ name: 'Found', code: 200, status: 'OK', body: JSON.stringify(body), _postman_previewlanguage: 'json', ...members })

test('without saved responses nothing is invented', () => {
  expect(responsesOf()).toEqual({ responses: undocumented, notes: [] })
})

test('a saved response becomes a status with an example and a schema', () => {
  expect(responsesOf({ name: 'Found', code: 200, status: 'OK', body: '{"id":1}', header: [{ key: 'Content-Type', value: 'application/json' }, { key: 'X-A', value: '1', description: 'About' }], cookie: [], responseTime: null })).toEqual({
    responses: {
      200: {
        description: 'OK',
        headers: { 'X-A': { description: 'About', schema: { type: 'string' }, example: '1' } },
        content: { 'application/json': { schema: { type: 'object', properties: { id: { type: 'integer' } } }, examples: { Found: { summary: 'Found', value: { id: 1 } } } } },
      },
    },
    notes: [],
  })
})

test('several of one status are several examples of one schema', () => {
  const { responses } = responsesOf(json({ id: 1 }, { _postman_previewlanguage: null }), json({ id: '2', more: true }, { _postman_previewlanguage: null }))
  expect(responses).toEqual({
    200: {
      description: 'OK',
      content: {
        'application/json': {
          schema: { type: 'object', properties: { id: { type: ['integer', 'string'] }, more: { type: 'boolean' } } },
          examples: { Found: { summary: 'Found', value: { id: 1 } }, Found2: { summary: 'Found', value: { id: '2', more: true } } },
        },
      },
    },
  })
})

test('statuses and media types are kept apart', () => {
  const { responses } = responsesOf(json({}), { name: 'Page', code: 200, body: '<a>', _postman_previewlanguage: 'html' }, { name: 'Gone', code: '404', status: 'Not Found', body: '' })
  expect(Object.entries(responses ?? {}).map(([status, response]) => [status, response.description, Object.keys(response.content ?? {})])).toEqual([
    ['200', 'OK', ['application/json', 'text/html']], ['404', 'Not Found', []],
  ])
})

test('headers that differ are all kept', () => {
  const header = (value: string) => ({ _postman_previewlanguage: null, header: [{ key: 'Date', value }] })
  expect(responsesOf(json(1, header('Mon')), json(1, { name: 'Again', ...header('Tue') })).responses?.['200']?.headers).toEqual({
    Date: { schema: { type: 'string' }, examples: { Found: { summary: 'Found', value: 'Mon' }, Again: { summary: 'Again', value: 'Tue' } } },
  })
})

describe('what OpenAPI has no place for is kept by saved response', () => {
  test.each<[string, object, object]>([
    ['the original request', { originalRequest: { method: 'GET', url: 'https://a.io/x?y=1' } }, { originalRequest: { method: 'GET', url: 'https://a.io/x?y=1' } }],
    ['cookies and times', { cookie: [{ name: 'c' }], responseTime: 12 }, { cookie: [{ name: 'c' }], responseTime: 12 }],
    ['a media type with parameters', { header: [{ key: 'Content-Type', value: 'text/plain; charset=utf-8' }] }, { header: [{ key: 'Content-Type', value: 'text/plain; charset=utf-8' }] }],
  ])('%s', (_, members, kept) => {
    expect(responsesOf({ name: 'Found', code: 200, body: 'a', ...members }).responses?.['200']?.['x-saved-responses']).toEqual([{ name: 'Found', ...kept }])
  })

  test('a name without a body, and a second reason phrase', () => {
    expect(responsesOf({ name: 'One', code: 204, status: 'No Content' }, { name: 'Two', code: 204, status: 'Nothing' }).responses).toEqual({
      204: { description: 'No Content', 'x-saved-responses': [{ name: 'One' }, { name: 'Two', status: 'Nothing' }] },
    })
  })
})

describe('what is odd', () => {
  test('no status code', () => {
    expect(responsesOf({ name: 'Some', body: 'a' })).toEqual({
      responses: { default: { description: 'Some', content: { 'text/plain': { schema: { type: 'string' }, examples: { Some: { summary: 'Some', value: 'a' } } } } } },
      notes: ['Only: saved response "Some" has no HTTP status code; it stands under "default".'],
    })
  })

  test('a status code that HTTP does not have', () => {
    expect(responsesOf({ name: 'Some', code: 999 }).responses).toEqual({ default: { description: 'Some', 'x-saved-responses': [{ name: 'Some', code: 999 }] } })
  })

  test('JSON that is none', () => {
    expect(responsesOf({ name: 'Some', code: 200, body: '{\'{}', header: [{ key: 'Content-Type', value: 'application/json' }] })).toEqual({
      responses: { 200: { description: 'Some', content: { 'application/json': { schema: {}, examples: { Some: { summary: 'Some', 'x-postman-raw': '{\'{}' } } } } } },
      notes: ['Only: saved response "Some" is called JSON but is none; its text is kept as x-postman-raw.'],
    })
  })
})
