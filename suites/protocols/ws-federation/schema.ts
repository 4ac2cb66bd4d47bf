import type { Check } from '../../../core/check.ts'
import { expectNone } from '../../../core/expectation.ts'
import { toChecks } from '../../checks.ts'
import { schemaFindings } from '../saml/schema-validation.ts'
import { saml11, signIn } from './signing-in.ts'

/** The token against the schema of OASIS, where the configuration names a folder that has it. */
export const schema: readonly Check[] = toChecks({ operations: ['GET /wsfed/{client_id}'], collectionItems: ['WS-Fed / Accepts a WS-Fed request to initiate a login'] }, [{
  id: 'protocols/ws-federation/schema/assertion',
  title: 'WS-Federation sign-in: the assertion is valid by the schema of SAML 1.1',
  sources: [saml11('2.3.2')],
  level: 'must',
  needs: ['wsfed', 'saml11-schema', 'login'],
  async run(world) {
    expectNone(world, await schemaFindings(world, 'assertion-1.1', (await signIn(world)).message.text, '//saml1:Assertion'))
  },
}])
