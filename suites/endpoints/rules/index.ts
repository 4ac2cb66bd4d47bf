import { clientCredentials, audiences, grants, grantTypes, userCredentials } from './credentials.ts'
import { deprecated } from './legacy.ts'
import { enumerations, requiredParameters } from './parameters.ts'
import { bearerTokens, redirections, signups } from './resources.ts'
import { framing, success } from './success.ts'
import type { Rule } from '../situation.ts'

/** Every rule by its name. */
export const rules: Readonly<Record<string, Rule>> = {
  success,
  requiredParameters,
  enumerations,
  clientCredentials,
  grantTypes,
  userCredentials,
  grants,
  audiences,
  signups,
  bearerTokens,
  redirections,
  deprecated,
  framing,
}
