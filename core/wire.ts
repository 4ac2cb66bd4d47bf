import type { Exchange } from './exchange.ts'

/** Characters of a body beyond which it is not kept: no login page is longer, and a run has thousands of answers. */
const longestBody = 16 * 1024

/**
 * What really went over the wire, secrets included. It stays in memory and beside the record: only where a script is made of a sequence of
 * requests does it matter which of two codes was sent where.
 */
const raws = new WeakMap<Exchange, Exchange>()

/** Remembers what a recorded exchange was made from. */
export function keepWire(recorded: Exchange, raw: Exchange): void {
  if ((raw.request.body?.length ?? 0) <= longestBody && (raw.response?.body.length ?? 0) <= longestBody) raws.set(recorded, raw)
}

/** What a recorded exchange was made from; the record itself where that is not known. Never to be written or shown. */
export function wireOf(recorded: Exchange): Exchange {
  return raws.get(recorded) ?? recorded
}
