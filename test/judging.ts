import type { Check } from '../core/check.ts'
import type { Verdict } from '../core/verdict.ts'
import { startReferenceTenant, type ReferenceTenantOptions } from '../fixtures/reference/server.ts'
import { standInsOf } from '../fixtures/stand-ins.ts'
import { inOrder } from '../fixtures/turns.ts'
import { openWorlds } from '../fixtures/world.ts'
import { schemaFolders } from './schema-folders.ts'

/** Verdicts of some checks, ten at a time, on a reference tenant of their own, with inputs generated from the seed. */
export async function judge(options: ReferenceTenantOptions, selected: readonly Check[], seed = 1): Promise<Verdict[]> {
  const tenant = await startReferenceTenant(options)
  const worlds = openWorlds({ ...tenant.configuration, saml: { schemas: schemaFolders } }, { seed })
  try {
    const queue = inOrder(selected, standInsOf(tenant.configuration))
    const verdicts: Verdict[] = []
    await Promise.all(Array.from({ length: 10 }, async () => {
      for (let check = queue.shift(); check; check = queue.shift()) verdicts.push(await worlds.judge(check))
    }))
    return verdicts
  } finally {
    await worlds.close()
    await tenant.close()
  }
}

/** What a reader has to know of the verdicts that accuse somebody or say nothing. */
export function notPassed(verdicts: readonly Verdict[]): Pick<Verdict, 'check' | 'status' | 'reason' | 'findings'>[] {
  return verdicts.filter(({ status }) => status !== 'pass' && status !== 'unsupported')
    .map(({ check, status, reason, findings }) => ({ check, status, findings, ...(reason === undefined ? {} : { reason }) }))
}
