import type { Check, Profile } from '../../../core/check.ts'
import { expectNone, finding } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { expectForAll } from '../../property.ts'
import { codeRequest } from '../../protocols/oidc/authorization/authorizing.ts'
import { askingAgain, freshCode } from '../../protocols/oidc/properties/asking.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { clientOf, currentToken, grantedFindings, redeem, refresh, scopesIn, tokenOf } from '../token-requests.ts'
import { anyChangeOfForms, changed, everyChangeOfForms } from './changes.ts'

const documentation = auth0Docs('api/authentication/refresh-token/refresh-token')

export const refreshTokenProperties: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/properties/refresh-tokens/token',
    title: 'Any change of a refresh token is refused',
    sources: [rfc(6749, '10.4'), documentation],
    level: 'must',
    needs: ['refresh-token'],
    async run(world) {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true })
      const first = required(refreshToken, 'a refresh token')
      const answer = await refresh(world, 'confidential', first)
      if (answer.status !== 200) throw new Blocked(`a refresh token can't be used where nothing is changed: POST /oauth/token answered ${answer.status}`)
      const token = currentToken(answer, first)
      await expectForAll(world, anyChangeOfForms, {
        count: everyChangeOfForms.length + 10,
        examples: everyChangeOfForms,
        judge: async (change) => expectNone(world, grantedFindings(await refresh(world, 'confidential', changed(token, change)), 'the refresh with a changed token')),
      })
    },
  },
  ...(['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `grants/properties/refresh-tokens/scope${profile === 'auth0' ? '' : '/standard'}`,
    title: profile === 'auth0'
      ? 'Refreshes for any scopes, one after another, grant nothing that was not asked for and not granted at the login'
      : 'Refreshes for any scopes, one after another, grant nothing that was not granted at the login',
    sources: [rfc(6749, '6'), documentation],
    level: profile === 'auth0' ? 'should' : 'must',
    profiles: [profile],
    needs: ['refresh-token', 'authorization-code', 'login'],
    run: (world) => expectNeverWidened(world, profile),
  })),
])

/** Scopes of the login, and further ones that exist everywhere or at the API. */
async function expectNeverWidened(world: World, profile: Profile): Promise<void> {
  const ask = await askingAgain(world)
  const { api } = world.personas
  const [first, ...others] = api?.scopes ?? []
  const granted = ['openid', 'profile', 'offline_access', ...(first === undefined ? [] : [first])]
  const known = [...granted, 'email', 'phone', ...others]
  await expectForAll(world, (fc) => fc.record({
    login: fc.shuffledSubarray(granted.filter((scope) => scope !== 'openid' && scope !== 'offline_access')),
    refreshes: fc.array(fc.shuffledSubarray(known, { minLength: 1 }), { minLength: 1, maxLength: 3 }),
  }), {
    count: 8,
    examples: [
      { login: granted.slice(1, 2), refreshes: [['openid'], ['openid', 'profile']] },
      { login: granted.slice(3), refreshes: [known, ['openid']] },
      { login: granted.filter((scope) => !['openid', 'offline_access'].includes(scope)), refreshes: [['profile'], ['openid', 'email'], known] },
    ],
    async judge({ login, refreshes }) {
      const { parameters, codeVerifier } = codeRequest(world, { scope: ['openid', 'offline_access', ...login].join(' '), ...(api ? { audience: api.audience } : {}) })
      const code = await freshCode(ask, parameters)
      const tokens = await redeem(world, 'confidential', { code, redirectUri: clientOf(world, 'confidential').redirectUri ?? '', codeVerifier })
      let token = tokenOf(tokens, 'refresh_token')
      const atLogin = scopesIn(tokens) ?? ['openid', ...login]
      for (const wanted of refreshes) {
        const answer = await refresh(world, 'confidential', token, { scope: wanted.join(' ') })
        // Whether more than was granted is refused, or left out, is the server's choice.
        if (answer.status !== 200) return
        const limit = profile === 'auth0' ? atLogin.filter((scope) => wanted.includes(scope)) : atLogin
        expectNone(world, beyondFindings(scopesIn(answer) ?? [], limit, wanted))
        token = currentToken(answer, token)
      }
    },
  })
}

function beyondFindings(scopes: readonly string[], limit: readonly string[], wanted: readonly string[]): Finding[] {
  const beyond = scopes.filter((scope) => !limit.includes(scope))
  return beyond.length === 0 ? [] : [finding('scopes of the refreshed access token', `nothing but ${limit.join(' ') || '(nothing)'}`, `${beyond.join(' ')} as well`, `asked for: ${wanted.join(' ')}`)]
}
