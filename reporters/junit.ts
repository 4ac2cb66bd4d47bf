import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { printable, printableCommand } from './printable.ts'
import { storyOf } from './story.ts'
import { groupedBy, topicOf } from './topic.ts'
import { transcriptOf } from './transcript.ts'
import { isStrict, kindOf, knownInWords, rerunOf, sentenceOf, sourceName } from './wording.ts'

/**
 * A run as JUnit XML: a suite per operation and variant, a case per check, its class the check's id. Only what keeps the target from
 * conforming is a `<failure>`; what differs without counting, like what was not judged, is `<skipped>` with its reason, since JUnit
 * knows no warnings and a viewer must not be red where the exit code is 0.
 */
export function renderJunit(run: Run): string {
  const suites = groupedBy(run.verdicts, (verdict) => {
    const { operation, story } = topicOf(verdict)
    return operation === story ? operation : `${operation}: ${story}`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: run.suite.name, ...sums(run.verdicts, run), timestamp: withoutZone(run.startedAt) })}>`,
    ...suites.flatMap(([name, verdicts]) => [
      `  <testsuite${attributes({ name, ...sums(verdicts, run), timestamp: withoutZone(run.startedAt) })}>`,
      ...properties('    ', aboutRun(run)),
      ...verdicts.flatMap((verdict) => testcase(verdict, run)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function testcase(verdict: Verdict, run: Run): string[] {
  const outcome = outcomeOf(verdict, run)
  return [
    `    <testcase${attributes({ classname: verdict.check, name: verdict.title, time: seconds(verdict.durationMs) })}>`,
    ...properties('      ', [
      ['level', verdict.level],
      ...(verdict.change === undefined ? [] : [['change', verdict.change] as const]),
      ...verdict.operations.map((operation) => ['operation', operation] as const),
      ...verdict.collectionItems.map((item) => ['collectionItem', item] as const),
      ...verdict.sources.map((source) => ['source', `${sourceName(source)} ${source.url}`] as const),
    ]),
    ...(outcome === undefined ? [] : [`      ${outcome}`]),
    '    </testcase>',
  ]
}

function outcomeOf(verdict: Verdict, run: Run): string | undefined {
  const message = verdict.findings[0] ? verdict.findings.map(sentenceOf).join('; ') : verdict.reason ?? ''
  switch (kindOf(verdict, { strict: isStrict(run) })) {
    case 'pass': return undefined
    case 'failure': return `<failure${attributes({ message, type: verdict.level })}>${escaped(inFull(verdict, run))}</failure>`
    case 'error': return `<error${attributes({ message, type: 'error' })}>${escaped(inFull(verdict, run))}</error>`
    case 'known': return `<skipped${attributes({ message: `${knownInWords(verdict)}: ${message}` })}/>`
    case 'still': return `<skipped${attributes({ message: `still failing, as in the baseline: ${message}` })}/>`
    case 'warning': return `<skipped${attributes({ message: `differs, but does not count (${verdict.level}): ${message}` })}/>`
    default: return `<skipped${attributes({ message: `${verdict.status}: ${message}` })}/>`
  }
}

/** The five answers of a failure, and what was sent and answered. */
function inFull(verdict: Verdict, run: Run): string {
  const { check, title, level, sources, findings, reason, exchanges, reproduce } = verdict
  return [
    printable(title),
    `check: ${printable(check)} (${level})`,
    ...sources.map((source) => `demanded by: ${sourceName(source)} ${printable(source.url)}`),
    ...findings.map((finding) => `differs: ${sentenceOf(finding)}`),
    ...(reason === undefined ? [] : [`reason: ${printable(reason)}`]),
    ...storyOf(verdict),
    `see it again: ${rerunOf(verdict, run)}`,
    ...reproduce.map((command) => `see it again: ${printableCommand(command)}`),
    ...exchanges.flatMap((exchange) => ['', ...transcriptOf(exchange)]),
  ].join('\n')
}

function sums(verdicts: readonly Verdict[], run: Run): Record<string, string | number> {
  const kinds = verdicts.map((verdict) => kindOf(verdict, { strict: isStrict(run) }))
  const count = (...wanted: readonly string[]): number => kinds.filter((kind) => wanted.includes(kind)).length
  return {
    tests: verdicts.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('warning', 'known', 'still', 'unsupported', 'blocked'),
    time: seconds(verdicts.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  }
}

function aboutRun({ suite, target, profile, seed }: Run): [string, string][] {
  return [
    ['target', target.baseUrl], ['issuer', target.issuer], ['profile', profile], ['version', suite.version], ['document', suite.document], ['seed', String(seed)],
  ]
}

function properties(indent: string, pairs: readonly (readonly [name: string, value: string])[]): string[] {
  return [`${indent}<properties>`, ...pairs.map(([name, value]) => `${indent}  <property${attributes({ name, value })}/>`), `${indent}</properties>`]
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => ` ${name}="${escaped(printable(String(value)))}"`).join('')
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** The format has local times without a zone; these are UTC. */
function withoutZone(instant: string): string {
  return instant.replace(/(\.\d+)?Z$/, '')
}
