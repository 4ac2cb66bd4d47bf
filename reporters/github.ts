import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { changeInWords, changesInWords, changesOf } from './changes.ts'
import { printable, shortened } from './printable.ts'
import { storyOf } from './story.ts'
import { groupedBy, topicOf } from './topic.ts'
import { byKind, conclusionOf, countsOf, knownInWords, rerunOf, sentenceOf, sourceName } from './wording.ts'

/** GitHub shows ten annotations of a kind for each step and drops the rest without a word, so the last one says what it dropped. */
const shownOfAKind = 10

/**
 * A run as workflow commands, to be written to standard output in a GitHub job: `::error` for what keeps the target from conforming and
 * for our own errors, `::warning` for what differs without counting and for what was blocked, `::notice` for the result.
 */
export function renderGithub(run: Run): string {
  const { failure, warning, known, blocked, error, unsupported } = byKind(run)
  const lost = changesOf(run).find(({ title }) => title === 'No longer judged')?.changes ?? []
  const stale = run.staleKnownFailures ?? []
  return [
    ...limited('error', [
      ...failure.map((verdict) => annotation('error', verdict, run)),
      ...stale.map((sentence) => command('error', 'A known failure is out of date', [printable(sentence)])),
      ...error.map((verdict) => annotation('error', verdict, run)),
    ], run),
    ...limited('warning', [
      ...warning.map((verdict) => annotation('warning', verdict, run)),
      ...blockedByReason(blocked),
      ...lost.map((change) => command('warning', 'No longer judged', [printable(change.check), changeInWords(change)])),
    ], run),
    command('notice', `${run.target.baseUrl} ${conclusionOf(run)}`, [
      countsOf(run),
      ...(run.comparison ? [`Since the run of ${printable(run.comparison.baseline.startedAt)}: ${changesInWords(run)}`] : []),
      ...known.map((verdict) => `${printable(verdict.check)} ${knownInWords(verdict)}`),
      ...(unsupported.length === 0 ? [] : groupedBy(unsupported, ({ reason }) => reason ?? '').map(([reason, { length }]) => `${length} unsupported: ${printable(reason)}`)),
    ]),
    '',
  ].join('\n')
}

function annotation(kind: 'error' | 'warning', verdict: Verdict, run: Run): string {
  const { title, level, sources, findings, reason } = verdict
  return command(kind, `${isNew(verdict) ? 'New since last run: ' : ''}${topicOf(verdict).operation}: ${title}`, [
    ...findings.map(sentenceOf),
    ...(reason === undefined ? [] : [printable(reason)]),
    `${level === 'must' ? 'Demanded' : `Demanded (${level})`} by ${sources.map(sourceName).join('; ')}`,
    ...storyOf(verdict),
    `See it again: ${rerunOf(verdict, run)}`,
  ])
}

function isNew({ change }: Verdict): boolean {
  return change === 'regressed' || change === 'new'
}

function blockedByReason(blocked: readonly Verdict[]): string[] {
  return groupedBy(blocked, ({ reason }) => reason ?? '')
    .map(([reason, { length }]) => command('warning', `${length} ${length === 1 ? 'check was' : 'checks were'} blocked`, [printable(reason)]))
}

function limited(kind: 'error' | 'warning', commands: readonly string[], run: Run): string[] {
  if (commands.length <= shownOfAKind) return [...commands]
  const kept = commands.slice(0, shownOfAKind - 1)
  return [...kept, command(kind, `${commands.length - kept.length} more`, [`All of them are in the summary and in run.json: ${countsOf(run)}`])]
}

/** One line. Escaped as the runner unescapes it: a message keeps its lines, a property cannot end early. */
function command(kind: 'error' | 'warning' | 'notice', title: string, lines: readonly string[]): string {
  const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = data(shortened(printable(title), 200)).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return `::${kind} title=${property}::${data(shortened(lines.join('\n'), 4000))}`
}
