import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding } from '../../../core/expectation.ts'
import { Mismatch } from '../../../core/finding.ts'
import { fieldOf } from '../../../core/page.ts'
import type { EncryptedSamlClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { admitXml } from '../../../core/xml-gate.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { descendantsOf, parseXml, prefixes, select, type XmlElement } from '../../xml.ts'
import { decrypt } from './decryption.ts'
import { metadataFor } from './logout.ts'
import { authnRequest, type OwnMessage } from './service-provider.ts'
import { messageForm, redirectPath } from './sign-on.ts'
import { expectVerifiable } from './signature-rules.ts'
import { verifySignatures } from './verification.ts'

const documentation = auth0Docs('authenticate/protocols/saml/saml-sso-integrations/sign-and-encrypt-saml-requests')
const place = '/samlp:Response/saml:EncryptedAssertion'

const party = (world: World): EncryptedSamlClientPersona => required(world.personas.clients.samlEncrypted, 'clients.samlEncrypted')

interface Login {
  readonly request: OwnMessage
  readonly until: number
  readonly root: XmlElement | undefined
}

function login(world: World): Promise<Login> {
  return world.once('protocols/saml/encryption', async () => {
    const request = authnRequest(world, party(world))
    const { answer } = await world.given.loggedIn(redirectPath(party(world), request, 'relay'))
    const text = Buffer.from(fieldOf(messageForm(answer, 'SAMLResponse'), 'SAMLResponse') ?? '', 'base64').toString('utf8')
    return { request, until: Date.now(), root: parseXml(text) }
  })
}

interface Opened extends Login {
  readonly text: string
  readonly assertion: XmlElement
  readonly content: string
  readonly key: string
}

async function opened(world: World): Promise<Opened> {
  const made = await login(world)
  const [encrypted, ...more] = select(made.root, 'saml:EncryptedAssertion')
  if (!encrypted || more.length > 0) throw new Mismatch([finding(`count(${place})`, '1', String(more.length + (encrypted ? 1 : 0)))])
  const outcome = decrypt(encrypted, party(world).decryptionKey)
  if ('refusal' in outcome) throw new Mismatch([finding(place, 'what the key of the service provider opens', outcome.refusal)])
  const admission = admitXml(outcome.text.trim())
  const assertion = 'text' in admission ? parseXml(admission.text) : undefined
  if (!assertion || !('text' in admission)) throw new Mismatch([finding(place, 'an encrypted saml:Assertion', 'refusal' in admission ? admission.refusal : 'no XML')])
  return { ...made, ...outcome, text: admission.text, assertion }
}

function stated(slug: string, title: string, judge: (login: Opened, world: World) => void | Promise<void>, more: Partial<StatedCheck> = {}): StatedCheck {
  return {
    id: `protocols/saml/encryption/${slug}`,
    title: `Encrypted SAML assertions: ${title}`,
    // No recording: the documentation says so, and the middleware shows the form.
    level: 'should',
    needs: ['saml-encryption', 'login'],
    sources: [documentation, saml('core', '2.3.4'), nodeSamlp],
    run: async (world) => judge(await opened(world), world),
    ...more,
  }
}

/** An application whose assertions are encrypted: what is inside is judged like any other. */
export const encryption: readonly Check[] = toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
  stated('decrypts', 'the key of the service provider opens one assertion, and none stands in the open', ({ root, assertion }, world) => {
    expectOneOf(world, `${place} (decrypted)`, `{${assertion.namespace}}${assertion.name}`, [`{${prefixes.saml}}Assertion`])
    expectOneOf(world, 'count(//saml:Assertion)', descendantsOf(root!).filter(({ name, namespace }) => name === 'Assertion' && namespace === prefixes.saml).length, [0])
  }),
  stated('algorithms', 'AES-256, its key by RSA-OAEP', ({ content, key }, world) => {
    expectOneOf(world, `${place}/xenc:EncryptedData/xenc:EncryptionMethod/@Algorithm`, content, ['http://www.w3.org/2001/04/xmlenc#aes256-cbc', 'http://www.w3.org/2009/xmlenc11#aes256-gcm'])
    expectOneOf(world, `${place}//xenc:EncryptedKey/xenc:EncryptionMethod/@Algorithm`, key, ['http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'])
  }, { profiles: ['auth0'] }),
  stated('signature', 'the assertion inside is signed with the key of the metadata', async ({ text, assertion }, world) => {
    const { certificates } = await metadataFor(world, party(world))
    const { refusals, disagreement } = await verifySignatures(text, assertion, [assertion], 'ID', certificates)
    if (disagreement !== undefined) throw new Error(`the two verifiers of signatures disagree: ${disagreement}`)
    expectVerifiable(refusals)
    expectNone(world, refusals.map((refused) => refused.finding))
  }, { sources: [documentation, saml('core', '5.4.5')] }),
  stated('assertion', 'the assertion inside is for the service provider and its request, and valid now', ({ assertion, request, until }, world) => {
    const { acs, entityId } = party(world)
    const confirmation = 'saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData'
    const attribute = (path: string, name: string): string | undefined => select(assertion, path)[0]?.attributes[name]
    expectOneOf(world, `/saml:Assertion/${confirmation}/@InResponseTo`, attribute(confirmation, 'InResponseTo'), [request.id])
    expectOneOf(world, `/saml:Assertion/${confirmation}/@Recipient`, attribute(confirmation, 'Recipient'), [acs])
    const audience = 'saml:Conditions/saml:AudienceRestriction/saml:Audience'
    expectOneOf(world, `/saml:Assertion/${audience}`, select(assertion, audience)[0]?.text.trim(), [entityId])
    expectThat(world, Date.parse(attribute('saml:Conditions', 'NotOnOrAfter') ?? '') > until, '/saml:Assertion/saml:Conditions/@NotOnOrAfter', 'a time to come', attribute('saml:Conditions', 'NotOnOrAfter'))
    expectThat(world, (select(assertion, 'saml:Subject/saml:NameID')[0]?.text ?? '') !== '', '/saml:Assertion/saml:Subject/saml:NameID', 'a name', '(absent)')
  }, { sources: [saml('core', '2.3.4'), saml('profiles', '4.1.4.2')] }),
])
