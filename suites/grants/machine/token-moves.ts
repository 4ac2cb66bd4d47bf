import type { Answer } from '../../../core/client.ts'
import { finding, show } from '../../../core/expectation.ts'
import type { Finding } from '../../../core/finding.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { bodyOf, grantedFindings, refresh, refreshUntilRefused, refusedFindings, revoke, scopesIn, send, userinfo, type Role } from '../token-requests.ts'
import { keepTokens, told, userFindings, type Move } from './code-moves.ts'
import { picked, type Game, type LoginState } from './model.ts'

/** Refreshes with the token that is good, for all, for fewer or for more scopes than were granted. */
export function refreshRightly(wanted: 'all scopes' | 'openid alone' | 'more scopes'): Move {
  return async ({ world, model, attempt }, pick) => {
    const login = picked(withRefreshToken(model.logins.filter(({ status }) => status !== 'ended')), pick)
    if (!login) return
    const scope = { 'all scopes': undefined, 'openid alone': 'openid', 'more scopes': 'openid offline_access profile email phone address' }[wanted]
    await attempt.step(`Refresh: the ${login.role} client refreshes ${login.name} for ${wanted}`, async () => {
      const answer = await refresh(world, login.role, login.refreshTokens.at(-1)!, scope === undefined ? {} : { scope })
      const isSure = login.status === 'live' && wanted !== 'more scopes'
      const refused = refusedFindings(answer, 'the refresh')
      if (refused.length > 0) {
        // Whoever asks for more than was granted may lose the token by it.
        if (!isSure) login.status = 'doubtful'
        return { expected: isSure ? '200 with tokens' : '200 with tokens, or a refusal', actual: told(answer), findings: isSure ? refused : [] }
      }
      keepTokens(login, answer)
      return {
        expected: `${isSure ? '200 with tokens' : '200 with tokens, or a refusal'}, for no more than ${login.scopes.join(' ')}`,
        actual: `${told(answer)}, for ${scopesIn(answer)?.join(' ') ?? 'scopes that it does not tell'}`,
        findings: [...widerFindings(login, answer), ...userFindings(model, answer)],
      }
    })
  }
}

/** Refreshes with the token of another client. */
export const refreshElsewhere: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(withRefreshToken(model.logins), pick)
  const role = login && picked(strangers(world, login), pick)
  if (!login || !role) return
  await attempt.step(`Refresh elsewhere: the ${role} client refreshes ${login.name} of the ${login.role} client`, async () => {
    const answer = await refresh(world, role, login.refreshTokens.at(-1)!)
    if (login.status === 'live') login.status = 'doubtful'
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the refresh') }
  })
}

/** Refreshes with a token that two newer ones followed: the direct predecessor may be good for a while. */
export const reuse: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(model.logins.filter(({ refreshTokens }) => refreshTokens.length > 2), pick)
  const token = login && picked(login.refreshTokens.slice(0, -2), pick)
  if (!login || !token) return
  await attempt.step(`Reuse: the ${login.role} client refreshes ${login.name} with refresh token ${login.refreshTokens.indexOf(token) + 1} of ${login.refreshTokens.length}`, async () => {
    const answer = await refresh(world, login.role, token)
    login.status = 'ended'
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the reuse') }
  })
}

/** Revokes the current token by its own client. */
export const revokeRightly: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(withRefreshToken(model.logins.filter(({ status }) => status === 'live')), pick)
  if (!login) return
  await attempt.step(`Revoke: the ${login.role} client revokes the refresh token of ${login.name}`, async () => {
    const answer = await revoke(world, login.role, login.refreshTokens.at(-1)!)
    login.status = 'ended'
    // Documentation: a revocation ends the grant of user and client, be it of another login.
    for (const other of model.logins) if (other.role === login.role && other.status === 'live') other.status = 'doubtful'
    return { expected: '200', actual: String(answer.status), findings: answer.status === 200 ? [] : [finding('status of the revocation', '200', told(answer))] }
  })
}

/** Revokes the token of another client: whatever is answered, the token stays good. */
export const revokeElsewhere: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(withRefreshToken(model.logins.filter(({ status }) => status === 'live')), pick)
  const role = login && picked(strangers(world, login), pick)
  if (!login || !role) return
  await attempt.step(`Revoke elsewhere: the ${role} client revokes the refresh token of ${login.name} of the ${login.role} client`, async () => {
    const answer = await revoke(world, role, login.refreshTokens.at(-1)!)
    return { expected: 'any answer', actual: told(answer), findings: [] }
  })
}

/** Refreshes a login that ended. Documentation calls revocation eventually consistent: it gets some time. */
export const refreshEnded: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(model.logins.filter(({ status }) => status === 'ended'), pick)
  if (!login) return
  await attempt.step(`Refresh: the ${login.role} client refreshes ${login.name}, which has ended`, async () => {
    const answer = await refreshUntilRefused(world, login.role, login.refreshTokens.at(-1)!)
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the refresh') }
  })
}

/** Asks who an access token is of. */
export const askUserinfo: Move = async ({ world, model, attempt }, pick) => {
  const known = model.logins.flatMap((login) => login.accessTokens.map((token, at) => ({ login, token, at: at + 1 })))
  const chosen = picked(known, pick)
  if (!chosen) return
  const { login, token, at } = chosen
  await attempt.step(`Userinfo: with access token ${at} of ${login.name}`, async () => {
    const answer = await userinfo(world, token)
    const { sub } = bodyOf(answer)
    // What ends a login may end its access tokens as well.
    const isSure = login.status === 'live'
    const findings: Finding[] = answer.status !== 200
      ? isSure ? [finding('status of userinfo', '200', told(answer))] : []
      : model.subject === undefined || sub === model.subject ? [] : [finding('body /sub of userinfo', model.subject, show(sub))]
    return { expected: `200 with the user of the ID tokens${isSure ? '' : ', or a refusal'}`, actual: answer.status === 200 ? `200 with ${show(sub)}` : told(answer), findings }
  })
}

/** Asks for a token of the application itself, which nobody logs in for. */
export const clientCredentials: Move = async ({ world, model, attempt }) => {
  const { clients, api } = world.personas
  const client = clients.machine ?? clients.confidential
  if (!client?.clientSecret || !api) return
  const { clientId, clientSecret } = client
  await attempt.step('Client credentials: the machine client asks for a token of its own', async () => {
    const answer = await send(world, { method: 'POST', path: '/oauth/token', form: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience: api.audience } })
    const sub = decodeJwt(bodyOf(answer).access_token)?.claims.sub
    const isOfUser = model.subject !== undefined && sub === model.subject
    return {
      expected: '200 with tokens, not of a user', actual: told(answer),
      findings: [...refusedFindings(answer, 'the grant'), ...(isOfUser ? [finding('claim /sub of the access token', 'not a user who logged in', show(sub))] : [])],
    }
  })
}

function withRefreshToken(logins: readonly LoginState[]): LoginState[] {
  return logins.filter(({ refreshTokens }) => refreshTokens.length > 0)
}

function strangers({ personas: { clients } }: Game['world'], { role }: LoginState): Role[] {
  return (['other', 'confidential', 'public'] as const).filter((one) => one !== role && clients[one] !== undefined)
}

function widerFindings({ scopes }: LoginState, answer: Answer): Finding[] {
  const beyond = (scopesIn(answer) ?? []).filter((scope) => !scopes.includes(scope))
  return beyond.length === 0 ? [] : [finding('scopes of the refresh', `nothing but ${scopes.join(' ')}`, `${beyond.join(' ')} as well`)]
}
