import { expect, test } from 'vitest'
import { createRedactor } from '../../core/redaction.ts'
import type { Exchange } from '../../core/exchange.ts'
import { decodedTokens } from '../../reporters/tokens.ts'

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const signature = 'c2lnbmF0dXJlIG9mIHRoaXMgdG9rZW4'
const token = (claims: object): string => `${part({ alg: 'RS256', kid: 'key-1' })}.${part(claims)}.${signature}`
const exchange = (change: Partial<Exchange['request']>, body = ''): Exchange => createRedactor().exchange({
  request: { method: 'POST', url: 'https://tenant.example.com/a', headers: [], ...change },
  response: { status: 200, headers: [], body },
  startedAt: '2026-11-24T00:00:00.000Z', durationMs: 1,
})

test('a JWT is readable wherever it stood, once, by the name of its place, and without its signature', () => {
  const idToken = token({ iss: 'https://tenant.example.com/', exp: 1_800_000_000 })
  const tokens = decodedTokens([
    exchange({ url: `https://tenant.example.com/oidc/logout?id_token_hint=${idToken}&x=1` }),
    exchange({}, JSON.stringify({ id_token: idToken, other: token({ aud: '\u001b[31m' }) })),
  ])
  expect(tokens.map(({ name }) => name)).toEqual(['id_token_hint', 'other'])
  expect(tokens[0]!.text).toContain('"exp": 1800000000  // 2027-01-15T08:00:00.000Z')
  expect(JSON.stringify(tokens)).not.toContain(signature)
  expect(JSON.stringify(tokens)).not.toContain('\u001b')
})

test('what only looks like one is left alone', () => {
  expect(decodedTokens([exchange({ body: 'eyJhbGciOi.eyJhbGci.x eyJ0eXAiOiJKV1Qi.eyJub3RoaW5n.' })])).toEqual([])
})
