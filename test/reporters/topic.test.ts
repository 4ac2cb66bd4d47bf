import { expect, test } from 'vitest'
import { compareOperations, groupedBy, topicOf } from '../../reporters/topic.ts'

test.for([
  [
    { check: 'endpoints/token/password/missing/username', title: 'Password grant: a request without username is refused', operations: ['POST /oauth/token'], collectionItems: ['A / B'] },
    { area: 'Token endpoint', operation: 'POST /oauth/token', story: 'Password grant' },
  ],
  [
    { check: 'endpoints/token/client-credentials/missing/client_id', operations: ['POST /oauth/token'], collectionItems: ['Get Access Token / Client Credentials'] },
    { area: 'Token endpoint', operation: 'POST /oauth/token', story: 'Client Credentials' },
  ],
  [
    { check: 'grants/authorization-code/pkce/wrong-verifier', operations: ['POST /oauth/token', 'GET /authorize'], collectionItems: [] },
    { area: 'Token endpoint', operation: 'POST /oauth/token', story: 'Pkce' },
  ],
  [
    { check: 'endpoints/ro/wrong-method', operations: ['POST /oauth/ro'], collectionItems: ['A / One', 'B / Two'] },
    { area: 'Deprecated endpoints', operation: 'POST /oauth/ro', story: 'Ro' },
  ],
  [
    { check: 'endpoints/custom/success', operations: ['GET /custom-path/{id}'], collectionItems: [] },
    { area: 'Custom path', operation: 'GET /custom-path/{id}', story: 'Custom' },
  ],
  [
    { check: 'protocols/oidc/issuer', operations: [], collectionItems: [] },
    { area: 'Oidc', operation: 'Oidc', story: 'Oidc' },
  ],
] as const)('$0.check belongs to its area, operation and story', ([verdict, topic]) => {
  expect(topicOf({ title: 'A fact', ...verdict })).toEqual(topic)
})

test('operations are in the order of their paths', () => {
  expect(['POST /b', 'GET /b', 'PUT /a'].sort(compareOperations)).toEqual(['PUT /a', 'GET /b', 'POST /b'])
})

test('groups are ordered and keep the order of their members', () => {
  expect(groupedBy(['b2', 'a1', 'b1'], (value) => value[0]!)).toEqual([['a', ['a1']], ['b', ['b2', 'b1']]])
})
