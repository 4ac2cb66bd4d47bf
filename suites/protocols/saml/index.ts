import type { Check } from '../../../core/check.ts'
import { attributes } from './attributes.ts'
import { logout } from './logout.ts'
import { metadata } from './metadata.ts'
import { response } from './response.ts'
import { settings } from './settings.ts'
import { signOnRequest } from './sign-on-request.ts'
import { signature } from './signature.ts'
import { signedRequests } from './signed-requests.ts'

/** SAML 2.0: what a strict service provider demands of its identity provider. */
export const samlChecks: readonly Check[] = [...metadata, ...signOnRequest, ...response, ...attributes, ...signature, ...settings, ...signedRequests, ...logout]
