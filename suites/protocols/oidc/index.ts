import type { Check } from '../../../core/check.ts'
import { idToken } from './id-token.ts'
import { logout } from './logout.ts'
import { userinfo } from './userinfo.ts'

/** OpenID Connect beyond the authorization endpoint: what ID tokens, userinfo and logout have to do with a login. */
export const oidcChecks: readonly Check[] = [...idToken, ...userinfo, ...logout]
