import fc from 'fast-check'
import { everything, schema } from './collections.ts'

/**
 * Collections of every shape the format allows, in which each `@` of the pattern has become a text of its own. Credentials are left out of them,
 * since they must not come through.
 */
export function markedCollections(): fc.Arbitrary<{ collection: unknown; marks: string[] }> {
  return collections.map((pattern) => {
    const marks: string[] = []
    const mark = (value: unknown): unknown => {
      if (typeof value === 'string') {
        return value.replace(/@/g, () => {
          marks.push(`m${marks.length}m`)
          return marks.at(-1) as string
        })
      }
      if (Array.isArray(value)) return value.map(mark)
      return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([name, member]) => [mark(name), mark(member)])) : value
    }
    return { collection: mark(pattern), marks }
  })
}

const maybe = <T>(name: string, values: fc.Arbitrary<T>): fc.Arbitrary<object> => fc.option(values).map((value) => (value === null ? {} : { [name]: value }))
const merged = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> => fc.tuple(...parts).map((members) => Object.assign({}, ...members) as object)

const description = fc.constantFrom<unknown>('@', null, '', { content: '@', type: 'text/plain' }, { content: '@', version: '@' })
const values = fc.constantFrom<unknown>('@', '@', '', null, '{{@}}', 'a {{@}} b', '{{known}}', 7, true)
const unknown = fc.constantFrom<object>({}, {}, { '@': '@' }, { extra: { '@': ['@', null] } })
const fields = (extra: fc.Arbitrary<object>) => fc.array(merged(
  fc.constantFrom({ key: '@' }, { key: '@' }, { key: 'same' }, { key: '' }, { key: null }, { id: '@' }),
  values.map((value) => ({ value })), maybe('description', description), fc.constantFrom({}, {}, { disabled: true }, { disabled: false }), unknown, extra,
), { maxLength: 3 })
const text = fields(fc.constantFrom({}, { type: 'text' }, { type: '@' }))

const json = fc.constantFrom(
  '{"@": "@", "n": [1, 1.5, null, true, {"@": {}}]}', '["@", {"a": "@"}]', '"@"', '{\n  "a": "@", // @\n  "b": {{@}},\n}', '{"kind": "@", "x": 1.0}', '{broken @', '{"$ref": "#/@"}',
)
const body = fc.oneof(
  merged(json.map((raw) => ({ mode: 'raw', raw })), maybe('options', fc.constantFrom({ raw: { language: 'json' } }, { raw: { language: 'json', '@': '@' } }))),
  fc.constantFrom('xml', 'html', 'javascript', 'text', '@').map((language) => ({ mode: 'raw', raw: '<a>@</a>', options: { raw: { language } } })),
  text.map((urlencoded) => ({ mode: 'urlencoded', urlencoded })),
  fields(fc.constantFrom({ type: 'text' }, { type: 'file', src: '@' }, { type: 'file', src: ['@', '@'] }, { contentType: 'image/@' })).map((formdata) => ({ mode: 'formdata', formdata })),
  fc.constantFrom<unknown>('{"@": "@"}', { '@': '@' }, 'no json @', '').map((variables) => ({ mode: 'graphql', graphql: { query: 'query @ { a }', variables, operationName: '@', '@': '@' } })),
  fc.constantFrom({ mode: 'file', file: { src: '@' } }, { mode: 'file', file: { content: '@' } }, { mode: '@', '@': '@' }, { mode: 'raw', raw: '@', disabled: true }, '@', { mode: 'raw', raw: '', urlencoded: [{ key: '@' }] }),
)
const url = fc.oneof(
  fc.constantFrom<unknown>(
    'https://@.example.com/@/:@/{{@}}?@=@&@#@', '{{@}}/@', 'http://api.io/same', 'http://api.io/same/:@', 'http://api.io/same/{{@}}', '@.io:80/@//@/', '/@', '', '?@=@', 'http://[::1]:{{@}}/v{@}.@',
  ),
  merged(
    fc.constantFrom({ raw: 'http://api.io/same' }, { raw: 'http://@/@' }, {}), maybe('protocol', fc.constantFrom('https', '{{@}}')),
    maybe('host', fc.constantFrom<unknown>(['@', 'io'], '@.io', ['{{@}}'])), maybe('port', fc.constantFrom('{{@}}', '8080')),
    maybe('path', fc.constantFrom<unknown>(['@', ':@', '{{@}}'], '/@/@', [{ type: 'string', value: '@' }], ['same', ':id'])), maybe('query', text), maybe('hash', fc.constant('@')),
    maybe('variable', fields(fc.constantFrom({}, { type: 'string' }))), unknown,
  ),
)
const headers = fc.oneof(text, fc.array(fc.constantFrom(
  { key: 'Content-Type', value: 'application/json; a=@' }, { key: 'content-type', value: 'text/plain' }, { key: 'Accept', value: '@/@' }, { key: 'Cookie', value: 'a@=@; b=@' }, { key: 'Accept', value: '@', disabled: true },
), { maxLength: 2 }), fc.constant('A@: @\nB@: @'))
const auth = fc.constantFrom<unknown>(
  { type: 'noauth' }, { type: 'bearer', bearer: [{ key: 'token', value: '{{@}}' }] }, { type: 'apikey', apikey: { key: 'X-@', in: 'query' } }, { type: 'awsv4', awsv4: { region: '@' } }, { type: '@' },
  { type: 'oauth2', oauth2: [{ key: 'authUrl', value: 'http://@/a' }, { key: 'accessTokenUrl', value: 'http://@/t' }, { key: 'scope', value: '@ @' }] }, { type: 'oauth2', oauth2: { scope: '@' } }, null,
)
const request: fc.Arbitrary<unknown> = fc.oneof({ arbitrary: url, weight: 1 }, {
  arbitrary: merged(
    maybe('method', fc.constantFrom('GET', 'POST', 'post', 'PUT', 'LINK', '@')), url.map((value) => ({ url: value })), maybe('header', headers), maybe('body', body), maybe('auth', auth), maybe('description', description), unknown,
  ),
  weight: 5,
})
const response = merged(
  maybe('name', fc.constant('@')), maybe('code', fc.constantFrom<unknown>(200, 404, '500', 0, '@')), maybe('status', fc.constant('@')), maybe('header', headers), maybe('body', fc.oneof(json, fc.constantFrom('@', '', null))),
  maybe('_postman_previewlanguage', fc.constantFrom('json', 'xml', 'text', '@')), maybe('originalRequest', request), unknown,
)
const item = merged(
  maybe('name', fc.constantFrom('@', 'Same')), maybe('request', request), maybe('response', fc.array(response, { maxLength: 2 })), maybe('description', description),
  maybe('event', fc.constant([{ listen: 'test', script: { exec: ['@'] } }])), maybe('id', fc.constant('@')), unknown,
)
const variables = maybe('variable', fc.constant([{ key: 'known', value: '@' }, { key: '@', value: '@', description: '@' }]))
const entries = fc.letrec((tie) => ({
  entry: fc.oneof({ depthSize: 'small', withCrossShrink: true },
    { arbitrary: item, weight: 4 },
    { arbitrary: fc.constant('@' as unknown), weight: 1 },
    { arbitrary: merged(maybe('name', fc.constantFrom('@', 'Same')), fc.array(tie('entry'), { maxLength: 3 }).map((content) => ({ item: content })), maybe('description', description), variables, maybe('auth', auth), unknown), weight: 2 }),
})).entry
const collections = merged(
  fc.constantFrom<object>({ info: { name: '@', schema, _postman_id: '@', description: { content: '@', '@': '@' } } }, { info: { '@': '@', version: { major: 1, minor: 2, patch: 3, identifier: '@', meta: '@' } } }, {}),
  fc.array(entries, { maxLength: 4 }).map((content) => ({ item: content })), variables, maybe('auth', auth), maybe('description', description), unknown,
)

const keys = [
  '$ref', '__proto__', 'constructor', '$id', '$schema', '$anchor', 'id', 'item', 'request', 'url', 'key', 'value', 'auth', 'type', 'disabled', 'header', 'body', 'raw', 'name', 'x', '{{a}}', '', '{', 'response', 'code', 'mode', 'variable',
  'description', 'host', 'path', 'query',
]
const leaves = fc.oneof(
  fc.constantFrom<unknown>(
    ...keys, null, true, false, 0, -1, 1e300, 'https://a.b', ':id', '{{x}}', '{{{', '}}', '//', '?', '#', '/', 'a//b/', '{x}', '%', 'eyJ', 'application/json', 'GET', 'x y', 'https://u:p@h:1/{{x}}', '{"$ref":"#/a"}', '[[[', 'null', '{"a":{{b}}}',
  ),
  fc.string(),
  fc.double(),
)

/** Any JSON value, with a liking for the names that the formats use. */
export const anything: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaves, fc.array(tie('value'), { maxLength: 3 }), fc.array(fc.tuple(fc.constantFrom(...keys), tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as unknown)),
})).value

type Path = (string | number)[]

/** {@link everything}, damaged in up to eight places. */
export const damagedCollections: fc.Arbitrary<unknown> = fc.array(
  fc.tuple(fc.constantFrom(...pathsOf(everything).slice(1)), fc.constantFrom('set', 'delete', 'add', 'rename'), anything, fc.constantFrom(...keys)), { minLength: 1, maxLength: 8 },
).map((damages) => {
  const collection = structuredClone(everything) as unknown
  for (const [path, kind, value, key] of damages) damage(collection, path, kind, value, key)
  return collection
})

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...at, Array.isArray(value) ? Number(name) : name]))]
}

function damage(root: unknown, path: Path, kind: string, value: unknown, key: string): void {
  let parent = root
  for (const step of path.slice(0, -1)) parent = typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[step] : undefined
  if (typeof parent !== 'object' || parent === null) return
  const last = path.at(-1) as string
  const target = (parent as Record<string, unknown>)[last]
  if (kind === 'set') define(parent, last, value)
  else if (kind === 'add' && Array.isArray(target)) target.push(value)
  else if (kind === 'add' && typeof target === 'object' && target !== null) define(target, key, value)
  else if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else {
    delete (parent as Record<string, unknown>)[last]
    if (kind === 'rename') define(parent, key, target)
  }
}

/** Assignment would lose `__proto__`. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
