import type { Check } from '../../core/check.ts'
import type { Answer } from '../../core/client.ts'
import { expectNone } from '../../core/expectation.ts'
import { Blocked } from '../../core/finding.ts'
import type { World } from '../../core/world.ts'
import { toChecks, type StatedCheck } from '../checks.ts'
import { required, strongPassword } from '../endpoints/recipes.ts'
import { auth0Docs } from '../sources.ts'
import { grantedFindings, refusedFindings } from './token-requests.ts'

const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'
const shared = {
  profiles: ['auth0'],
  // Saved addresses are in small letters, and an address belongs to one user of a connection.
  sources: [auth0Docs('manage-users/user-accounts/user-profiles/user-profile-structure')],
  level: 'should',
  effects: ['signup'],
} satisfies Partial<StatedCheck>

interface NewUser {
  readonly email: string
  readonly password: string
}

/** One address written in several ways. */
export const emailLetterCase: readonly Check[] = toChecks({ operations: ['POST /dbconnections/signup'], collectionItems: [] }, [
  {
    ...shared,
    id: 'grants/email-letter-case/login',
    title: 'Who signed up with capitals in the address logs in with them',
    operations: ['POST /dbconnections/signup', 'POST /oauth/token'],
    needs: ['signup', 'password-realm'],
    async run(world) {
      const { email, password } = await userWithCapitals(world)
      const { confidential, public: open } = world.personas.clients
      const { clientId, clientSecret } = required([confidential, open].find((client) => client?.grantTypes?.includes(realmGrant)), `a client with ${realmGrant}`)
      const answer = await world.client.send({
        method: 'POST', path: '/oauth/token',
        form: {
          grant_type: realmGrant, client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
          username: email, password, realm: database(world), scope: 'openid',
        },
      })
      expectNone(world, refusedFindings(answer, 'POST /oauth/token'))
    },
  },
  {
    ...shared,
    id: 'grants/email-letter-case/one-account',
    title: 'Nobody signs up again with the same address in other letters',
    needs: ['signup'],
    async run(world) {
      const { email, password } = await userWithCapitals(world)
      expectNone(world, grantedFindings(await signUp(world, { email: email.toUpperCase(), password }), 'POST /dbconnections/signup'))
    },
  },
])

function userWithCapitals(world: World): Promise<NewUser> {
  return world.once('grants/email-letter-case user', async () => {
    const user = { email: `Conformance-${world.unique()}-Aa@Example.com`, password: strongPassword(world) }
    const answer = await signUp(world, user)
    if (answer.status !== 200) throw new Blocked(`a user could not be made: POST /dbconnections/signup answered ${answer.status}`)
    return user
  })
}

function signUp(world: World, user: NewUser): Promise<Answer> {
  const { confidential, public: open } = world.personas.clients
  return world.client.send({ method: 'POST', path: '/dbconnections/signup', json: { client_id: required(confidential ?? open, 'clients.confidential').clientId, ...user, connection: database(world) } })
}

function database(world: World): string {
  return required(world.personas.connections.database, 'connections.database')
}
