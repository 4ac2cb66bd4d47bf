import { optionsOf, quoted, type Way } from './curl.ts'
import type { Exchange } from './exchange.ts'
import type { Counterexample } from './finding.ts'
import type { Personas } from './persona.ts'
import { slotsOf, sourcesOf, type Slot, type Source } from './script-flow.ts'
import { prelude } from './script-prelude.ts'
import { createVariables } from './script-variables.ts'
import { wireOf } from './wire.ts'

/** What a script is made of. */
export interface Replayed {
  readonly check: string
  readonly title: string
  readonly counterexample: Counterexample
  /** As they were recorded; what came over the wire is looked up. */
  readonly exchanges: readonly Exchange[]
  readonly personas: Personas
  readonly baseUrl: string
  /** How the target was reached. */
  readonly way?: Way
  /** Removes what is secret. */
  readonly redact: (text: string) => string
}

/** Headers that curl makes by itself. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'accept-encoding', 'user-agent', 'transfer-encoding'])

/**
 * A script for a POSIX shell with curl (and openssl, where it has to make a PKCE verifier) that sends the requests of a counterexample again, step
 * by step. What an answer gave and a later request used is taken out of the new answer; what the suite made up is made anew; secrets come
 * from the environment, by the names of `.env.example`, and never stand in it. What came before the first step is sent where it is needed.
 */
export function scriptOf(replayed: Replayed): string {
  const { counterexample, check, title, baseUrl, redact } = replayed
  const exchanges = replayed.exchanges.map(wireOf)
  const variables = createVariables(exchanges, replayed.personas, redact)
  const sources: Source[] = []
  // What is taken from where has to be known before anything is written: an answer is looked into right after it came.
  const requests = exchanges.map((exchange, at) => {
    const slots = slotsOf(exchange).map((slot) => ({ ...slot, text: variables.forSlot(slot, at, sources) }))
    sources.push(...sourcesOf(exchange, at))
    return { exchange, slots }
  })
  // Numbered in the order in which they are given.
  for (const source of sources) if (variables.usesOf(source).length > 0) variables.nameOf(source)
  const { before } = counterexample
  const isBeforeNeeded = sources.some((source) => source.at < before && variables.usesOf(source).some((at) => at >= before))
    || namesSomebody(exchanges.slice(before), signedUpIn(exchanges.slice(0, before)))
  const commands = (at: number): string[] => [
    requestOf(requests[at]!.exchange, requests[at]!.slots, baseUrl, redact),
    ...sources.filter((source) => source.at === at && variables.usesOf(source).length > 0).map((source) => `${variables.nameOf(source)}=$(${source.command})`),
  ]
  const between = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => commands(from + at)).flat()

  let at = before
  const body: string[] = isBeforeNeeded ? ["\nstep 'Before: a session, and whatever else the steps start from'", ...between(0, at)] : []
  for (const [index, { title: step, expected, actual, exchanges: count }] of counterexample.steps.entries()) {
    body.push(`\nstep ${quoted(plain(redact(`${index + 1}. ${step}`)))}`, ...between(at, at + count), `told ${quoted(plain(redact(expected)))} ${quoted(plain(redact(actual)))}`)
    at += count
  }
  if (at < exchanges.length) body.push(...between(at, exchanges.length))
  const text = body.join('\n')
  return redact([
    '#!/bin/sh',
    `# ${plain(title)}`,
    `# ${plain(check)}: a counterexample, seed ${counterexample.seed}, path ${plain(counterexample.path)}`,
    ...prelude(variables.environment(text), baseUrl, variables.made(text), replayed.way ? optionsOf(replayed.way) : []),
    text,
    '',
  ].join('\n'))
}

/** Addresses of users who signed up in these exchanges. */
function signedUpIn(exchanges: readonly Exchange[]): Set<string> {
  const signups = exchanges.filter(({ request }) => request.url.endsWith('/dbconnections/signup'))
  return new Set(signups.flatMap((exchange) => slotsOf(exchange).filter(({ name }) => name === 'email').map(({ value }) => value)))
}

/** Whether a user with one of these addresses has to be there for what is sent. */
function namesSomebody(exchanges: readonly Exchange[], addresses: ReadonlySet<string>): boolean {
  return exchanges.some((exchange) => slotsOf(exchange).some(({ value }) => addresses.has(value)))
}

type Filled = Slot & { readonly text: (() => string) | undefined }

/** A command of several lines: what was sent can be read off it. */
function requestOf({ request }: Exchange, slots: readonly Filled[], baseUrl: string, redact: (text: string) => string): string {
  const { method, url, headers, body } = request
  const word = (parts: readonly Part[]): string => joined(parts).map((part) => (typeof part === 'string' ? quoted(redact(part)) : part.shell)).join('') || "''"
  const lines = [`ask ${quoted(method)} ${word(atTarget(filledIn(url, slots, 'url'), baseUrl))}`]
  const contentType = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  for (const [index, [name, value]] of headers.entries()) {
    const key = name.toLowerCase()
    if (ownHeaders.has(key) || (key === 'accept' && value === '*/*') || (key === 'content-type' && value === formType && body !== undefined)) continue
    lines.push(`-H ${value === '' ? quoted(`${name};`) : word([`${name}: `, ...atTarget(filledIn(value, slots, 'header', index), baseUrl)])}`)
  }
  if (body !== undefined) {
    if (contentType === undefined) lines.push(`-H ${quoted('content-type:')}`)
    // curl puts an ampersand between the parts of a form.
    for (const part of contentType?.startsWith(formType) ? divided(filledIn(body, slots, 'body')) : [filledIn(body, slots, 'body')]) lines.push(`--data-raw ${word(part)}`)
  }
  return lines.join(' \\\n    ')
}

const formType = 'application/x-www-form-urlencoded'

/** Text that is quoted, or something that a shell puts there. */
type Part = string | { readonly shell: string }

/** A text with what a shell knows in the place of what it was. */
function filledIn(text: string, slots: readonly Filled[], place: Slot['place'], index?: number): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const slot of slots) {
    if (slot.place !== place || slot.index !== index || slot.text === undefined || slot.start < at) continue
    parts.push(text.slice(at, slot.start), { shell: slot.text() })
    at = slot.end
  }
  return [...parts, text.slice(at)]
}

/** The target may have another address by now. */
function atTarget([first, ...rest]: readonly Part[], baseUrl: string): Part[] {
  if (typeof first !== 'string') return first === undefined ? [] : [first, ...rest]
  const isThere = first === baseUrl || first.startsWith(`${baseUrl}/`) || first.startsWith(`${baseUrl}?`)
  return isThere ? [{ shell: '"$BASE_URL"' }, first.slice(baseUrl.length), ...rest] : [first, ...rest]
}

/** Texts next to one another are one. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = []
  for (const part of parts) {
    const last = out.at(-1)
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part
    else if (part !== '') out.push(part)
  }
  return out
}

/** The pairs of a form, one by one. */
function divided(parts: readonly Part[]): Part[][] {
  const pairs: Part[][] = [[]]
  for (const part of parts) {
    const [first = '', ...more] = typeof part === 'string' ? part.split('&') : [part]
    pairs.at(-1)!.push(first)
    for (const one of more) pairs.push([one])
  }
  return pairs
}

/** On one line, without what a terminal acts upon. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
}
