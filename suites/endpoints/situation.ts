import type { Capability } from '../../core/capability.ts'
import type { Answer } from '../../core/client.ts'
import type { Effect } from '../../core/effect.ts'
import type { World } from '../../core/world.ts'
import type { Variant } from '../../specs/operations.ts'
import { recipes, type Recipe } from './recipes.ts'
import { requestOf, secretsIn, type Ingredients, type Values } from './request.ts'

/** An answer, and the secrets that were in the request it answers. */
export interface Provoked {
  readonly answer: Answer
  readonly secrets: readonly string[]
  /** Those among them that the sender proved itself with, and that a success does not give back either. */
  readonly credentials: readonly string[]
}

/**
 * Something that a client does to a variant, and that the document has demands for.
 * `success`: the request is right. `refusal`: it is wrong, and the answer keeps the variant's error contract.
 * `framing`: it is no request of this API at all, so that the answer may come from another layer of the server.
 */
export interface Situation {
  /** Key of the contract's answers: `missing/code`. Falls back to the part before the slash. */
  readonly name: string
  readonly kind: 'success' | 'refusal' | 'framing'
  /** Begins the title of its checks: `a request without code`. */
  readonly subject: string
  readonly needs?: readonly Capability[]
  readonly effects?: readonly Effect[]
  /** As in a check. */
  readonly endsGrants?: boolean
  readonly provoke: (world: World) => Promise<Provoked>
}

/** Makes situations of one kind for a variant: a pure function of the variant. */
export type Rule = (variant: Variant) => Situation[]

/** The recipe of a variant, where it can be asked for live. */
export function recipeOf(variant: Variant): Recipe | undefined {
  return recipes[variant.id]
}

/** Makes a right request, changes it, sends it. */
export function sendChanged(
  variant: Variant,
  recipe: Recipe,
  change: (ingredients: Ingredients, world: World) => Ingredients | Promise<Ingredients>,
  mediaType?: string,
): Situation['provoke'] {
  return async (world) => {
    const ingredients = await change(await recipe.make(world), world)
    const answer = await world.client.send(requestOf(variant, ingredients, mediaType))
    return { answer, ...secretsIn(ingredients.values) }
  }
}

/** A change of the values alone. */
export function changedValues(change: (values: Values, world: World) => Values | Promise<Values>): (ingredients: Ingredients, world: World) => Promise<Ingredients> {
  return async (ingredients, world) => ({ ...ingredients, values: await change(ingredients.values, world) })
}
