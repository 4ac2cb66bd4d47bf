import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { changeInWords, changesInWords, changesOf, differenceInWords } from './changes.ts'
import { printable, printableCommand, shortened } from './printable.ts'
import { storyOf } from './story.ts'
import { groupedBy, topicOf } from './topic.ts'
import { transcriptOf } from './transcript.ts'
import { byKind, conclusionOf, countsOf, durationInWords, isGood, knownInWords, leftBehindInWords, rerunOf, sentenceOf, sourceName, type Kind } from './wording.ts'

/** A job summary holds 1 MiB and a comment 65,536 characters: beyond these the table goes on without details, and then says how much is missing. */
const tableRows = 100
const withDetails = 20
/** Differences of one check that are told. */
const toldDifferences = 5

/** A run as Markdown for a pull request or a job summary: the result, totals, what failed as a table, and each failure in detail. */
export function renderMarkdown(run: Run): string {
  const { failure, warning, known, still, error, blocked, unsupported } = byKind(run)
  return `${[
    `## ${isGood(run) ? '✅' : '❌'} ${code(run.target.baseUrl)} ${conclusionOf(run)}`,
    `${countsOf(run)} of ${run.verdicts.length} checks in ${durationInWords(run.durationMs)} · profile ${run.profile} · seed ${run.seed} · ${escaped(run.suite.name)} ${escaped(run.suite.version)}`,
    ...totals(run),
    ...changes(run),
    ...differences('Failures', failure),
    ...differences('Warnings', warning),
    ...reasons('Known failures', known, (verdict) => `${code(verdict.check)}: ${code(knownInWords(verdict))}`),
    ...reasons('Known failures that are out of date', run.staleKnownFailures ?? [], (sentence) => escaped(sentence)),
    ...reasons('Still failing, as in the baseline', still, (verdict) => `${code(verdict.check)}: ${code(verdict.findings.map(sentenceOf).join('; '))}`),
    ...reasons('Errors on our side', error, ({ check, reason }) => `${code(check)}: ${code(reason ?? 'unknown')}`),
    ...reasons('Not judged', groupedBy([...blocked, ...unsupported], ({ status, reason }) => `${status} ${reason}`), ([, members]) =>
      `${members.length} ${members[0]!.status}: ${code(members[0]!.reason ?? 'no reason given')}`),
    ...(run.leftBehind ? [code(leftBehindInWords(run))] : []),
    ...details([...failure, ...warning], run),
  ].join('\n\n')}\n`
}

function totals(run: Run): string[] {
  const kinds = byKind(run)
  const columns: readonly (readonly [string, Kind])[] = [
    ['Failed', 'failure'], ['Warnings', 'warning'], ['Known', 'known'], ['Still failing', 'still'], ['Passed', 'pass'], ['Unsupported', 'unsupported'], ['Blocked', 'blocked'], ['Errors', 'error'],
  ]
  // Only a run that has known failures, or a baseline, knows of them.
  const shown = columns.filter(([, kind]) => (kind !== 'known' && kind !== 'still') || kinds[kind].length > 0)
  return [[
    row(shown.map(([name]) => name)),
    row(shown.map(() => '---:')),
    row(shown.map(([, kind]) => String(kinds[kind].length))),
  ].join('\n')]
}

/** What has changed since the baseline. What still fails has a list of its own. */
function changes(run: Run): string[] {
  if (!run.comparison) return []
  const groups = changesOf(run).filter(({ title }) => title !== 'Still failing')
  return [
    `### Since the run of ${escaped(run.comparison.baseline.startedAt)}`,
    `${escaped(changesInWords(run))}.`,
    ...groups.flatMap(({ title, changes: members }) => [
      `**${title}**`,
      [
        ...members.slice(0, tableRows).map((change) => [
          `- ${code(change.check)} ${code(changeInWords(change))}`,
          ...change.differences.slice(0, toldDifferences).map((difference) => `  - ${code(shortened(differenceInWords(difference), 300))}`),
          ...(change.differences.length > toldDifferences ? [`  - ${change.differences.length - toldDifferences} more are in \`run.json\``] : []),
        ].join('\n')),
        ...(members.length > tableRows ? [`- ${members.length - tableRows} more are in \`run.json\``] : []),
      ].join('\n'),
    ]),
  ]
}

function differences(title: string, verdicts: readonly Verdict[]): string[] {
  if (verdicts.length === 0) return []
  const rows = verdicts.slice(0, tableRows).map((verdict) => {
    const [finding] = verdict.findings
    const more = verdict.findings.length > 1 ? ` (and ${verdict.findings.length - 1} more)` : ''
    return row([
      `${escaped(verdict.title)}<br>${cell(verdict.check)}`,
      cell(topicOf(verdict).operation),
      finding ? `${cell(finding.at)}: expected ${cell(finding.expected)}, actual ${cell(finding.actual)}${more}` : '',
      verdict.sources.map(link).join('<br>'),
    ])
  })
  const missing = verdicts.length - rows.length
  return [
    `### ${title}`,
    [row(['Check', 'Operation', 'Differs', 'Demanded by']), row(['---', '---', '---', '---']), ...rows].join('\n'),
    ...(missing > 0 ? [`${missing} more are in \`run.json\`.`] : []),
  ]
}

function reasons<Item>(title: string, items: readonly Item[], lineOf: (item: Item) => string): string[] {
  if (items.length === 0) return []
  const lines = items.slice(0, tableRows).map((item) => `- ${lineOf(item)}`)
  return [`### ${title}`, [...lines, ...(items.length > lines.length ? [`- ${items.length - lines.length} more are in \`run.json\``] : [])].join('\n')]
}

function details(verdicts: readonly Verdict[], run: Run): string[] {
  if (verdicts.length === 0) return []
  return ['### Details', ...verdicts.slice(0, withDetails).flatMap((verdict) => [
    `<details><summary>${html(verdict.title)} (<code>${html(verdict.check)}</code>, ${verdict.level})</summary>`,
    [
      ...verdict.findings.map(({ at, expected, actual, message }) =>
        `- ${code(at)}: expected ${code(expected)}, actual ${code(actual)}${message === undefined ? '' : `. ${code(message)}`}`),
      ...(verdict.sources.length === 0 ? [] : [`- Demanded by ${verdict.sources.map(link).join('; ')}`]),
    ].join('\n'),
    ...(verdict.counterexample ? ['What was done:', fenced(storyOf(verdict).join('\n'), 'text')] : []),
    'See it again:',
    fenced([rerunOf(verdict, run), ...verdict.reproduce.map(printableCommand)].join('\n'), 'sh'),
    ...verdict.exchanges.map((exchange) => fenced(transcriptOf(exchange).join('\n'), 'text')),
    '</details>',
  ]), ...(verdicts.length > withDetails ? [`Details of ${verdicts.length - withDetails} more are in \`run.json\`.`] : [])]
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** A code span in a table, where a bar ends the cell even in code, and even behind a backslash if another stands before it. */
function cell(text: string): string {
  return code(shortened(text, 120).replaceAll('|', '\\x7c'))
}

/** A code span: nothing in it is Markdown, HTML or a mention. Its fence is longer than any run of backticks in it. */
function code(text: string): string {
  const content = printable(text)
  if (content.trim() === '') return '` `'
  const fence = fenceFor(content, 1)
  return fence.length === 1 ? `${fence}${content}${fence}` : `${fence} ${content} ${fence}`
}

function fenced(block: string, language: string): string {
  const fence = fenceFor(block, 3)
  return `${fence}${language}\n${block}\n${fence}`
}

function fenceFor(content: string, least: number): string {
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length))
  return '`'.repeat(Math.max(least, longest + 1))
}

/** Prose that Markdown leaves as it is. */
function escaped(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>~&]/g, (character) => `\\${character}`).replaceAll('|', '&#124;')
}

function html(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Sources come from checks, but a run file may come from anywhere: only web addresses become links. */
function link(source: Verdict['sources'][number]): string {
  const name = escaped(sourceName(source))
  return /^https?:\/\/[^\s<>()"'`|\\]+$/.test(source.url) ? `[${name}](${source.url})` : name
}
