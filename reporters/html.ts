import { createHash } from 'node:crypto'
import type { Source } from '../core/check.ts'
import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { changeInWords, changesInWords, changesOf, differenceInWords } from './changes.ts'
import { script, style } from './html-page.ts'
import { printable, printableCommand } from './printable.ts'
import { storyOf } from './story.ts'
import { decodedTokens } from './tokens.ts'
import { groupedBy, topicOf } from './topic.ts'
import { transcriptOf } from './transcript.ts'
import { conclusionOf, countsOf, durationInWords, isGood, isStrict, kindOf, knownInWords, leftBehindInWords, rerunOf, sentenceOf, sourceName, type Kind } from './wording.ts'

/** What a reader chooses by, in this order. */
const kinds: readonly (readonly [kind: Kind, name: string])[] = [
  ['failure', 'Failed'], ['warning', 'Warnings'], ['known', 'Known failures'], ['still', 'Still failing'], ['error', 'Errors'],
  ['blocked', 'Blocked'], ['unsupported', 'Unsupported'], ['pass', 'Passed'],
]

/**
 * A run as one HTML page that needs nothing beside it: it asks nobody for anything, and its policy lets no script run but its own. Verdicts are
 * shown by kind and by text, exchanges unfold. Of a check that passed the last exchange is there, in which it ended.
 */
export function renderHtml(run: Run): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`
  const counted = new Map<Kind, number>()
  for (const verdict of run.verdicts) counted.set(kindIn(run, verdict), (counted.get(kindIn(run, verdict)) ?? 0) + 1)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(`${run.target.baseUrl} ${conclusionOf(run)}`)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1 class="${isGood(run) ? 'good' : 'bad'}">${text(run.target.baseUrl)} ${text(conclusionOf(run))}</h1>
<p>${text(`${countsOf(run)} of ${run.verdicts.length} checks in ${durationInWords(run.durationMs)} · profile ${run.profile} · seed ${run.seed} · ${run.startedAt} · ${run.suite.name} ${run.suite.version}`)}</p>${run.leftBehind ? `\n<p>${text(leftBehindInWords(run))}</p>` : ''}
<form>
${kinds.filter(([kind]) => counted.has(kind)).map(([kind, name]) =>
  `<label class="${kind}"><input type="checkbox" name="kind" value="${kind}"${kind === 'pass' && counted.size > 1 ? '' : ' checked'}> ${name} <b>${counted.get(kind)}</b></label>`).join('\n')}
<input type="search" name="text" placeholder="Search" aria-label="Search">
</form>
</header>
<main>
${[...staleOf(run), ...changesIn(run), ...groupedBy(run.verdicts, (verdict) => topicOf(verdict).operation).map(([operation, verdicts]) =>
  `<section><h2>${text(operation)}</h2>\n${[...verdicts].sort((a, b) => rank(run, a) - rank(run, b)).map((verdict) => article(verdict, run)).join('\n')}\n</section>`)].join('\n')}
</main>
<script>${script}</script>
</body>
</html>
`
}

function kindIn(run: Run, verdict: Verdict): Kind {
  return kindOf(verdict, { strict: isStrict(run) })
}

function rank(run: Run, verdict: Verdict): number {
  return kinds.findIndex(([kind]) => kind === kindIn(run, verdict))
}

function staleOf({ staleKnownFailures = [] }: Run): string[] {
  return staleKnownFailures.length === 0 ? [] : [`<aside><h2>Known failures that are out of date</h2><ul>${staleKnownFailures.map((sentence) => `<li>${text(sentence)}</li>`).join('')}</ul></aside>`]
}

function changesIn(run: Run): string[] {
  if (!run.comparison) return []
  const groups = changesOf(run).map(({ title, changes }) => `<details><summary>${title} <b>${changes.length}</b></summary><ul>${changes.map((change) =>
    `<li><code>${text(change.check)}</code> ${text(changeInWords(change))}${change.differences.length === 0 ? '' : `<ul>${change.differences.map((difference) =>
      `<li><code>${text(differenceInWords(difference))}</code></li>`).join('')}</ul>`}</li>`).join('')}</ul></details>`)
  return [`<aside><h2>Since the run of ${text(run.comparison.baseline.startedAt)}: ${text(changesInWords(run))}</h2>${groups.join('\n')}</aside>`]
}

function article(verdict: Verdict, run: Run): string {
  const { check, title, level, sources, findings, reason, exchanges, reproduce, durationMs, change, status } = verdict
  const kind = kindIn(run, verdict)
  const name = { failure: 'failed', warning: 'differs', known: 'known', still: 'still fails', pass: 'passed', unsupported: 'unsupported', blocked: 'blocked', error: 'error' }[kind]
  const isNew = change === 'regressed' || (change === 'new' && status === 'fail')
  const shown = status === 'pass' ? exchanges.slice(-1) : exchanges
  // How much it counts is what a reader asks first of a failure, and of nothing else.
  const weight = status === 'fail' ? ` (${level})` : ''
  return `<details class="verdict ${kind}" data-kind="${kind}"><summary><b>${name}${weight}</b> ${text(title)}${isNew ? ' <i>new since last run</i>' : ''} <code>${text(check)}</code></summary>
<dl>${[
    ...findings.map((finding) => ['differs', text(sentenceOf(finding))]),
    ...(reason === undefined ? [] : [['reason', text(reason)]]),
    ...(verdict.known ? [['known', text(knownInWords(verdict))]] : []),
    ['demanded', `${level} by ${sources.map(link).join('; ')}`],
    ['took', durationInWords(durationMs)],
    ...(verdict.counterexample ? [['story', `<pre>${block(storyOf(verdict).join('\n'))}</pre>`]] : []),
    ['see it again', `<pre>${block([rerunOf(verdict, run), ...(status === 'pass' ? [] : reproduce.map(printableCommand))].join('\n'))}</pre>`],
  ].map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('')}</dl>
${shown.map((exchange) => {
    const [first = '', ...lines] = transcriptOf(exchange)
    return `<details class="exchange"><summary>${block(first)}</summary><pre>${block(lines.join('\n'))}</pre></details>`
  }).join('\n')}${status === 'pass' ? '' : decodedTokens(exchanges).map(({ name, text: token }) =>
    `<details class="exchange"><summary>${text(name)}, decoded</summary><pre>${block(token)}</pre></details>`).join('\n')}</details>`
}

/** A run file may come from anywhere: only web addresses become links. */
function link(source: Source): string {
  return /^https?:\/\//.test(source.url) ? `<a href="${text(source.url)}" rel="noreferrer">${text(sourceName(source))}</a>` : text(sourceName(source))
}

function text(value: string): string {
  return block(printable(value))
}

/** Text that is printable already, and keeps its lines. */
function block(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
