import type { Check, Source } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { isObject } from '../../../core/json.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { operationOf, type Variant } from '../../../specs/operations.ts'
import { auth0Docs, oidcCore, recorded2021, rfc } from '../../sources.ts'
import { recipes, required } from '../recipes.ts'
import { requestOf, valueOf } from '../request.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { logInByRealm, passwordClaims, signupClaims } from './account-claims.ts'

const signupPage = auth0Docs('api/authentication/signup/create-a-new-user')
const startPage = auth0Docs('api/authentication/passwordless/get-code-or-link')

/** The answer repeats what it is about. */
function echoCheck(variant: Variant, member: string, title: string, source: Source): StatedCheck {
  return {
    id: `endpoints/${variant.id}/echo`,
    title,
    sources: [source],
    level: 'must',
    profiles: ['auth0'],
    needs: variant.needs,
    effects: variant.effects,
    async run(world) {
      const ingredients = await recipes[variant.id]!.make(world)
      const answer = await world.client.send(requestOf(variant, ingredients))
      if (answer.status !== 200) throw new Blocked(`the request was answered with ${answer.status}`)
      expectOneOf(world, `body /${member}`, isObject(answer.json) ? answer.json[member] : undefined, [valueOf(ingredients.values, member)])
    },
  }
}

/** A message with a code is sent to where the request said. */
function arrivalCheck(variant: Variant, slug: string, member: string, title: string, source: Source): StatedCheck {
  return {
    id: `endpoints/${variant.id}/${slug}`,
    title,
    sources: [source],
    level: 'must',
    profiles: ['auth0'],
    needs: [...variant.needs, 'inbox'],
    effects: variant.effects,
    async run(world) {
      const ingredients = await recipes[variant.id]!.make(world)
      await world.client.send(requestOf(variant, ingredients))
      const message = await world.given.message(valueOf(ingredients.values, member)!)
      expectThat(world, /^\d{4,8}$/.test(message?.code ?? ''), 'message', 'one with a code of digits', message ? '(a message without one)' : '(none)')
    },
  }
}

/** Who asks for a code is not told it: else anybody could log in with any address. */
function secrecyCheck(variant: Variant, member: string, title: string, source: Source): StatedCheck {
  return {
    id: `endpoints/${variant.id}/code-untold`,
    title,
    sources: [source],
    level: 'must',
    profiles: ['auth0'],
    needs: [...variant.needs, 'inbox'],
    effects: variant.effects,
    async run(world) {
      const ingredients = await recipes[variant.id]!.make(world)
      const answer = await world.client.send(requestOf(variant, ingredients))
      const code = (await world.given.message(valueOf(ingredients.values, member)!))?.code
      if (code === undefined) throw new Blocked('no message with a code arrived, which another check judges')
      const told = [answer.body, ...answer.headers.map(([, value]) => value)].some((text) => new RegExp(`(?<![\\da-z])${code}(?![\\da-z])`, 'i').test(text))
      expectThat(world, !told, 'answer', 'nothing of the code that was sent', '(the code)')
    },
  }
}

/** Something that is no address is refused before anything is sent to it. */
function malformedCheck(variant: Variant, member: string, value: string, title: string, source: Source): StatedCheck {
  return {
    id: `endpoints/${variant.id}/malformed-${member.replace('_', '-')}`,
    title,
    sources: [source],
    level: 'should',
    profiles: ['auth0'],
    needs: variant.needs,
    effects: variant.effects,
    async run(world) {
      const { values } = await recipes[variant.id]!.make(world)
      const answer = await world.client.send(requestOf(variant, { values: values.map(([name, given]) => [name, name === member ? value : given] as const) }))
      expectThat(world, answer.status >= 400 && answer.status < 500, 'status', '4xx', answer.status)
    },
  }
}

/** What sign-up, password change, passwordless start and userinfo do, beyond the form of their answers. */
export function accountSemantics(variant: Variant): Check[] {
  const shared = { operations: [operationOf(variant)], collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem] }
  switch (variant.id) {
    case 'database/signup': return toChecks(shared, [echoCheck(variant, 'email', 'Sign-up: the answer names the address that signed up', recorded2021),
      malformedCheck(variant, 'email', 'no-address', 'Sign-up: what is no address is refused', signupPage), {
      id: 'endpoints/database/signup/no-identifier',
      title: 'Sign-up: without an address, a name or a number there is nobody to sign up',
      sources: [signupPage],
      level: 'should',
      profiles: ['auth0'],
      needs: variant.needs,
      effects: variant.effects,
      async run(world) {
        const { values } = await recipes['database/signup']!.make(world)
        const answer = await world.client.send(requestOf(variant, { values: values.filter(([name]) => !['email', 'username', 'phone_number'].includes(name)) }))
        expectThat(world, answer.status >= 400 && answer.status < 500, 'status', '4xx', answer.status)
      },
    }, {
      id: 'endpoints/database/signup/profile',
      title: 'Sign-up: the answer tells the name and the address that were given, to the letter',
      sources: [signupPage],
      level: 'should',
      profiles: ['auth0'],
      needs: variant.needs,
      effects: variant.effects,
      async run(world) {
        const { values } = await recipes['database/signup']!.make(world)
        // What is written otherwise in Latin-1, in markup and where three bytes are all that a character may have.
        const given = { given_name: 'Zoë', family_name: "O'Neill & 山田", name: "Zoë O'Neill & 山田", nickname: 'zoë-𝒵' }
        // What stands behind a plus is part of the address, too.
        const email = valueOf(values, 'email')!.replace('@', '+conformance@')
        const answer = await world.client.send(requestOf(variant, { values: [...values.filter(([name]) => !(name in given)), ...Object.entries(given)].map(([name, value]) => [name!, name === 'email' ? email : value!] as const) }))
        if (answer.status !== 200) throw new Blocked(`the request was answered with ${answer.status}`)
        const body = isObject(answer.json) ? answer.json : {}
        expectNone(world, Object.entries({ ...given, email }).flatMap(([name, value]) => (body[name] === value ? [] : [finding(`body /${name}`, value, show(body[name]))])))
      },
    }, {
      id: 'endpoints/database/signup/user-can-log-in',
      title: 'Sign-up: the new user can log in, and the id in the answer is part of the user id',
      sources: [auth0Docs('api/authentication/signup/create-a-new-user'), recorded2021],
      level: 'must',
      profiles: ['auth0'],
      needs: [...variant.needs, 'password-realm'],
      effects: variant.effects,
      async run(world) {
        const ingredients = await recipes['database/signup']!.make(world)
        const signup = await world.client.send(requestOf(variant, ingredients))
        const login = await logInByRealm(world, valueOf(ingredients.values, 'email')!, valueOf(ingredients.values, 'password')!)
        expectThat(world, login.status === 200, 'status of the login', '200', login.status)
        const subject = isObject(login.json) ? decodeJwt(login.json.id_token)?.claims.sub : undefined
        const id = isObject(signup.json) ? (signup.json._id ?? signup.json.id ?? signup.json.user_id) : undefined
        expectThat(world, typeof id === 'string' && String(subject).endsWith(id), 'id_token claims /sub', `a user id that ends with ${show(id)}`, subject)
      },
    }, ...signupClaims(variant)])
    case 'database/change-password': return toChecks(shared, [
      {
        id: 'endpoints/database/change-password/no-user-enumeration',
        title: 'Change password: an unknown address gets the same answer as a known one',
        sources: [auth0Docs('api/authentication/change-password'), recorded2021],
        level: 'should',
        profiles: ['auth0'],
        needs: variant.needs,
        effects: variant.effects,
        async run(world) {
          const ingredients = await recipes[variant.id]!.make(world)
          const known = await world.client.send(requestOf(variant, ingredients))
          const unknown = await world.client.send(requestOf(variant, {
            values: ingredients.values.map(([name, value]) => [name, name === 'email' ? `nobody-${world.unique()}@example.com` : value] as const),
          }))
          expectOneOf(world, 'status', unknown.status, [known.status])
          expectOneOf(world, 'body', unknown.body, [known.body])
        },
      },
      {
        id: 'endpoints/database/change-password/mail',
        title: 'Change password: the user is sent a link',
        sources: [auth0Docs('api/authentication/change-password')],
        level: 'must',
        profiles: ['auth0'],
        needs: [...variant.needs, 'inbox'],
        effects: variant.effects,
        async run(world) {
          // Other checks ask for messages to the main user.
          const user = await world.given.user().catch((error: unknown) => {
            if (error instanceof Blocked) return required(world.personas.users.main, 'users.main')
            throw error
          })
          const { values } = await recipes[variant.id]!.make(world)
          // Signing up may have sent a message of its own.
          const beyond = await world.given.messageCount(user.email)
          await world.client.send(requestOf(variant, { values: values.map(([name, value]) => [name, name === 'email' ? user.email : value] as const) }))
          const message = await world.given.message(user.email, { beyond })
          expectThat(world, message?.link !== undefined, 'message', 'one with a link', message ? '(a message without one)' : '(none)')
        },
      },
      ...passwordClaims(variant),
    ])
    case 'passwordless/start-email': return toChecks(shared, [
      echoCheck(variant, 'email', 'Passwordless by e-mail: the answer names the address that the message goes to', startPage),
      secrecyCheck(variant, 'email', 'Passwordless by e-mail: the answer does not tell the code', startPage),
      malformedCheck(variant, 'email', 'no-address', 'Passwordless by e-mail: what is no address is refused', startPage),
      arrivalCheck(variant, 'mail', 'email', 'Passwordless by e-mail: a code of digits arrives', auth0Docs('authenticate/passwordless/authentication-methods/email-otp')),
    ])
    case 'passwordless/start-sms': return toChecks(shared, [
      echoCheck(variant, 'phone_number', 'Passwordless by SMS: the answer names the number that the message goes to', startPage),
      secrecyCheck(variant, 'phone_number', 'Passwordless by SMS: the answer does not tell the code', startPage),
      malformedCheck(variant, 'phone_number', 'no-number', 'Passwordless by SMS: what is no number is refused', startPage),
      arrivalCheck(variant, 'message', 'phone_number', 'Passwordless by SMS: a code of digits arrives', auth0Docs('authenticate/passwordless/authentication-methods/sms-otp')),
    ])
    case 'userinfo': return toChecks(shared, [{
      id: 'endpoints/userinfo/email',
      title: 'User profile: the scope email gives the address that the user logged in with',
      sources: [oidcCore('5.4', 'ScopeClaims'), recorded2021],
      level: 'must',
      // What is asked for by scope is voluntary in OpenID Connect.
      profiles: ['auth0'],
      needs: variant.needs,
      async run(world) {
        const { email: address } = required(world.personas.users.main, 'users.main')
        if (!address.includes('@')) throw new Blocked('users.main.email is a name and no address')
        const { accessToken } = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
        const answer = await world.client.send({ method: 'GET', path: '/userinfo', headers: { authorization: `Bearer ${accessToken}` } })
        const { email } = isObject(answer.json) ? answer.json : {}
        // Auth0 keeps addresses in lower case.
        expectOneOf(world, 'body /email', typeof email === 'string' ? email.toLowerCase() : email, [address.toLowerCase()])
      },
    }, {
      id: 'endpoints/userinfo/same-subject',
      title: 'User profile: the subject is that of the ID token',
      sources: [oidcCore('5.3.2', 'UserInfoResponse'), recorded2021],
      level: 'must',
      needs: variant.needs,
      async run(world) {
        const tokens = await world.given.tokens({ client: 'confidential', scope: 'openid profile email' })
        const answer = await world.client.send({ method: 'GET', path: '/userinfo', headers: { authorization: `Bearer ${tokens.accessToken}` } })
        const expected = decodeJwt(required(tokens.idToken, 'an ID token'))?.claims.sub
        expectOneOf(world, 'body /sub', isObject(answer.json) ? answer.json.sub : undefined, [expected])
      },
    }])
    case 'revoke': return toChecks(shared, [{
      id: 'endpoints/revoke/token-is-dead',
      title: 'Revocation: a revoked refresh token is refused',
      sources: [rfc(7009, '2.1'), auth0Docs('secure/tokens/refresh-tokens/revoke-refresh-tokens')],
      level: 'must',
      needs: [...variant.needs, 'refresh-token'],
      endsGrants: true,
      async run(world) {
        const { values } = await recipes.revoke!.make(world)
        const revocation = await world.client.send(requestOf(variant, { values }))
        if (revocation.status !== 200) throw new Blocked(`the token could not be revoked: the answer is ${revocation.status}`)
        const form = {
          grant_type: 'refresh_token', refresh_token: valueOf(values, 'token')!, client_id: valueOf(values, 'client_id')!, client_secret: valueOf(values, 'client_secret') ?? '',
        }
        // Auth0's documentation calls revocation eventually consistent.
        let answer = await world.client.send({ method: 'POST', path: '/oauth/token', form })
        for (let attempt = 0; attempt < 3 && answer.status === 200; attempt++) {
          await new Promise((resolve) => setTimeout(resolve, 500))
          answer = await world.client.send({ method: 'POST', path: '/oauth/token', form })
        }
        expectThat(world, answer.status >= 400 && answer.status < 500, 'status of the refresh', '4xx', answer.status)
      },
    }])
    default: return []
  }
}
