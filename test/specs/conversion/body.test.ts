import { describe, expect, test } from 'vitest'
import type { Operation } from '../../../specs/openapi.ts'
import { convertRequest } from './collections.ts'

function convertBody(body: unknown, request: object = {}): { body: Operation['requestBody']; kept: unknown; notes: string[] } {
  const { operation, notes } = convertRequest({ method: 'POST', url: 'https://a.io/x', body, ...request })
  const { url: _, ...kept } = (operation['x-postman'] as { request: Record<string, unknown> }).request
  return { body: operation.requestBody, kept, notes }
}

const raw = (text: string, language?: string) => ({ mode: 'raw', raw: text, ...(language === undefined ? {} : { options: { raw: { language } } }) })
const contentType = (value: string) => ({ header: [{ key: 'Content-Type', value }] })
const text = { schema: { type: 'string' } }

describe('a text has the media type of its language or header', () => {
  test.each<[string, object, object, string]>([
    ['xml', raw('<a/>', 'xml'), {}, 'application/xml'],
    ['html', raw('<a>', 'html'), {}, 'text/html'],
    ['javascript', raw('a()', 'javascript'), {}, 'application/javascript'],
    ['text', raw('a', 'text'), {}, 'text/plain'],
    ['no language', raw('a'), {}, 'text/plain'],
    ['a header against the language', raw('<a/>', 'text'), contentType('application/soap+xml'), 'application/soap+xml'],
    ['a header with parameters', raw('<a/>'), contentType('Text/XML; charset=utf-8'), 'text/xml'],
  ])('%s', (_, body, request, mediaType) => {
    expect(convertBody(body, request).body).toEqual({ content: { [mediaType]: { ...text, example: body['raw' as never] } } })
  })

  test('a language that the media type does not say is kept', () => {
    expect(convertBody(raw('a', 'yaml')).kept).toEqual({ body: { options: { raw: { language: 'yaml' } } } })
  })

  test('a header that the media type says is not kept beside it', () => {
    expect(convertBody(raw('<a/>'), contentType('text/xml')).kept).toEqual({})
    expect(convertBody(raw('<a/>'), contentType('text/xml; charset=utf-8')).kept).toEqual({ header: [{ key: 'Content-Type', value: 'text/xml; charset=utf-8' }] })
  })
})

describe('JSON', () => {
  test('types come from the example', () => {
    const value = { i: 1, n: 1.5, s: 'a', b: true, z: null, l: [1, 2.5, 'x'], e: [], o: { d: [{ a: 1 }, { b: null, a: null }] } }
    expect(convertBody(raw(JSON.stringify(value, null, 4), 'json'))).toEqual({
      body: {
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                i: { type: 'integer' }, n: { type: 'number' }, s: { type: 'string' }, b: { type: 'boolean' }, z: { type: 'null' },
                l: { type: 'array', items: { type: ['number', 'string'] } },
                e: { type: 'array', items: {} },
                o: { type: 'object', properties: { d: { type: 'array', items: { type: 'object', properties: { a: { type: ['integer', 'null'] }, b: { type: 'null' } } } } } },
              },
            },
            example: value,
          },
        },
      },
      kept: {},
      notes: [],
    })
  })

  test.each<[string, object, object]>([
    ['without a language', raw('{"a":1}'), {}],
    ['by its header', raw('{"a":1}'), contentType('application/json')],
    ['by a header against the language', raw('{"a":1}', 'text'), contentType('application/json')],
    ['written as a value', { mode: 'raw', raw: { a: 1 } }, {}],
    ['without a mode', { raw: '{"a":1}' }, {}],
  ])('%s', (_, body, request) => {
    expect(convertBody(body, request).body).toEqual({ content: { 'application/json': { schema: { type: 'object', properties: { a: { type: 'integer' } } }, example: { a: 1 } } } })
  })

  test.each<[string, string, unknown]>([
    ['comments', '{"a":1 /* one */}', { a: 1 }],
    ['a comma at the end', '{"a":1,}', { a: 1 }],
    ['duplicate members', '{"a":2,"a":1}', { a: 1 }],
    ['numbers that are written otherwise', '{"a":1.0}', { a: 1 }],
  ])('%s: the text is kept beside the example', (_, json, example) => {
    expect(convertBody(raw(json, 'json')).body).toEqual({
      content: { 'application/json': { schema: { type: 'object', properties: { a: { type: 'integer' } } }, example, 'x-postman-raw': json } },
    })
  })

  test('a bare variable may become anything', () => {
    const json = '{"a": {{a}}, "b": "{{b}} and // no comment"}'
    expect(convertBody(raw(json, 'json')).body).toEqual({
      content: {
        'application/json': {
          schema: { type: 'object', properties: { a: {}, b: { type: 'string' } } }, example: { a: '{{a}}', b: '{{b}} and // no comment' }, 'x-postman-raw': json,
        },
      },
    })
  })

  test('what is no JSON keeps its text', () => {
    expect(convertBody(raw('{oops', 'json'))).toEqual({
      body: { content: { 'application/json': { schema: {}, 'x-postman-raw': '{oops' } } },
      kept: {},
      notes: ['Only: the body is called JSON but is none; its text is kept as x-postman-raw.'],
    })
  })

  test.each([['a reference', '{"$ref":"#/nowhere"}'], ['an identity', '{"$id":"//"}'], ['a depth', `${'['.repeat(200)}${']'.repeat(200)}`]])(
    '%s that validators stumble over stays a text', (_, json) => {
      const media = convertBody(raw(json, 'json')).body?.content['application/json']
      expect(media).toMatchObject({ schema: expect.anything() as unknown })
      expect([media?.example, String(media?.['x-postman-raw']).replace(/\s/g, '')]).toEqual([undefined, json])
    })
})

describe('forms', () => {
  const fields = [
    { key: 'a', value: 'b', type: 'text', description: 'About' }, { key: 'n', value: null }, { key: 'e', value: '' }, { key: 'off', value: '1', disabled: true },
    { key: 'l', value: '1' }, { key: 'l', value: '2' },
  ]
  const schema = {
    type: 'object',
    properties: {
      a: { type: 'string', description: 'About', example: 'b' },
      n: { type: 'string' },
      e: { type: 'string' },
      off: { type: 'string', example: '1', 'x-disabled': true },
      l: { type: 'array', items: { type: 'string' }, example: ['1', '2'] },
    },
  }

  test('urlencoded', () => {
    expect(convertBody({ mode: 'urlencoded', urlencoded: fields }).body).toEqual({ content: { 'application/x-www-form-urlencoded': { schema } } })
  })

  test('urlencoded as one text', () => {
    expect(convertBody({ mode: 'urlencoded', urlencoded: 'a=b&c' }).body).toEqual({
      content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', properties: { a: { type: 'string', example: 'b' }, c: { type: 'string' } } } } },
    })
  })

  test('form-data with files', () => {
    const files = [{ key: 'f', type: 'file', src: '/tmp/a.png', contentType: 'image/png' }, { key: 'g', type: 'file', src: ['/1', '/2'] }]
    expect(convertBody({ mode: 'formdata', formdata: [...fields, ...files] }).body).toEqual({
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              ...schema.properties,
              f: { type: 'string', format: 'binary', 'x-postman': { src: '/tmp/a.png', contentType: 'image/png' } },
              g: { type: 'array', items: { type: 'string', format: 'binary' }, 'x-postman': { src: ['/1', '/2'] } },
            },
          },
          encoding: { f: { contentType: 'image/png' } },
        },
      },
    })
  })
})

describe('other bodies', () => {
  test('GraphQL', () => {
    expect(convertBody({ mode: 'graphql', graphql: { query: '{ a }', variables: '{\n"x": 1 }', operationName: 'A' } }).body).toEqual({
      content: {
        'application/json': {
          schema: { type: 'object', properties: { query: { type: 'string' }, variables: { type: 'object', properties: { x: { type: 'integer' } } }, operationName: { type: 'string' } } },
          example: { query: '{ a }', variables: { x: 1 }, operationName: 'A' },
          'x-postman-mode': 'graphql',
        },
      },
    })
  })

  test('GraphQL with variables that are no JSON', () => {
    expect(convertBody({ mode: 'graphql', graphql: { query: '{ a }', variables: 'oops' } }).body?.content['application/json']).toMatchObject({
      example: { query: '{ a }' }, 'x-postman-variables': 'oops',
    })
  })

  test('a file', () => {
    expect(convertBody({ mode: 'file', file: { src: '/tmp/x' } })).toEqual({
      body: { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }, kept: { body: { file: { src: '/tmp/x' } } }, notes: [],
    })
    expect(convertBody({ mode: 'file', file: {} }, contentType('image/png')).body).toEqual({ content: { 'image/png': { schema: { type: 'string', format: 'binary' } } } })
  })

  test.each<[string, unknown, unknown, string[]?]>([
    ['an empty text', raw(''), {}],
    ['an empty text of a language', raw('', 'json'), { body: { options: { raw: { language: 'json' } } } }],
    ['an empty form', { mode: 'urlencoded', urlencoded: [] }, {}],
    ['null', null, {}],
    ['a disabled one', { ...raw('a'), disabled: true }, { body: { mode: 'raw', raw: 'a', disabled: true } }],
    ['an unknown mode', { mode: 'smoke', smoke: 1 }, { body: { mode: 'smoke', smoke: 1 } }, ['Only: body mode "smoke" is not known; the body is kept under x-postman.']],
  ])('%s is not sent', (_, body, kept, notes = []) => {
    expect(convertBody(body)).toEqual({ body: undefined, kept, notes })
  })

  test('what a body holds for other modes is kept', () => {
    expect(convertBody({ mode: 'raw', raw: 'a', urlencoded: [{ key: 'k' }] }).kept).toEqual({ body: { urlencoded: [{ key: 'k' }] } })
  })

  test('the body of a GET is kept but not sent', () => {
    const { operation, notes } = convertRequest({ method: 'GET', url: 'https://a.io/x', body: raw('a') })
    expect(operation).toEqual({ 'x-request-body': { content: { 'text/plain': { ...text, example: 'a' } } }, 'x-postman': { request: { url: 'https://a.io/x' } } })
    expect(notes).toEqual(['Only: a GET request has a body, which OpenAPI gives no meaning; it is kept as x-request-body.'])
  })
})
