import { basename } from 'node:path'
import { answerOf, type Answer } from '../../core/client.ts'
import { curlOf } from '../../core/curl.ts'
import type { Level, Profile, Source } from '../../core/check.ts'
import type { Finding } from '../../core/finding.ts'
import { createRedactor } from '../../core/redaction.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { AnswerDemand } from '../../specs/contract.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { loadDocument } from '../../specs/document.ts'
import { errorCodeOf, isStatus, judge } from '../../specs/judgement.ts'
import { operationOf, sourcesOf, toVariants, type Variant } from '../../specs/operations.ts'
import { createSchemaJudge, type SchemaJudge } from '../../specs/schemas.ts'
import { finding } from '../../core/expectation.ts'
import { judgeFlows } from './flows.ts'
import { looksRemoved } from './form.ts'
import { parseHar, type Beside, type RecordedEntry } from './har.ts'
import { matchVariants } from './matching.ts'
import { isPossible } from './situations.ts'
import { targetOf } from './target.ts'

/** What may be left out of a judgement of recorded traffic. */
export interface ReplayOptions {
  /** Headers were not recorded, or not as they were. */
  readonly ignoreHeaders: boolean
  readonly profile?: Profile
  /** The server that is judged, `https://tenant.example.com`; else the one that the requests tell. Entries of others are passed over. */
  readonly origin?: string
}

/** A file of recorded traffic: its text, and the name that it goes by. */
export interface RecordedFile {
  readonly text: string
  readonly origin: string
  /** Reads a body that the recorder kept in a file beside it. */
  readonly beside?: Beside
}

/**
 * Judges files of recorded traffic, without network: each answer by the document, and the flows over all files.
 * Throws `UsageError` where one is no HAR file.
 */
export function judgeRecordings(files: readonly RecordedFile[], options: ReplayOptions): { verdicts: Verdict[]; origin: string | undefined } {
  const read = files.map((file) => ({ file, entries: parseHar(file.text, file.origin, file.beside) }))
  const placed = read.flatMap(({ file, entries }) => entries.map((entry, index) => ({ entry, place: `entry ${index + 1} of ${file.origin}` })))
  const origin = options.origin ?? targetOf(placed.map(({ entry }) => entry))
  const names = files.map((file) => slug(file.origin))
  const verdicts = read.flatMap(({ file, entries }, index) => {
    const earlier = names.slice(0, index).filter((before) => before === names[index]).length
    const name = earlier > 0 ? file.origin.replace(/(?:\.har)?$/i, `~${earlier + 1}`) : file.origin
    return judgeEntries(entries, slug(name), { ...options, ...(origin === undefined ? {} : { origin }) })
  })
  const flows = origin === undefined ? [] : judgeFlows(origin, placed.filter(({ entry }) => entry.url.origin === origin), options.profile)
  return { verdicts: [...verdicts, ...flows], origin }
}

/** Each answer by itself: a success must satisfy every demand on successes; any other answer must be one that the document knows. */
function judgeEntries(entries: readonly RecordedEntry[], name: string, options: ReplayOptions): Verdict[] {
  const document = loadDocument()
  const book: Book = { document, schemas: createSchemaJudge(document), variants: toVariants(document), options, profile: options.profile ?? 'auth0' }
  return entries.flatMap((entry, index) => (options.origin === undefined || entry.url.origin === options.origin ? [judgeEntry(book, entry, `replay/${name}/${index + 1}`)] : []))
}

interface Book {
  readonly document: JsonObject
  readonly schemas: SchemaJudge
  readonly variants: readonly Variant[]
  readonly options: ReplayOptions
  readonly profile: Profile
}

interface Outcome {
  readonly level: Level
  readonly findings: readonly Finding[]
  readonly demands: readonly AnswerDemand[]
}

/** Situations that say what a refusal looks like, not when there is one. */
const notARefusal = /^(?:success|unknown-parameter|every-error|\w+-encoding)$/

function judgeEntry(book: Book, entry: RecordedEntry, id: string): Verdict {
  const redactor = createRedactor()
  const exchange = redactor.exchange(entry.exchange)
  const candidates = matchVariants(book.variants, entry)
  const { method } = entry.exchange.request
  const variant = candidates[0]
  const base = {
    check: id,
    title: `${variant ? operationOf(variant) : `${method} ${entry.url.pathname}`}${candidates.length === 1 ? ` (${variant!.title})` : ''} answers as documented`,
    operations: variant ? [operationOf(variant)] : [],
    collectionItems: candidates.flatMap(({ collectionItem }) => collectionItem ?? []),
    durationMs: entry.exchange.durationMs,
    exchanges: [exchange],
    reproduce: [curlOf(exchange)],
  }
  const response = entry.exchange.response
  const judgeable = candidates.filter(({ answers }) => demandsOf(book, answers.success).length > 0)
  if (judgeable.length === 0 || !response || entry.isBodyMissing) {
    const reason = !response ? 'no answer was recorded'
      : !variant ? `the document does not describe ${method} ${entry.url.pathname}`
        : entry.isBodyMissing ? 'the body of the answer was not recorded' : `profile ${book.profile} says nothing of ${operationOf(variant)}`
    return { ...base, title: redactor.text(base.title), level: 'must', status: 'unsupported', reason: redactor.text(reason), findings: [], sources: [] }
  }
  const answer = answerOf(entry.url, response.status, response.headers, response.body)
  const outcome = best(judgeable.map((candidate) => judgeAnswer(book, candidate, entry, answer)))
  if (outcome.findings.length > 0 && isOfProxy(answer)) {
    return { ...base, level: 'must', status: 'unsupported', reason: `a proxy in front of the server answered with ${answer.status}`, findings: [], sources: [] }
  }
  const clean = (text: string): string => redactor.text(text)
  return {
    ...base,
    level: outcome.level,
    status: outcome.findings.length === 0 ? 'pass' : 'fail',
    findings: outcome.findings.map((item) => ({ ...item, expected: clean(item.expected), actual: clean(item.actual) })),
    sources: uniqueSources(outcome.demands.flatMap((demand) => sourcesOf(book.document, demand))),
  }
}

/** Pages of proxies for what does not reach the server: limits, failures (Cloudflare has 520 to 530 of its own), and challenges for people. */
function isOfProxy({ status, json, header }: Answer): boolean {
  const isFailure = status === 429 || (status >= 502 && status <= 504) || (status >= 520 && status <= 530)
  return (isFailure && json === undefined) || header('cf-mitigated') !== undefined
}

/** An entry may have been made with any of several variants: the one it fits best counts. */
function best(outcomes: readonly Outcome[]): Outcome {
  const rank = ({ findings, level }: Outcome): number => (findings.length === 0 ? 0 : level === 'must' ? 1000 + findings.length : findings.length)
  return [...outcomes].sort((a, b) => rank(a) - rank(b))[0]!
}

function judgeAnswer(book: Book, variant: Variant, entry: RecordedEntry, answer: Answer): Outcome {
  const successes = demandsOf(book, variant.answers.success)
  const isSuccess = successes.some(({ status }) => status?.some((accepted) => isStatus(answer.status, accepted)))
  return isSuccess ? judgeBy(book, answer, successes) : judgeRefusal(book, variant, entry, answer)
}

/** A refusal has to be explained by a situation that the document knows, and to keep the contract of all refusals. */
function judgeRefusal(book: Book, variant: Variant, entry: RecordedEntry, answer: Answer): Outcome {
  const contract = answer.status < 400 ? [] : demandsOf(book, variant.answers['every-error'])
  const possible = Object.entries(variant.answers).filter(([situation]) => !notARefusal.test(situation) && isPossible(situation, variant, entry))
  const explanations = possible.map(([situation, row]) => ({ situation, demands: demandsOf(book, row) }))
    .filter(({ demands }) => demands.length > 0)
    .map(({ situation, demands }) => ({
      demands,
      fits: hasStatusOf(answer, demands),
      outcome: judgeBy(book, answer, framing.test(situation) ? demands : [...demands, ...contract]),
    }))
  // A code that the document knows goes with the statuses that it knows it with, whatever else may be answered with that status.
  if (!goesWithItsCode(explanations.map(({ demands }) => demands), answer)) return unexplained(variant, answer, contract)
  return best([...explanations.filter(({ fits }) => fits).map(({ outcome }) => outcome), unexplained(variant, answer, contract)])
}

function goesWithItsCode(rows: readonly (readonly AnswerDemand[])[], answer: Answer): boolean {
  const code = errorCodeOf(answer)
  const named = rows.map(bindingOf).filter((demands) => code !== undefined && demands.some(({ error }) => error?.includes(code)))
  return named.length === 0 || named.some((demands) =>
    demands.every(({ status, error }) => !status || (error && !error.includes(code!)) || status.some((accepted) => isStatus(answer.status, accepted))))
}

const framing = /^(?:malformed-json|wrong-media-type|wrong-method|callback-not-allowed|malformed-message)$/

/** The demands that tell a situation: those that bind to a status, or where it binds to none, all of them. */
function bindingOf(demands: readonly AnswerDemand[]): readonly AnswerDemand[] {
  const binding = demands.filter(({ level, status }) => level === 'must' && status)
  return binding.length > 0 ? binding : demands
}

/** Whether a situation is the one that was met. */
function hasStatusOf(answer: Answer, demands: readonly AnswerDemand[]): boolean {
  const telling = bindingOf(demands)
  const code = errorCodeOf(answer)
  const isCodeRemoved = isErrorRemoved(answer) || (code !== undefined && looksRemoved(code))
  return telling.some(({ status }) => status) && telling.every(({ status, error }) =>
    (!status || status.some((accepted) => isStatus(answer.status, accepted))) && (!error || isCodeRemoved || error.includes(code ?? '')))
}

function unexplained(variant: Variant, answer: Answer, contract: readonly AnswerDemand[]): Outcome {
  const known = [...new Set(Object.entries(variant.answers).filter(([situation]) => situation !== 'every-error').flatMap(([, row]) =>
    Object.values(row).flatMap(({ status, error }) => (status ? [`${status.join('/')}${error ? ` ${error.join('/')}` : ''}`] : []))))]
  const code = errorCodeOf(answer)
  return {
    level: 'must',
    findings: [finding('answer', known.join(', ') || 'a documented answer', `${answer.status}${code === undefined ? '' : ` ${code}`}`, 'the document knows no situation with this answer')],
    demands: contract.length > 0 ? contract : Object.values(variant.answers.success ?? {}),
  }
}

function judgeBy(book: Book, answer: Answer, demands: readonly AnswerDemand[]): Outcome {
  const judged = demands.map((demand) => ({ demand, findings: judge(answer, demand, book.schemas, book.options).filter((item) => isAboutTheServer(item, answer)) }))
  const failed = judged.filter(({ findings }) => findings.length > 0)
  const musts = failed.filter(({ demand }) => demand.level === 'must')
  const counted = musts.length > 0 ? musts : failed
  return {
    level: failed.length > 0 && musts.length === 0 ? 'should' : 'must',
    findings: counted.flatMap(({ findings }) => findings),
    demands: counted.length > 0 ? counted.map(({ demand }) => demand) : demands,
  }
}

/** What somebody took out of the recording says nothing about the server. */
function isAboutTheServer({ at, actual }: Finding, answer: Answer): boolean {
  if (looksRemoved(actual.replace(/^"(.*)"$/s, '$1'))) return false
  // Every server with a clock sends Date (RFC 9110, 6.6.1): without it, headers were taken out.
  if (at.startsWith('header ') && actual === '(absent)') return answer.header('date') !== undefined
  return !at.startsWith('body') || !isErrorRemoved(answer)
}

/** Whether nothing is left of what a refusal said: every member of its body was replaced. */
function isErrorRemoved({ status, json }: Answer): boolean {
  const members = status >= 400 && isObject(json) ? Object.values(json) : []
  return members.length > 0 && members.every((value) => typeof value === 'string' && looksRemoved(value))
}

/** Demands of the profile. What is only permitted is not held against a recording. */
function demandsOf({ profile }: Book, row: Readonly<Record<string, AnswerDemand>> = {}): AnswerDemand[] {
  return Object.values(row).filter(({ level, profiles }) => level !== 'may' && (profiles ?? [profile]).includes(profile))
}

function uniqueSources(sources: readonly Source[]): Source[] {
  return [...new Map(sources.map((source) => [`${source.url} ${source.section}`, source])).values()]
}

function slug(origin: string): string {
  return basename(origin).replace(/\.har$/i, '').replace(/[^\w.-]+/g, '-')
}
