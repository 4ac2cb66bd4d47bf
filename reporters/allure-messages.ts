import { createHash } from 'node:crypto'
import type { Label, Parameter, Status, StatusDetails } from 'allure-js-commons'
import type { HttpExchange, HttpExchangeBody } from 'allure-js-commons/http'
import type { RuntimeMessage } from 'allure-js-commons/sdk'
import { applyEdits, format } from 'jsonc-parser'
import { headerValues, type Exchange, type HeaderList } from '../core/exchange.ts'
import type { Counterexample, Finding } from '../core/finding.ts'
import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'
import { printable, printableBlock } from './printable.ts'
import { stepName } from './story.ts'
import { decodedTokens } from './tokens.ts'
import { topicOf } from './topic.ts'
import { knownInWords, rerunOf, sentenceOf, sourceName } from './wording.ts'

/** What is known of a run before its first verdict. */
export type RunFacts = Pick<Run, 'suite' | 'target' | 'profile' | 'seed'>

const severities = { must: 'critical', should: 'normal', may: 'minor' } as const

/** First lines of a trace, by which the categories tell verdicts apart that have the same Allure status. */
export const openings = {
  must: 'Does not conform (must)',
  should: 'Differs (should)',
  may: 'Differs (may)',
  known: 'Known failure',
  blocked: 'Could not be judged',
  error: 'Our error',
} as const

/**
 * A verdict as Allure runtime messages, in the form that both a live run and a run file are written from: labels, links, parameters and
 * description, a step with its exchange for each request, a failed step for each finding, and the curl commands. A counterexample has its
 * steps around those of the requests. Of a check that passed
 * only the last exchange is shown, in which it ended: each attachment is a file, and a report of thousands of files is slow to make and to open.
 */
export function allureMessagesOf(verdict: Verdict, facts: RunFacts): RuntimeMessage[] {
  const { check, title, sources, exchanges, reproduce, findings, status } = verdict
  return [
    {
      type: 'metadata',
      data: {
        displayName: printable(title),
        description: descriptionOf(verdict, facts),
        labels: labelsOf(verdict, facts),
        links: sources.filter(({ url }) => /^https?:/.test(url)).map((source) => ({ url: printable(source.url), name: sourceName(source), type: 'link' })),
        parameters: parametersOf(verdict, facts),
        testCaseId: idOf(check),
        historyId: idOf(check),
      },
    },
    ...(verdict.counterexample && verdict.counterexample.steps.length > 0 ? storySteps(verdict, verdict.counterexample) : [
      ...exchanges.flatMap((exchange, at) => exchangeStep(exchange, { isShown: status !== 'pass' || at === exchanges.length - 1 })),
      ...findingSteps(findings, endOf(exchanges.at(-1))),
    ]),
    ...(verdict.documents ?? []).map(({ name, mediaType, text }) => attachment(printable(name), mediaType, mediaType.endsWith('xml') ? '.xml' : '.txt', printableBlock(text))),
    ...(status === 'pass' ? [] : decodedTokens(exchanges).map(({ name, text }) => attachment(`${printable(name)}, decoded`, 'text/plain', '.txt', text))),
    // The commands are kept as they are: they are to be copied, and a page shows them as text.
    ...(reproduce.length === 0 || status === 'pass' ? [] : [attachment('curl', 'text/plain', '.txt', `${reproduce.join('\n')}\n`)]),
    ...(verdict.counterexample?.script === undefined ? [] : [attachment('counterexample.sh', 'text/plain', '.sh', verdict.counterexample.script)]),
  ]
}

/** A verdict without what is not shown of it: nearly all pass, and each goes to another process. */
export function asShown(verdict: Verdict): Verdict {
  if (verdict.status !== 'pass') return verdict
  const last = verdict.exchanges.length - 1
  return { ...verdict, reproduce: [], exchanges: verdict.exchanges.map((exchange, at) => (at === last ? exchange : outlineOf(exchange))) }
}

/** What the name of a step is made of, and when it was. */
function outlineOf({ request: { method, url }, response, ...rest }: Exchange): Exchange {
  return { ...rest, request: { method, url, headers: [] }, ...(response ? { response: { status: response.status, headers: [], body: '' } } : {}) }
}

/** The Allure status of a verdict, and the message that its page and its categories show. */
export function allureOutcomeOf(verdict: Verdict, facts: RunFacts): { readonly status: `${Status}`; readonly details: StatusDetails } {
  const { status, level, findings, reason } = verdict
  const trace = (opening: string): string => [opening, ...verdict.sources.map(sourceName), rerunOf(verdict, facts)].join('\n')
  const message = printable(reason ?? '')
  switch (status) {
    case 'pass': return { status: 'passed', details: {} }
    case 'unsupported': return { status: 'skipped', details: { message } }
    case 'blocked': return { status: 'broken', details: { message, trace: trace(openings.blocked) } }
    case 'error': return { status: 'broken', details: { message, trace: trace(openings.error) } }
    case 'fail': return {
      status: 'failed',
      details: {
        message: [...(verdict.known ? [knownInWords(verdict)] : []), ...findings.map(sentenceOf)].join('\n'),
        trace: trace(verdict.known ? openings.known : openings[level]),
        ...(findings.length === 1 ? { expected: printable(findings[0]!.expected), actual: printable(findings[0]!.actual) } : {}),
      },
    }
  }
}

const changeTags = {
  regressed: 'new since last run', new: 'new since last run', fixed: 'fixed since last run', removed: 'removed',
  'still-failing': 'still failing', 'no-longer-judged': 'no longer judged',
} as const

/** The same for the same check in every run, on every machine: history and retries hang on it. */
export function idOf(check: string): string {
  return createHash('md5').update(check).digest('hex')
}

function labelsOf(verdict: Verdict, { profile }: RunFacts): Label[] {
  const { area, operation, story } = topicOf(verdict)
  return [
    { name: 'epic', value: printable(area) },
    { name: 'feature', value: printable(operation) },
    { name: 'story', value: printable(story) },
    { name: 'severity', value: severities[verdict.level] },
    { name: 'tag', value: verdict.level },
    { name: 'tag', value: profile },
    ...(verdict.known ? [{ name: 'tag', value: 'known failure' }] : []),
    ...(verdict.change === undefined ? [] : [{ name: 'tag', value: changeTags[verdict.change] }]),
    ...verdict.operations.slice(1).map((other) => ({ name: 'operation', value: printable(other) })),
  ]
}

/** Excluded from the identity: a check whose level or items change keeps its history. */
function parametersOf({ level, collectionItems }: Verdict, { profile }: RunFacts): Parameter[] {
  return [['level', level] as const, ['profile', profile] as const, ...collectionItems.map((item) => ['collection item', item] as const)]
    .map(([name, value]) => ({ name, value: printable(value), excluded: true }))
}

/** Markdown; Allure renders it without raw HTML. */
function descriptionOf(verdict: Verdict, facts: RunFacts): string {
  const { title, level, sources } = verdict
  const plain = (text: string): string => printable(text).replace(/[\\`*_{}[\]<>|~&#]/g, (character) => `\\${character}`)
  return [
    `**${plain(title)}.**`,
    sources.length === 0 ? '' : `${{ must: 'Demanded', should: 'Recommended', may: 'Offered' }[level]} by ${sources.map((source) => plain(sourceName(source))).join('; ')}.`,
    `Run it again: \`${rerunOf(verdict, facts).replaceAll('`', '')}\``,
  ].filter((paragraph) => paragraph !== '').join('\n\n')
}

function findingSteps(findings: readonly Finding[], at: number): RuntimeMessage[] {
  return findings.flatMap((finding): RuntimeMessage[] => [
    { type: 'step_start', data: { name: sentenceOf(finding), start: at } },
    { type: 'step_stop', data: { stop: at, status: 'failed' as Status } },
  ])
}

/** The steps of a counterexample, each with its exchanges beneath it; the last one has the findings as well. */
function storySteps({ exchanges, findings }: Verdict, { before, steps }: Counterexample): RuntimeMessage[] {
  const group = (name: string, from: number, to: number, more: { readonly parameters?: readonly Parameter[]; readonly findings?: readonly Finding[] } = {}): RuntimeMessage[] => {
    const members = exchanges.slice(from, to)
    const start = members[0] ? Date.parse(members[0].startedAt) : endOf(exchanges[from - 1])
    const stop = endOf(members.at(-1) ?? exchanges[from - 1])
    return [
      { type: 'step_start', data: { name, start } },
      ...(more.parameters ? [{ type: 'step_metadata' as const, data: { parameters: [...more.parameters] } }] : []),
      ...members.flatMap((exchange) => exchangeStep(exchange, { isShown: true })),
      ...findingSteps(more.findings ?? [], stop),
      { type: 'step_stop', data: { stop, status: (more.findings ? 'failed' : 'passed') as Status } },
    ]
  }
  const ends = steps.map((_, at) => steps.slice(0, at + 1).reduce((sum, step) => sum + step.exchanges, before))
  return [
    ...(before === 0 ? [] : group('Before', 0, before)),
    ...steps.flatMap((step, at) => group(stepName(step, at), ends[at - 1] ?? before, ends[at]!, {
      parameters: [{ name: 'expected', value: printable(step.expected) }, { name: 'actual', value: printable(step.actual) }],
      ...(step.held ? {} : { findings }),
    })),
    ...exchanges.slice(ends.at(-1)).flatMap((exchange) => exchangeStep(exchange, { isShown: true })),
  ]
}

function exchangeStep(exchange: Exchange, { isShown }: { readonly isShown: boolean }): RuntimeMessage[] {
  const { request, response, startedAt } = exchange
  const path = URL.canParse(request.url) ? new URL(request.url).pathname : request.url
  return [
    { type: 'step_start', data: { name: printable(`${request.method} ${path} → ${response?.status ?? 'no answer'}`), start: Date.parse(startedAt) } },
    ...(isShown ? [attachment('request and response', 'application/vnd.allure.http+json', '.httpexchange', JSON.stringify(httpExchangeOf(exchange)))] : []),
    { type: 'step_stop', data: { stop: endOf(exchange), status: (response ? 'passed' : 'broken') as Status } },
  ]
}

function attachment(name: string, contentType: string, fileExtension: string, content: string): RuntimeMessage {
  return { type: 'attachment_content', data: { name, contentType, fileExtension, encoding: 'utf8', content } }
}

function httpExchangeOf(exchange: Exchange): HttpExchange {
  const { request, response, failure, startedAt } = exchange
  const fields = (headers: HeaderList): { name: string; value: string }[] => headers.map(([name, value]) => ({ name: printable(name), value: printable(value) }))
  return {
    schemaVersion: 1,
    request: { method: request.method, url: printable(request.url), headers: fields(request.headers), ...bodyOf(request.headers, request.body) },
    ...(response
      ? { response: { status: response.status, headers: fields(response.headers), ...bodyOf(response.headers, response.body, response.fullLength) } }
      : { error: { message: printable(failure ?? 'no answer') } }),
    start: Date.parse(startedAt),
    stop: endOf(exchange),
  }
}

function bodyOf(headers: HeaderList, body: string | undefined, fullLength?: number): { body?: HttpExchangeBody } {
  if (body === undefined || body === '') return {}
  const [contentType] = headerValues(headers, 'content-type')
  return {
    body: {
      ...(contentType === undefined ? {} : { contentType: printable(contentType) }),
      encoding: 'utf8',
      value: printableBlock(indented(body)),
      ...(fullLength === undefined ? {} : { size: fullLength, truncated: true }),
    },
  }
}

/** JSON over several lines, with nothing of it lost; anything else as it is. Bytes as they were stand in the run file. */
function indented(body: string): string {
  return /^\s*[[{]/.test(body) ? applyEdits(body, format(body, undefined, { insertSpaces: true, tabSize: 2 })) : body
}

function endOf(exchange: Exchange | undefined): number {
  return exchange ? Date.parse(exchange.startedAt) + exchange.durationMs : 0
}
