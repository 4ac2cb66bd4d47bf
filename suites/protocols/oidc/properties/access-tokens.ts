import type { Check } from '../../../../core/check.ts'
import { expectOneOf } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks } from '../../../checks.ts'
import { userinfo } from '../../../grants/token-requests.ts'
import { anyChange, changed, everyChange, type Change } from '../../../grants/properties/changes.ts'
import { expectForAll } from '../../../property.ts'
import { recorded2021, rfc } from '../../../sources.ts'

const parts = ['header', 'payload', 'signature'] as const

interface Input {
  readonly part: (typeof parts)[number]
  readonly change: Change
}

/** An access token is that token, to the letter. */
export const accessTokenProperties: readonly Check[] = toChecks({ operations: ['GET /userinfo'], collectionItems: [] }, [{
  id: 'protocols/oidc/properties/access-token',
  title: 'An access token with any change of its header, its payload or its signature is refused',
  sources: [rfc(6750, '3.1'), rfc(7515, '5.2'), recorded2021],
  level: 'must',
  needs: ['userinfo', 'authorization-code', 'login'],
  async run(world) {
    const { api } = world.personas
    // One for an API is a JWT as a rule; not every server takes that for userinfo.
    const accessToken = (api && await usable(world, { audience: api.audience })) ?? await usable(world, {})
    if (accessToken === undefined) throw new Blocked('an access token is not good for userinfo where nothing is changed')
    await expectForAll<Input>(world, (fc) => fc.record({ part: fc.constantFrom(...parts), change: anyChange(fc) }), {
      count: everyChange.length * parts.length + 4,
      examples: everyChange.flatMap((change) => parts.map((part) => ({ part, change }))),
      async judge({ part, change }) {
        // 401, as for any token that is none; the rest is no less of a refusal.
        expectOneOf(world, 'status', (await userinfo(world, withChange(accessToken, part, change))).status, [401, 400, 403])
      },
    })
  },
}])

/** An access token that userinfo answers to; `undefined` where it does not. */
async function usable(world: World, more: { readonly audience?: string }): Promise<string | undefined> {
  const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid', ...more })
  return (await userinfo(world, accessToken)).status === 200 ? accessToken : undefined
}

/** A token that is no JWT has one part. */
function withChange(token: string, part: Input['part'], change: Change): string {
  const texts = token.split('.')
  const at = texts.length === 3 ? parts.indexOf(part) : 0
  return texts.map((text, place) => (place === at ? changed(text, change) : text)).join('.')
}
