import type { GivenCode, World } from '../../../core/world.ts'
import type { Attempt } from '../../property.ts'
import type { Asking } from '../../protocols/oidc/properties/asking.ts'

/** Clients that users log in to. */
export type LoginRole = 'confidential' | 'public'

/** A code that the target gave, and what must become of it. */
export interface CodeState {
  /** `code 2`. */
  readonly name: string
  readonly role: LoginRole
  readonly given: GivenCode
  readonly nonce: string
  /** What was asked for. */
  readonly scopes: readonly string[]
  /** `doubtful` after a refusal: a server may end a code at the first attempt that fails. */
  status: 'fresh' | 'doubtful' | 'used'
  login?: LoginState
}

/** What one code led to: the tokens of a login, and those that followed them. */
export interface LoginState {
  /** `login 2`, from code 2. */
  readonly name: string
  readonly role: LoginRole
  /** What was granted: no refresh may give more. */
  readonly scopes: readonly string[]
  /** `doubtful` where servers may differ: whether its tokens still work is not judged. */
  status: 'live' | 'doubtful' | 'ended'
  /** Oldest first; the last is the current one. */
  readonly refreshTokens: string[]
  readonly accessTokens: string[]
}

/** What must be true of a target by now, as far as it is certain. */
export interface Model {
  readonly codes: CodeState[]
  readonly logins: LoginState[]
  /** The user that all logins are of; the first ID token tells. */
  subject?: string
}

/** What a move is made with. */
export interface Game {
  readonly world: World
  readonly ask: Asking
  readonly model: Model
  readonly attempt: Attempt
}

/** One of some things by a number of any size; `undefined` where there are none. */
export function picked<T>(things: readonly T[], pick: number): T | undefined {
  return things[pick % things.length]
}
