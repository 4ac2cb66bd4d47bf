import type { Check } from '../../../core/check.ts'
import { attributes } from './attributes.ts'
import { consumers } from './consumers.ts'
import { encryption } from './encryption.ts'
import { logout } from './logout.ts'
import { logoutFromTenant } from './logout-from-tenant.ts'
import { metadata } from './metadata.ts'
import { otherSettings } from './other-settings.ts'
import { response } from './response.ts'
import { schema } from './schema.ts'
import { settings } from './settings.ts'
import { signOnRequest } from './sign-on-request.ts'
import { signature } from './signature.ts'
import { signedRequests } from './signed-requests.ts'

/** SAML 2.0: what a strict service provider demands of its identity provider. */
export const samlChecks: readonly Check[] = [...metadata, ...signOnRequest, ...consumers, ...response, ...attributes, ...signature, ...settings, ...encryption, ...signedRequests, ...logout, ...logoutFromTenant, ...otherSettings, ...schema]
