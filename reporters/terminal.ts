import type { Finding } from '../core/finding.ts'
import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { changeInWords, changesInWords, changesOf, differenceInWords } from './changes.ts'
import { printable, printableCommand, shortened } from './printable.ts'
import { storyOf } from './story.ts'
import { groupedBy, topicOf } from './topic.ts'
import { transcriptOf } from './transcript.ts'
import { byKind, conclusionOf, countsOf, durationInWords, isGood, knownInWords, leftBehindInWords, rerunOf, sentenceOf, sourceName } from './wording.ts'

/** How a terminal wants to be written to. */
export interface TerminalOptions {
  readonly color: boolean
  /** Width in characters; values longer than two lines are cut. Without it nothing is cut below 600 characters. */
  readonly columns?: number
  /** Also passing checks, every failure in full, and what was sent and answered. */
  readonly verbose: boolean
  /** Shell scripts that play a counterexample again, by check: what a person at this terminal can call. */
  readonly scripts?: ReadonlyMap<string, string>
}

/** Failures of one operation that are told in full; the others follow on a line each. */
const toldInFull = 3
const label = (name: string): string => `    ${name.padEnd(14)}`
const indent = label('')

type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>

/** A run for a person at a terminal: failures by operation, then warnings, what was not judged and why, and a summary on the last line. */
export function renderTerminal(run: Run, options: TerminalOptions): string {
  const paint = paintOf(options.color)
  const { failure, warning, known, still, error, blocked, unsupported, pass } = byKind(run)
  const sections = [
    ...byOperation(failure, paint.bold, (verdicts) => told(verdicts, paint.red('✗'), run, options, paint)),
    ...titled('Warnings: these differ, but do not keep the target from conforming', paint.yellow,
      byOperation(warning, paint.bold, (verdicts) => told(verdicts, paint.yellow('!'), run, options, paint))),
    ...titled('Known failures', paint.yellow, known.length === 0 ? [] : [known.map((verdict) => lineOf(verdict, paint.yellow('~'), paint, knownInWords(verdict))).join('\n')]),
    ...titled('Still failing, as in the baseline', paint.yellow, still.length === 0 ? [] : [still.map((verdict) => lineOf(verdict, paint.yellow('~'), paint)).join('\n')]),
    ...titled('Known failures that are out of date', paint.red, (run.staleKnownFailures ?? []).length === 0 ? [] : [run.staleKnownFailures!.map((sentence) => `  ${paint.red('✗')} ${printable(sentence)}`).join('\n')]),
    ...titled('Errors on our side', paint.red, error.length === 0 ? [] : [error.map((verdict) => lineOf(verdict, paint.red('✗'), paint)).join('\n')]),
    ...titled('Not judged', paint.cyan, notJudged([...blocked, ...unsupported], paint)),
    ...(options.verbose ? titled('Passed', paint.green, byOperation(pass, paint.bold, (verdicts) => verdicts.map((verdict) => passed(verdict, paint)))) : []),
    ...(run.comparison ? [changes(run, options, paint)] : []),
    ...(run.leftBehind ? [paint.dim(leftBehindInWords(run))] : []),
    summary(run, paint),
  ]
  return `${sections.join('\n\n')}\n`
}

/** What has changed between a run and its baseline, for a person at a terminal. Throws nothing where there is no baseline: nothing has changed. */
export function renderChanges(run: Run, options: TerminalOptions): string {
  return `${changes(run, options, paintOf(options.color))}\n`
}

/** Differences of one check that are told where not everything is. */
const toldDifferences = 5

function changes(run: Run, options: TerminalOptions, paint: Paint): string {
  const { target, startedAt } = run.comparison?.baseline ?? { target: '', startedAt: '' }
  return [
    paint.bold(`Since the run of ${printable(startedAt)} against ${printable(target)}: ${changesInWords(run)}`),
    ...changesOf(run).map(({ title, changes: members, isBad }) => [
      (isBad ? paint.red : paint.bold)(title),
      ...members.flatMap((change) => {
        const most = options.verbose ? change.differences.length : toldDifferences
        const more = change.differences.length - most
        return [
          `  ${printable(change.check)}  ${changeInWords(change)}`,
          ...change.differences.slice(0, most).map((difference) => `      ${shortened(differenceInWords(difference), options.verbose ? 700 : 240)}`),
          ...(more > 0 ? [`      and ${more} more, in run.json`] : []),
        ]
      }),
    ].join('\n')),
  ].join('\n\n')
}

/** The line that is rewritten while a run goes on. It holds nothing that a target sent. */
export function progressLine(judged: number, total: number, failures: number): string {
  return `${judged}/${total} judged${failures === 0 ? '' : `, ${failures} failed`}`
}

function told(verdicts: readonly Verdict[], mark: string, run: Run, options: TerminalOptions, paint: Paint): string[] {
  const inFull = options.verbose ? verdicts.length : toldInFull
  return [
    ...verdicts.slice(0, inFull).map((verdict) => differing(verdict, mark, run, options, paint)),
    ...(verdicts.length > inFull ? [verdicts.slice(inFull).map((verdict) => lineOf(verdict, mark, paint)).join('\n')] : []),
  ]
}

function differing(verdict: Verdict, mark: string, run: Run, options: TerminalOptions, paint: Paint): string {
  const { check, title, level, sources, findings, exchanges, reproduce } = verdict
  const names = sources.map((source) => `${sourceName(source)}  ${paint.dim(printable(source.url))}`)
  // A flow of many requests is not seen again by pasting them one by one; its last one is what was judged.
  const commands = options.verbose || reproduce.length <= 2 ? reproduce : reproduce.slice(-1)
  const before = reproduce.length - commands.length
  const script = options.scripts?.get(check)
  const again = [rerunOf(verdict, run), ...(script === undefined ? commands.map(printableCommand) : [`sh ${script}`])].map(paint.cyan)
  return [
    `  ${mark} ${paint.bold(printable(title))}`,
    ...labelled('check', [`${printable(check)} (${level})`]),
    ...labelled('demanded by', names),
    ...labelled('differs', findings.flatMap((finding) => found(finding, options))),
    ...labelled('story', storyOf(verdict)),
    ...labelled('see it again', before === 0 || script !== undefined ? again : [...again, `after ${before} requests that run.json holds`]),
    ...(options.verbose ? exchanges.flatMap((exchange) => labelled('exchange', transcriptOf(exchange))) : []),
  ].join('\n')
}

/** On one line where it fits, else expected and actual below each other, where differences are seen best. */
function found({ at, expected, actual, message }: Finding, { columns, verbose }: TerminalOptions): string[] {
  const width = (columns ?? 120) - indent.length
  const sentence = sentenceOf({ at, expected, actual })
  const longest = verbose || columns === undefined ? 600 : Math.max(60, 2 * width)
  return [
    ...(sentence.length <= width
      ? [sentence]
      : [printable(at), `  expected  ${shortened(printable(expected), longest)}`, `  actual    ${shortened(printable(actual), longest)}`]),
    ...(message === undefined ? [] : [`  ${printable(message)}`]),
  ]
}

function labelled(name: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${at === 0 ? label(name) : indent}${line}`)
}

function lineOf({ check, findings, reason }: Verdict, mark: string, paint: Paint, note?: string): string {
  const what = note ?? (findings[0] ? sentenceOf(findings[0]) : printable(reason ?? ''))
  return `  ${mark} ${printable(check)}\n${indent}${paint.dim(shortened(what, 240))}`
}

function passed({ check, title, durationMs }: Verdict, paint: Paint): string {
  return `  ${paint.green('✓')} ${printable(title)}\n${indent}${paint.dim(`${printable(check)}  ${durationInWords(durationMs)}`)}`
}

/** One line per reason: how many checks, and for blocked ones which. */
function notJudged(verdicts: readonly Verdict[], paint: Paint): string[] {
  const groups = groupedBy(verdicts, ({ status, reason }) => `${status.padEnd(11)}  ${printable(reason ?? 'no reason given')}`, (a, b) => (a < b ? -1 : 1))
  const lines = groups.flatMap(([what, members]) => [
    `  ${String(members.length).padStart(3)} ${shortened(what, 400)}`,
    ...(members[0]?.status === 'blocked' ? [`${indent}${paint.dim(shortened(members.map(({ check }) => printable(check)).join('  '), 400))}`] : []),
  ])
  return lines.length === 0 ? [] : [lines.join('\n')]
}

function summary(run: Run, paint: Paint): string {
  const good = isGood(run)
  const conclusion = `${good ? '✓' : '✗'} ${printable(run.target.baseUrl)} ${conclusionOf(run)}`
  return `${paint.bold((good ? paint.green : paint.red)(conclusion))}: ${countsOf(run)} of ${run.verdicts.length} checks in ${durationInWords(run.durationMs)} (profile ${run.profile}, seed ${run.seed})`
}

function byOperation(verdicts: readonly Verdict[], heading: (text: string) => string, lines: (verdicts: readonly Verdict[]) => string[]): string[] {
  return groupedBy(verdicts, (verdict) => topicOf(verdict).operation)
    .map(([operation, members]) => [heading(printable(operation)), ...lines(members)].join('\n\n'))
}

function titled(title: string, paint: (text: string) => string, blocks: readonly string[]): string[] {
  return blocks.length === 0 ? [] : [paint(title), ...blocks]
}

function paintOf(color: boolean): Paint {
  const code = (open: number, close: number) => (text: string): string => (color ? `\u001b[${open}m${text}\u001b[${close}m` : text)
  return { bold: code(1, 22), dim: code(2, 22), red: code(31, 39), green: code(32, 39), yellow: code(33, 39), cyan: code(36, 39) }
}
