import type { Check } from '../../../core/check.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { expectForAll } from '../../property.ts'
import { askingAgain } from '../../protocols/oidc/properties/asking.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { authorize, redeemElsewhere, redeemRightly, redeemWrongly, replay, type Move } from './code-moves.ts'
import { askUserinfo, clientCredentials, refreshElsewhere, refreshEnded, refreshRightly, reuse, revokeElsewhere, revokeRightly } from './token-moves.ts'

const moves = {
  'authorize confidential': authorize('confidential'),
  'authorize public': authorize('public'),
  redeem: redeemRightly,
  replay,
  'redeem elsewhere': redeemElsewhere,
  'redeem with another redirect URI': redeemWrongly('another redirect URI'),
  'redeem with another verifier': redeemWrongly('another verifier'),
  'redeem with no verifier': redeemWrongly('no verifier'),
  refresh: refreshRightly('all scopes'),
  'refresh narrowed': refreshRightly('openid alone'),
  'refresh widened': refreshRightly('more scopes'),
  'refresh elsewhere': refreshElsewhere,
  reuse,
  revoke: revokeRightly,
  'revoke elsewhere': revokeElsewhere,
  'refresh ended': refreshEnded,
  userinfo: askUserinfo,
  'client credentials': clientCredentials,
} satisfies Record<string, Move>

type Kind = keyof typeof moves

/** One move: `pick` chooses among what there is by then. */
interface Step {
  readonly kind: Kind
  readonly pick: number
}

type Sequence = readonly Step[]

/** One login with a code: what most stories begin with. */
const login: readonly Kind[] = ['authorize confidential', 'redeem']
const publicLogin: readonly Kind[] = ['authorize public', 'redeem']

const ofCodes: readonly Kind[] = [
  'authorize confidential', 'authorize public', 'redeem', 'replay', 'redeem elsewhere', 'redeem with another redirect URI', 'redeem with another verifier', 'redeem with no verifier',
]
const ofRefreshTokens: readonly Kind[] = ['authorize confidential', 'authorize public', 'redeem', 'refresh', 'refresh narrowed', 'refresh widened', 'refresh elsewhere']

const needs = ['authorization-code', 'login'] as const
const documentation = auth0Docs('api/authentication/refresh-token/refresh-token')

/**
 * Requests of a few clients in any order, each judged by what happened before. The target is compared with a model of what is certain by then;
 * where servers may differ the model does not know, and nothing is judged.
 */
export const machine: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/machine/codes',
    title: 'In any order of requests, each code gives tokens once, to its own client, for its own redirect URI and verifier, with its own nonce',
    sources: [rfc(6749, '4.1.2'), rfc(6749, '4.1.3'), rfc(7636, '4.6'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow')],
    level: 'must',
    needs,
    run: (world) => expectAnyOrder(world, ofCodes, [
      told('authorize confidential', 'authorize confidential', 'redeem', 'redeem', 'replay', 'replay'),
      told('authorize public', 'authorize confidential', 'redeem', 'redeem', ['replay', 1], 'replay', 'authorize public', 'redeem', ['replay', 2]),
      told('authorize confidential', 'authorize confidential', 'redeem with another verifier', 'redeem with no verifier', 'redeem', 'redeem', 'replay'),
      told('authorize public', 'authorize public', 'redeem with another verifier', ['redeem with no verifier', 1], 'redeem', 'redeem', 'replay'),
      told('authorize confidential', 'redeem elsewhere', 'redeem with another redirect URI', 'redeem', 'replay'),
      told('authorize public', 'redeem elsewhere', 'redeem with another redirect URI', 'redeem elsewhere', 'redeem', 'replay'),
    ]),
  },
  {
    id: 'grants/machine/refresh-tokens',
    title: 'In any order of requests, a refresh token works for its own client alone and never gives more than its login',
    sources: [rfc(6749, '6'), rfc(6749, '10.4'), documentation],
    level: 'must',
    needs: [...needs, 'refresh-token'],
    run: (world) => expectAnyOrder(world, ofRefreshTokens, [
      told(...login, 'refresh', 'refresh narrowed', 'refresh', 'refresh widened', 'refresh', 'refresh'),
      told(...publicLogin, 'refresh', 'refresh narrowed', 'refresh widened', 'refresh', 'refresh'),
      told(...login, ...publicLogin, 'refresh elsewhere', ['refresh elsewhere', 1]),
      told(...login, 'refresh', 'refresh', 'refresh elsewhere'),
    ]),
  },
  {
    id: 'grants/machine/rotation',
    title: 'In any order of requests, a refresh token that two newer ones followed ends its login',
    sources: [auth0Docs('secure/tokens/refresh-tokens/refresh-token-rotation'), rfc(9700, '4.14.2')],
    level: 'must',
    profiles: ['auth0'],
    needs: ['pkce', 'login'],
    run: (world) => expectAnyOrder(world, ['authorize public', 'redeem', 'refresh', 'refresh narrowed', 'reuse', 'refresh ended'], [
      told(...publicLogin, 'refresh', 'refresh', 'reuse', 'refresh ended'),
      told(...publicLogin, 'refresh', 'refresh', 'refresh', ['reuse', 1], 'reuse', 'refresh ended'),
    ]),
  },
  {
    id: 'grants/machine/revocation',
    title: 'In any order of requests, what its own client revokes ends, and what another client revokes does not',
    sources: [rfc(7009, '2.1'), rfc(7009, '2.2'), auth0Docs('secure/tokens/refresh-tokens/revoke-refresh-tokens')],
    level: 'must',
    operations: ['POST /oauth/revoke', 'POST /oauth/token'],
    needs: [...needs, 'refresh-token', 'revocation'],
    run: (world) => expectAnyOrder(world, ['authorize confidential', 'authorize public', 'redeem', 'refresh', 'revoke', 'revoke elsewhere', 'refresh ended'], [
      told(...login, 'refresh', 'revoke', 'refresh ended'),
      told(...publicLogin, 'refresh', 'revoke', 'refresh ended'),
      told(...login, ...publicLogin, 'revoke', ['refresh', 1], 'refresh', 'refresh ended'),
      told(...login, 'revoke elsewhere', 'refresh', ...publicLogin, ['revoke elsewhere', 1], ['refresh', 1]),
    ]),
  },
  {
    id: 'grants/machine/all',
    title: 'In any order of requests of several clients, each token is of the user who logged in and good for what it was given for',
    sources: [rfc(6749, '4.1.2'), rfc(6749, '6'), auth0Docs('api/authentication/user-profile/get-user-info')],
    level: 'must',
    operations: ['POST /oauth/token', 'GET /userinfo'],
    needs: [...needs, 'refresh-token', 'userinfo'],
    run: (world) => expectAnyOrder(world, [...ofCodes, ...ofRefreshTokens, 'userinfo', 'userinfo', 'client credentials'], [
      told(...login, 'userinfo', 'refresh', 'userinfo', ['userinfo', 1], 'client credentials', 'userinfo'),
      told(...login, ...publicLogin, 'userinfo', ['userinfo', 1], 'refresh', ['refresh', 1], ['userinfo', 2], ['userinfo', 3], ['userinfo', 1]),
      told(...login, ...login, ['refresh', 1], 'userinfo', ['userinfo', 1], ['userinfo', 2]),
    ]),
  },
])

function told(...kinds: readonly (Kind | readonly [Kind, number])[]): Sequence {
  return kinds.map((one) => (typeof one === 'string' ? { kind: one, pick: 0 } : { kind: one[0], pick: one[1] }))
}

async function expectAnyOrder(world: World, kinds: readonly Kind[], examples: readonly Sequence[]): Promise<void> {
  const ask = await askingAgain(world)
  const distinct = [...new Set(kinds)]
  await expectForAll<Sequence>(world, (fc) => fc.array(fc.record({ kind: fc.constantFrom(...distinct), pick: fc.nat({ max: 7 }) }), { minLength: 1, maxLength: 12 }), {
    count: examples.length + 4,
    examples,
    show: (steps) => steps.map(({ kind, pick }) => (pick === 0 ? kind : `${kind} (${pick})`)).join(', '),
    async judge(steps, attempt) {
      const model = { codes: [], logins: [] }
      for (const { kind, pick } of steps) await moves[kind]({ world, ask, model, attempt }, pick)
    },
  })
}
