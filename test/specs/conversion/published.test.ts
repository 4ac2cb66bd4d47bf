import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseCollection } from '../../../specs/collection.ts'
import { toOpenApi } from '../../../specs/conversion.ts'
import { faultsOf, operationsOf } from './validity.ts'

const text = readFileSync(new URL('../../../specs/sources/auth0-authentication-api.postman_collection.json', import.meta.url), 'utf8')
const { document, notes } = toOpenApi(parseCollection(text, 'the published collection'))

interface Entry {
  readonly name: string
  readonly item?: readonly Entry[]
}

function labels(entries: readonly Entry[], above = ''): string[] {
  return entries.flatMap((entry) => (entry.item === undefined ? [`${above}${entry.name}`] : labels(entry.item, `${above}${entry.name} / `)))
}

describe('the published collection', () => {
  test('is 14 operations', () => {
    expect(operationsOf(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`)).toEqual([
      'POST /dbconnections/signup', 'POST /dbconnections/change_password', 'POST /oauth/token', 'POST /passwordless/start', 'GET /samlp/{client_id}', 'GET /samlp/metadata/{client_id}', 'GET /userinfo',
      'GET /wsfed/{client_id}', 'GET /wsfed/FederationMetadata/2007-06/FederationMetadata.xml', 'POST /oauth/access_token', 'POST /oauth/ro', 'POST /tokeninfo', 'POST /delegation', 'POST /unlink',
    ])
  })

  test('has all 23 items, none twice', () => {
    const found = operationsOf(document).flatMap(({ operation }) => (operation['x-variants'] ?? [operation]).map((facts) => facts['x-collection-item'] ?? ''))
    const expected = labels((JSON.parse(text) as { item: Entry[] }).item)
    expect(expected.length).toBe(23)
    expect(found.toSorted()).toEqual(expected.toSorted())
  })

  test('tells its variants apart', () => {
    const shared = operationsOf(document).filter(({ operation }) => operation['x-variants'] !== undefined)
    const conditions = shared.map(({ path, operation }) => [path, operation['x-variants']?.map(({ when = [] }) =>
      when.map((condition) => ('value' in condition ? `${condition.name}=${condition.value}` : condition.name)).join(' & '))])
    expect(Object.fromEntries(conditions)).toEqual({
      '/oauth/token': [
        'grant_type=authorization_code & client_secret', 'grant_type=authorization_code & code_verifier', 'grant_type=client_credentials', 'grant_type=password',
        'grant_type=http://auth0.com/oauth/grant-type/password-realm', 'grant_type=refresh_token',
      ],
      '/passwordless/start': ['connection=email', 'connection=sms'],
      '/wsfed/{client_id}': ['', 'wa=wsignout1.0'],
      '/oauth/ro': ['', 'connection=sms'],
      '/delegation': ['id_token', 'refresh_token'],
    })
  })

  test('has a discriminator for the grants', () => {
    expect(document.paths['/oauth/token']?.post?.requestBody?.content['application/x-www-form-urlencoded']?.schema?.discriminator).toEqual({
      propertyName: 'grant_type',
      mapping: {
        authorization_code: '#/components/schemas/GrantTypeAuthorizationCode',
        client_credentials: '#/components/schemas/ClientCredentials',
        password: '#/components/schemas/ResourceOwnerPassword',
        'http://auth0.com/oauth/grant-type/password-realm': '#/components/schemas/ResourceOwnerPasswordWithRealm',
        refresh_token: '#/components/schemas/RefreshToken',
      },
    })
  })

  test('has its server, and needs no note', () => {
    expect(document.servers).toEqual([{ url: 'https://{auth0_domain}', variables: { auth0_domain: { default: 'auth0_domain' } } }])
    expect(notes).toEqual([])
  })

  test('invents no types, values or answers', () => {
    const printed = JSON.stringify(document)
    expect([...printed.matchAll(/"type":"(?:integer|number|boolean)"/g)]).toEqual([])
    expect(printed.includes('"default":""')).toBe(false)
    expect(operationsOf(document).every(({ operation }) => Object.keys(operation.responses ?? {}).join() === 'default')).toBe(true)
  })

  test('is valid', async () => {
    expect(await faultsOf(document)).toEqual([])
  })

  test('is the same twice', () => {
    expect(JSON.stringify(toOpenApi(parseCollection(text, 'again')).document)).toBe(JSON.stringify(document))
  })
})
