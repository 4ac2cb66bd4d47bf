import { describe, expect, test } from 'vitest'
import { collectionOf, convert, itemOf } from './collections.ts'

const request = (auth?: unknown, members: object = {}) => ({ url: 'https://a.io/x', ...(auth === undefined ? {} : { auth }), ...members })

/** The only security scheme that becomes of an auth, and what the operation demands. */
function convertAuth(auth: unknown): { scheme: unknown; security: unknown; notes: string[] } {
  const { document, notes } = convert(collectionOf([itemOf(request(auth))]))
  const { 'x-postman-auth': _, ...scheme } = Object.values(document.components?.securitySchemes ?? {})[0] ?? { type: 'none' }
  return { scheme, security: document.paths['/x']?.get?.security, notes }
}

const list = (attributes: object) => Object.entries(attributes).map(([key, value]) => ({ key, value: value as unknown, type: 'string' }))
const urls = { authUrl: 'https://a.io/authorize', accessTokenUrl: 'https://a.io/token', scope: 'read write' }
const scopes = { read: '', write: '' }

describe('each auth of Postman', () => {
  test.each<[string, object, object, string[]?]>([
    ['basic', {}, { type: 'http', scheme: 'basic' }],
    ['bearer', {}, { type: 'http', scheme: 'bearer' }],
    ['digest', {}, { type: 'http', scheme: 'digest' }],
    ['oauth1', {}, { type: 'http', scheme: 'oauth' }],
    ['asap', {}, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }],
    ['jwt', {}, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }],
    ['jwt', { addTokenTo: 'queryParam', queryParamKey: 't' }, { type: 'apiKey', in: 'query', name: 't' }],
    ['apikey', { key: 'X-Key' }, { type: 'apiKey', in: 'header', name: 'X-Key' }],
    ['apikey', { key: 'k', in: 'query' }, { type: 'apiKey', in: 'query', name: 'k' }],
    ['oauth2', urls, { type: 'oauth2', flows: { authorizationCode: { authorizationUrl: urls.authUrl, tokenUrl: urls.accessTokenUrl, scopes } } }, ['read', 'write']],
    ['oauth2', { ...urls, grant_type: 'implicit' }, { type: 'oauth2', flows: { implicit: { authorizationUrl: urls.authUrl, scopes } } }, ['read', 'write']],
    ['oauth2', { ...urls, grant_type: 'client_credentials' }, { type: 'oauth2', flows: { clientCredentials: { tokenUrl: urls.accessTokenUrl, scopes } } }, ['read', 'write']],
    ['oauth2', { ...urls, grant_type: 'password_credentials' }, { type: 'oauth2', flows: { password: { tokenUrl: urls.accessTokenUrl, scopes } } }, ['read', 'write']],
  ])('%s %j', (type, attributes, scheme, demanded = []) => {
    for (const written of [attributes, list(attributes)]) {
      expect(convertAuth({ type, [type]: written })).toEqual({ scheme, security: [{ [type]: demanded }], notes: [] })
    }
  })

  test.each(['awsv4', 'hawk', 'ntlm', 'edgegrid', 'somethingNew'])('%s cannot be said', (type) => {
    expect(convertAuth({ type })).toEqual({
      scheme: { type: 'apiKey', in: 'header', name: 'Authorization' },
      security: [{ [type]: [] }],
      notes: [`Only: ${type} auth cannot be said in OpenAPI; the document names the Authorization header and keeps the rest as x-postman-auth.`],
    })
  })

  test('an oauth2 without URLs is a bearer token', () => {
    expect(convertAuth({ type: 'oauth2', oauth2: {} })).toEqual({
      scheme: { type: 'http', scheme: 'bearer' }, security: [{ oauth2: [] }],
      notes: ['Only: oauth2 auth does not name the URLs that OpenAPI wants; it is described as a bearer token.'],
    })
  })

  test('an API key without a name demands nothing', () => {
    expect(convertAuth({ type: 'apikey', apikey: {} })).toEqual({
      scheme: { type: 'none' }, security: [], notes: ['Only: apikey auth names no header or parameter; it is kept under x-postman.'],
    })
  })
})

describe('the nearest auth counts', () => {
  const bearer = { type: 'bearer' }
  const basic = { type: 'basic' }
  const folder = (auth: unknown, item: object) => ({ name: 'F', ...(auth === undefined ? {} : { auth }), item: [item] })
  test.each<[string, unknown, unknown, unknown, unknown]>([
    ['none anywhere', undefined, undefined, undefined, undefined],
    ['the collection\'s is the document\'s', bearer, undefined, undefined, undefined],
    ['the folder\'s', bearer, basic, undefined, [{ basic: [] }]],
    ['the request\'s', undefined, basic, bearer, [{ bearer: [] }]],
    ['none on purpose', bearer, basic, { type: 'noauth' }, []],
    ['null inherits', undefined, basic, null, [{ basic: [] }]],
    ['inherit inherits', undefined, basic, { type: 'inherit' }, [{ basic: [] }]],
  ])('%s', (_, ofCollection, ofFolder, ofRequest, security) => {
    const { document } = convert(collectionOf([folder(ofFolder, itemOf(request(ofRequest)))], ofCollection === undefined ? {} : { auth: ofCollection }))
    expect(document.paths['/x']?.get?.security).toEqual(security)
    expect(document.security).toEqual(ofCollection === undefined ? undefined : [{ bearer: [] }])
  })

  test('requests that share an operation are alternatives', () => {
    const { document } = convert(collectionOf([itemOf(request(bearer), 'One'), itemOf(request({ type: 'noauth' }), 'Two'), itemOf(request(), 'Three')], { auth: basic }))
    expect(document.paths['/x']?.get?.security).toEqual([{ bearer: [] }, {}, { basic: [] }])
    expect(document.paths['/x']?.get?.['x-variants']?.map(({ security }) => security)).toEqual([[{ bearer: [] }], [], undefined])
  })

  test('equal auths are one scheme, others get a name of their own', () => {
    const key = (name: string) => ({ type: 'apikey', apikey: { key: name } })
    const { document } = convert(collectionOf([itemOf(request(key('A')), 'One'), itemOf({ ...request(key('A')), method: 'PUT' }, 'Two'), itemOf({ ...request(key('B')), method: 'POST' }, 'Three')]))
    expect(Object.keys(document.components?.securitySchemes ?? {})).toEqual(['apikey', 'apikey2'])
  })
})

describe('an Authorization header', () => {
  test.each<[string, unknown, string]>([
    ['Bearer YOUR_TOKEN_HERE', { bearer: { type: 'http', scheme: 'bearer' } }, 'Bearer YOUR_TOKEN_HERE'],
    ['Basic {{credentials}}', { basic: { type: 'http', scheme: 'basic' } }, 'Basic {{credentials}}'],
    ['Bearer <access token>', { bearer: { type: 'http', scheme: 'bearer' } }, 'Bearer <access token>'],
    ['{{auth}}', { authorization: { type: 'apiKey', in: 'header', name: 'Authorization' } }, '{{auth}}'],
    ['Bearer abc.def123', { bearer: { type: 'http', scheme: 'bearer' } }, 'Bearer <redacted>'],
    ['hunter2', { authorization: { type: 'apiKey', in: 'header', name: 'Authorization' } }, '<redacted>'],
  ])('%s', (value, schemes, kept) => {
    const { document, notes } = convert(collectionOf([itemOf({ ...request(), header: [{ key: 'authorization', value }] })]))
    expect(document.components?.securitySchemes).toEqual(schemes)
    expect(document.paths['/x']?.get?.security).toEqual([{ [Object.keys(schemes as object).join()]: [] }])
    expect(document.paths['/x']?.get?.['x-postman']).toEqual({ request: { url: 'https://a.io/x', header: [{ key: 'authorization', value: kept }] } })
    expect(notes).toEqual(value === kept ? [] : ['Only: the credential of its authorization header is left out.'])
  })

  test('says nothing beside an auth', () => {
    const { document } = convert(collectionOf([itemOf(request({ type: 'basic' }, { header: [{ key: 'Authorization', value: 'Bearer {{t}}' }] }))]))
    expect(document.paths['/x']?.get?.security).toEqual([{ basic: [] }])
  })
})

describe('credentials stay out', () => {
  const secret = 'hunter2secret'
  const auth = { type: 'basic', basic: [{ key: 'username', value: secret }, { key: 'password', value: secret }], bearer: { token: secret } }
  const full = { url: `https://user:${secret}@a.io/x`, auth, header: [{ key: 'Authorization', value: `Bearer ${secret}` }], certificate: { passphrase: secret } }
  test.each<[string, object]>([
    ['of a collection', collectionOf([], { auth, variable: [{ key: 'v', value: secret, type: 'secret' }] })],
    ['of a folder', collectionOf([{ name: 'F', auth, item: [] }])],
    ['of a request', collectionOf([itemOf(full)])],
    ['of a URL without a protocol', collectionOf([itemOf(`user:${secret}@a.io/x`)])],
    ['of a saved response', collectionOf([itemOf('https://a.io/x', 'Only', { response: [{ name: 'R', code: 200, originalRequest: full }] })])],
    ['of an item without a URL', collectionOf([itemOf({ ...full, url: '' })])],
    ['that are malformed', collectionOf([itemOf({ ...request(), auth: secret }), itemOf({ ...request(), auth: { type: 5, basic: secret } }), itemOf({ ...request(), auth: { type: 'basic', basic: [secret, { key: 'x', value: [secret] }] } })])],
    ['in an auth of an item', collectionOf([{ name: 'A', auth, request: request() }])],
  ])('%s', (_, collection) => {
    expect(JSON.stringify(convert(collection))).not.toContain(secret)
  })

  test('and are noted', () => {
    expect(convert(collectionOf([itemOf(full)])).notes).toEqual([
      'Only: the credential of its Authorization header is left out.',
      'Only: credentials of its basic auth are left out; <redacted> stands for them.',
      'Only: the name and password in its URL are left out.',
    ])
  })

  test('a reference to a variable is none', () => {
    const { document } = convert(collectionOf([itemOf(request({ type: 'bearer', bearer: { token: '{{token}}' } }))]))
    expect(document.components?.securitySchemes).toEqual({ bearer: { type: 'http', scheme: 'bearer', 'x-postman-auth': { type: 'bearer', attributes: { token: '{{token}}' } } } })
  })
})
