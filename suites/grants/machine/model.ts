import type { GivenCode, GivenUser, World } from '../../../core/world.ts'
import type { Attempt } from '../../property.ts'

/** Clients that users log in to. */
export type LoginRole = 'confidential' | 'public' | 'other'

/** Somebody who logs in, and what is known of them by now. */
export interface UserState {
  /** `the main user`. */
  readonly name: string
  readonly credentials: Pick<GivenUser, 'email' | 'password'>
  /** Made for this check: its logins may fail. */
  readonly isExpendable: boolean
  /** `sub` by client, since it may be another for each (OpenID Connect Core 8.1); the first ID token tells. */
  readonly subjects: Map<LoginRole, string>
  /** The password was accepted by the token endpoint before, and nothing suspicious happened since. */
  isAccepted?: boolean
}

/** A browser in which a user logged in. */
export interface BrowserState {
  /** `browser 2`. */
  readonly name: string
  readonly user: UserState
  /** Other checks use its session too: nobody logs out there. */
  readonly isShared: boolean
  cookies: string
  /** `doubtful` after a logout of the same user elsewhere: a server may end all sessions. */
  status: 'open' | 'doubtful' | 'out'
}

/** A code that the target gave, and what must become of it. */
export interface CodeState {
  /** `code 2`. */
  readonly name: string
  readonly role: LoginRole
  readonly user: UserState
  readonly given: GivenCode
  readonly nonce: string
  /** What was asked for. */
  readonly scopes: readonly string[]
  /** `doubtful` after a refusal: a server may end a code at the first attempt that fails. */
  status: 'fresh' | 'doubtful' | 'used'
  login?: LoginState
}

/** What one code or password led to: the tokens of a login, and those that followed them. */
export interface LoginState {
  /** `login 2`, from code 2. */
  readonly name: string
  readonly role: LoginRole
  readonly user: UserState
  /** What may have been granted: no refresh may give more. */
  readonly scopes: readonly string[]
  /** What certainly was; `undefined` where the answer did not tell. */
  readonly granted: readonly string[] | undefined
  /** `doubtful` where servers may differ: whether its tokens still work is not judged. */
  status: 'live' | 'doubtful' | 'ended'
  /** It was refreshed for less: by RFC 6749 6 the next refresh gives all again, what Auth0 does is not known. */
  isNarrowed?: boolean
  /** Its user logged out since: access tokens may have ended with the session. */
  isLoggedOut?: boolean
  /** Oldest first; the last is the current one. */
  readonly refreshTokens: string[]
  readonly accessTokens: string[]
}

/** What must be true of a target by now, as far as it is certain. */
export interface Model {
  /** Whoever logs in; the main user first. */
  readonly users: readonly UserState[]
  readonly browsers: BrowserState[]
  readonly codes: CodeState[]
  readonly logins: LoginState[]
  /** Access tokens that an application got for itself. */
  readonly applicationTokens: string[]
}

/** What a move is made with. */
export interface Game {
  readonly world: World
  readonly model: Model
  readonly attempt: Attempt
  /** Whether what a logout need not end has to go on. */
  readonly isSpared: boolean
  /** Whether verifiers count for clients with a secret, too. */
  readonly isBound: boolean
  /** Whether a refresh for less must take nothing from the next one. */
  readonly isWholeAgain: boolean
}

/** Does nothing and returns `false` where the model has nothing that it could be done with. `pick` chooses among what there is. */
export type Move = (game: Game, pick: number) => Promise<boolean>

/** One of some things by a number of any size; `undefined` where there are none. */
export function picked<T>(things: readonly T[], pick: number): T | undefined {
  return things[pick % things.length]
}

/**
 * Whatever a user granted may have ended: a server may take it all back, from one client after a revocation (RFC 7009 2.1; tenants of Auth0 can be
 * set to it), from all of a session after a replay or a reuse, which tell of a theft (RFC 6749 10.5, RFC 9700 4.14.2).
 */
export function doubtGrants({ codes, logins }: Model, user: UserState, role?: LoginRole): void {
  const isMeant = (one: Pick<LoginState, 'user' | 'role'>): boolean => one.user === user && (role === undefined || one.role === role)
  for (const code of codes) if (isMeant(code) && code.status === 'fresh') code.status = 'doubtful'
  for (const login of logins) if (isMeant(login) && login.status === 'live') login.status = 'doubtful'
}
