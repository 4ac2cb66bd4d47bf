import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat } from '../../../core/expectation.ts'
import type { SamlClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { select, type XmlElement } from '../../xml.ts'
import type { Message } from './message.ts'
import { authnRequest } from './service-provider.ts'
import { furtherSignOn, redirectPath } from './sign-on.ts'

const documentation = auth0Docs('authenticate/protocols/saml/saml-configuration/customize-saml-assertions')
const own = 'urn:custom-sp.example.test'
const at = { confirmation: 'saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData', class: 'saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef' }

const party = (world: World): SamlClientPersona => required(world.personas.clients.samlCustom, 'clients.samlCustom')

async function messageOf(world: World): Promise<Message> {
  const request = authnRequest(world, party(world))
  return (await furtherSignOn(world, 'with settings', () => ({ request, relayState: 'relay', statement: { method: 'GET', path: redirectPath(party(world), request, 'relay') } }))).message
}

const attributesOf = ({ assertion }: Message): XmlElement[] => select(assertion, 'saml:AttributeStatement/saml:Attribute')
const valuesOf = (message: Message, name: string): string[] => attributesOf(message).filter(({ attributes }) => attributes.Name === name).flatMap((attribute) => select(attribute, 'saml:AttributeValue')).map(({ text }) => text)

function setting(slug: string, title: string, level: Check['level'], judge: (message: Message, world: World) => void): StatedCheck {
  return {
    id: `protocols/saml/settings/${slug}`, title: `SAML settings: ${title}`, level, profiles: ['auth0'], needs: ['saml', 'saml-settings', 'login'], sources: [documentation, nodeSamlp, saml('core', '2.3.3')],
    run: async (world) => judge(await messageOf(world), world),
  }
}

/** What the settings of the add-on change. The values are those of `conformance-saml-custom` in the tenant file. */
export const settings: readonly Check[] = toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
  setting('audience', 'the audience is the one that is set', 'must', ({ assertion, assertionPath }, world) => {
    const path = 'saml:Conditions/saml:AudienceRestriction/saml:Audience'
    expectOneOf(world, `${assertionPath}/${path}`, select(assertion, path)[0]?.text.trim(), [`${own}:audience`])
  }),
  setting('recipient', 'the recipient is the one that is set', 'should', ({ assertion, assertionPath }, world) => {
    expectOneOf(world, `${assertionPath}/${at.confirmation}/@Recipient`, select(assertion, at.confirmation)[0]?.attributes.Recipient, ['https://custom-sp.example.test/saml/recipient'])
  }),
  setting('destination', 'the destination is the one that is set', 'should', ({ root }, world) => {
    expectOneOf(world, `${root.path}/@Destination`, root.attributes.Destination, ['https://custom-sp.example.test/saml/destination'])
  }),
  setting('issuer', 'response and assertion are issued by the one that is set', 'should', ({ root, assertion, assertionPath }, world) => {
    expectOneOf(world, `${root.path}/saml:Issuer`, select(root, 'saml:Issuer')[0]?.text.trim(), [`${own}:issuer`])
    expectOneOf(world, `${assertionPath}/saml:Issuer`, select(assertion, 'saml:Issuer')[0]?.text.trim(), [`${own}:issuer`])
  }),
  setting('lifetime', 'the assertion is valid for as long as is set', 'should', ({ assertion, assertionPath }, world) => {
    const seconds = (Date.parse(select(assertion, 'saml:Conditions')[0]?.attributes.NotOnOrAfter ?? '') - Date.parse(assertion?.attributes.IssueInstant ?? '')) / 1000
    expectThat(world, Math.abs(seconds - 600) <= 1, `${assertionPath}/saml:Conditions/@NotOnOrAfter`, '600 s after IssueInstant', `${seconds} s`)
  }),
  setting('class', 'the class of the login is the one that is set', 'should', ({ assertion, assertionPath }, world) => {
    expectOneOf(world, `${assertionPath}/${at.class}`, select(assertion, at.class)[0]?.text.trim(), ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'])
  }),
  setting('name-id', 'name and format are those of the probes and the format that are set', 'must', ({ assertion, assertionPath }, world) => {
    const [name] = select(assertion, 'saml:Subject/saml:NameID')
    expectOneOf(world, `${assertionPath}/saml:Subject/saml:NameID`, name?.text, [required(world.personas.users.main, 'users.main').email])
    expectOneOf(world, `${assertionPath}/saml:Subject/saml:NameID/@Format`, name?.attributes.Format, ['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'])
  }),
  setting('mappings', 'fields are mapped to the names that are set, one to several too', 'must', (message, world) => {
    for (const name of [`${own}:mail`, 'mail']) expectOneOf(world, `${message.assertionPath}//saml:Attribute[@Name='${name}']`, valuesOf(message, name)[0], [required(world.personas.users.main, 'users.main').email])
    expectThat(world, (valuesOf(message, `${own}:id`)[0] ?? '') !== '', `${message.assertionPath}//saml:Attribute[@Name='${own}:id']`, 'the user id', valuesOf(message, `${own}:id`)[0])
  }),
  setting('identities', 'without mapIdentities nothing is said of the identity', 'should', (message, world) => {
    const names = attributesOf(message).map(({ attributes }) => attributes.Name ?? '')
    expectThat(world, names.length > 0 && !names.some((name) => name.includes('/identities/')), `${message.assertionPath}//saml:Attribute/@Name`, 'no identities', names.join(', '))
  }),
  setting('unknown-as-is', 'with mapUnknownClaimsAsIs fields keep their names', 'should', (message, world) => {
    expectThat(world, valuesOf(message, 'nickname').length > 0, `${message.assertionPath}//saml:Attribute[@Name='nickname']`, '(present)', '(absent)')
  }),
  setting('untyped', 'without typedAttributes values are of any type', 'should', (message, world) => {
    const types = attributesOf(message).flatMap((attribute) => select(attribute, 'saml:AttributeValue')).map(({ attributes }) => attributes.type?.split(':').at(-1))
    expectThat(world, types.length > 0 && types.every((type) => type === undefined || type === 'anyType'), `${message.assertionPath}//saml:AttributeValue/@xsi:type`, 'xs:anyType', types.join(', '))
  }),
  setting('no-name-format', 'without includeAttributeNameFormat names have no format', 'should', (message, world) => {
    const formats = attributesOf(message).map(({ attributes }) => attributes.NameFormat)
    expectThat(world, formats.length > 0 && formats.every((format) => format === undefined), `${message.assertionPath}//saml:Attribute/@NameFormat`, '(absent)', formats.join(', '))
  }),
  setting('algorithm', 'signature and digest are by the algorithms that are set', 'must', ({ verification }, world) => {
    expectNone(world, verification.refusals.map(({ finding }) => finding))
    for (const { signature, method, digestMethod } of verification.statements) {
      expectOneOf(world, `${signature.path}//ds:SignatureMethod/@Algorithm`, method, ['http://www.w3.org/2000/09/xmldsig#rsa-sha1'])
      expectOneOf(world, `${signature.path}//ds:DigestMethod/@Algorithm`, digestMethod, ['http://www.w3.org/2000/09/xmldsig#sha1'])
    }
  }),
])
