import { createHash } from 'node:crypto'
import type { Check } from '../core/check.ts'
import type { Run } from '../core/run.ts'
import { UsageError } from '../core/usage-error.ts'

/** One part of the selected checks: the `index`-th of `count`, from 1. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** A part, and how the whole was divided. */
export interface Division {
  readonly checks: readonly Check[]
  /** `sha256-…` (base64) of who judges what: parts that belong together have the same. */
  readonly plan: string
}

/** Reads `I/N`. */
export function toShard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  if (shard.index >= 1 && shard.index <= shard.count) return shard
  throw new UsageError(`--shard needs I/N with I between 1 and N, such as 2/5, and "${text}" is none.`)
}

/**
 * The part of the checks that a shard judges, in their order. Each check is in exactly one, and all take about as long: the longest first,
 * each goes to the part that has least so far. The same checks and the same earlier run are always divided in the same way.
 */
export function divided(checks: readonly Check[], { index, count }: Shard, earlier?: Run): Division {
  const costOf = costs(checks, earlier)
  const loads = Array.from({ length: Math.min(count, Math.max(1, checks.length)) }, () => 0)
  const parts = new Map<string, number>()
  const byCost = [...checks].sort((a, b) => costOf(b) - costOf(a) || (a.id < b.id ? -1 : 1))
  for (const check of byCost) {
    const least = loads.indexOf(Math.min(...loads))
    loads[least]! += costOf(check)
    parts.set(check.id, least + 1)
  }
  const lines = [...parts].map(([id, part]) => `${id} ${part}/${count}\n`).sort()
  return {
    checks: checks.filter(({ id }) => parts.get(id) === index),
    plan: `sha256-${createHash('sha256').update(lines.join('')).digest('base64')}`,
  }
}

/** Milliseconds that a check took in an earlier run; where there is none, or it was not judged there, what checks of its kind take. */
function costs(checks: readonly Check[], earlier: Run | undefined): (check: Check) => number {
  const measured = new Map(earlier?.verdicts.filter(({ durationMs }) => durationMs > 0).map(({ check, durationMs }) => [check, durationMs]))
  const weights = new Map(checks.map((check) => [check.id, measured.get(check.id) ?? weightOf(check)]))
  return ({ id }) => weights.get(id) ?? 0
}

/** Logins and messages are what takes time; weights are milliseconds against a target in the same network. */
function weightOf({ needs, effects, pausesMs = 0 }: Check): number {
  const logsIn = needs.some((need) => ['login', 'authorization-code', 'pkce', 'refresh-token', 'userinfo', 'saml', 'wsfed'].includes(need))
  return 20 + pausesMs + (logsIn ? 80 : 0) + (needs.includes('inbox') ? 100 : 0) + 40 * effects.length
}
