import type { Check, Profile } from '../core/check.ts'
import { allChecks } from '../suites/index.ts'
import type { Arguments } from './arguments.ts'
import { selectChecks } from './selection.ts'
import { print } from './terminal.ts'

/** `conformance list`: every check, without network. */
export async function list(given: Arguments): Promise<number> {
  const selection = { suites: given.list('suite'), patterns: given.positionals }
  const profile = given.text('profile') as Profile | undefined
  const checks = profile === undefined ? inAnyProfile(selection) : selectChecks(allChecks(), { ...selection, profile })
  if (given.flag('json')) {
    print(JSON.stringify(checks.map(factsAboutCheck), null, 2))
    return 0
  }
  const width = Math.max(...checks.map(({ id }) => id.length))
  print(checks.map(({ id, level, title }) => `${level.padEnd(6)}  ${id.padEnd(width)}  ${title}`).join('\n'))
  return 0
}

function inAnyProfile(selection: { readonly suites: readonly string[]; readonly patterns: readonly string[] }): Check[] {
  // Without a profile a check is listed wherever it belongs, so that each is looked at as if it belonged everywhere.
  const everywhere = allChecks().map((check) => ({ ...check, profiles: ['auth0', 'standard'] as const }))
  const wanted = new Set(selectChecks(everywhere, { ...selection, profile: 'auth0' }).map(({ id }) => id))
  return allChecks().filter(({ id }) => wanted.has(id))
}

/** A check without what only a program can use. */
function factsAboutCheck({ run: _, ...facts }: Check): Omit<Check, 'run'> {
  return facts
}
