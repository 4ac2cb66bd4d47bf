import type { Check } from '../../../core/check.ts'
import { expectNone } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { toChecks } from '../../checks.ts'
import { saml } from '../../sources.ts'
import { logoutByPost } from './logout.ts'
import { schemaFindings } from './schema-validation.ts'
import { metadataOf, signOn } from './sign-on.ts'

const common = { level: 'must' } as const

/** Messages against the schemas of OASIS, where the configuration names folders that have them. What other checks demand does not hang on it. */
export const schema: readonly Check[] = [
  ...toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [{
    ...common,
    id: 'protocols/saml/schema/response',
    title: 'SAML response: it is valid by the schema of the protocol',
    sources: [saml('core', '3.2'), saml('core', '2.3.3')],
    needs: ['saml', 'saml-schema', 'login'],
    async run(world) {
      expectNone(world, await schemaFindings(world, 'protocol', (await signOn(world)).message.text))
    },
  }]),
  ...toChecks({ operations: ['GET /samlp/metadata/{client_id}'], collectionItems: ['SAML / Returns the SAML 2.0 metadata'] }, [{
    ...common,
    id: 'protocols/saml/schema/metadata',
    title: 'SAML metadata: it is valid by its schema',
    sources: [saml('metadata', '2.4.2'), saml('metadata', '2.4.3')],
    needs: ['saml', 'saml-metadata-schema'],
    async run(world) {
      expectNone(world, await schemaFindings(world, 'metadata', (await metadataOf(world)).answer.body))
    },
  }]),
  ...toChecks({ operations: ['POST /samlp/{client_id}/logout'], collectionItems: [] }, [{
    ...common,
    id: 'protocols/saml/schema/logout-response',
    title: 'SAML logout: the response is valid by the schema of the protocol',
    sources: [saml('core', '3.7.2'), saml('core', '3.2.2')],
    needs: ['saml-signed-requests', 'saml-logout', 'saml-schema', 'login'],
    effects: ['logout'],
    async run(world) {
      const { message, status } = await logoutByPost(world)
      if (!message) throw new Blocked(`no message to the service provider came of the logout, which ended with ${status}`)
      expectNone(world, await schemaFindings(world, 'protocol', message.text))
    },
  }]),
]
