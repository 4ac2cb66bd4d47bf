import type { Check } from '../../../core/check.ts'
import { discovery } from './discovery.ts'
import { idToken } from './id-token.ts'
import { logout } from './logout.ts'
import { oidcProperties } from './properties/index.ts'
import { rpLogout } from './rp-initiated-logout.ts'
import { userinfo } from './userinfo.ts'

/** OpenID Connect beyond the authorization endpoint: what ID tokens, userinfo and logout have to do with a login, and what holds for every input. */
export const oidcChecks: readonly Check[] = [...discovery, ...idToken, ...userinfo, ...logout, ...rpLogout, ...oidcProperties]
