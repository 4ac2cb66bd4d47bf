import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../core/package-root.ts'
import { conforms, totalsOf, type Run } from '../core/run.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Verdict } from '../core/verdict.ts'
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
  if (typeof run !== 'object' || run === null || !Array.isArray(run.verdicts) || typeof run.target !== 'object' || typeof run.totals !== 'object') {
    throw new UsageError(`${file} is no run file: give the run.json that conformance run wrote.`)
  }
  if (run.schemaVersion !== 1) throw new UsageError(`${file} is a run file of version ${String(run.schemaVersion)}, and this program reads version 1; use the version that wrote it.`)
  return run as Run
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
