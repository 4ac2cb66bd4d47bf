import { requestOf, secretsIn, usualMediaType, withValue } from '../request.ts'
import { changedValues, recipeOf, sendChanged, type Rule } from '../situation.ts'

/** A right request succeeds, in each documented media type, whatever unknown parameters it carries. */
export const success: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe || recipe.successNeeds === 'never') return []
  const acts = { kind: 'success', needs: [...recipe.needs, ...(recipe.successNeeds ?? [])], effects: variant.effects, endsGrants: variant.id === 'revoke' } as const
  const usual = usualMediaType(variant)
  const others = variant.mediaTypes.filter((type) => type !== usual && names[type] !== undefined)
  return [
    { ...acts, name: 'success', subject: 'a valid request', provoke: sendChanged(variant, recipe, (ingredients) => ingredients) },
    {
      ...acts,
      name: 'unknown-parameter',
      subject: 'a valid request with an unknown parameter',
      provoke: sendChanged(variant, recipe, changedValues((values, world) => withValue(values, 'conformance_extra', world.unique()))),
    },
    ...others.map((type) => ({
      ...acts,
      name: `${names[type]}-encoding`,
      subject: `a valid request as ${type}`,
      provoke: sendChanged(variant, recipe, (ingredients) => ingredients, type),
    })),
  ]
}

const names: Readonly<Record<string, string>> = { 'application/json': 'json', 'application/x-www-form-urlencoded': 'form' }

/** What is no request of the variant: a broken body, a body of another kind, a method that it does not have. */
export const framing: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe) return []
  const outside = { kind: 'framing', needs: recipe.needs } as const
  const hasBody = variant.mediaTypes.length > 0
  return [
    ...(variant.mediaTypes.includes('application/json') ? [{
      ...outside,
      name: 'malformed-json',
      subject: 'a body that is not JSON though it says so',
      provoke: sendBody('application/json', (body) => body.slice(0, -1)),
    }] : []),
    ...(hasBody ? [{
      ...outside,
      name: 'wrong-media-type',
      subject: 'a body of type text/plain',
      provoke: sendBody('text/plain', (body) => body),
    }, {
      ...outside,
      name: 'wrong-method',
      subject: 'the same request by GET',
      provoke: async (world: Parameters<typeof recipe.make>[0]) => {
        const { values } = await recipe.make(world)
        return { answer: await world.client.send({ method: 'GET', path: variant.path, query: values }), ...secretsIn(values) }
      },
    }] : [{
      ...outside,
      name: 'wrong-method',
      subject: 'the same request by PUT',
      provoke: async (world: Parameters<typeof recipe.make>[0]) => {
        const ingredients = await recipe.make(world)
        return { answer: await world.client.send({ ...requestOf(variant, ingredients), method: 'PUT' }), ...secretsIn(ingredients.values) }
      },
    }]),
  ]

  function sendBody(type: string, change: (body: string) => string) {
    return async (world: Parameters<NonNullable<typeof recipe>['make']>[0]) => {
      const { values } = await recipe!.make(world)
      const body = change(JSON.stringify(Object.fromEntries(values)))
      const { path, method } = requestOf(variant, { values })
      return { answer: await world.client.send({ method, path, body, headers: { 'content-type': type } }), ...secretsIn(values) }
    }
  }
}
