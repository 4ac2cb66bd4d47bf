import type { Check } from '../../../core/check.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { expectForAll } from '../../property.ts'
import { session } from '../../protocols/oidc/authorization/browser.ts'
import { perProfile, promisesPkce } from '../../protocols/oidc/authorization/authorizing.ts'
import { auth0Docs, oidcCore, recorded2021, rfc } from '../../sources.ts'
import { required } from '../../endpoints/recipes.ts'
import { startingModel } from './browser-moves.ts'
import { kindOf, type KindName, type Sequence, type Step, type Weights } from './kinds.ts'
import type { UserState } from './model.ts'
import { sequencesOf } from './sequences.ts'

/** One login with a code: what most stories begin with. */
const login: readonly KindName[] = ['authorize confidential', 'redeem']
const publicLogin: readonly KindName[] = ['authorize public', 'redeem']

const needs = ['authorization-code', 'login'] as const
const documentation = auth0Docs('api/authentication/refresh-token/refresh-token')
const logoutDocumentation = auth0Docs('api/authentication/logout/auth-0-logout')
/** OpenID Connect Back-Channel Logout 1.0: refresh tokens for offline_access are not revoked by a logout. */
const backChannelLogout = { name: 'OpenID Connect Back-Channel Logout 1.0', section: '2.7', url: 'https://openid.net/specs/openid-connect-backchannel-1_0.html#BCActions' }

/**
 * Requests of a few users and clients in any order, each judged by what happened before. The target is compared with a model of what is certain by
 * then; where servers may differ the model does not know, and nothing is judged.
 */
export const machine: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/machine/codes',
    title: 'In any order of requests, each code gives tokens once, to its own client, for its own verifier, with its own nonce',
    sources: [rfc(6749, '4.1.2'), rfc(6749, '4.1.3'), rfc(7636, '4.6'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow')],
    level: 'must',
    needs,
    endsGrants: true,
    run: (world) => expectAnyOrder(world, {
      weights: {
        'authorize confidential': 3, 'authorize public': 2, 'authorize other': 1, redeem: 4, replay: 7, 'redeem elsewhere': 3, 'redeem with another verifier': 3, 'redeem with no verifier': 3,
      },
      mostLogins: 8,
      examples: [
        told('authorize confidential', 'authorize confidential', 'redeem', 'redeem', 'replay', 'replay'),
        told('authorize public', 'authorize confidential', 'redeem', 'redeem', ['replay', 1], 'replay', 'authorize public', 'redeem', ['replay', 2]),
        told('authorize confidential', 'authorize confidential', 'redeem with another verifier', 'redeem with no verifier', 'redeem', 'redeem', 'replay'),
        told('authorize public', 'authorize public', 'redeem with another verifier', ['redeem with no verifier', 1], 'redeem', 'redeem', 'replay'),
        told('authorize confidential', 'redeem with no verifier', 'redeem elsewhere', 'redeem', 'replay'),
        told('authorize public', 'redeem elsewhere', 'redeem elsewhere', 'redeem', 'replay'),
      ],
    }),
  },
  // That Auth0 compares it is no more than inferred.
  ...perProfile({ auth0: 'should', standard: 'must' }, {
    id: 'grants/machine/redirect-uris',
    title: 'In any order of requests, a code gives tokens for its own redirect URI alone',
    sources: [rfc(6749, '4.1.3'), rfc(6749, '10.6')],
    level: 'must',
    needs,
    run: (world) => expectAnyOrder(world, {
      weights: { 'authorize confidential': 2, 'authorize public': 2, 'authorize other': 2, redeem: 3, 'redeem with another redirect URI': 5, 'redeem with another verifier': 1 },
      examples: [
        told('authorize confidential', 'authorize public', 'redeem with another redirect URI', ['redeem with another redirect URI', 1], 'redeem'),
        told('authorize confidential', 'redeem with another redirect URI', 'redeem with another redirect URI', 'redeem with another redirect URI'),
      ],
      random: 2,
    }),
  }),
  ...(['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `grants/machine/refresh-tokens${profile === 'auth0' ? '' : '/standard'}`,
    title: `In any order of requests, a refresh token works for its own client alone, and gives what its login did, never more${profile === 'auth0' ? '' : ' and never less'}`,
    sources: [rfc(6749, '6'), rfc(6749, '10.4'), documentation],
    level: 'must',
    profiles: [profile],
    needs: [...needs, 'refresh-token'],
    run: (world) => expectAnyOrder(world, {
      isWholeAgain: profile === 'standard',
      weights: {
        'authorize confidential': 2, 'authorize public': 2, 'authorize other': 1, redeem: 6, refresh: 7, 'refresh narrowed': 3, 'refresh widened': 2, 'refresh elsewhere': 3,
      },
      examples: [
        told(...login, 'refresh', 'refresh narrowed', 'refresh', 'refresh widened', 'refresh', 'refresh'),
        told(...publicLogin, 'refresh', 'refresh narrowed', 'refresh widened', 'refresh', 'refresh'),
        told(...login, ...publicLogin, 'refresh elsewhere', ['refresh elsewhere', 1], ['refresh elsewhere', 1]),
        told(...login, 'refresh', 'refresh', 'refresh elsewhere', 'refresh widened', 'refresh widened', 'refresh elsewhere'),
      ],
    }),
  })),
  {
    id: 'grants/machine/rotation',
    title: 'In any order of requests, a refresh token that two newer ones followed ends its login',
    sources: [auth0Docs('secure/tokens/refresh-tokens/refresh-token-rotation'), rfc(9700, '4.14.2')],
    // Documented, and never recorded.
    level: 'should',
    profiles: ['auth0'],
    needs: ['pkce', 'login'],
    endsGrants: true,
    run: (world) => expectAnyOrder(world, {
      weights: { 'authorize public': 1, redeem: 8, refresh: 9, 'refresh narrowed': 2, reuse: 4, 'refresh ended': 10 },
      examples: [
        told(...publicLogin, 'refresh', 'refresh', 'reuse', 'refresh ended'),
        told(...publicLogin, 'refresh', 'refresh', 'refresh', 'reuse', 'refresh ended'),
        told(...publicLogin, 'refresh', 'refresh', 'refresh', 'refresh', ['reuse', 2], 'reuse', 'refresh ended'),
      ],
      random: 6,
    }),
  },
  {
    id: 'grants/machine/revocation',
    title: 'In any order of requests, what its own client revokes ends, and what another client revokes does not',
    sources: [rfc(7009, '2.1'), rfc(7009, '2.2'), auth0Docs('secure/tokens/refresh-tokens/revoke-refresh-tokens')],
    level: 'must',
    operations: ['POST /oauth/revoke', 'POST /oauth/token'],
    needs: [...needs, 'refresh-token', 'revocation'],
    endsGrants: true,
    run: (world) => expectAnyOrder(world, {
      weights: { 'authorize confidential': 2, 'authorize public': 2, redeem: 6, refresh: 5, 'refresh narrowed': 4, revoke: 2, 'revoke elsewhere': 4, 'refresh ended': 8 },
      examples: [
        told(...login, 'refresh', 'revoke', 'refresh ended', 'refresh ended'),
        told(...publicLogin, 'refresh narrowed', 'refresh', 'revoke', 'refresh ended'),
        told(...login, ...publicLogin, 'revoke', ['refresh', 1], 'refresh', 'refresh ended'),
        told(...login, 'refresh', 'revoke elsewhere', 'refresh', ...publicLogin, ['revoke elsewhere', 1], ['refresh', 1]),
      ],
      random: 6,
    }),
  },
  {
    id: 'grants/machine/all',
    title: 'In any order of requests of several clients, each token is of the user who logged in and good for what it was given for',
    sources: [rfc(6749, '4.1.2'), rfc(6749, '6'), rfc(6749, '4.4'), auth0Docs('api/authentication/user-profile/get-user-info')],
    level: 'must',
    operations: ['POST /oauth/token', 'GET /userinfo'],
    needs: [...needs, 'refresh-token', 'userinfo'],
    endsGrants: true,
    run: (world) => expectAnyOrder(world, {
      weights: {
        'authorize confidential': 3, 'authorize public': 2, 'authorize other': 1, redeem: 7, replay: 2, 'redeem elsewhere': 1, 'redeem with another verifier': 1,
        refresh: 5, 'refresh narrowed': 2, 'refresh elsewhere': 1, userinfo: 9, 'client credentials': 2, 'client credentials with another secret': 1, 'userinfo of an application': 4,
      },
      examples: [
        told(...login, 'userinfo', 'refresh', 'userinfo', ['userinfo', 1], 'client credentials', 'userinfo of an application', 'userinfo'),
        told(...login, ...publicLogin, 'userinfo', ['userinfo', 1], 'refresh', ['refresh', 1], ['userinfo', 2], ['userinfo', 3], ['userinfo', 1]),
        told(...login, ...login, ['refresh', 1], 'userinfo', ['userinfo', 1], ['userinfo', 2], 'client credentials', 'client credentials with another secret'),
        told(...login, 'refresh', 'replay'),
      ],
      random: 4,
    }),
  },
  {
    id: 'grants/machine/users',
    title: 'In any order of requests of several users, each gets tokens of their own, for their own password',
    sources: [rfc(6749, '4.1.2'), rfc(6749, '4.3'), rfc(6749, '6'), oidcCore('5.3.2', 'UserInfoResponse'), recorded2021],
    level: 'must',
    operations: ['POST /oauth/token', 'GET /userinfo'],
    needs: [...needs, 'signup', 'userinfo'],
    // Names of users who were made for it go with a wrong password three times in a row at most.
    effects: ['signup'],
    run: (world) => expectAnyOrder(world, {
      users: 2,
      weights: {
        'log in as another': 4, 'authorize confidential': 4, 'authorize public': 2, redeem: 6, refresh: 4, 'refresh narrowed': 1, userinfo: 7, password: 3, 'password of another': 1,
      },
      examples: [
        told('log in as another', 'authorize confidential', ['authorize confidential', 1], 'redeem', 'redeem', 'userinfo', ['userinfo', 1], 'refresh', ['refresh', 1], 'userinfo', ['userinfo', 1]),
        told('password', ['password', 1], 'password of another', ['password', 1], 'refresh', ['refresh', 1], 'userinfo', ['userinfo', 1]),
      ],
      random: 3,
    }),
  },
  {
    id: 'grants/machine/logout',
    title: 'In any order of requests, a browser that logged out gives no code to any client',
    sources: [logoutDocumentation, oidcCore('3.1.2.6', 'AuthError')],
    level: 'must',
    profiles: ['auth0'],
    operations: ['GET /v2/logout', 'GET /authorize'],
    needs: [...needs, 'logout'],
    effects: ['logout'],
    endsGrants: true,
    run: (world) => expectAnyOrder(world, {
      weights: { 'log in': 3, 'authorize confidential': 2, 'authorize public': 1, redeem: 2, refresh: 1, userinfo: 1, 'log out': 6, 'ask silently': 4, 'ask silently for another client': 4 },
      examples: [
        told('log in', ['authorize confidential', 1], 'redeem', 'log out', 'ask silently', 'ask silently for another client'),
        told('log in', 'log in', 'log out', 'ask silently', 'log out', ['ask silently', 1], ['ask silently for another client', 1]),
      ],
      random: 2,
    }),
  },
  {
    id: 'grants/machine/logout-spares',
    title: 'In any order of requests, a logout ends neither refresh tokens for offline access nor the sessions of other users',
    sources: [oidcCore('11', 'OfflineAccess'), backChannelLogout, logoutDocumentation],
    level: 'should',
    profiles: ['auth0'],
    operations: ['GET /v2/logout', 'GET /authorize', 'POST /oauth/token'],
    needs: [...needs, 'logout', 'signup', 'refresh-token'],
    effects: ['logout', 'signup'],
    endsGrants: true,
    run: (world) => expectAnyOrder(world, {
      users: 2,
      isSpared: true,
      weights: { 'log in': 2, 'log in as another': 3, 'authorize confidential': 3, 'authorize public': 1, redeem: 5, refresh: 4, 'log out': 4, 'ask silently': 4, 'ask silently for another client': 2 },
      examples: [
        told('log in as another', ['authorize confidential', 1], 'redeem', 'log out', 'refresh', 'refresh'),
        told('log in', 'log in as another', 'log out', ['ask silently', 1], ['ask silently for another client', 1]),
      ],
      random: 1,
    }),
  },
])

function told(...steps: readonly (KindName | readonly [KindName, number])[]): Sequence {
  return steps.map((one) => (typeof one === 'string' ? { kind: one, pick: 0 } : { kind: one[0], pick: one[1] }))
}

interface Order {
  readonly weights: Weights
  /** Sequences that are tried whatever the seed. */
  readonly examples: readonly Sequence[]
  /** How many are generated beside them. */
  readonly random?: number
  /** The main user, and one that is made for it. */
  readonly users?: 1 | 2
  readonly isSpared?: boolean
  readonly isWholeAgain?: boolean
  /** What shows at the fourth request about one login does not show with many of them. */
  readonly mostLogins?: number
}

async function expectAnyOrder(world: World, { weights, examples, random = 5, users = 1, mostLogins = 3, isSpared = false, isWholeAgain = false }: Order): Promise<void> {
  let { cookies } = await session(world)
  const main = required(world.personas.users.main, 'users.main')
  const second = users === 2 ? await world.given.user() : undefined
  const isBound = await world.once('PKCE is promised', () => promisesPkce(world))
  const performed = new WeakMap<Sequence, Sequence>()
  await expectForAll<Sequence>(world, (fc) => sequencesOf(fc, weights, mostLogins, (sequence) => performed.get(sequence)), {
    count: examples.length + random,
    examples,
    show: (sequence) => (performed.get(sequence) ?? sequence).map(({ kind, pick }) => (pick === 0 ? kind : `${kind} (${pick})`)).join(', '),
    async judge(sequence, attempt) {
      const everybody: UserState[] = [
        { name: 'the main user', credentials: main, isExpendable: false, subjects: new Map() },
        ...(second ? [{ name: 'the second user', credentials: second, isExpendable: true, subjects: new Map() }] : []),
      ]
      const game = { world, model: startingModel(everybody, cookies), attempt, isSpared, isBound, isWholeAgain }
      const done: Step[] = []
      performed.set(sequence, done)
      for (const step of sequence) {
        done.push(step)
        if (!await kindOf(step.kind).move(game, step.pick)) done.pop()
      }
      // A server may end the session with what was replayed in it.
      cookies = game.model.browsers[0]?.cookies ?? cookies
    },
  })
}
