import type { Answer } from '../core/client.ts'
import { headerValues } from '../core/exchange.ts'
import { finding, show } from '../core/expectation.ts'
import type { Finding } from '../core/finding.ts'
import type { AnswerDemand, HeaderDemand } from './contract.ts'
import { isObject } from '../core/json.ts'
import type { SchemaJudge } from './schemas.ts'

/** How an answer differs from a demand: nothing where it satisfies it. Pure, for live and for recorded answers alike. */
export function judge(answer: Answer, demand: AnswerDemand, schemas: SchemaJudge, options: { readonly ignoreHeaders?: boolean } = {}): Finding[] {
  const { status, mediaType, headers, error, description, body, text, jwt } = demand
  return [
    ...(status && !status.some((accepted) => isStatus(answer.status, accepted)) ? [finding('status', status.join(' or '), String(answer.status))] : []),
    ...(mediaType && !options.ignoreHeaders && !mediaType.includes(answer.mediaType ?? '')
      ? [finding('header content-type', mediaType.join(' or '), show(answer.header('content-type')))] : []),
    ...(headers && !options.ignoreHeaders ? Object.entries(headers).flatMap(([name, wanted]) => judgeHeader(answer, name, wanted)) : []),
    ...(error && !error.includes(errorCodeOf(answer) ?? '') ? [finding('body error code', error.join(' or '), show(errorCodeOf(answer)))] : []),
    ...(description !== undefined && !matches(description, errorDescriptionOf(answer)) ? [finding('body error description', `text like ${description}`, show(errorDescriptionOf(answer)))] : []),
    ...(body ? (answer.json === undefined ? [finding('body', 'JSON', show(answer.body))] : schemas.findings(body, answer.json, 'body')) : []),
    // Nobody may put it there, and many parsers stumble over it (RFC 8259, 8.1). A demand without a status says something of certain members alone.
    ...(status && (body || error) && answer.body.startsWith('\uFEFF') ? [finding('first character of the body', 'one of JSON', 'U+FEFF, a byte order mark')] : []),
    ...(text !== undefined && !matches(text, answer.body) ? [finding('body', `text like ${text}`, show(answer.body))] : []),
    ...(jwt ? Object.entries(jwt).flatMap(([member, wanted]) => judgeJwt(answer, member, wanted, schemas)) : []),
  ]
}

/** The error code of a JSON answer: `error`, else `code`. Auth0 uses both names. */
export function errorCodeOf(answer: Pick<Answer, 'json'>): string | undefined {
  const body = answer.json
  if (!isObject(body)) return undefined
  return typeof body.error === 'string' ? body.error : typeof body.code === 'string' ? body.code : undefined
}

/** The description that goes with {@link errorCodeOf}. */
function errorDescriptionOf(answer: Pick<Answer, 'json'>): string | undefined {
  const body = answer.json
  if (!isObject(body)) return undefined
  return [body.error_description, body.description].find((value): value is string => typeof value === 'string')
}

/** The header and claims of a compact JWS, unverified; `undefined` for anything else. */
export function decodeJwt(token: unknown): { readonly header: Readonly<Record<string, unknown>>; readonly claims: Readonly<Record<string, unknown>> } | undefined {
  if (typeof token !== 'string') return undefined
  const [header, claims] = token.split('.').slice(0, 2).map((part) => {
    try {
      return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown
    } catch {
      return undefined
    }
  })
  return isObject(header) && isObject(claims) ? { header, claims } : undefined
}

/** Whether a status is the one accepted, or of the class accepted. */
export function isStatus(status: number, accepted: number | '2xx' | '3xx' | '4xx'): boolean {
  return typeof accepted === 'number' ? status === accepted : Math.floor(status / 100) === Number(accepted[0])
}

function judgeHeader(answer: Answer, name: string, { pattern, absent, optional }: HeaderDemand): Finding[] {
  const values = headerValues(answer.headers, name)
  const actual = values.length === 0 ? '(absent)' : values.join(', ')
  if (absent) return values.length === 0 ? [] : [finding(`header ${name}`, '(absent)', actual)]
  if (values.length === 0) return optional ? [] : [finding(`header ${name}`, pattern === undefined ? '(present)' : `text like ${pattern}`, actual)]
  return pattern === undefined || values.some((value) => new RegExp(pattern, 'iu').test(value)) ? [] : [finding(`header ${name}`, `text like ${pattern}`, actual)]
}

function judgeJwt(answer: Answer, member: string, wanted: { readonly header?: unknown; readonly claims?: unknown }, schemas: SchemaJudge): Finding[] {
  const token = decodeJwt(isObject(answer.json) ? answer.json[member] : undefined)
  if (!token) return []
  return [
    ...(wanted.header ? schemas.findings(wanted.header, token.header, `${member} header`) : []),
    ...(wanted.claims ? schemas.findings(wanted.claims, token.claims, `${member} claims`) : []),
  ]
}

function matches(pattern: string, text: string | undefined): boolean {
  return text !== undefined && new RegExp(pattern, 'u').test(text)
}
