import { invented, withValue } from '../request.ts'
import { changedValues, recipeOf, sendChanged, type Rule } from '../situation.ts'

/** Parameters that carry the token which a deprecated endpoint takes. */
const tokenParameters: Readonly<Record<string, string>> = {
  'legacy/access-token': 'access_token',
  'legacy/tokeninfo': 'id_token',
  'legacy/delegation-id-token': 'id_token',
  'legacy/delegation-refresh-token': 'refresh_token',
  'legacy/unlink': 'access_token',
}

/** Tokens that were never issued, and endpoints that are switched off. */
export const deprecated: Rule = (variant) => {
  const recipe = recipeOf(variant)
  if (!recipe || !variant.id.startsWith('legacy/')) return []
  const token = tokenParameters[variant.id]
  return [
    {
      kind: 'refusal',
      needs: recipe.needs,
      name: 'refused',
      subject: 'a valid request',
      provoke: sendChanged(variant, recipe, (ingredients) => ingredients),
    },
    ...(token === undefined ? [] : [{
      kind: 'refusal' as const,
      needs: recipe.needs,
      name: 'wrong-token',
      subject: `a value of ${token} that was never issued`,
      provoke: sendChanged(variant, recipe, changedValues((values, world) => withValue(values, token, `${invented}${world.unique()}`))),
    }]),
  ]
}
