import type { Answer } from '../../../core/client.ts'
import { finding } from '../../../core/expectation.ts'
import { codeRequest, newVerifier } from '../../protocols/oidc/authorization/authorizing.ts'
import { clientOf, grantedFindings, redeem, refusedFindings } from '../token-requests.ts'
import { audienceFindings, loginOf, nonceFindings, told, userFindings } from './answers.ts'
import { codeIn } from './browser-moves.ts'
import { doubtGrants, picked, type CodeState, type Game, type LoginRole, type Move } from './model.ts'

const scopeChoices = [['openid', 'offline_access', 'profile'], ['openid', 'offline_access', 'email'], ['openid', 'offline_access']] as const

/** Asks for a code of a client, in a browser in which somebody is logged in. */
export function authorize(role: LoginRole): Move {
  return async ({ world, model, attempt }, pick) => {
    const client = world.personas.clients[role]
    const open = model.browsers.filter(({ status }) => status === 'open')
    const browser = picked(open, pick)
    if (client?.redirectUri === undefined || !browser) return false
    const scopes = picked(scopeChoices, Math.floor(pick / open.length)) ?? []
    const { parameters, codeVerifier } = codeRequest(world, { scope: scopes.join(' '), client_id: client.clientId, redirect_uri: client.redirectUri })
    const name = `code ${model.codes.length + 1}`
    const whose = model.browsers.length > 1 ? `, in ${browser.name} of ${browser.user.name}` : ''
    await attempt.step(`Authorize: the ${role} client asks for ${name} (${scopes.join(' ')})${whose}`, async () => {
      const code = await codeIn(world, browser, parameters)
      const given = { code, redirectUri: parameters.redirect_uri ?? '', codeVerifier }
      const isSecond = model.codes.some((other) => other.given.code === code)
      model.codes.push({ name, role, user: browser.user, given, nonce: parameters.nonce ?? '', scopes, status: 'fresh' })
      return { expected: 'a code that was never given before', actual: isSecond ? 'a code that was given before' : 'a code', findings: isSecond ? [finding('code', 'one that was never given before', 'one that was given before')] : [] }
    })
    return true
  }
}

/** Redeems a code as it has to be done. */
export const redeemRightly: Move = async ({ world, model, attempt }, pick) => {
  const code = unused(model.codes, pick)
  if (!code) return false
  await attempt.step(`Redeem: the ${code.role} client redeems ${code.name}`, async () => {
    const answer = await redeem(world, code.role, code.given)
    const isSure = code.status === 'fresh'
    code.status = 'used'
    const refused = refusedFindings(answer, 'the redemption')
    if (refused.length > 0) return { expected: isSure ? '200 with tokens' : '200 with tokens, or a refusal', actual: told(answer), findings: isSure ? refused : [] }
    const { role, user, scopes } = code
    code.login = loginOf(answer, { name: code.name.replace('code', 'login'), role, user, scopes })
    model.logins.push(code.login)
    return {
      expected: isSure ? '200 with tokens of the user, for this request' : '200 with tokens, or a refusal',
      actual: told(answer),
      findings: [...userFindings(model, code, answer), ...nonceFindings(code, answer), ...audienceFindings(clientOf(world, role).clientId, answer)],
    }
  })
  return true
}

/** Sends a code again that was redeemed. What becomes of its tokens is the server's choice. */
export const replay: Move = async (game, pick) => {
  const code = picked(game.model.codes.filter(({ status, login }) => status === 'used' && login), pick)
  if (!code) return false
  await refused(game, code, `Replay: the ${code.role} client redeems ${code.name} again`, () => redeem(game.world, code.role, code.given))
  doubtGrants(game.model, code.user)
  return true
}

/** Redeems a code by a client that it was not given to. */
export const redeemElsewhere: Move = async (game, pick) => {
  const code = unused(game.model.codes, pick)
  const role = code && picked(strangersTo(game, code.role), pick)
  if (!role) return false
  await refused(game, code, `Redeem elsewhere: the ${role} client redeems ${code.name}, which the ${code.role} client was given`, () => redeem(game.world, role, code.given))
  return true
}

/** Redeems a code with a parameter that differs from what it was asked for with. */
export function redeemWrongly(what: 'another redirect URI' | 'another verifier' | 'no verifier'): Move {
  return async (game, pick) => {
    const isOfPkce = what !== 'another redirect URI'
    const code = unused(isOfPkce && !game.isBound ? game.model.codes.filter(({ role }) => role === 'public') : game.model.codes, pick)
    if (!code) return false
    const others = game.model.codes.filter((other) => other !== code).map(({ given }) => given)
    const change = {
      // That of another client's code is registered as well.
      'another redirect URI': { redirect_uri: picked([...others.map(({ redirectUri }) => redirectUri).filter((uri) => uri !== code.given.redirectUri), `${code.given.redirectUri}/elsewhere`], pick) ?? '' },
      // That of another code is as good as any for whoever keeps them by the client.
      'another verifier': { code_verifier: picked([...others.map(({ codeVerifier = newVerifier() }) => codeVerifier), newVerifier()], pick) ?? newVerifier() },
      'no verifier': { code_verifier: '' },
    }[what]
    await refused(game, code, `Redeem wrongly: the ${code.role} client redeems ${code.name} with ${what}`, () => redeem(game.world, code.role, code.given, change))
    return true
  }
}

/** Clients that a code or token of one is worthless to. */
export function strangersTo({ world: { personas: { clients } } }: Game, role: LoginRole): LoginRole[] {
  return (['other', 'confidential', 'public'] as const).filter((one) => one !== role && clients[one] !== undefined)
}

function unused(codes: readonly CodeState[], pick: number): CodeState | undefined {
  return picked(codes.filter(({ status }) => status !== 'used'), pick)
}

async function refused({ attempt }: Game, code: CodeState, title: string, ask: () => Promise<Answer>): Promise<void> {
  await attempt.step(title, async () => {
    const answer = await ask()
    if (code.status === 'fresh') code.status = 'doubtful'
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the redemption') }
  })
}
