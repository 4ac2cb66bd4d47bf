import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat } from '../../../core/expectation.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { select } from '../../xml.ts'
import { messageOf, openSession, type LogoutMessage, type Session } from './logging-out.ts'
import { metadataFor, signatureFindings } from './logout.ts'
import { signingProvider } from './service-provider.ts'
import { visit } from './sign-on.ts'

const documentation = auth0Docs('authenticate/protocols/saml/saml-sso-integrations/configure-saml-single-logout')

interface Told {
  readonly session: Session
  readonly message: LogoutMessage | undefined
  readonly status: number
}

/** A session at a service provider that ends at the tenant, and what the service provider hears of it. */
function told(world: World): Promise<Told> {
  return world.once('protocols/saml/logout/from-tenant', async () => {
    const session = await openSession(world)
    const answer = await visit(world, { method: 'GET', path: `/v2/logout?${new URLSearchParams({ client_id: signingProvider(world).clientId })}` }, session.cookies)
    return { session, message: messageOf(answer, 'SAMLRequest'), status: answer.status }
  })
}

function stated(slug: string, title: string, judge: (message: LogoutMessage, session: Session, world: World) => void | Promise<void>): StatedCheck {
  return {
    id: `protocols/saml/logout/from-tenant/${slug}`,
    title: `SAML logout that the tenant begins: ${title}`,
    // No recording: the documentation says so, and the middleware shows the message.
    level: 'should',
    profiles: ['auth0'],
    sources: [documentation, saml('profiles', '4.4.3'), nodeSamlp],
    needs: ['saml-signed-requests', 'saml-logout', 'logout', 'login'],
    effects: ['logout'],
    async run(world) {
      const { message, session, status } = await told(world)
      expectThat(world, message !== undefined, 'body', 'a SAMLRequest, in a form or in the address of a redirect', status)
      await judge(message, session, world)
    },
  }
}

/** `GET /v2/logout` in a session that a service provider knows of. */
export const logoutFromTenant: readonly Check[] = toChecks({ operations: ['GET /v2/logout'], collectionItems: [] }, [
  stated('request', 'a LogoutRequest about the session goes to the logout callback', async ({ root, address, binding }, { subject }, world) => {
    expectOneOf(world, 'document element', root?.name, ['LogoutRequest'])
    const callback = new URL(signingProvider(world).logoutUrl ?? '')
    expectOneOf(world, 'address', address, [binding === 'HTTP-POST' ? callback.href : `${callback.origin}${callback.pathname}`])
    expectOneOf(world, 'LogoutRequest/saml:Issuer', select(root, 'saml:Issuer')[0]?.text.trim(), [(await metadataFor(world)).entityId])
    expectOneOf(world, 'LogoutRequest/saml:NameID', select(root, 'saml:NameID')[0]?.text, [subject.nameId])
    const indexes = select(root, 'samlp:SessionIndex').map(({ text }) => text.trim())
    expectThat(world, indexes.includes(subject.sessionIndex), 'LogoutRequest/samlp:SessionIndex', subject.sessionIndex, indexes.join(', '))
  }),
  stated('signature', 'the LogoutRequest is signed with the key of the metadata', async (message, _session, world) => {
    expectNone(world, await signatureFindings(message, 'SAMLRequest', (await metadataFor(world)).certificates))
  }),
])
