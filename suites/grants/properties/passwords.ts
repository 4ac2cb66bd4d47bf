import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { errorCodeOf } from '../../../specs/judgement.ts'
import { toChecks } from '../../checks.ts'
import { freshAddress, required } from '../../endpoints/recipes.ts'
import { expectForAll } from '../../property.ts'
import { recorded2021, rfc } from '../../sources.ts'
import { grantedFindings, send } from '../token-requests.ts'
import { swappedCase } from './changes.ts'

const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'

/** Almost the password. Normal forms of Unicode are left out: RFC 8265 lets a server take them for the same. */
const wrong = {
  'other case': (password: string) => swappedCase(password),
  'first letter in the other case': (password: string) => swappedCase(password[0]!) + password.slice(1),
  'space behind': (password: string) => `${password} `,
  'space before': (password: string) => ` ${password}`,
  'line feed behind': (password: string) => `${password}\n`,
  'null character behind': (password: string) => `${password}\0`,
  'null character and more behind': (password: string) => `${password}\0more`,
  'character more': (password: string) => `${password}a`,
  'last character missing': (password: string) => password.slice(0, -1),
  'first character missing': (password: string) => password.slice(1),
  'first 72 bytes': (password: string) => (password.length > 72 ? password.slice(0, 72) : password.slice(0, -2)),
  'another end after 72 bytes': (password: string) => (password.length > 72 ? `${password.slice(0, -1)}${password.endsWith('x') ? 'y' : 'x'}` : `${password}b`),
  'first 8 characters': (password: string) => password.slice(0, 8),
  'twice': (password: string) => password + password,
  'percent-encoded': (password: string) => `%${password.charCodeAt(0).toString(16)}${password.slice(1)}`,
} satisfies Record<string, (password: string) => string>

type Kind = keyof typeof wrong
const kinds = Object.keys(wrong) as Kind[]
/** Failed logins in a row of one user: Auth0 blocks after ten, and may be set to fewer. */
const mostFailures = 4

/** The password of a user is that password, to the letter. Each user is made for the purpose. */
export const passwordProperties: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [{
  id: 'grants/properties/passwords/wrong',
  title: 'A password that differs in any way is refused',
  sources: [rfc(6749, '4.3.2'), recorded2021],
  level: 'must',
  needs: ['signup', 'password-realm'],
  effects: ['signup', 'lockout'],
  async run(world) {
    await expectForAll(world, (fc) => fc.record({ suffix: fc.stringMatching(/^[A-Za-z]{1,8}$/), wrong: fc.shuffledSubarray(kinds, { minLength: 1, maxLength: mostFailures }) }), {
      count: 5,
      examples: [0, 1, 2, 3].map((group) => ({ suffix: 'aB', wrong: kinds.slice(group * mostFailures, (group + 1) * mostFailures) })),
      async judge({ suffix, wrong: tried }) {
        const { username, password } = await newUser(world, suffix)
        const first = await logIn(world, username, password)
        if (first.status !== 200) throw new Blocked(`the user that was made can't log in: POST /oauth/token answered ${first.status} ${errorCodeOf(first) ?? ''}`)
        for (const kind of tried) expectNone(grantedFindings(await logIn(world, username, wrong[kind](password)), `the login with a wrong password (${kind})`))
      },
    })
  },
}])

/** With a password beyond the 72 bytes that bcrypt looks at, where the target allows that. */
async function newUser(world: World, suffix: string): Promise<{ readonly username: string; readonly password: string }> {
  const username = freshAddress(world)
  const start = `Strong-9!a-${world.unique()}`
  for (const password of [`${start.padEnd(84 - suffix.length, '-kQ')}${suffix}`, `${start}-${suffix}`]) {
    const answer = await send(world, {
      method: 'POST', path: '/dbconnections/signup',
      json: { client_id: clientWithRealm(world).clientId, email: username, password, connection: required(world.personas.connections.database, 'connections.database') },
    })
    if (answer.status === 200) return { username, password }
    if (answer.status !== 400) break
  }
  throw new Blocked('a user could not be made: POST /dbconnections/signup refused')
}

function logIn(world: World, username: string, password: string): Promise<Answer> {
  const { clientId, clientSecret } = clientWithRealm(world)
  return send(world, {
    method: 'POST', path: '/oauth/token',
    form: {
      grant_type: realmGrant, realm: required(world.personas.connections.database, 'connections.database'), username, password, scope: 'openid', client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    },
  })
}

function clientWithRealm(world: World) {
  const { confidential, public: open } = world.personas.clients
  return required([confidential, open].find((client) => client?.grantTypes?.includes(realmGrant)), `a client with ${realmGrant}`)
}
