import type { Answer } from '../../../core/client.ts'
import { finding, show } from '../../../core/expectation.ts'
import type { Finding } from '../../../core/finding.ts'
import { decodeJwt, errorCodeOf } from '../../../specs/judgement.ts'
import { codeRequest, newVerifier } from '../../protocols/oidc/authorization/authorizing.ts'
import { freshCode } from '../../protocols/oidc/properties/asking.ts'
import { bodyOf, clientOf, grantedFindings, redeem, refusedFindings, scopesIn, type Role } from '../token-requests.ts'
import { picked, type CodeState, type Game, type LoginRole, type LoginState } from './model.ts'

/** Does nothing where the model has nothing that it could be done with. */
export type Move = (game: Game, pick: number) => Promise<void>

const scopeChoices = [['openid', 'offline_access'], ['openid', 'offline_access', 'profile'], ['openid', 'offline_access', 'email']] as const

/** Asks for a code of a client, with the session of the one login. */
export function authorize(role: LoginRole): Move {
  return async ({ world, ask, model, attempt }, pick) => {
    if (world.personas.clients[role]?.redirectUri === undefined) return
    const scopes = picked(scopeChoices, pick) ?? []
    const { parameters, codeVerifier } = codeRequest(world, { scope: scopes.join(' ') }, role)
    const name = `code ${model.codes.length + 1}`
    await attempt.step(`Authorize: the ${role} client asks for ${name} (${scopes.join(' ')})`, async () => {
      const code = await freshCode(ask, parameters, role)
      const given = { code, redirectUri: clientOf(world, role).redirectUri ?? '', codeVerifier }
      const isSecond = model.codes.some((other) => other.given.code === code)
      model.codes.push({ name, role, given, nonce: parameters.nonce ?? '', scopes, status: 'fresh' })
      return { expected: 'a code that was never given before', actual: isSecond ? 'a code that was given before' : 'a code', findings: isSecond ? [finding('code', 'one that was never given before', 'one that was given before')] : [] }
    })
  }
}

/** Redeems a code as it has to be done. */
export const redeemRightly: Move = async ({ world, model, attempt }, pick) => {
  const code = picked(model.codes.filter(({ status }) => status !== 'used'), pick)
  if (!code) return
  await attempt.step(`Redeem: the ${code.role} client redeems ${code.name}`, async () => {
    const answer = await redeem(world, code.role, code.given)
    const isSure = code.status === 'fresh'
    code.status = 'used'
    const refused = refusedFindings(answer, 'the redemption')
    if (refused.length > 0) return { expected: isSure ? '200 with tokens' : '200 with tokens, or a refusal', actual: told(answer), findings: isSure ? refused : [] }
    const login: LoginState = {
      name: code.name.replace('code', 'login'), role: code.role, scopes: [...new Set([...code.scopes, ...(scopesIn(answer) ?? [])])], status: 'live', refreshTokens: [], accessTokens: [],
    }
    code.login = login
    model.logins.push(login)
    keepTokens(login, answer)
    return { expected: isSure ? '200 with tokens of the user, for this request' : '200 with tokens, or a refusal', actual: told(answer), findings: [...userFindings(model, answer), ...nonceFindings(code, answer)] }
  })
}

/** Sends a code again that was redeemed. What becomes of its tokens is the server's choice. */
export const replay: Move = async (game, pick) => {
  const code = picked(game.model.codes.filter(({ status, login }) => status === 'used' && login), pick)
  if (!code) return
  await refused(game, code, `Replay: the ${code.role} client redeems ${code.name} again`, () => redeem(game.world, code.role, code.given))
  if (code.login?.status === 'live') code.login.status = 'doubtful'
}

/** Redeems a code by a client that it was not given to. */
export const redeemElsewhere: Move = async (game, pick) => {
  const { clients } = game.world.personas
  const code = unused(game, pick)
  if (!code) return
  const role = picked((['other', 'confidential', 'public'] as const).filter((one): one is Role => one !== code.role && clients[one] !== undefined), pick)
  if (!role) return
  await refused(game, code, `Redeem elsewhere: the ${role} client redeems ${code.name}, which the ${code.role} client was given`, () => redeem(game.world, role, code.given))
}

/** Redeems a code with a parameter that differs from what it was asked for with. */
export function redeemWrongly(what: 'another redirect URI' | 'another verifier' | 'no verifier'): Move {
  return async (game, pick) => {
    const code = unused(game, pick)
    if (!code) return
    const others = game.model.codes.filter((other) => other !== code).map(({ given }) => given.codeVerifier ?? newVerifier())
    const change = {
      'another redirect URI': { redirect_uri: `${code.given.redirectUri}/elsewhere` },
      // That of another code is as good as any for whoever keeps them by the client.
      'another verifier': { code_verifier: picked([...others, newVerifier()], pick) ?? newVerifier() },
      'no verifier': { code_verifier: '' },
    }[what]
    await refused(game, code, `Redeem wrongly: the ${code.role} client redeems ${code.name} with ${what}`, () => redeem(game.world, code.role, code.given, change))
  }
}

/** What an answer of the token endpoint was, in a few words. */
export function told(answer: Answer): string {
  if (typeof bodyOf(answer).access_token === 'string') return `${answer.status} with tokens`
  return errorCodeOf(answer) === undefined ? String(answer.status) : `${answer.status} ${errorCodeOf(answer)}`
}

/** Adds what an answer gave to a login. */
export function keepTokens(login: LoginState, answer: Answer): void {
  const { access_token: accessToken, refresh_token: refreshToken } = bodyOf(answer)
  if (typeof accessToken === 'string') login.accessTokens.push(accessToken)
  if (typeof refreshToken === 'string' && refreshToken !== login.refreshTokens.at(-1)) login.refreshTokens.push(refreshToken)
}

/** ID tokens of one user name one subject, whichever client they are for. */
export function userFindings(model: Game['model'], answer: Answer): Finding[] {
  const sub = decodeJwt(bodyOf(answer).id_token)?.claims.sub
  if (typeof sub !== 'string') return []
  model.subject ??= sub
  return sub === model.subject ? [] : [finding('claim /sub of the ID token', model.subject, sub)]
}

function nonceFindings({ nonce }: CodeState, answer: Answer): Finding[] {
  const claims = decodeJwt(bodyOf(answer).id_token)?.claims
  return claims === undefined || claims.nonce === nonce ? [] : [finding('claim /nonce of the ID token', nonce, show(claims.nonce))]
}

function unused({ model }: Game, pick: number): CodeState | undefined {
  return picked(model.codes.filter(({ status }) => status !== 'used'), pick)
}

async function refused({ attempt }: Game, code: CodeState, title: string, ask: () => Promise<Answer>): Promise<void> {
  await attempt.step(title, async () => {
    const answer = await ask()
    if (code.status === 'fresh') code.status = 'doubtful'
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the redemption') }
  })
}
