import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { errorCodeOf } from '../../../specs/judgement.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { freshAddress, required } from '../../endpoints/recipes.ts'
import { expectForAll } from '../../property.ts'
import { recorded2021, rfc } from '../../sources.ts'
import { grantedFindings } from '../token-requests.ts'
import { swappedCase } from './changes.ts'

const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'

/** What a way to compare passwords makes of one and another. Normal forms of Unicode are left out: RFC 8265 lets a server take them for the same. */
type Changes = Readonly<Record<string, (password: string) => string>>

/** Almost the password: no way to compare takes them for it. */
const wrong: Changes = {
  'other case': (password: string) => swappedCase(password),
  'first letter in the other case': (password: string) => swappedCase(password[0]!) + password.slice(1),
  'character more': (password: string) => `${password}a`,
  'last character missing': (password: string) => password.slice(0, -1),
  'first character missing': (password: string) => password.slice(1),
  'first 8 characters': (password: string) => password.slice(0, 8),
  'twice': (password: string) => password + password,
  'percent-encoded': (password: string) => `%${password.charCodeAt(0).toString(16)}${password.slice(1)}`,
}

/** What trims, ends at a null character or, as bcrypt does, after 72 bytes takes these for the password. */
const overlooked: Changes = {
  'space behind': (password: string) => `${password} `,
  'space before': (password: string) => ` ${password}`,
  'line feed behind': (password: string) => `${password}\n`,
  'null character behind': (password: string) => `${password}\0`,
  'null character and more behind': (password: string) => `${password}\0more`,
  'first 72 bytes': (password: string) => (password.length > 72 ? password.slice(0, 72) : password.slice(0, -2)),
  'another end after 72 bytes': (password: string) => (password.length > 72 ? `${password.slice(0, -1)}${password.endsWith('x') ? 'y' : 'x'}` : `${password}b`),
}

/** Failed logins in a row of one user: Auth0 blocks after ten, and may be set to fewer. */
const mostFailures = 4

/** The password of a user is that password. Each user is made for the purpose. */
export const passwordProperties: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  propertyOf(wrong, {
    id: 'grants/properties/passwords/wrong',
    title: 'A password that differs in more than white space and its end is refused',
    level: 'must',
    sources: [rfc(6749, '4.3.2'), recorded2021],
  }),
  propertyOf(overlooked, {
    id: 'grants/properties/passwords/to-the-letter',
    title: 'A password counts to its last character, white space and null characters included',
    // How passwords are compared is left to the server (RFC 6749, 4.3.2), and not known of Auth0.
    level: 'may',
    sources: [rfc(6749, '4.3.2'), rfc(8265, '4.2')],
  }),
])

function propertyOf(changes: Changes, stated: Pick<StatedCheck, 'id' | 'title' | 'level' | 'sources'>): StatedCheck {
  const kinds = Object.keys(changes)
  const groups = Array.from({ length: Math.ceil(kinds.length / mostFailures) }, (_, group) => kinds.slice(group * mostFailures, (group + 1) * mostFailures))
  return {
    ...stated,
    needs: ['signup', 'password-realm'],
    effects: ['signup', 'lockout'],
    async run(world) {
      await expectForAll(world, (fc) => fc.record({ suffix: fc.stringMatching(/^[A-Za-z]{1,8}$/), wrong: fc.shuffledSubarray(kinds, { minLength: 1, maxLength: mostFailures }) }), {
        count: groups.length + 1,
        examples: groups.map((group) => ({ suffix: 'aB', wrong: group })),
        async judge({ suffix, wrong: tried }) {
          const { username, password } = await newUser(world, suffix, changes === overlooked)
          const first = await logIn(world, username, password)
          if (first.status !== 200) throw new Blocked(`the user that was made can't log in: POST /oauth/token answered ${first.status} ${errorCodeOf(first) ?? ''}`)
          for (const kind of tried) expectNone(world, grantedFindings(await logIn(world, username, changes[kind]!(password)), `the login with a wrong password (${kind})`))
        },
      })
    },
  }
}

/** A long password is beyond the 72 bytes that bcrypt looks at, where the target allows that. */
async function newUser(world: World, suffix: string, isLong: boolean): Promise<{ readonly username: string; readonly password: string }> {
  const username = freshAddress(world)
  const start = `Strong-9!a-${world.unique()}`
  for (const password of [...(isLong ? [`${start.padEnd(84 - suffix.length, '-kQ')}${suffix}`] : []), `${start}-${suffix}`]) {
    const answer = await world.client.send({
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
  return world.client.send({
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
