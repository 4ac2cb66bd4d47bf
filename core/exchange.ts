/** Header names as they were on the wire, in order, duplicates kept. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** One request and its response as recorded. Secrets are gone before such a value exists. */
export interface Exchange {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: HeaderList
    readonly body?: string
  }
  /** Absent where the target did not answer; `failure` says why. */
  readonly response?: {
    readonly status: number
    readonly headers: HeaderList
    readonly body: string
    /** The body was longer than what is kept; its full length in bytes. */
    readonly fullLength?: number
  }
  readonly failure?: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
}

/** All values of a header, by case-insensitive name. */
export function headerValues(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase()
  return headers.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value)
}

/** The media type of a Content-Type value: lower case, without parameters. */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase() || undefined
}
