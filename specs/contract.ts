import type { Capability } from '../core/capability.ts'
import type { Level, Profile } from '../core/check.ts'
import type { Effect } from '../core/effect.ts'

/**
 * What the overlays say about an answer beyond plain OpenAPI: the `x-contract` member of an operation or of one of its variants.
 *
 * `answers` maps a situation to named demands. A situation is something a client can bring about: `success`,
 * `missing/code`, `wrong-client-secret`. `every-error` holds the demands on each refusal. A demand becomes one check, so each has one
 * level, its profiles and its sources. What is not demanded is not checked.
 */
export interface ContractStatement {
  /** Identifies the variant in check ids: `token/client-credentials`. */
  readonly id?: string
  /** Names the variant in check titles: `Client credentials grant`. */
  readonly title?: string
  readonly needs?: readonly Capability[]
  /** What a successful request does to the world. */
  readonly effects?: readonly Effect[]
  readonly answers?: Readonly<Record<string, Readonly<Record<string, AnswerDemand | null>> | null>>
}

/** A JSON Schema, inline or as `{ "$ref": "#/components/schemas/…" }`. */
export type SchemaStatement = Readonly<Record<string, unknown>>

/** What one source demands of the answer to one situation. Every member that is present must hold. */
export interface AnswerDemand {
  /** A fact about a conforming server that completes the check's title. */
  readonly title?: string
  readonly level: Level
  /** Both where absent. */
  readonly profiles?: readonly Profile[]
  /** Takes the place of what the variant needs: two kinds of tenants are asked for different answers. */
  readonly needs?: readonly Capability[]
  /** Where the answer leads to a login page, the demand is on what comes after the login. */
  readonly afterLogin?: true
  /** Keys of the document's `x-sources`. */
  readonly 'x-source': readonly string[]
  /** Accepted statuses; `4xx` stands for the class. */
  readonly status?: readonly (number | '2xx' | '3xx' | '4xx')[]
  /** Accepted media types, without parameters. */
  readonly mediaType?: readonly string[]
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, HeaderDemand>>
  /** Accepted error codes: the JSON body's `error`, or `code` where there is no `error`. */
  readonly error?: readonly string[]
  /** Regular expression (flag `u`) for `error_description`, or `description` where it is a string. */
  readonly description?: string
  /** JSON Schema of the body, which must then be JSON. */
  readonly body?: SchemaStatement
  /** Regular expression (flag `u`) for the body as text. */
  readonly text?: string
  /** JWTs in the JSON body, by member: schemas of their header and claims. A member that is absent or not a JWT is passed over. */
  readonly jwt?: Readonly<Record<string, { readonly header?: SchemaStatement; readonly claims?: SchemaStatement }>>
}

/** What is demanded of one response header. */
export interface HeaderDemand {
  /** Regular expression (flags `i` and `u`) that one of its values matches. */
  readonly pattern?: string
  readonly absent?: true
  /** The pattern counts only where the header is there. */
  readonly optional?: true
}

/** How a source knows: a real exchange, an official SDK's code, documentation, a report, a deduction, or a standard's text. */
export type SourceWeight = 'recorded' | 'sdk' | 'documented' | 'reported' | 'inferred' | 'standard'

/** One entry of the document's `x-sources`. */
export interface SourceStatement {
  readonly name: string
  readonly section?: string
  readonly url: string
  readonly weight: SourceWeight
}
