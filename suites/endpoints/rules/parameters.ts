import type { World } from '../../../core/world.ts'
import type { Parameter, Variant } from '../../../specs/operations.ts'
import { valueOf, without, withValue, type Values } from '../request.ts'
import { changedValues, recipeOf, sendChanged, type Rule } from '../situation.ts'
import { isLogin, sendFailing } from './failing-login.ts'

/** Each required parameter missing, empty and repeated. A path without its parameter is another path. */
export const requiredParameters: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe) return []
  const faulty = { kind: 'refusal', needs: recipe.needs } as const
  const provoke = (name: string, change: (values: Values, world: World) => Values) =>
    name === 'password' && isLogin(variant) ? sendFailing(variant, recipe, change) : sendChanged(variant, recipe, changedValues(change))
  return requiredOf(variant).flatMap(({ name }) => [
    {
      ...faulty,
      name: `missing/${name}`,
      subject: `a request without ${name}`,
      provoke: provoke(name, (values) => without(values, name)),
    },
    {
      ...faulty,
      name: `empty/${name}`,
      subject: `a request with an empty ${name}`,
      provoke: provoke(name, (values) => withValue(values, name, '')),
    },
    {
      ...faulty,
      name: `repeated/${name}`,
      subject: `a request with two different ${name}`,
      // The second value is a wrong one: whichever a server takes, it must not act on the pair.
      provoke: provoke(name, (values, world) => [...values, [name, otherValue(valueOf(values, name), world.unique())]]),
    },
  ])
}

/** Values that an enumeration does not have, and connections, realms and audiences that nobody set up. */
export const enumerations: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe) return []
  return variant.parameters
    .filter((parameter) => parameter.in !== 'path' && (parameter.values !== undefined || named.has(parameter.name)))
    .map(({ name }) => ({
      kind: 'refusal' as const,
      needs: recipe.needs,
      name: `unknown-value/${name}`,
      subject: `a request with an unknown ${name}`,
      provoke: sendChanged(variant, recipe, changedValues((values, world) => withValue(values, name, `unknown-${world.unique()}`))),
    }))
}

/** Parameters whose values are names that a tenant gives. */
const named = new Set(['connection', 'realm', 'send'])

function requiredOf(variant: Variant): Parameter[] {
  return variant.parameters.filter((parameter) => parameter.required && parameter.in !== 'path')
}

function otherValue(value: string | undefined, unique: string): string {
  return `${value ?? ''}-${unique}`
}
