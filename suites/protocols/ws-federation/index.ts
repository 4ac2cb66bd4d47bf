import type { Check } from '../../../core/check.ts'
import { metadata } from './metadata.ts'
import { schema } from './schema.ts'
import { signInChecks } from './sign-in.ts'
import { signOut } from './sign-out.ts'

/** WS-Federation: what a relying party demands of the security token service. */
export const wsFederationChecks: readonly Check[] = [...metadata, ...signInChecks, ...signOut, ...schema]
