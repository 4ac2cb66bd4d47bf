import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage, Status, TestResult } from 'allure-js-commons'
import type { Category, EnvironmentInfo } from 'allure-js-commons/sdk'
import type { Writer } from 'allure-js-commons/sdk/reporter'
import { stringifyEnvInfo } from 'allure-js-commons/sdk/reporter'
import type { Verdict } from '../core/verdict.ts'
import { allureOutcomeOf, idOf, openings, type RunFacts } from './allure-messages.ts'
import { printable } from './printable.ts'

/** What Allure writes into a folder of results. */
const resultFile = /^(?:[\w-]+-(?:result|container|globals)\.json|[\w-]+-attachment(?:\.\w+)?|categories\.json|environment\.properties)$/

/**
 * Writes results as plain files. Allure's own writer flushes each of them to the disk, which takes a second for 400 files and stalls
 * the reporter; a result lost in a power failure is no loss. The folder is emptied of the results of an earlier run.
 * `onFile` hears of each file that is there.
 */
export function openResults(dir: string, onFile: (name: string, content: string | Buffer) => void = () => {}): Writer {
  mkdirSync(dir, { recursive: true })
  for (const name of readdirSync(dir)) if (resultFile.test(name)) rmSync(join(dir, name))
  const write = (name: string, content: string | Buffer): void => {
    writeFileSync(join(dir, name), content)
    onFile(name, content)
  }
  return {
    writeResult: (result) => write(`${result.uuid}-result.json`, JSON.stringify(result)),
    writeGroup: (group) => write(`${group.uuid}-container.json`, JSON.stringify(group)),
    writeAttachment: write,
    writeAttachmentFromPath: (name, from) => write(name, readFileSync(from)),
    writeEnvironmentInfo: (info) => write('environment.properties', `${stringifyEnvInfo(info)}\n`),
    writeCategoriesDefinitions: (categories) => write('categories.json', JSON.stringify(categories, null, 2)),
    writeGlobals: (name, globals) => write(name, JSON.stringify(globals)),
  }
}

/**
 * Gives a result what runtime messages can't say, and takes away what names the machine or the folder it was made in.
 * Without a verdict something broke on our side.
 */
export function finishResult(result: TestResult, verdict: Verdict | undefined, facts: RunFacts): void {
  result.labels = result.labels.filter(({ name }) => !foreign.has(name))
  result.stage = 'finished' as Stage
  if (verdict === undefined) {
    const name = result.name ?? ''
    Object.assign(result, { fullName: name, titlePath: [], testCaseId: idOf(name), historyId: idOf(name), status: 'broken' })
    result.statusDetails = { message: printable(result.statusDetails.message ?? ''), trace: openings.error }
    return
  }
  const { status, details } = allureOutcomeOf(verdict, facts)
  result.fullName = verdict.check
  result.titlePath = verdict.check.split('/').slice(0, -1)
  result.testCaseId = result.historyId = idOf(verdict.check)
  result.status = status as Status
  result.statusDetails = details
  // The exchanges are measured; what vitest measured includes waiting for other checks.
  const [first] = verdict.exchanges
  if (first) result.start = Date.parse(first.startedAt)
  result.stop = (result.start ?? 0) + verdict.durationMs
}

const foreign = new Set(['host', 'thread', 'package', 'parentSuite', 'suite', 'subSuite', 'testClass', 'testMethod', '_fallbackTestCaseId', 'framework', 'language'])

/** `environment.properties`: what the run was about. */
export function environmentOf({ suite, target, profile, seed }: RunFacts): EnvironmentInfo {
  const values: EnvironmentInfo = {
    Target: target.baseUrl,
    Issuer: target.issuer,
    Profile: profile,
    Suite: `${suite.name} ${suite.version}`,
    Document: suite.document,
    Seed: String(seed),
    Capabilities: target.capabilities.join(', '),
    Missing: target.missing.map(({ capability }) => capability).join(', '),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '').map(([name, value]) => [name, printable(value ?? '')]))
}

/** `categories.json`. The report of Allure 2 matches a whole text, that of Allure 3 a part of it: these patterns do for both. */
export function categories(): Category[] {
  const opening = (text: string): string => `${text.replace(/[()]/g, '\\$&')}[\\s\\S]*`
  return [
    { name: 'Does not conform', matchedStatuses: ['failed' as Status], traceRegex: opening(openings.must) },
    { name: 'Differs (should, may)', matchedStatuses: ['failed' as Status], traceRegex: 'Differs \\((should|may)\\)[\\s\\S]*' },
    { name: 'Known failure', matchedStatuses: ['failed' as Status], traceRegex: opening(openings.known) },
    { name: 'Could not be judged', matchedStatuses: ['broken' as Status], traceRegex: opening(openings.blocked) },
    { name: 'Our error', matchedStatuses: ['broken' as Status], traceRegex: opening(openings.error) },
    { name: 'Unsupported by the target', matchedStatuses: ['skipped' as Status] },
  ]
}
