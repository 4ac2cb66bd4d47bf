import type { Profile } from '../../core/check.ts'
import { curlOf } from '../../core/curl.ts'
import { createRedactor } from '../../core/redaction.ts'
import type { Verdict } from '../../core/verdict.ts'
import { flowChecks, type ReplayCheck } from './flow-checks.ts'
import { toRecording, type PlacedEntry, type Recording } from './recording.ts'
import { tokenChecks } from './token-checks.ts'

/** What is judged over several entries, besides each answer by itself. */
export const replayChecks: readonly ReplayCheck[] = [...flowChecks, ...tokenChecks]

/**
 * Judges the flows in the recorded traffic of one server: one verdict per check, `unsupported` where nothing recorded tells.
 * `placed` may come from several files: a code of one may be redeemed in another.
 */
export function judgeFlows(origin: string, placed: readonly PlacedEntry[], profile: Profile = 'auth0'): Verdict[] {
  const recording = toRecording(origin, placed, profile)
  return replayChecks.filter(({ profiles = [profile] }) => profiles.includes(profile)).map((check) => judgeFlow(check, recording))
}

function judgeFlow({ name, title, level, sources, operations, judge }: ReplayCheck, recording: Recording): Verdict {
  const base = { check: `replay/flow/${name}`, title, level, sources, operations, collectionItems: [], durationMs: 0 }
  const all = judge(recording)
  if (all.length === 0) return { ...base, status: 'unsupported', reason: 'nothing in the recording tells', findings: [], exchanges: [], reproduce: [] }
  const failed = all.filter(({ findings }) => findings.length > 0)
  const redactor = createRedactor()
  const shown = new Set((failed.length > 0 ? failed : all.slice(0, 1)).flatMap(({ entries }) => entries.map(({ entry }) => entry.exchange)))
  const exchanges = [...shown].map((exchange) => redactor.exchange(exchange)).map((exchange) => redactor.exchange(exchange))
  return {
    ...base,
    status: failed.length > 0 ? 'fail' : 'pass',
    findings: failed.flatMap(({ entries, findings }) => findings.map(({ at, expected, actual }) => ({
      at, expected: redactor.text(expected), actual: redactor.text(actual), message: entries.map(({ place }) => place).join(', '),
    }))),
    exchanges,
    reproduce: exchanges.map((exchange) => curlOf(exchange)),
  }
}
