import type { Check } from '../../../core/check.ts'
import { cors } from './cors.ts'
import { discovery } from './discovery.ts'
import { expiredToken } from './expired-token.ts'
import { hintOfAnotherUser } from './hint-of-another-user.ts'
import { idToken } from './id-token.ts'
import { logout } from './logout.ts'
import { long } from '../../checks.ts'
import { oidcProperties } from './properties/index.ts'
import { rpLogout } from './rp-initiated-logout.ts'
import { userinfo } from './userinfo.ts'
import { userinfoForm } from './userinfo-form.ts'

/** OpenID Connect beyond the authorization endpoint: what ID tokens, userinfo and logout have to do with a login, and what holds for every input. */
export const oidcChecks: readonly Check[] = [...discovery, ...cors, ...idToken, ...userinfo, ...userinfoForm, ...expiredToken, ...logout, ...rpLogout, ...hintOfAnotherUser, ...long(oidcProperties)]
