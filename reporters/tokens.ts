import type { Exchange } from '../core/exchange.ts'
import { isObject } from '../core/json.ts'
import { printableBlock } from './printable.ts'

/** A JWT that was sent or received, readable. Its signature was removed when it was recorded. */
export interface DecodedToken {
  /** Of the parameter, member or header that it stood in: `id_token`. */
  readonly name: string
  /** Header and claims as JSON, with times of day in the place of seconds beside them. */
  readonly text: string
}

/** Tokens beyond these are repetitions of one another. */
const mostTokens = 10

/** The JWTs (RFC 7519) of exchanges, each once, in the order in which they were seen first. */
export function decodedTokens(exchanges: readonly Exchange[]): DecodedToken[] {
  const found = new Map<string, DecodedToken>()
  for (const { request, response } of exchanges) {
    const texts: readonly (readonly [field: string, text: string])[] = [
      ['token', request.url], ...request.headers, ['token', request.body ?? ''], ...(response?.headers ?? []), ['token', response?.body ?? ''],
    ]
    for (const [field, text] of texts) {
      for (const { 0: whole, 1: header = '', 2: claims = '', index } of text.matchAll(jwt)) {
        const parts = { header: decoded(header), claims: decoded(claims) }
        if (found.size >= mostTokens || found.has(whole) || !parts.header || !parts.claims) continue
        const [, name = field] = /([A-Za-z_]+)["']?\s*[:=]\s*["']?$/.exec(text.slice(Math.max(0, index - 40), index)) ?? []
        found.set(whole, { name: /^\w+$/.test(name) ? name : field, text: printableBlock(withTimes(parts)) })
      }
    }
  }
  return [...found.values()]
}

const jwt = /\b(eyJ[\w-]{8,})\.(eyJ[\w-]{2,})\./g

function decoded(part: string): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Claims that tell a time (RFC 7519 4.1, OpenID Connect Core 2). */
const times = /^(\s*"(?:exp|nbf|iat|auth_time)": )(\d{9,11})(,?)$/gm

function withTimes(token: object): string {
  return JSON.stringify(token, null, 2).replace(times, (_, before: string, seconds: string, after: string) => `${before}${seconds}${after}  // ${new Date(Number(seconds) * 1000).toISOString()}`)
}
