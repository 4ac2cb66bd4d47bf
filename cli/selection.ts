import type { Check, Profile } from '../core/check.ts'
import { UsageError } from '../core/usage-error.ts'
import { nearest } from './nearest.ts'

/** Which checks a person asked for. */
export interface Selection {
  readonly profile: Profile
  /** First folders of ids; all where empty. */
  readonly suites: readonly string[]
  /** Ids, or the beginnings of ids up to a slash; all where empty. An id stands for its check alone, with a slash at its end for what is below it. */
  readonly patterns: readonly string[]
}

/**
 * The selected checks, in the order of the catalogue. Throws {@link UsageError} where a pattern or a suite matches nothing:
 * a run that judged nothing would look like one that found nothing.
 */
export function selectChecks(checks: readonly Check[], { profile, suites, patterns }: Selection): Check[] {
  const matchers = patterns.map((pattern) => ({ pattern, matches: matcherOf(pattern, checks) }))
  const unmatched = matchers.find(({ matches }) => !checks.some(matches))?.pattern
  if (unmatched !== undefined) throw noSuchCheck(unmatched, checks)

  const inProfile = checks.filter((check) => check.profiles.includes(profile))
  const elsewhere = matchers.find(({ matches }) => !inProfile.some(matches))?.pattern
  if (elsewhere !== undefined) {
    throw new UsageError(`${elsewhere} has no check in the profile ${profile}; judge it with --profile ${profile === 'auth0' ? 'standard' : 'auth0'}.`)
  }

  const selected = inProfile
    .filter(({ id }) => suites.length === 0 || suites.some((suite) => id.startsWith(`${suite}/`)))
    .filter((check) => matchers.length === 0 || matchers.some(({ matches }) => matches(check)))
  if (selected.length === 0) {
    throw new UsageError(`No check is left: ${[
      `profile ${profile}`,
      ...(suites.length > 0 ? [`--suite ${suites.join(',')}`] : []),
      ...patterns,
    ].join(' and ')} have none in common; conformance list shows what there is.`)
  }
  return selected
}

/** The check with this id. Throws {@link UsageError} with the nearest ids where there is none. */
export function findCheck(checks: readonly Check[], id: string): Check {
  const wanted = withoutSlash(id)
  const found = checks.find((check) => check.id === wanted)
  if (found) return found
  const below = checks.filter((check) => check.id.startsWith(`${wanted}/`))
  if (below.length === 1) return below[0]!
  if (below.length > 1) {
    throw new UsageError(`${id} stands for ${below.length} checks; name one of them: ${below.slice(0, 3).map((check) => check.id).join(', ')}${below.length > 3 ? ', …' : ''} (conformance list ${wanted}).`)
  }
  throw noSuchCheck(id, checks)
}

function matcherOf(pattern: string, checks: readonly Check[]): (check: Pick<Check, 'id'>) => boolean {
  if (checks.some(({ id }) => id === pattern)) return ({ id }) => id === pattern
  const beginning = `${withoutSlash(pattern)}/`
  return ({ id }) => id.startsWith(beginning)
}

function withoutSlash(pattern: string): string {
  return pattern.replace(/\/+$/, '')
}

function noSuchCheck(pattern: string, checks: readonly Check[]): UsageError {
  const beginnings = checks.flatMap(({ id }) => id.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/')))
  const near = nearest(withoutSlash(pattern), beginnings, 3)
  return new UsageError(`No check is called ${pattern} or stands below it${near.length === 0 ? '' : `; near it: ${near.join(', ')}`} (conformance list shows all).`)
}
