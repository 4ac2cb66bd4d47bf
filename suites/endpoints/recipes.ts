import { createHash, randomBytes } from 'node:crypto'
import { Blocked } from '../../core/finding.ts'
import type { Capability } from '../../core/capability.ts'
import type { ClientPersona } from '../../core/persona.ts'
import type { World } from '../../core/world.ts'
import type { Ingredients, Values } from './request.ts'

/** How a request of a variant is made that a conforming target accepts. */
export interface Recipe {
  /** Capabilities that making it takes, beside those of the variant. */
  readonly needs: readonly Capability[]
  /** The client that it is made for, where it authenticates as one. */
  readonly client?: (world: World) => ClientPersona
  /** What a request that succeeds takes beyond that; `never` where nobody but the target's own users can make one. */
  readonly successNeeds?: readonly Capability[] | 'never'
  readonly make: (world: World) => Promise<Ingredients>
}

const passwordGrant = 'password'
const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'
const otpGrant = 'http://auth0.com/oauth/grant-type/passwordless/otp'

const confidential = (world: World): ClientPersona => required(world.personas.clients.confidential, 'clients.confidential')
const publicClient = (world: World): ClientPersona => required(world.personas.clients.public, 'clients.public')
const machine = (world: World): ClientPersona => world.personas.clients.machine ?? confidential(world)
const anyClient = (world: World): ClientPersona => world.personas.clients.confidential ?? publicClient(world)

/** The client that has a grant, the confidential one where both have it. */
function clientWith(grantType: string): (world: World) => ClientPersona {
  return (world) => {
    const { clients } = world.personas
    return required([clients.confidential, clients.public].find((client) => client?.grantTypes?.includes(grantType)), `a client with ${grantType}`)
  }
}

const user = (world: World) => required(world.personas.users.main, 'users.main')
const api = (world: World) => required(world.personas.api, 'api')
const database = (world: World) => required(world.personas.connections.database, 'connections.database')

/** `client_id`, and `client_secret` where the client has one. */
function credentials(client: ClientPersona): Values {
  return client.clientSecret === undefined ? [['client_id', client.clientId]] : [['client_id', client.clientId], ['client_secret', client.clientSecret]]
}

/** An address that nobody has. */
export function freshAddress(world: World): string {
  return `conformance-${world.unique()}@example.com`
}

/** A password that every Auth0 password policy accepts. */
export function strongPassword(world: World): string {
  return `Strong-${world.unique()}-9!aZ`
}

/** A number that can't be dialled: in the exchange that is kept for fiction, and too long. */
function fictionalNumber(world: World): string {
  const digits = [...world.unique()].map((character) => character.charCodeAt(0) % 10).join('')
  return `+1202555${digits.slice(-7).padStart(7, '0')}`
}

/** One recipe per variant that can be asked for live. Keys are variant ids. */
export const recipes: Readonly<Record<string, Recipe>> = {
  'database/signup': {
    needs: [],
    make: async (world) => ({
      values: [
        ['client_id', anyClient(world).clientId], ['email', freshAddress(world)], ['password', strongPassword(world)], ['connection', database(world)],
      ],
    }),
  },
  'database/change-password': {
    needs: [],
    make: async (world) => ({ values: [['client_id', anyClient(world).clientId], ['email', user(world).email], ['connection', database(world)]] }),
  },
  'token/authorization-code': {
    needs: ['login'],
    client: confidential,
    make: async (world) => {
      const { code, redirectUri, codeVerifier } = await world.given.authorizationCode({ client: 'confidential', scope: 'openid profile email' })
      return {
        values: [
          ['grant_type', 'authorization_code'], ...credentials(confidential(world)), ['code', code], ['redirect_uri', redirectUri],
          ...(codeVerifier === undefined ? [] : [['code_verifier', codeVerifier] as const]),
        ],
      }
    },
  },
  'token/authorization-code-pkce': {
    needs: ['login'],
    client: publicClient,
    make: async (world) => {
      const { code, redirectUri, codeVerifier = '' } = await world.given.authorizationCode({ client: 'public', scope: 'openid profile email' })
      return {
        values: [
          ['grant_type', 'authorization_code'], ['client_id', publicClient(world).clientId], ['code', code], ['code_verifier', codeVerifier], ['redirect_uri', redirectUri],
        ],
      }
    },
  },
  'token/client-credentials': {
    needs: [],
    client: machine,
    make: async (world) => ({ values: [['grant_type', 'client_credentials'], ...credentials(machine(world)), ['audience', api(world).audience]] }),
  },
  'token/password': {
    needs: [],
    client: clientWith(passwordGrant),
    make: async (world) => ({
      values: [
        ['grant_type', passwordGrant], ...credentials(clientWith(passwordGrant)(world)),
        ['username', user(world).email], ['password', user(world).password], ['scope', 'openid'],
      ],
    }),
  },
  'token/password-realm': {
    needs: [],
    client: clientWith(realmGrant),
    make: async (world) => ({
      values: [
        ['grant_type', realmGrant], ...credentials(clientWith(realmGrant)(world)),
        ['username', user(world).email], ['password', user(world).password], ['realm', database(world)], ['scope', 'openid'],
      ],
    }),
  },
  'token/refresh-token': {
    needs: [],
    client: confidential,
    make: async (world) => {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email offline_access', fresh: true })
      return {
        values: [['grant_type', 'refresh_token'], ...credentials(confidential(world)), ['refresh_token', required(refreshToken, 'a refresh token for offline_access')]],
      }
    },
  },
  'token/passwordless-otp': {
    needs: ['inbox', 'passwordless-email'],
    client: clientWith(otpGrant),
    make: async (world) => {
      const { username, code } = await world.given.oneTimeCode({ via: 'email' })
      return {
        values: [
          ['grant_type', otpGrant], ...credentials(clientWith(otpGrant)(world)), ['username', username], ['otp', code], ['realm', 'email'], ['scope', 'openid'],
        ],
      }
    },
  },
  'passwordless/start-email': {
    needs: [],
    client: anyClient,
    make: async (world) => ({
      values: [...credentials(anyClient(world)), ['connection', required(world.personas.connections.email, 'connections.email')], ['email', freshAddress(world)], ['send', 'code']],
    }),
  },
  'passwordless/start-sms': {
    needs: [],
    client: anyClient,
    make: async (world) => ({
      values: [...credentials(anyClient(world)), ['connection', required(world.personas.connections.sms, 'connections.sms')], ['phone_number', fictionalNumber(world)]],
    }),
  },
  userinfo: {
    needs: [],
    make: async (world) => ({ values: [], headers: { authorization: `Bearer ${await accessToken(world)}` } }),
  },
  'userinfo-post': {
    needs: [],
    make: async (world) => ({ values: [], headers: { authorization: `Bearer ${await accessToken(world)}` } }),
  },
  revoke: {
    needs: ['refresh-token'],
    client: confidential,
    make: async (world) => {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true })
      return { values: [...credentials(confidential(world)), ['token', required(refreshToken, 'a refresh token for offline_access')]] }
    },
  },
  discovery: { needs: [], make: async () => ({ values: [] }) },
  'discovery-oauth': { needs: [], make: async () => ({ values: [] }) },
  jwks: { needs: [], make: async () => ({ values: [] }) },
  // Every SDK says which application it is.
  logout: { needs: [], make: async (world) => ({ values: [['client_id', anyClient(world).clientId]] }) },
  authorize: {
    needs: [],
    make: async (world) => {
      const client = anyClient(world)
      return {
        values: [
          ['response_type', 'code'], ['client_id', client.clientId], ['redirect_uri', required(client.redirectUri, 'redirectUri of the client')],
          ['scope', 'openid'], ['state', world.unique()],
          // Many servers want this of public clients, and the others have to ignore or to accept it.
          ['code_challenge', createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url')], ['code_challenge_method', 'S256'],
        ],
      }
    },
  },
  'saml/login': { needs: [], make: async (world) => ({ values: [['client_id', required(world.personas.clients.saml, 'clients.saml').clientId]] }) },
  'saml/metadata': { needs: [], make: async (world) => ({ values: [['client_id', required(world.personas.clients.saml, 'clients.saml').clientId]] }) },
  'wsfed/login': { needs: [], make: async (world) => ({ values: [['client_id', wsfed(world).clientId], ['wreply', wsfed(world).reply], ['wctx', world.unique()]] }) },
  'wsfed/logout': { needs: [], make: async (world) => ({ values: [['client_id', wsfed(world).clientId], ['wa', 'wsignout1.0']] }) },
  'wsfed/metadata': { needs: [], make: async () => ({ values: [] }) },
  'legacy/ro': {
    needs: [],
    client: confidential,
    make: async (world) => ({
      values: [
        ['grant_type', 'password'], ['client_id', confidential(world).clientId], ['username', user(world).email], ['password', user(world).password],
        ['connection', database(world)], ['scope', 'openid'],
      ],
    }),
  },
  'legacy/ro-sms': {
    needs: ['inbox', 'passwordless-sms'],
    client: confidential,
    make: async (world) => {
      const { username, code } = await world.given.oneTimeCode({ via: 'sms' })
      return {
        values: [
          ['client_id', confidential(world).clientId], ['connection', 'sms'], ['grant_type', 'password'], ['username', username], ['password', code], ['scope', 'openid'],
        ],
      }
    },
  },
  'legacy/access-token': {
    needs: [],
    client: confidential,
    successNeeds: ['social-token'],
    make: async (world) => ({
      values: [
        ['client_id', confidential(world).clientId], ['access_token', world.personas.social?.accessToken ?? `social-${world.unique()}`],
        ['connection', world.personas.social?.connection ?? 'facebook'], ['scope', 'openid'],
      ],
    }),
  },
  'legacy/tokeninfo': {
    needs: [],
    make: async (world) => ({ values: [['id_token', await idToken(world)]] }),
  },
  'legacy/delegation-id-token': {
    needs: [],
    client: confidential,
    make: async (world) => ({
      values: [
        ['client_id', confidential(world).clientId], ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'], ['id_token', await idToken(world)],
        ['target', confidential(world).clientId], ['scope', 'openid'], ['api_type', 'app'],
      ],
    }),
  },
  'legacy/delegation-refresh-token': {
    needs: ['refresh-token'],
    client: confidential,
    make: async (world) => {
      const { refreshToken } = await world.given.tokens({ client: 'confidential', scope: 'openid offline_access', fresh: true })
      return {
        values: [
          ['client_id', confidential(world).clientId], ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
          ['refresh_token', required(refreshToken, 'a refresh token for offline_access')], ['scope', 'openid'],
        ],
      }
    },
  },
  'legacy/unlink': {
    needs: [],
    // No suite can have linked an account before.
    successNeeds: 'never',
    make: async (world) => ({ values: [['access_token', await accessToken(world)], ['user_id', 'facebook|1']] }),
  },
}

async function accessToken(world: World): Promise<string> {
  return (await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })).accessToken
}

async function idToken(world: World): Promise<string> {
  return required((await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })).idToken, 'an ID token for openid')
}

function wsfed(world: World) {
  return required(world.personas.clients.wsfed, 'clients.wsfed')
}

/** Something a recipe cannot do without. Throws {@link Blocked}: what is missing accuses nobody. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Blocked(`${what} is missing`)
  return value
}
