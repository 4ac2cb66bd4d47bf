import type { Check } from '../core/check.ts'
import { loadDocument } from '../specs/document.ts'
import { endpointChecks } from './endpoints/index.ts'
import { grantChecks } from './grants/index.ts'
import { authorizationChecks } from './protocols/oidc/authorization/index.ts'
import { oidcChecks } from './protocols/oidc/index.ts'
import { samlChecks } from './protocols/saml/index.ts'
import { wsFederationChecks } from './protocols/ws-federation/index.ts'

let all: readonly Check[] | undefined

/** Every check of every suite, in a fixed order. Made once. */
export function allChecks(): readonly Check[] {
  all ??= [...endpointChecks(loadDocument()), ...grantChecks, ...authorizationChecks, ...oidcChecks, ...samlChecks, ...wsFederationChecks]
  return all
}
