import type { Check } from '../../core/check.ts'
import { binding } from './authorization-code/binding.ts'
import { singleUse } from './authorization-code/single-use.ts'
import { clientAuthentication } from './client-authentication.ts'
import { clientAssertion } from './client-assertion/index.ts'
import { guessing } from './guessing.ts'
import { emailLetterCase } from './email-letter-case.ts'
import { long } from '../checks.ts'
import { machine } from './machine/index.ts'
import { passwordlessSequences } from './passwordless-otp/sequences.ts'
import { codeProperties } from './properties/codes.ts'
import { encodingProperties } from './properties/encodings.ts'
import { errorProperties } from './properties/errors.ts'
import { passwordProperties } from './properties/passwords.ts'
import { refreshTokenProperties } from './properties/refresh-tokens.ts'
import { currentTokens } from './refresh-token/current-token.ts'
import { revocation } from './refresh-token/revocation.ts'
import { rotation } from './refresh-token/rotation.ts'
import { refreshScope } from './refresh-token/scope.ts'
import { tokenConfusion } from './token-confusion.ts'
import { valueTypes } from './value-types.ts'

/** What the grants do in sequence: what a code, a token or a secret is still good for after something has happened to it. */
export const grantChecks: readonly Check[] = [
  ...clientAuthentication, ...clientAssertion, ...binding, ...singleUse, ...currentTokens, ...rotation, ...refreshScope, ...revocation, ...tokenConfusion, ...valueTypes, ...guessing, ...passwordlessSequences, ...emailLetterCase,
  ...long([...codeProperties, ...refreshTokenProperties, ...encodingProperties, ...errorProperties, ...passwordProperties, ...machine]),
]
