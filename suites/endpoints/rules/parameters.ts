import type { Parameter, Variant } from '../../../specs/operations.ts'
import { valueOf, without, withValue } from '../request.ts'
import { changedValues, recipeOf, sendChanged, type Rule } from '../situation.ts'

/** Each required parameter missing, empty and repeated. A path without its parameter is another path. */
export const requiredParameters: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe) return []
  const faulty = { kind: 'refusal', needs: recipe.needs } as const
  return requiredOf(variant).flatMap(({ name }) => [
    {
      ...faulty,
      name: `missing/${name}`,
      subject: `a request without ${name}`,
      provoke: sendChanged(variant, recipe, changedValues((values) => without(values, name))),
    },
    {
      ...faulty,
      name: `empty/${name}`,
      subject: `a request with an empty ${name}`,
      provoke: sendChanged(variant, recipe, changedValues((values) => withValue(values, name, ''))),
    },
    {
      ...faulty,
      name: `repeated/${name}`,
      subject: `a request with two different ${name}`,
      // The second value is a wrong one: whichever a server takes, it must not act on the pair.
      provoke: sendChanged(variant, recipe, changedValues((values, world) => [...values, [name, otherValue(valueOf(values, name), world.unique())]])),
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
