import type { Check } from '../../../../core/check.ts'
import { errors } from './errors.ts'
import { issuer } from './issuer.ts'
import { loginPage } from './login-page.ts'
import { maxAge } from './max-age.ts'
import { nonce } from './nonce.ts'
import { parameters } from './parameters.ts'
import { pkce } from './pkce.ts'
import { prompt } from './prompt.ts'
import { redirectUri } from './redirect-uri.ts'
import { requestObject } from './request-object.ts'
import { responseMode } from './response-mode.ts'
import { responseType } from './response-type.ts'
import { state } from './state.ts'

/** What is demanded of the authorization endpoint, beyond the form of its answers. */
export const authorizationChecks: readonly Check[] = [
  ...state, ...nonce, ...responseType, ...responseMode, ...pkce, ...redirectUri, ...prompt, ...maxAge, ...parameters, ...requestObject, ...errors, ...issuer, ...loginPage,
]
