import type { Check } from '../core/check.ts'

/** A check in the terms of its file; what most of them share is filled in by {@link toChecks}. */
export type StatedCheck = Pick<Check, 'id' | 'title' | 'sources' | 'level' | 'needs' | 'run'> & Partial<Pick<Check, 'profiles' | 'effects' | 'operations' | 'collectionItems' | 'endsGrants' | 'tellsLoginTime' | 'pausesMs'>>

/** Fills in what a file's checks share. They belong to both profiles unless they say otherwise. */
export function toChecks(shared: Pick<Check, 'operations' | 'collectionItems'>, stated: readonly StatedCheck[]): Check[] {
  return stated.map((check) => ({ profiles: ['auth0', 'standard'], effects: [], ...shared, ...check }))
}

/** The same checks, each of which sends dozens of requests. */
export function long(checks: readonly Check[]): Check[] {
  return checks.map((check) => ({ ...check, isLong: true }))
}
