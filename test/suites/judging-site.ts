import type { Check } from '../../core/check.ts'
import { runCheck } from '../../core/runner.ts'
import type { Verdict } from '../../core/verdict.ts'
import { openWorlds } from '../../fixtures/world.ts'
import type { Site } from './middleware-site.ts'

/**
 * Judges a site by those of some checks that Auth0 is judged by, and closes it. `accused` are the checks that did not pass, sorted, with findings unless they are exempt: an
 * exemption that is not needed any more is missed in it.
 */
export async function judgeSite(site: Site, checks: readonly Check[], exempt: Readonly<Record<string, string>>): Promise<{ readonly accused: readonly object[]; readonly passed: number }> {
  const worlds = openWorlds(site.configuration, { seed: 1 })
  const verdicts: Verdict[] = []
  try {
    for (const check of checks.filter(({ profiles }) => profiles.includes('auth0'))) verdicts.push(await runCheck(check, worlds.permissions, () => worlds.stage()))
  } finally {
    await worlds.close()
    await site.close()
  }
  const accused = verdicts.filter(({ status }) => status !== 'pass' && status !== 'unsupported').toSorted((a, b) => (a.check < b.check ? -1 : 1))
    .map(({ check, status, reason, findings }) => (Object.hasOwn(exempt, check) ? { check, status } : { check, status, reason, findings }))
  return { accused, passed: verdicts.filter(({ status }) => status === 'pass').length }
}
