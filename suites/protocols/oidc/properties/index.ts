import type { Check } from '../../../../core/check.ts'
import { accessTokenProperties } from './access-tokens.ts'
import { echoProperties } from './echoes.ts'
import { requestProperties } from './requests.ts'

/** Requirements of the protocol for every input of a kind. */
export const oidcProperties: readonly Check[] = [...echoProperties, ...requestProperties, ...accessTokenProperties]
