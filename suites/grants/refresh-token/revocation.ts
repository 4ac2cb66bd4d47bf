import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { bodyOf, grantedFindings, refresh, refreshUntilRefused, refusedFindings, revoke } from '../token-requests.ts'

const documentation = auth0Docs('secure/tokens/refresh-tokens/revoke-refresh-tokens')

/** What revocation does, and to whose tokens. */
export const revocation: readonly Check[] = toChecks({ operations: ['POST /oauth/revoke'], collectionItems: [] }, [
  {
    id: 'grants/refresh-token/revocation/unknown-token',
    title: 'The revocation of a token that was never issued is answered with 200',
    sources: [rfc(7009, '2.2'), documentation],
    level: 'must',
    needs: ['revocation'],
    async run(world) {
      const answer = await revoke(world, 'confidential', `never-issued-${world.unique()}`)
      expectOneOf(world, 'status', answer.status, [200])
    },
  },
  {
    id: 'grants/refresh-token/revocation/repeated',
    title: 'The revocation of a token that is revoked already is answered with 200',
    sources: [rfc(7009, '2.2'), documentation],
    level: 'must',
    endsGrants: true,
    needs: ['revocation'],
    async run(world) {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true })
      const token = required(refreshToken, 'a refresh token')
      const first = await revoke(world, 'confidential', token)
      if (first.status !== 200) throw new Blocked(`a token could not be revoked: POST /oauth/revoke answered ${first.status}`)
      const second = await revoke(world, 'confidential', token)
      expectOneOf(world, 'status of the second revocation', second.status, [200])
    },
  },
  {
    id: 'grants/refresh-token/revocation/wrong-hint',
    title: 'A refresh token is revoked though the hint says that it is an access token',
    sources: [rfc(7009, '2.1')],
    level: 'must',
    profiles: ['standard'],
    endsGrants: true,
    needs: ['revocation'],
    async run(world) {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true })
      const token = required(refreshToken, 'a refresh token')
      const answer = await revoke(world, 'confidential', token, { token_type_hint: 'access_token' })
      expectOneOf(world, 'status of POST /oauth/revoke', answer.status, [200])
      expectNone(world, grantedFindings(await refreshUntilRefused(world, 'confidential', token), 'the refresh with the revoked token'))
    },
  },
  {
    id: 'grants/refresh-token/revocation/other-client',
    title: 'A client cannot revoke the refresh token of another: it goes on working',
    sources: [rfc(7009, '2.1'), documentation],
    level: 'must',
    endsGrants: true,
    needs: ['revocation', 'other-client'],
    async run(world) {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true })
      const token = required(refreshToken, 'a refresh token')
      await revoke(world, 'other', token)
      expectNone(world, refusedFindings(await refresh(world, 'confidential', token), 'the refresh by its own client'))
    },
  },
  {
    id: 'grants/refresh-token/revocation/public-client',
    title: 'A public client revokes its refresh token without a secret',
    sources: [rfc(7009, '2.1'), documentation],
    level: 'should',
    endsGrants: true,
    needs: ['revocation', 'pkce', 'login'],
    async run(world) {
      const { revocation_endpoint_auth_methods_supported: methods } = bodyOf(await world.client.send({ method: 'GET', path: '/.well-known/openid-configuration' }))
      if (Array.isArray(methods) && !methods.includes('none')) throw new Blocked('revocation_endpoint_auth_methods_supported of discovery does not list none')
      const { refreshToken } = await world.given.tokens({ client: 'public', scope: 'openid offline_access', fresh: true })
      const token = required(refreshToken, 'a refresh token of clients.public')
      const answer = await revoke(world, 'public', token)
      expectOneOf(world, 'status of POST /oauth/revoke', answer.status, [200])
      expectNone(world, grantedFindings(await refreshUntilRefused(world, 'public', token), 'the refresh with the revoked token'))
    },
  },
  {
    id: 'grants/refresh-token/revocation/one-login',
    title: 'Revoking the refresh token of one login does not sign the other clients of the user out',
    sources: [documentation],
    level: 'should',
    profiles: ['auth0'],
    endsGrants: true,
    needs: ['revocation', 'pkce', 'login'],
    async run(world) {
      const [mine, theirs] = await Promise.all([
        world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true }),
        world.given.tokens({ client: 'public', scope: 'openid offline_access', fresh: true }),
      ])
      const kept = required(theirs.refreshToken, 'a refresh token of clients.public')
      await revoke(world, 'confidential', required(mine.refreshToken, 'a refresh token'))
      expectNone(world, refusedFindings(await refresh(world, 'public', kept), 'the refresh of the other client'))
    },
  },
])
