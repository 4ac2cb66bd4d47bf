import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Profile } from '../core/check.ts'
import { exitCodeOf } from '../core/run.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Beside } from '../suites/replay/har.ts'
import { judgeRecordings } from '../suites/replay/index.ts'
import type { Arguments } from './arguments.ts'
import { chooseReports, prepareFolder, writeReports } from './reports.ts'
import { assembleRun, factsOfRun } from './run-file.ts'
import { readTextFile } from './text-files.ts'

/** `conformance replay FILE.har…`: judges recorded traffic, without network. */
export async function replay(given: Arguments): Promise<number> {
  const strict = given.flag('strict')
  const reports = chooseReports(given, ['terminal', 'json', 'junit', 'markdown'])
  const startedAt = new Date()
  const asked = originGiven(given.text('base-url') ?? given.text('domain'))
  const profile = (given.text('profile') ?? 'auth0') as Profile
  const files = given.positionals.map((file) => ({ text: readTextFile(file), origin: file, beside: readBeside(file) }))
  const { verdicts, origin } = judgeRecordings(files, { profile, ignoreHeaders: given.flag('ignore-headers'), ...(asked === undefined ? {} : { origin: asked }) })
  prepareFolder(reports)

  const baseUrl = origin ?? originOf(verdicts.flatMap(({ exchanges }) => exchanges.map(({ request }) => request.url)))
  const facts = factsOfRun({ target: { baseUrl, issuer: `${baseUrl}/`, capabilities: [], missing: [] }, profile, seed: 0 })
  const run = assembleRun(facts, { startedAt, verdicts, strict, isInterrupted: false })
  await writeReports(run, reports, { isLive: false })
  return exitCodeOf(run, { strict })
}

/** Bodies that lie in files beside a recording, as Playwright keeps them. A recording from standard input has none. */
function readBeside(file: string): Beside {
  return (name) => {
    try {
      return file === '-' ? undefined : readFileSync(join(dirname(file), name))
    } catch {
      return undefined
    }
  }
}

/** The origin of `https://tenant.example.com/` or `tenant.example.com`. */
function originGiven(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = /^https?:\/\//.test(text) ? text : `https://${text}`
  if (!URL.canParse(url)) throw new UsageError(`"${text}" is no address of a server: give --base-url https://tenant.example.com or --domain tenant.example.com.`)
  return new URL(url).origin
}

/** The origin that most of the recorded requests went to. */
function originOf(urls: readonly string[]): string {
  const counted = new Map<string, number>()
  for (const url of urls) {
    const origin = URL.canParse(url) ? new URL(url).origin : url
    counted.set(origin, (counted.get(origin) ?? 0) + 1)
  }
  return [...counted].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'https://recording.invalid'
}
