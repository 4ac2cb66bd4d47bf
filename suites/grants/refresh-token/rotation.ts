import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, expectOneOf } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { errorCodeOf } from '../../../specs/judgement.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { currentToken, grantedFindings, refresh, refreshUntilRefused } from '../token-requests.ts'

const sources = [auth0Docs('secure/tokens/refresh-tokens/refresh-token-rotation'), rfc(9700, '4.14.2')]
const needs = ['pkce', 'login'] as const

/** What becomes of refresh tokens that a newer one took the place of. Where a target does not rotate, there is nothing to judge. */
export const rotation: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/refresh-token/rotation/reuse',
    title: 'A refresh token that was rotated away is refused',
    sources,
    // Documented, and never recorded: as for what becomes of its family.
    level: 'should',
    profiles: ['auth0'],
    needs,
    endsGrants: true,
    run: async (world) => expectNone(world, grantedFindings(await reuseOnce(world), 'the reuse')),
  },
  {
    // Recorded of tokens that were never issued; of these it is written in the documentation that they are refused alike.
    id: 'grants/refresh-token/rotation/reuse/answer',
    title: 'A refresh token that was rotated away is answered with 403 invalid_grant',
    sources,
    level: 'should',
    profiles: ['auth0'],
    needs,
    endsGrants: true,
    async run(world) {
      const answer = await reuseOnce(world)
      if (answer.status === 200) throw new Blocked('the reuse was not refused, which another check judges')
      expectOneOf(world, 'status of the reuse', answer.status, [403])
      expectOneOf(world, 'body /error of the reuse', errorCodeOf(answer), ['invalid_grant'])
    },
  },
  {
    id: 'grants/refresh-token/rotation/reuse/standard',
    title: 'A refresh token of a public client that was rotated away is refused',
    sources,
    // Many servers take it for some seconds more, for clients that lost the answer; RFC 6749 6 leaves it to them.
    level: 'may',
    profiles: ['standard'],
    needs,
    endsGrants: true,
    run: async (world) => expectNone(world, grantedFindings(await reuseOnce(world), 'the reuse')),
  },
  ...(['auth0', 'standard'] as const).map((profile) => ({
    id: profile === 'auth0' ? 'grants/refresh-token/rotation/family' : 'grants/refresh-token/rotation/family/standard',
    title: profile === 'auth0'
      ? 'The reuse of a rotated refresh token ends the newest token of its family as well'
      : 'The reuse of a rotated refresh token of a public client ends the active token as well',
    sources,
    level: 'should' as const,
    profiles: [profile],
    needs,
    endsGrants: true,
    async run(world: World) {
      const { first, newest } = await rotatedTwice(world)
      const reuse = await refresh(world, 'public', first)
      if (reuse.status === 200) throw new Blocked('the reuse was not refused, which another check judges')
      expectNone(world, grantedFindings(await refreshUntilRefused(world, 'public', newest), 'the refresh with the newest token'))
    },
  })),
])

/** What the reuse of a rotated token is answered with: one for all checks that look at no more than that. */
function reuseOnce(world: World): Promise<Answer> {
  return world.once('grants/refresh-token/rotation reuse', async () => refresh(world, 'public', (await rotatedTwice(world)).first))
}

/** A refresh token and the one that followed its follower: with an overlap period, as Auth0 allows to set, the direct predecessor is still good. */
async function rotatedTwice(world: World): Promise<{ readonly first: string; readonly newest: string }> {
  const { refreshToken } = await world.given.tokens({ client: 'public', scope: 'openid offline_access', fresh: true })
  const first = required(refreshToken, 'a refresh token of clients.public')
  const second = await rotate(world, first)
  return { first, newest: await rotate(world, second) }
}

async function rotate(world: World, token: string): Promise<string> {
  const answer = await refresh(world, 'public', token)
  if (answer.status !== 200) throw new Blocked(`a refresh token could not be used: POST /oauth/token answered ${answer.status} ${errorCodeOf(answer) ?? ''}`)
  const next = currentToken(answer, token)
  if (next === token) throw new Blocked('refresh tokens of clients.public do not rotate')
  return next
}
