import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { repeatedNames } from '../../../core/json.ts'
import type { World } from '../../../core/world.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { operationOf, type Variant } from '../../../specs/operations.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { grantedFindings } from '../../grants/token-requests.ts'
import { perProfile } from '../../protocols/oidc/authorization/authorizing.ts'
import { auth0Docs, oidcCore, recorded2021, rfc } from '../../sources.ts'
import { required, freshAddress } from '../recipes.ts'
import { requestOf, valueOf, withValue, type Values } from '../request.ts'
import { recipeOf } from '../situation.ts'
import { accessTokenOf, bodyOf, decoded, idTokenOf } from './reading-tokens.ts'
import { accessTokenChecks, apiTokenChecks, idTokenChecks, type Send } from './token-contents.ts'

/** Grants that give an ID token for the scope `openid`. */
const withUser = new Set(['token/authorization-code', 'token/authorization-code-pkce', 'token/password', 'token/password-realm', 'token/refresh-token', 'token/passwordless-otp'])

/** What the tokens of a variant of `POST /oauth/token` say, beyond their form. */
export function tokenSemantics(variant: Variant): Check[] {
  const recipe = recipeOf(variant)
  if (!recipe || !variant.id.startsWith('token/')) return []
  const needs = [...variant.needs, ...recipe.needs]
  const shared = { operations: [operationOf(variant)], collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem] }
  const send = async (world: World, change: (values: Values) => Values = (values) => values): Promise<{ answer: Answer; values: Values }> => {
    const ingredients = await recipe.make(world)
    const values = change(ingredients.values)
    return { answer: await world.client.send(requestOf(variant, { ...ingredients, values })), values }
  }
  return toChecks(shared, [
    ...(withUser.has(variant.id) ? [...idTokenChecks(variant, needs, send), ...accessTokenChecks(variant, needs, send)] : []),
    ...(variant.id === 'token/client-credentials' || variant.id === 'token/password' || variant.id === 'token/password-realm' ? apiTokenChecks(variant, needs, send) : []),
    ...(variant.id === 'token/client-credentials' ? machineChecks(needs, send) : []),
    ...(variant.id === 'token/refresh-token' ? refreshChecks(needs, send) : []),
    ...(variant.id === 'token/password' || variant.id === 'token/password-realm' ? [...enumerationChecks(variant, needs, send), ...widenedChecks(variant, needs, send)] : []),
    ...(variant.id === 'token/password-realm' ? otherAddressChecks(needs, send) : []),
  ])
}

function machineChecks(needs: Check['needs'], send: Send): StatedCheck[] {
  const written = (world: World): Promise<string> => world.once('endpoints/token/client-credentials text', async () => {
    const { answer } = await send(world)
    if (answer.status !== 200) throw new Blocked(`tokens could not be had: the answer is ${answer.status}`)
    return answer.body
  })
  return [
    {
      id: 'endpoints/token/client-credentials/subject',
      title: 'Client credentials grant: the subject of the access token is the client itself',
      sources: [auth0Docs('secure/tokens/access-tokens/access-token-profiles')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { answer, values } = await send(world)
        const { claims } = decoded(world, accessTokenOf(answer), 'access_token')
        const clientId = valueOf(values, 'client_id')
        expectOneOf(world, 'access_token claims /sub', claims.sub, [`${clientId}@clients`, clientId])
      },
    },
    {
      id: 'endpoints/token/client-credentials/byte-order-mark',
      title: 'Client credentials grant: the answer has no byte order mark before its JSON',
      sources: [rfc(8259, '8.1'), recorded2021],
      level: 'must',
      needs,
      async run(world) {
        expectThat(world, !(await written(world)).startsWith('\uFEFF'), 'first character of the body', '{', 'U+FEFF')
      },
    },
    ...perProfile({ auth0: 'should', standard: 'must' }, {
      id: 'endpoints/token/client-credentials/repeated-members',
      title: 'Client credentials grant: no member of the answer stands in it twice',
      sources: [rfc(6749, '3.2'), rfc(8259, '4')],
      level: 'must',
      needs,
      async run(world) {
        const repeated = repeatedNames(await written(world))
        expectThat(world, repeated.length === 0, 'body', 'each member once', `${repeated.join(', ')} more than once`)
      },
    }),
    {
      id: 'endpoints/token/client-credentials/no-user-tokens',
      title: 'Client credentials grant: there is neither an ID token nor a refresh token',
      sources: [rfc(6749, '4.4.3'), auth0Docs('api/authentication/client-credential-flow/get-token')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { answer } = await send(world)
        const body = bodyOf(answer)
        expectThat(world, answer.status === 200, 'status', '200', answer.status)
        expectThat(world, body.id_token === undefined, 'body /id_token', '(absent)', '(present)')
        expectThat(world, body.refresh_token === undefined, 'body /refresh_token', '(absent)', '(present)')
      },
    },
  ]
}

function refreshChecks(needs: Check['needs'], send: Send): StatedCheck[] {
  return [
    {
      id: 'endpoints/token/refresh-token/same-subject',
      title: 'Refresh token grant: the new ID token is about the same user and issuer',
      sources: [oidcCore('12.2', 'RefreshTokenResponse')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const first = await world.given.tokens({ client: 'confidential', scope: 'openid profile email offline_access', fresh: true })
        const { answer } = await send(world, (values) => withValue(values, 'refresh_token', required(first.refreshToken, 'a refresh token')))
        // OpenID Connect lets a server leave the ID token out here; Auth0 gives one for `openid`.
        const before = decoded(world, required(first.idToken, 'an ID token'), 'id_token').claims
        const after = decoded(world, idTokenOf(world, answer), 'id_token').claims
        expectOneOf(world, 'id_token claims /sub', after.sub, [before.sub])
        expectOneOf(world, 'id_token claims /iss', after.iss, [before.iss])
      },
    },
    {
      id: 'endpoints/token/refresh-token/scope-not-wider',
      title: 'Refresh token grant: a scope that was not granted is not added',
      sources: [rfc(6749, '6'), auth0Docs('api/authentication/refresh-token/refresh-token')],
      level: 'must',
      needs: [...needs, 'authorization-code', 'login'],
      async run(world) {
        // A password grant for openid implies every scope of OpenID Connect; a code is for what was asked.
        const { code, redirectUri, codeVerifier } = await world.given.authorizationCode({ client: 'confidential', scope: 'openid offline_access' })
        const { clientId, clientSecret = '' } = required(world.personas.clients.confidential, 'clients.confidential')
        const credentials = { client_id: clientId, client_secret: clientSecret }
        const first = await world.client.send({
          method: 'POST', path: '/oauth/token',
          form: { grant_type: 'authorization_code', ...credentials, code, redirect_uri: redirectUri, ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }) },
        })
        const { refresh_token: refreshToken, scope = 'openid offline_access' } = bodyOf(first)
        if (typeof refreshToken !== 'string') throw new Blocked(`the answer (${first.status}) has no refresh token`)
        const answer = await world.client.send({
          method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token', ...credentials, refresh_token: refreshToken, scope: 'openid offline_access phone' },
        })
        const before = String(scope).split(' ')
        const added = String(bodyOf(answer).scope ?? '').split(' ').filter((name) => name !== '' && !before.includes(name))
        expectThat(world, answer.status >= 400 || added.length === 0, 'body /scope', `nothing beyond ${before.join(' ')}`, bodyOf(answer).scope)
      },
    },
  ]
}

function enumerationChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
  return [{
    id: `endpoints/${variant.id}/no-user-enumeration`,
    title: `${variant.title}: an unknown user and a wrong password get the same answer`,
    sources: [recorded2021],
    level: 'must',
    profiles: ['auth0'],
    needs,
    async run(world) {
      const user = await world.given.expendableUser()
      const wrong = `wrong-${world.unique()}`
      const known = await send(world, (values) => withValue(withValue(values, 'username', user.email), 'password', wrong))
      const unknown = await send(world, (values) => withValue(withValue(values, 'username', freshAddress(world)), 'password', wrong))
      expectOneOf(world, 'status', unknown.answer.status, [known.answer.status])
      for (const member of ['error', 'error_description']) expectOneOf(world, `body /${member}`, bodyOf(unknown.answer)[member], [bodyOf(known.answer)[member]])
    },
  }]
}

/** Auth0 gives every standard scope to whom tells it a password for `openid`. */
function widenedChecks(variant: Variant, needs: Check['needs'], send: Send): StatedCheck[] {
  return [{
    id: `endpoints/${variant.id}/scope/told`,
    title: `${variant.title}: where more is granted than openid, the answer says so`,
    sources: [rfc(6749, '5.1'), recorded2021],
    level: 'must',
    profiles: ['auth0'],
    needs,
    async run(world) {
      const { answer } = await send(world)
      if (decodeJwt(bodyOf(answer).id_token)?.claims.email === undefined) throw new Blocked('the ID token has nothing that openid alone does not give')
      const { scope } = bodyOf(answer)
      expectThat(world, typeof scope === 'string' && scope.split(' ').includes('email'), 'body /scope', 'email among others, which the ID token has', scope)
    },
  }]
}

function otherAddressChecks(needs: Check['needs'], send: Send): StatedCheck[] {
  return [{
    id: 'endpoints/token/password-realm/unknown-user/same-name',
    title: 'Password grant with realm: nobody logs in by the password of a user whose address begins in the same way',
    sources: [rfc(6749, '4.3.2'), recorded2021],
    level: 'must',
    needs,
    async run(world) {
      const { email } = required(world.personas.users.main, 'users.main')
      const { answer } = await send(world, (values) => withValue(values, 'username', `${email.split('@')[0]}@${world.unique()}.example.com`))
      expectNone(world, grantedFindings(answer, 'POST /oauth/token'))
    },
  }]
}
