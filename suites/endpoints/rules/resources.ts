import { strongPassword } from '../recipes.ts'
import { invented, secretsIn, withValue } from '../request.ts'
import { changedValues, recipeOf, sendChanged, type Rule } from '../situation.ts'

/** Sign-ups that a database connection refuses. */
export const signups: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe || variant.id !== 'database/signup') return []
  return [
    {
      kind: 'refusal',
      name: 'weak-password',
      subject: 'a password that is too weak',
      provoke: sendChanged(variant, recipe, changedValues((values) => withValue(values, 'password', 'abc'))),
    },
    {
      kind: 'refusal',
      effects: variant.effects,
      name: 'user-exists',
      subject: 'an address that has signed up before',
      provoke: sendChanged(variant, recipe, changedValues(async (values, world) =>
        withValue(withValue(values, 'email', (await world.given.user()).email), 'password', strongPassword(world)))),
    },
  ]
}

/** Bearer tokens that are none. */
export const bearerTokens: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe || !['userinfo', 'userinfo-post'].includes(variant.id)) return []
  const withAuthorization = (name: string, subject: string, authorization: ((unique: string) => string) | undefined) => ({
    kind: 'refusal' as const,
    // A token that was never issued can be sent by anybody: no client is needed for it.
    name,
    subject,
    provoke: async (world: Parameters<typeof recipe.make>[0]) => {
      const value = authorization?.(world.unique())
      const answer = await world.client.send({ method: variant.method, path: variant.path, headers: value === undefined ? {} : { authorization: value } })
      return { answer, ...secretsIn(value === undefined ? [] : [['access_token', value.split(' ')[1] ?? '']]) }
    },
  })
  return [
    withAuthorization('wrong-token', 'an access token that was never issued', (unique) => `Bearer ${invented}${unique}`),
    withAuthorization('no-token', 'a request without an access token', undefined),
    withAuthorization('malformed-token-header', 'an Authorization header without a token', () => 'Bearer'),
  ]
}

/** Addresses outside the allow list, and messages that are none: an answer must not be sent there, nor made of them. */
export const redirections: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe) return []
  const faulty = { kind: 'framing', needs: recipe.needs } as const
  const callback = callbackParameters[variant.id]
  return [
    ...(callback === undefined ? [] : [{
      ...faulty,
      name: 'callback-not-allowed',
      subject: `a ${callback} that is not registered`,
      provoke: sendChanged(variant, recipe, changedValues((values, world) => withValue(values, callback, `https://unregistered-${world.unique()}.example.com/`))),
    }]),
    ...(['saml/login', 'saml/metadata', 'wsfed/login', 'authorize'].includes(variant.id) ? [{
      ...faulty,
      name: 'unknown-client',
      subject: 'a request for an unknown client',
      provoke: sendChanged(variant, recipe, changedValues((values, world) => withValue(values, 'client_id', `unknown-${world.unique()}`))),
    }] : []),
    ...(variant.id === 'saml/login' ? [{
      ...faulty,
      name: 'malformed-message',
      subject: 'a SAMLRequest that is no message',
      provoke: sendChanged(variant, recipe, changedValues((values) => withValue(values, 'SAMLRequest', '%%%not-a-message'))),
    }] : []),
  ]
}

const callbackParameters: Readonly<Record<string, string>> = { authorize: 'redirect_uri', logout: 'returnTo', 'wsfed/login': 'wreply', 'wsfed/logout': 'wreply' }

