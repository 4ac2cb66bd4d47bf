import type { Capability } from './capability.ts'
import type { Effect } from './effect.ts'
import type { World } from './world.ts'

/** How binding a requirement is, as its source has it (RFC 2119). */
export type Level = 'must' | 'should' | 'may'

/** Whose word counts: how Auth0 itself answers, or what the RFCs and OpenID say. */
export type Profile = 'auth0' | 'standard'

/** Where a requirement is written down, or where the behaviour was recorded. */
export interface Source {
  readonly name: string
  readonly section?: string
  readonly url: string
}

/** One requirement on a server. */
export interface Check {
  /** File path and slug: `grants/authorization-code/pkce/wrong-verifier`. Renaming one is a breaking change. */
  readonly id: string
  /** What a conforming server does, as a fact. */
  readonly title: string
  /** At least one. */
  readonly sources: readonly Source[]
  readonly level: Level
  readonly profiles: readonly Profile[]
  readonly needs: readonly Capability[]
  readonly effects: readonly Effect[]
  /** Operations it is about: `POST /oauth/token`. */
  readonly operations: readonly string[]
  /** Items of the published collection it is about: `Get Access Token / Client Credentials`. */
  readonly collectionItems: readonly string[]
  /**
   * It revokes a token, redeems a code again, reuses a refresh token or logs out. A server may then end whatever the user granted the client
   * (RFC 6749 4.1.2, RFC 7009 2.1, OpenID Connect Back-Channel Logout 2.7), tokens of other checks too: it runs when no other check does, or with a user of its own.
   */
  readonly endsGrants?: boolean
  /** Several checks judge the answers that it asks for. With a user of its own it would have to ask for them again. */
  readonly sharesAnswers?: boolean
  /**
   * It tells from how long ago the main user logged in. A server may keep that by user, so that logins of other checks change it: a failure counts only
   * where it is seen again while nobody else logs in, {@link pausesMs} after the last login.
   */
  readonly tellsLoginTime?: boolean
  /** Milliseconds that it waits on purpose. Checks that wait begin first, so that nothing has to wait for them in the end. */
  readonly pausesMs?: number
  /** It sends dozens of requests one after another. Checks that do begin early, so that nothing has to wait for them in the end. */
  readonly isLong?: boolean
  /** Resolves when every expectation held; throws {@link Mismatch} or {@link Blocked}. */
  readonly run: (world: World) => Promise<void>
}
