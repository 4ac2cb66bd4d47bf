import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { freshAddress } from '../recipes.ts'
import { invented, valueOf, without, withValue, type Values } from '../request.ts'
import { changedValues, recipeOf, sendChanged, type Rule, type Situation } from '../situation.ts'
import { isLogin } from './failing-login.ts'

const wrong = (name: string) => changedValues((values, world) => withValue(values, name, `${invented}${world.unique()}`))

/** A client that is not the one it says it is. */
export const clientCredentials: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe?.client || !variant.parameters.some(({ name }) => name === 'client_id')) return []
  const faulty = { kind: 'refusal', needs: recipe.needs } as const
  const secret = variant.parameters.find(({ name }) => name === 'client_secret')
  // A public client has no secret that could be wrong or missing.
  const confidential = (change: Parameters<typeof changedValues>[0]) => changedValues((values, world) => {
    if (valueOf(values, 'client_secret') === undefined) throw new Blocked('the client that has this grant has no secret')
    return change(values, world)
  })
  return [
    { ...faulty, name: 'unknown-client', subject: 'a request of an unknown client', provoke: sendChanged(variant, recipe, wrong('client_id')) },
    ...(secret && variant.id !== 'token/authorization-code-pkce' ? [
      {
        ...faulty,
        name: 'wrong-client-secret',
        subject: 'a request with a wrong client secret',
        provoke: sendChanged(variant, recipe, confidential((values, world) => withValue(values, 'client_secret', `${invented}${world.unique()}`))),
      },
      // Where the document requires the secret, it is one of the required parameters.
      ...(secret.required ? [] : [{
        ...faulty,
        name: 'missing/client_secret',
        subject: 'a request of a confidential client without its secret',
        provoke: sendChanged(variant, recipe, confidential((values) => without(values, 'client_secret'))),
      }]),
    ] : []),
  ]
}

/** A client that may not use the grant, though it is who it says. */
export const grantTypes: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe || !variant.path.startsWith('/oauth/token') || variant.id.startsWith('token/authorization-code')) return []
  return [{
    kind: 'refusal',
    needs: [...recipe.needs, 'restricted-client'],
    name: 'grant-not-allowed',
    subject: 'a client without this grant type',
    provoke: sendChanged(variant, recipe, changedValues((values, world) => asClient(values, world, 'restricted'))),
  }]
}

/** A user who is not the one they say they are. Failed logins are spent on a user made for it, so that nobody is locked out. */
export const userCredentials: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe || !isLogin(variant)) return []
  const faulty = { kind: 'refusal', needs: recipe.needs } as const
  return [
    {
      ...faulty,
      name: 'wrong-password',
      subject: 'a wrong password',
      provoke: sendChanged(variant, recipe, changedValues(async (values, world) =>
        withValue(withValue(values, 'username', (await world.given.expendableUser()).email), 'password', `${invented}${world.unique()}`))),
    },
    {
      ...faulty,
      name: 'unknown-user',
      subject: 'a user who does not exist',
      provoke: sendChanged(variant, recipe, changedValues((values, world) => withValue(values, 'username', freshAddress(world)))),
    },
  ]
}

/** Codes, verifiers, refresh tokens and one-time codes that are not worth anything, or not to this client. */
export const grants: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe) return []
  const { make } = recipe
  const faulty = { kind: 'refusal', needs: recipe.needs } as const
  const situation = (name: string, subject: string, provoke: Situation['provoke'], needs: Situation['needs'] = []): Situation =>
    ({ ...faulty, name, subject, provoke, needs: [...recipe.needs, ...needs] })
  /** Sends a right request and then the same once more. */
  const twice: Situation['provoke'] = async (world) => {
    const ingredients = await make(world)
    const send = sendChanged(variant, { ...recipe, make: async () => ingredients }, (unchanged) => unchanged)
    await send(world)
    return send(world)
  }
  switch (variant.id) {
    case 'token/authorization-code':
      return [
        situation('wrong-code', 'a code that was never issued', sendChanged(variant, recipe, wrong('code'))),
        { ...situation('used-code', 'a code that was used before', twice), endsGrants: true },
        situation('wrong-redirect-uri', 'a redirect_uri other than the one the code was asked for with', sendChanged(variant, recipe, changedValues((values) =>
          withValue(values, 'redirect_uri', `${valueOf(values, 'redirect_uri')}/other`)))),
        situation('other-clients-code', 'a code of another client', sendChanged(variant, recipe, changedValues((values, world) => asClient(values, world, 'other'))), ['other-client']),
      ]
    case 'token/authorization-code-pkce':
      return [
        situation('wrong-code', 'a code that was never issued', sendChanged(variant, recipe, wrong('code'))),
        { ...situation('used-code', 'a code that was used before', twice), endsGrants: true },
        situation('wrong-verifier', 'a code verifier other than the challenge was made from', sendChanged(variant, recipe, changedValues((values, world) =>
          withValue(values, 'code_verifier', `${world.unique()}-`.padEnd(43, 'x'))))),
        ...(variant.parameters.some(({ name, required }) => name === 'code_verifier' && required) ? [] : [
          situation('missing/code_verifier', 'a code that was asked for with a challenge, without a verifier,', sendChanged(variant, recipe, changedValues((values) =>
            without(values, 'code_verifier')))),
        ]),
      ]
    case 'token/refresh-token':
      return [
        situation('wrong-refresh-token', 'a refresh token that was never issued', sendChanged(variant, recipe, wrong('refresh_token'))),
        situation('other-clients-refresh-token', 'a refresh token of another client', sendChanged(variant, recipe, changedValues((values, world) =>
          asClient(values, world, 'other'))), ['other-client']),
      ]
    case 'token/passwordless-otp':
      return [
        situation('wrong-code', 'a wrong one-time code', sendChanged(variant, recipe, changedValues((values) => withValue(values, 'otp', otherCode(valueOf(values, 'otp')))))),
        situation('used-code', 'a one-time code that was used before', twice),
      ]
    case 'legacy/ro-sms':
      return [
        situation('wrong-code', 'a wrong one-time code', sendChanged(variant, recipe, changedValues((values) => withValue(values, 'password', otherCode(valueOf(values, 'password')))))),
      ]
    default:
      return []
  }
}

/** APIs that do not exist, or that the client has no grant for. */
export const audiences: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe || !['token/client-credentials', 'token/password', 'token/password-realm'].includes(variant.id)) return []
  const faulty = { kind: 'refusal', needs: recipe.needs } as const
  return [
    {
      ...faulty,
      name: 'unknown-audience',
      subject: 'an audience that is no API',
      // For a client of its own, one that begins like an API that there is.
      provoke: sendChanged(variant, recipe, changedValues((values, world) => {
        const known = variant.id === 'token/client-credentials' ? world.personas.api?.audience : undefined
        return withValue(values, 'audience', known === undefined ? `https://unknown-${world.unique()}.example.com/` : `${known}unknown-${world.unique()}`)
      })),
    },
    ...(variant.id === 'token/client-credentials' ? [{
      kind: 'refusal' as const,
      needs: [...recipe.needs, 'ungranted-api' as const],
      name: 'ungranted-audience',
      subject: 'an API that the client has no grant for',
      provoke: sendChanged(variant, recipe, changedValues((values, world) => withValue(values, 'audience', world.personas.api?.ungrantedAudience ?? ''))),
    }] : []),
  ]
}

function asClient(values: Values, world: World, role: 'other' | 'restricted'): Values {
  const client = world.personas.clients[role]
  if (!client) return values
  return withValue(withValue(values, 'client_id', client.clientId), 'client_secret', client.clientSecret ?? '')
}

/** A code of the same length and alphabet that is another one. */
function otherCode(code = '000000'): string {
  return code.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
}

