import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { bodyOf, userinfo } from '../../grants/token-requests.ts'
import { oidcCore, rfc } from '../../sources.ts'

const needs = ['userinfo', 'authorization-code', 'login'] as const

/** An access token in a form instead of a header. */
export const userinfoForm: readonly Check[] = toChecks({ operations: ['POST /userinfo'], collectionItems: [] }, [
  {
    id: 'protocols/oidc/userinfo-form/accepted',
    title: 'Userinfo reads an access token from a form',
    sources: [rfc(6750, '2.2'), oidcCore('5.3.1', 'UserInfoRequest')],
    level: 'may',
    profiles: ['standard'],
    needs,
    async run(world) {
      const accessToken = await goodToken(world)
      const answer = await ask(world, accessToken)
      expectOneOf(world, 'status', answer.status, [200])
      expectThat(world, typeof bodyOf(answer).sub === 'string', 'body /sub', 'a user id', bodyOf(answer).sub)
    },
  },
  {
    id: 'protocols/oidc/userinfo-form/two-tokens',
    title: 'An access token in a form beside the one in the header is refused',
    sources: [rfc(6750, '3.1'), rfc(6750, '2')],
    level: 'should',
    profiles: ['standard'],
    needs,
    async run(world) {
      const accessToken = await goodToken(world)
      // Who does not read forms has seen one token only.
      if ((await ask(world, accessToken)).status !== 200) throw new Blocked('userinfo reads no access token from a form')
      const answer = await ask(world, accessToken, { authorization: `Bearer ${accessToken}` })
      expectThat(world, answer.status >= 400 && answer.status < 500, 'status', '4xx', answer.status)
    },
  },
])

/** A token that userinfo answers to as it is usually sent. */
async function goodToken(world: World): Promise<string> {
  const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
  const { status } = await userinfo(world, accessToken)
  if (status !== 200) throw new Blocked(`GET /userinfo answered ${status}`)
  return accessToken
}

function ask(world: World, accessToken: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return world.client.send({ method: 'POST', path: '/userinfo', form: { access_token: accessToken }, headers })
}
