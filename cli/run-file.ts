import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, type JsonObject } from '../core/json.ts'
import { packageRoot } from '../core/package-root.ts'
import { conforms, totalsOf, type Run } from '../core/run.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Status, Verdict } from '../core/verdict.ts'
import { documentHash } from '../specs/document.ts'

/** What is known of a run before its first verdict. */
export type RunFacts = Pick<Run, 'suite' | 'target' | 'profile' | 'seed'>

/** The facts of a run of this version of the suite. */
export function factsOfRun({ target, profile, seed }: Omit<RunFacts, 'suite'>): RunFacts {
  const { name, version } = packageFacts()
  return { suite: { name, version, document: documentHash() }, target, profile, seed }
}

/** Puts a run together, which ends now. */
export function assembleRun(facts: RunFacts, { startedAt, verdicts, strict, isInterrupted }: {
  readonly startedAt: Date
  readonly verdicts: readonly Verdict[]
  readonly strict: boolean
  readonly isInterrupted: boolean
}): Run {
  const finishedAt = new Date()
  return {
    schemaVersion: 1,
    ...facts,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    totals: totalsOf(verdicts),
    conforms: conforms(verdicts, { strict }),
    ...(strict ? { strict: true } : {}),
    ...(isInterrupted ? { interrupted: true } : {}),
    verdicts,
  }
}

/** Name and version of this package. */
export function packageFacts(): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { name: string; version: string }
}

/** Reads a `run.json`. Throws {@link UsageError} where the file is none. */
export function loadRun(file: string): Run {
  const value = parsed(file)
  const run = value as Partial<Run> | null
  if (!isObject(value) || !Array.isArray(run?.verdicts) || typeof run.schemaVersion !== 'number') throw new UsageError(`${file} is no run file: give the run.json that conformance run wrote.`)
  if (run.schemaVersion !== 1) throw new UsageError(`${file} is a run file of version ${run.schemaVersion}, and this program reads version 1; use the version that wrote it.`)
  const broken = brokenMember(value)
  if (broken !== undefined) throw new UsageError(`${file} is a run file with a broken member ${broken}: give it as conformance run wrote it.`)
  return run as Run
}

/** What all reports rely on. Members that later versions added may be missing, and members of later versions are left alone. */
function brokenMember(run: JsonObject): string | undefined {
  const { suite, target, totals, verdicts } = run
  const members = [
    ['suite', isObject(suite) && areTexts(suite, 'name', 'version', 'document')],
    ['target', isObject(target) && areTexts(target, 'baseUrl', 'issuer') && Array.isArray(target.capabilities) && Array.isArray(target.missing)],
    ['totals', isObject(totals) && statuses.every((status) => typeof totals[status] === 'number')],
    ['profile', run.profile === 'auth0' || run.profile === 'standard'],
    ['startedAt', typeof run.startedAt === 'string' && !Number.isNaN(Date.parse(run.startedAt))],
    ['seed', typeof run.seed === 'number'],
    ['durationMs', typeof run.durationMs === 'number'],
  ] as const
  const broken = members.find(([, isGood]) => !isGood)?.[0]
  if (broken !== undefined) return broken
  const at = (verdicts as readonly unknown[]).findIndex((verdict) => !isVerdict(verdict))
  return at < 0 ? undefined : `verdicts[${at}]`
}

const statuses: readonly Status[] = ['pass', 'fail', 'unsupported', 'blocked', 'error']

function isVerdict(value: unknown): boolean {
  return isObject(value) && areTexts(value, 'check', 'title', 'level', 'status') && statuses.includes(value.status as Status)
    && ['must', 'should', 'may'].includes(String(value.level)) && typeof value.durationMs === 'number'
    && ['sources', 'operations', 'collectionItems', 'findings', 'exchanges', 'reproduce'].every((name) => Array.isArray(value[name]))
    && (value.sources as readonly unknown[]).every((source) => isObject(source) && areTexts(source, 'name', 'url'))
    && (value.findings as readonly unknown[]).every((finding) => isObject(finding) && areTexts(finding, 'at', 'expected', 'actual'))
    && (value.exchanges as readonly unknown[]).every(isExchange)
}

function isExchange(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.request)) return false
  const { request, response } = value
  return areTexts(value, 'startedAt') && areTexts(request, 'method', 'url') && Array.isArray(request.headers)
    && (response === undefined || (isObject(response) && typeof response.status === 'number' && Array.isArray(response.headers) && typeof response.body === 'string'))
}

function areTexts(value: JsonObject, ...names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string')
}

function parsed(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`The run file ${file} can't be read (${(error as NodeJS.ErrnoException).code}).`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${file} is no JSON: give the run.json that conformance run wrote.`)
  }
}
