import { withBaseline } from '../core/compare-runs.ts'
import { exitCodeOf } from '../core/run.ts'
import { renderChanges } from '../reporters/index.ts'
import { renamedChecks } from '../suites/renamed.ts'
import type { Arguments } from './arguments.ts'
import { loadRun } from './run-file.ts'
import { columns, print, showsColor } from './terminal.ts'

/** `conformance diff BASE.json HEAD.json`: what has changed, and whether it counts. */
export async function diff(given: Arguments): Promise<number> {
  const [base, head] = given.positionals.map(loadRun) as [ReturnType<typeof loadRun>, ReturnType<typeof loadRun>]
  const run = withBaseline(head, base, { renamed: renamedChecks })
  if (given.flag('json')) print(JSON.stringify(run.comparison, null, 2))
  else print(renderChanges(run, { color: showsColor(), columns: columns(), verbose: true }))
  return exitCodeOf(run, { strict: run.strict === true })
}
