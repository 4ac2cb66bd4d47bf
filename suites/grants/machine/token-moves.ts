import { finding, show } from '../../../core/expectation.ts'
import type { Finding } from '../../../core/finding.ts'
import { bodyOf, clientOf, grantedFindings, refresh, refreshUntilRefused, refusedFindings, revoke, scopesIn, userinfo } from '../token-requests.ts'
import { audienceFindings, keepTokens, narrowerFindings, subjectFindings, told, userFindings, widerFindings } from './answers.ts'
import { strangersTo } from './code-moves.ts'
import { doubtGrants, picked, type LoginState, type Move } from './model.ts'

/** Refreshes with the token that is good, for all, for fewer or for more scopes than were granted. */
export function refreshRightly(wanted: 'all scopes' | 'openid alone' | 'more scopes'): Move {
  return async ({ world, model, attempt, isWholeAgain }, pick) => {
    const login = picked(withRefreshToken(model.logins.filter(({ status }) => status !== 'ended')), pick)
    if (!login) return false
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
      if (scope !== undefined) login.isNarrowed = true
      const isWhole = scope === undefined && (isWholeAgain || !login.isNarrowed)
      return {
        expected: `${isSure ? '200 with tokens' : '200 with tokens, or a refusal'}, for ${isWhole ? '' : 'no more than '}${login.scopes.filter((one) => one !== 'offline_access').join(' ')}`,
        actual: `${told(answer)}, for ${scopesIn(answer)?.join(' ') ?? 'scopes that it does not tell'}`,
        findings: [
          ...widerFindings(login, answer), ...(isWhole ? narrowerFindings(login, answer) : []),
          ...userFindings(model, login, answer), ...audienceFindings(clientOf(world, login.role).clientId, answer),
        ],
      }
    })
    return true
  }
}

/** Refreshes with the token of another client. */
export const refreshElsewhere: Move = async (game, pick) => {
  const login = picked(withRefreshToken(game.model.logins), pick)
  const role = login && picked(strangersTo(game, login.role), pick)
  if (!login || !role) return false
  await game.attempt.step(`Refresh elsewhere: the ${role} client refreshes ${login.name} of the ${login.role} client`, async () => {
    const answer = await refresh(game.world, role, login.refreshTokens.at(-1)!)
    if (login.status === 'live') login.status = 'doubtful'
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the refresh') }
  })
  return true
}

/** Refreshes with a token that two newer ones followed: the direct predecessor may be good for a while. */
export const reuse: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(model.logins.filter(({ refreshTokens }) => refreshTokens.length > 2), pick)
  // The first of all is not the only one that has to be remembered.
  const token = login && picked(login.refreshTokens.slice(0, -2).reverse(), pick)
  if (!login || !token) return false
  await attempt.step(`Reuse: the ${login.role} client refreshes ${login.name} with refresh token ${login.refreshTokens.indexOf(token) + 1} of ${login.refreshTokens.length}`, async () => {
    const answer = await refresh(world, login.role, token)
    login.status = 'ended'
    doubtGrants(model, login.user)
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the reuse') }
  })
  return true
}

/** Revokes the current token by its own client. */
export const revokeRightly: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(withRefreshToken(model.logins.filter(({ status }) => status === 'live')), pick)
  if (!login) return false
  await attempt.step(`Revoke: the ${login.role} client revokes the refresh token of ${login.name}`, async () => {
    const answer = await revoke(world, login.role, login.refreshTokens.at(-1)!)
    login.status = 'ended'
    doubtGrants(model, login.user, login.role)
    return { expected: '200', actual: String(answer.status), findings: answer.status === 200 ? [] : [finding('status of the revocation', '200', told(answer))] }
  })
  return true
}

/** Revokes the token of another client: whatever is answered, the token stays good. */
export const revokeElsewhere: Move = async (game, pick) => {
  const login = picked(withRefreshToken(game.model.logins.filter(({ status }) => status === 'live')), pick)
  const role = login && picked(strangersTo(game, login.role), pick)
  if (!login || !role) return false
  await game.attempt.step(`Revoke elsewhere: the ${role} client revokes the refresh token of ${login.name} of the ${login.role} client`, async () => {
    const answer = await revoke(game.world, role, login.refreshTokens.at(-1)!)
    return { expected: 'any answer', actual: told(answer), findings: [] }
  })
  return true
}

/** Refreshes a login that ended. Documentation calls revocation eventually consistent: it gets some time. */
export const refreshEnded: Move = async ({ world, model, attempt }, pick) => {
  const login = picked(model.logins.filter(({ status }) => status === 'ended'), pick)
  if (!login) return false
  await attempt.step(`Refresh: the ${login.role} client refreshes ${login.name}, which has ended`, async () => {
    const answer = await refreshUntilRefused(world, login.role, login.refreshTokens.at(-1)!)
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the refresh') }
  })
  return true
}

/** Asks who an access token is of. */
export const askUserinfo: Move = async ({ world, model, attempt }, pick) => {
  const known = model.logins.flatMap((login) => login.accessTokens.map((token, at) => ({ login, token, at: at + 1 }))).reverse()
  const chosen = picked(known, pick)
  if (!chosen) return false
  const { login, token, at } = chosen
  await attempt.step(`Userinfo: with access token ${at} of ${login.name}`, async () => {
    const answer = await userinfo(world, token)
    const { sub } = bodyOf(answer)
    // What ends a login may end its access tokens as well, and a refresh those before it.
    const isSure = login.status === 'live' && !login.isLoggedOut && at === login.accessTokens.length
    const findings: Finding[] = answer.status !== 200
      ? isSure ? [finding('status of userinfo', '200', told(answer))] : []
      : typeof sub === 'string' ? subjectFindings(model, login, 'body /sub of userinfo', sub) : [finding('body /sub of userinfo', 'text', show(sub))]
    return { expected: `200 with ${login.user.name}${isSure ? '' : ', or a refusal'}`, actual: answer.status === 200 ? `200 with ${show(sub)}` : told(answer), findings }
  })
  return true
}

function withRefreshToken(logins: readonly LoginState[]): LoginState[] {
  return logins.filter(({ refreshTokens }) => refreshTokens.length > 0)
}
