import type { Run } from '../core/run.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import { isOtherKind, remedyFor } from '../fixtures/target/remedies.ts'

/** How to have judged what was not, one line for each capability that checks of this run missed; empty where there is none. */
export function hintsFor({ verdicts, target }: Pick<Run, 'verdicts' | 'target'>, lacks: Configuration['lacks'] = {}): string[] {
  const counts = new Map<string, number>()
  for (const { status, reason } of verdicts) {
    const capability = status === 'unsupported' ? /^needs ([\w-]+):/.exec(reason ?? '')?.[1] : undefined
    if (capability !== undefined) counts.set(capability, (counts.get(capability) ?? 0) + 1)
  }
  const lines = target.missing.filter(({ capability, reason }) => counts.has(capability) && !isOtherKind(reason)).map(({ capability, reason }) => {
    const isAbsent = reason.startsWith('the target does not offer it')
    const remedy = remedyFor(capability, reason)
    const how = isAbsent ? `${reason} (--require ${capability} makes that a failure)` : remedy === undefined || reason === lacks[capability] ? reason : `add ${remedy}`
    return `  ${capability.padEnd(18)} ${String(counts.get(capability)).padStart(4)} checks: ${how}`
  })
  const late = verdicts.filter(({ status, reason }) => status === 'blocked' && /no complete answer within \d+ ms/.test(reason ?? '')).length
  if (late > 0) lines.push(`  ${'slow answers'.padEnd(18)} ${String(late).padStart(4)} checks: --concurrency N asks for less at a time, --timeout MS waits longer`)
  return lines.length === 0 ? [] : ['To have more judged (conformance doctor looks at each):', ...lines]
}
