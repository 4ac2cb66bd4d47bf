import type { World } from '../../../core/world.ts'
import { errorCodeOf } from '../../../specs/judgement.ts'
import type { Variant } from '../../../specs/operations.ts'
import { freshAddress, type Recipe } from '../recipes.ts'
import { withValue, type Values } from '../request.ts'
import { changedValues, sendChanged, type Situation } from '../situation.ts'

/** Whether a request of the variant names a user of the database connection, and their password. */
export function isLogin(variant: Variant): boolean {
  return ['token/password', 'token/password-realm', 'legacy/ro'].includes(variant.id)
}

/**
 * Sends a login without the right password, or not with it alone. A target that looks for the user all the same counts a failed login and may lock
 * the account in the end. It shows by an address that nobody has; only where such a request is refused for its form the main user is named.
 */
export function sendFailing(variant: Variant, recipe: Recipe, change: (values: Values, world: World) => Values): Situation['provoke'] {
  return async (world) => {
    const sendFor = (login: (values: Values) => Values) => sendChanged(variant, recipe, changedValues((values) => change(login(values), world)))(world)
    const { answer } = await sendFor((values) => withValue(values, 'username', freshAddress(world)))
    if (errorCodeOf(answer) === 'invalid_request') return sendFor((values) => values)
    const { email, password } = await world.given.expendableUser()
    return sendFor((values) => withValue(withValue(values, 'username', email), 'password', password))
  }
}
