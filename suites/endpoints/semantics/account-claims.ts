import type { Answer } from '../../../core/client.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { isObject } from '../../../core/json.ts'
import type { World } from '../../../core/world.ts'
import type { Variant } from '../../../specs/operations.ts'
import type { StatedCheck } from '../../checks.ts'
import { auth0Docs, recorded2021 } from '../../sources.ts'
import { recipes, required, strongPassword } from '../recipes.ts'
import { requestOf } from '../request.ts'

const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'
const signupPage = auth0Docs('api/authentication/signup/create-a-new-user')

/** What comes of a sign-up that claims more than anybody can say of themselves, and of one after a refusal. */
export function signupClaims(variant: Variant): StatedCheck[] {
  const shared = { sources: [signupPage], level: 'should', profiles: ['auth0'], needs: variant.needs, effects: variant.effects } as const
  return [
    {
      ...shared,
      id: 'endpoints/database/signup/stated-verified',
      title: 'Sign-up: nobody has their address verified by saying that it is',
      sources: [signupPage, recorded2021],
      async run(world) {
        const { values } = await recipes['database/signup']!.make(world)
        const answer = await world.client.send({ method: 'POST', path: variant.path, json: { ...Object.fromEntries(values), email_verified: true } })
        if (answer.status !== 200) throw new Blocked(`the request was answered with ${answer.status}`)
        const { email_verified: verified } = isObject(answer.json) ? answer.json : {}
        expectThat(world, verified !== true, 'body /email_verified', 'false', verified)
      },
    },
    {
      ...shared,
      id: 'endpoints/database/signup/after-weak-password',
      title: 'Sign-up: an address whose password was too weak signs up with a better one',
      async run(world) {
        const { values } = await recipes['database/signup']!.make(world)
        const weak = await world.client.send(requestOf(variant, { values: values.map(([name, value]) => [name, name === 'password' ? 'a' : value] as const) }))
        if (weak.status < 400) throw new Blocked('no password is too weak, which another check judges')
        const answer = await world.client.send(requestOf(variant, { values }))
        expectOneOf(world, 'status of the second sign-up', answer.status, [200])
      },
    },
  ]
}

/** What comes of a request for a new password that brings the password along. */
export function passwordClaims(variant: Variant): StatedCheck[] {
  return [{
    id: 'endpoints/database/change-password/password-unchanged',
    title: 'Change password: whoever names a password, but reads no mail, changes nothing',
    sources: [auth0Docs('api/authentication/change-password')],
    level: 'should',
    profiles: ['auth0'],
    needs: [...variant.needs, 'signup', 'password-realm'],
    effects: [...variant.effects, 'signup', 'lockout'],
    async run(world) {
      const { email } = await world.given.user()
      const { values } = await recipes[variant.id]!.make(world)
      const password = strongPassword(world)
      await world.client.send({ method: 'POST', path: variant.path, json: { ...Object.fromEntries(values), email, password } })
      const login = await logInByRealm(world, email, password)
      expectThat(world, login.status >= 400, 'status of a login with that password', '4xx', login.status)
    },
  }]
}

/** A login by the grant that names the connection. Throws {@link Blocked} where no client has it. */
export function logInByRealm(world: World, username: string, password: string): Promise<Answer> {
  const { clients, connections } = world.personas
  const client = required([clients.confidential, clients.public].find((candidate) => candidate?.grantTypes?.includes(realmGrant)), 'a client with password-realm')
  return world.client.send({
    method: 'POST', path: '/oauth/token',
    form: {
      grant_type: realmGrant, client_id: client.clientId, ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
      username, password, realm: required(connections.database, 'connections.database'), scope: 'openid',
    },
  })
}
