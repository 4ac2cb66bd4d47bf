import type { Answer } from '../../../core/client.ts'
import { finding, show } from '../../../core/expectation.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { bodyOf, clientOf, grantedFindings, refusedFindings, userinfo } from '../token-requests.ts'
import { loginOf, told, userFindings, userNamed } from './answers.ts'
import { picked, type Game, type LoginRole, type Move, type UserState } from './model.ts'

const passwordGrant = 'password'
const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'
const passwordScopes = ['openid', 'offline_access']

/** Failed logins in a row of the user who was made for it: Auth0 blocks after ten, and may be set to fewer. */
const mostFailures = 3
const failures = new WeakMap<UserState['credentials'], number>()

/** A client exchanges the password of a user for tokens. */
export const passwordRightly: Move = async (game, pick) => {
  const user = picked(game.model.users, pick)
  const role = picked(rolesWithPassword(game), Math.floor(pick / 2))
  if (!user || !role) return false
  const name = `login ${game.model.logins.length + 1} by password`
  await game.attempt.step(`Password: the ${role} client exchanges the password of ${user.name}`, async () => {
    const answer = await exchangePassword(game, role, user, user.credentials.password)
    // A tenant may ask for more than a password, the first time as well as the second.
    const isSure = user.isAccepted === true
    const refused = refusedFindings(answer, 'the grant')
    if (refused.length > 0) return { expected: isSure ? '200 with tokens' : '200 with tokens, or a refusal', actual: told(answer), findings: isSure ? refused : [] }
    user.isAccepted = true
    failures.delete(user.credentials)
    game.model.logins.push(loginOf(answer, { name, role, user, scopes: passwordScopes }))
    return { expected: `200 with tokens of ${user.name}`, actual: told(answer), findings: userFindings(game.model, { user, role }, answer) }
  })
  return true
}

/** The same with the password of somebody else. Only the user who was made for it is named: nobody else may be locked out. */
export const passwordOfAnother: Move = async (game, pick) => {
  const user = game.model.users.find(({ isExpendable }) => isExpendable)
  const other = game.model.users.find((one) => one !== user)
  const role = picked(rolesWithPassword(game), pick)
  if (!user || !other || !role) return false
  if ((failures.get(user.credentials) ?? 0) >= mostFailures) await passwordRightly(game, game.model.users.indexOf(user))
  if ((failures.get(user.credentials) ?? 0) >= mostFailures) return false
  await game.attempt.step(`Password of another: the ${role} client exchanges the name of ${user.name} and the password of ${other.name}`, async () => {
    failures.set(user.credentials, (failures.get(user.credentials) ?? 0) + 1)
    user.isAccepted = false
    const answer = await exchangePassword(game, role, user, other.credentials.password)
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the grant') }
  })
  return true
}

/** Asks for a token of the application itself, which nobody logs in for. */
export const clientCredentials: Move = async (game) => {
  const client = machineOf(game)
  if (!client) return false
  await game.attempt.step('Client credentials: the machine client asks for a token of its own', async () => {
    const answer = await askForOwnToken(game, client.clientSecret)
    const { access_token: token } = bodyOf(answer)
    if (typeof token === 'string') game.model.applicationTokens.push(token)
    const sub = decodeJwt(token)?.claims.sub
    const isOfUser = userNamed(game.model, sub) !== undefined
    return { expected: 'no token of a user', actual: told(answer), findings: isOfUser ? [finding('claim /sub of the access token', 'not a user who logged in', show(sub))] : [] }
  })
  return true
}

/** The same with the secret of another client. */
export const clientCredentialsWrongly: Move = async (game) => {
  const client = machineOf(game)
  const { confidential, other } = game.world.personas.clients
  const stranger = [confidential, other].find((one) => one?.clientSecret !== undefined && one.clientId !== client?.clientId)
  if (!client || !stranger?.clientSecret) return false
  await game.attempt.step('Client credentials: the machine client asks with the secret of another client', async () => {
    const answer = await askForOwnToken(game, stranger.clientSecret!)
    return { expected: 'a refusal', actual: told(answer), findings: grantedFindings(answer, 'the grant') }
  })
  return true
}

/** Asks which user a token of an application is of. */
export const userinfoOfApplication: Move = async ({ world, model, attempt }, pick) => {
  const token = picked(model.applicationTokens, pick)
  if (token === undefined) return false
  await attempt.step('Userinfo: with a token that an application got for itself', async () => {
    const answer = await userinfo(world, token)
    const { sub } = bodyOf(answer)
    const user = answer.status === 200 ? userNamed(model, sub) : undefined
    return { expected: 'nothing of a user', actual: answer.status === 200 ? `200 with ${show(sub)}` : told(answer), findings: user ? [finding('body /sub of userinfo', 'not a user who logged in', show(sub))] : [] }
  })
  return true
}

function machineOf({ world: { personas: { clients, api } } }: Game): { readonly clientId: string; readonly clientSecret: string; readonly audience: string } | undefined {
  const client = clients.machine ?? clients.confidential
  return client?.clientSecret === undefined || !api ? undefined : { clientId: client.clientId, clientSecret: client.clientSecret, audience: api.audience }
}

function askForOwnToken(game: Game, secret: string): Promise<Answer> {
  const { clientId, audience } = machineOf(game)!
  return game.world.client.send({ method: 'POST', path: '/oauth/token', form: { grant_type: 'client_credentials', client_id: clientId, client_secret: secret, audience } })
}

function rolesWithPassword({ world: { personas: { clients, connections } } }: Game): LoginRole[] {
  return (['confidential', 'public', 'other'] as const).filter((role) => {
    const grants = clients[role]?.grantTypes ?? []
    return grants.includes(passwordGrant) || (grants.includes(realmGrant) && connections.database !== undefined)
  })
}

function exchangePassword({ world }: Game, role: LoginRole, { credentials: { email } }: UserState, password: string): Promise<Answer> {
  const { clientId, clientSecret, grantTypes = [] } = clientOf(world, role)
  const { database } = world.personas.connections
  const grant: Record<string, string> = grantTypes.includes(realmGrant) && database !== undefined ? { grant_type: realmGrant, realm: database } : { grant_type: passwordGrant }
  return world.client.send({
    method: 'POST', path: '/oauth/token',
    form: { ...grant, client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }), username: email, password, scope: passwordScopes.join(' ') },
  })
}
