import type { Invocation, Log, ReportingDescriptor, Result } from 'sarif'
import type { Run } from '../core/run.ts'
import type { Change, Verdict } from '../core/verdict.ts'
import { changesOf } from './changes.ts'
import { printable } from './printable.ts'
import { storyOf } from './story.ts'
import { isStrict, kindOf, knownInWords, rerunOf, sentenceOf, sourceName } from './wording.ts'

/**
 * A run as SARIF 2.1.0 (OASIS): a rule per check, a result per verdict that is no pass. What keeps the target from conforming is an `error`, what
 * differs without counting a `warning` or, for a `may`, a `note`; known failures are suppressed. A target is no file: results stand at its
 * operations, as logical locations, and at its address.
 */
export function renderSarif(run: Run): string {
  const told = run.verdicts.filter(({ status }) => status !== 'pass')
  const indexes = new Map(told.map(({ check }, at) => [check, at]))
  const gone = changesOf(run).flatMap(({ changes }) => changes).filter(({ after, change }) => after === undefined && change === 'no-longer-judged')
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: printable(run.suite.name), semanticVersion: printable(run.suite.version), rules: told.map(ruleOf) } },
      automationDetails: { id: printable(`${run.suite.name}/${run.profile}/`) },
      invocations: [{
        executionSuccessful: run.totals.error === 0 && !run.interrupted,
        startTimeUtc: run.startedAt,
        endTimeUtc: run.finishedAt,
        ...notificationsOf([...(run.staleKnownFailures ?? []), ...gone.map(({ check, reason }) => `${check} is no longer judged: ${reason ?? ''}`)]),
      }],
      results: told.map((verdict) => resultOf(verdict, indexes.get(verdict.check)!, run)),
      properties: { target: printable(run.target.baseUrl), profile: run.profile, seed: run.seed, conforms: run.conforms },
    }],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function notificationsOf(sentences: readonly string[]): Pick<Invocation, 'toolExecutionNotifications'> {
  if (sentences.length === 0) return {}
  return { toolExecutionNotifications: sentences.map((text) => ({ level: 'error', message: { text: printable(text) } })) }
}

function ruleOf({ check, title, sources, level }: Verdict): ReportingDescriptor {
  const url = sources.find((source) => URL.canParse(source.url))?.url
  return {
    id: printable(check),
    shortDescription: { text: printable(title) },
    fullDescription: { text: `${printable(title)}. Demanded by ${sources.map(sourceName).join('; ')}.` },
    ...(url === undefined ? {} : { helpUri: new URL(url).href }),
    defaultConfiguration: { level: ({ must: 'error', should: 'warning', may: 'note' } as const)[level] },
    properties: { tags: [level] },
  }
}

const baselineStates: Partial<Record<Change, NonNullable<Result['baselineState']>>> = { regressed: 'new', new: 'new', 'still-failing': 'unchanged', 'no-longer-judged': 'updated' }

function resultOf(verdict: Verdict, ruleIndex: number, run: Run): Result {
  const { check, operations, findings, reason, level, change } = verdict
  const kind = kindOf(verdict, { strict: isStrict(run) })
  const isFailure = verdict.status === 'fail'
  const text = [...findings.map(sentenceOf), ...(reason === undefined ? [] : [printable(reason)]), ...storyOf(verdict), `See it again: ${rerunOf(verdict, run)}`].join('\n')
  return {
    ruleId: printable(check),
    ruleIndex,
    ...(isFailure
      ? { level: kind === 'failure' ? 'error' : level === 'may' ? 'note' : 'warning' }
      : { kind: verdict.status === 'unsupported' ? 'notApplicable' : 'open', level: 'none' }),
    message: { text },
    locations: [{
      physicalLocation: { artifactLocation: { uri: URL.canParse(run.target.baseUrl) ? new URL(run.target.baseUrl).href : 'about:blank' } },
      logicalLocations: (operations.length === 0 ? [check] : operations).map((name) => ({ fullyQualifiedName: printable(name), kind: 'resource' })),
    }],
    partialFingerprints: { check: printable(check) },
    ...(run.comparison ? { baselineState: baselineStates[change ?? 'still-failing'] ?? 'unchanged' } : {}),
    ...(verdict.known ? { suppressions: [{ kind: 'external', justification: knownInWords(verdict) }] } : {}),
  }
}
