import type { Answer, Client } from './client.ts'
import type { Asserting } from './expectation.ts'
import type { Personas } from './persona.ts'

/** An authorization code and what it is bound to. */
export interface GivenCode {
  readonly code: string
  readonly redirectUri: string
  /** Present where the code was asked for with a challenge: always for the public client, and for the confidential one where the target wants it. */
  readonly codeVerifier?: string
}

/** What the authorization endpoint sent to the application, be it an error. */
export interface GivenAuthorization {
  /** How it came; `none` where the answer carries no parameters. */
  readonly mode: 'query' | 'fragment' | 'form_post' | 'web_message' | 'none'
  readonly parameters: URLSearchParams
  /** The answer that carried them. Where the login driver did not see it, asking for more than its `location` throws `Blocked`. */
  readonly answer: Answer
  /** `Cookie` header of the session that was opened. */
  readonly cookies: string
}

/** Tokens as `POST /oauth/token` gave them. */
export interface GivenTokens {
  readonly accessToken: string
  readonly idToken?: string
  readonly refreshToken?: string
}

/** A user that was made for one check. */
export interface GivenUser {
  readonly email: string
  readonly password: string
}

/**
 * Sets up what a check starts from. Each method throws `Blocked` where the target does not let it happen.
 * What a given sends is recorded like everything else.
 */
export interface Given {
  /**
   * A code of the main user, stopped at the callback: in the session of an earlier login, where the target uses one again and nobody else uses it
   * at the time, and after a login otherwise. `public` asks with a PKCE challenge (S256).
   */
  authorizationCode(options: { readonly client: 'confidential' | 'public' | 'privateKeyJwt'; readonly scope?: string; readonly audience?: string }): Promise<GivenCode>
  /**
   * An authorization request of a client, with a user at the login page, the main one unless another is named. `client_id` and `redirect_uri` are
   * the client's own unless `parameters` say otherwise; nothing else is added. `inSession`: the main user need not come to the login page, where the
   * target lets in who logged in before and nobody else uses that session at the time.
   */
  authorize(options: {
    readonly client: 'confidential' | 'public'
    readonly parameters: Readonly<Record<string, string>>
    readonly user?: GivenUser
    readonly inSession?: true
  }): Promise<GivenAuthorization>
  /** Tokens of the main user, by whichever grant the target offers. `fresh` never shares them with another check. */
  tokens(options: {
    readonly client: 'confidential' | 'public'
    readonly scope: string
    readonly audience?: string
    readonly fresh?: boolean
  }): Promise<GivenTokens>
  /** A new user of the database connection, made through signup. */
  user(): Promise<GivenUser>
  /** A user whose login may fail: made for one check where users can be made, the main user otherwise. */
  expendableUser(): Promise<GivenUser>
  /** Starts a passwordless login and reads the code from the inbox: of an address or a number that nobody has, or once more of `username`. */
  oneTimeCode(options: { readonly via: 'email' | 'sms'; readonly username?: string }): Promise<{ readonly username: string; readonly code: string }>
  /** How many messages to an address have arrived by now. */
  messageCount(to: string): Promise<number>
  /** The newest message to an address once there are more than `beyond` (0), waiting for it for a few seconds; `undefined` where none arrives. */
  message(to: string, options?: { readonly beyond: number }): Promise<{ readonly code?: string; readonly link?: string } | undefined>
  /** A browser's way through the login page for a protocol that starts at `path`: the answer that ends it (a 200 with a form, usually). */
  loggedIn(path: string): Promise<{ readonly answer: Answer; readonly cookies: string }>
}

/** A document that a check read out of an answer. Its text is made only where somebody will see it. */
export interface Attachment {
  /** `SAMLResponse, decoded`. One of a name is kept. */
  readonly name: string
  readonly mediaType: string
  text(): string
}

/** Everything a check may use. */
export interface World extends Asserting {
  readonly client: Client
  readonly given: Given
  readonly personas: Personas
  readonly target: {
    /** Without a trailing slash. */
    readonly baseUrl: string
    /** `iss`, exactly. */
    readonly issuer: string
    /** The whole address at which the target serves a path of the document. */
    address(path: string): string
  }
  /**
   * Makes something once in a run, however many checks ask for it by the same key: several demands on one answer need one request.
   * Each check gets the exchanges into its own record.
   */
  once<T>(key: string, make: () => Promise<T>): Promise<T>
  /** Shows a document in the verdict, unless the check passes: what was decoded out of an answer, without what is secret in it. */
  attach(document: Attachment): void
  /** Folders with the XML schemas of SAML; empty where the configuration names none. */
  readonly schemas: readonly string[]
  /** Where generated inputs begin, and how many of them a property tries; its own number where absent. */
  readonly inputs: { readonly seed: number; readonly count?: number }
  /** A short random string that no other check gets: for addresses, states, names. */
  unique(): string
}
