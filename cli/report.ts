import type { Arguments } from './arguments.ts'
import { chooseReports, prepareFolder, writeReports } from './reports.ts'
import { loadRun } from './run-file.ts'

/** `conformance report RUN.json`: renders a run again. What it says about the target does not matter to the exit code. */
export async function report(given: Arguments): Promise<number> {
  const reports = chooseReports(given, ['terminal'])
  // Before anything is removed: the file may lie in the folder that is written to.
  const run = loadRun(given.positionals[0]!)
  prepareFolder(reports)
  await writeReports(run, reports, { isLive: false })
  return 0
}
