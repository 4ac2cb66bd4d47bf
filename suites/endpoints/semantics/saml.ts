import { randomBytes, X509Certificate } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { fieldOf, readPage } from '../../../core/page.ts'
import type { SamlClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { operationOf, type Variant } from '../../../specs/operations.ts'
import { auth0Docs, saml } from '../../sources.ts'
import { elementsAt, parseXml, type XmlElement } from '../../xml.ts'
import { required } from '../recipes.ts'
import { toChecks } from '../../checks.ts'

const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'

const client = (world: World): SamlClientPersona => required(world.personas.clients.saml, 'clients.saml')

/** What SAML metadata and login answers hold, read as XML. Signatures and schemas are not judged here. */
export function samlSemantics(variant: Variant): Check[] {
  const shared = { operations: [operationOf(variant)], collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem] }
  if (variant.id === 'saml/metadata') return toChecks(shared, metadataChecks(variant))
  if (variant.id === 'saml/login') return toChecks(shared, loginChecks(variant))
  return []
}

function metadataChecks(variant: Variant): Parameters<typeof toChecks>[1] {
  const read = async (world: World): Promise<XmlElement | undefined> =>
    parseXml((await world.client.send({ method: 'GET', path: `/samlp/metadata/${client(world).clientId}` })).body)
  return [
    {
      id: 'endpoints/saml/metadata/entity-id',
      title: 'SAML metadata: one entity descriptor, named urn: and the host',
      sources: [saml('metadata', '2.3.2'), auth0Docs('authenticate/protocols/saml/saml-identity-provider-configuration-settings')],
      level: 'must',
      profiles: ['auth0'],
      needs: variant.needs,
      async run(world) {
        const root = await read(world)
        expectOneOf('document element', root?.name, ['EntityDescriptor'])
        expectOneOf('EntityDescriptor/@entityID', root?.attributes.entityID, hostsOf(world).map((host) => `urn:${host}`))
      },
    },
    {
      id: 'endpoints/saml/metadata/endpoints',
      title: 'SAML metadata: login and logout by redirect and by POST, at the addresses of the client',
      sources: [saml('metadata', '2.4.3'), saml('metadata', '2.4.2')],
      level: 'must',
      profiles: ['auth0'],
      needs: variant.needs,
      async run(world) {
        const descriptors = elementsAt(await read(world), 'IDPSSODescriptor')
        expectThat(descriptors.length === 1, 'IDPSSODescriptor', 'exactly one', descriptors.length)
        const base = `${world.target.issuer.replace(/\/$/, '')}/samlp/${client(world).clientId}`
        for (const [name, location] of [['SingleSignOnService', base], ['SingleLogoutService', `${base}/logout`]] as const) {
          for (const binding of [redirectBinding, postBinding]) {
            const found = elementsAt(descriptors[0], name).find(({ attributes }) => attributes.Binding === binding)
            expectOneOf(`${name}[@Binding="${binding}"]/@Location`, found?.attributes.Location, [location])
          }
        }
      },
    },
    {
      id: 'endpoints/saml/metadata/certificate',
      title: 'SAML metadata: a signing certificate that is valid now, with an RSA key of 2048 bits or more',
      sources: [saml('metadata', '2.4.1.1')],
      level: 'must',
      profiles: ['auth0'],
      needs: variant.needs,
      async run(world) {
        const keys = elementsAt(await read(world), 'IDPSSODescriptor', 'KeyDescriptor').filter(({ attributes }) => (attributes.use ?? 'signing') === 'signing')
        const texts = keys.flatMap((key) => elementsAt(key, 'KeyInfo', 'X509Data', 'X509Certificate')).map(({ text }) => text.replace(/\s+/g, ''))
        expectThat(texts.length > 0, 'KeyDescriptor', 'a signing certificate', texts.length)
        expectNone(texts.flatMap(certificateFindings))
      },
    },
  ]
}

function loginChecks(variant: Variant): Parameters<typeof toChecks>[1] {
  const needs = [...variant.needs, 'login'] as const
  return [
    {
      id: 'endpoints/saml/login/redirect',
      title: 'SAML login: a request by redirect, without a session, leads to a login page of the same host',
      sources: [saml('bindings', '3.4.4.1'), saml('profiles', '4.1.3')],
      level: 'must',
      profiles: ['auth0'],
      needs: variant.needs,
      async run(world) {
        const { path } = requestBy(world)
        const answer = await world.client.send({ method: 'GET', path })
        expectOneOf('status', answer.status, [302, 303])
        expectOneOf('header location (host)', answer.location?.host, hostsOf(world))
      },
    },
    {
      id: 'endpoints/saml/login/response',
      title: 'SAML login: the response goes to the consumer, answers the request, and says who the user is',
      sources: [saml('core', '3.2.2'), saml('profiles', '4.1.4.2'), saml('bindings', '3.5.4')],
      level: 'must',
      needs,
      async run(world) {
        const { acs, entityId } = client(world)
        const { path, id, relayState } = requestBy(world)
        const { form, response } = await loggedIn(world, path)
        expectOneOf('form @action', form.action.href, [new URL(acs).href])
        expectOneOf('form input RelayState', fieldOf(form, 'RelayState'), [relayState])
        expectOneOf('document element', response?.name, ['Response'])
        expectOneOf('Response/@InResponseTo', response?.attributes.InResponseTo, [id])
        expectOneOf('Response/@Destination', response?.attributes.Destination, [acs])
        expectOneOf('Status/StatusCode/@Value', elementsAt(response, 'Status', 'StatusCode')[0]?.attributes.Value, [success])
        const assertions = elementsAt(response, 'Assertion')
        expectThat(assertions.length === 1, 'Assertion', 'exactly one', assertions.length)
        const confirmation = elementsAt(assertions[0], 'Subject', 'SubjectConfirmation', 'SubjectConfirmationData')[0]
        expectOneOf('SubjectConfirmationData/@Recipient', confirmation?.attributes.Recipient, [acs])
        expectOneOf('SubjectConfirmationData/@InResponseTo', confirmation?.attributes.InResponseTo, [id])
        expectOneOf('Conditions/AudienceRestriction/Audience', elementsAt(assertions[0], 'Conditions', 'AudienceRestriction', 'Audience')[0]?.text, [entityId])
        const [nameId] = elementsAt(assertions[0], 'Subject', 'NameID')
        expectThat((nameId?.text ?? '') !== '', 'Subject/NameID', 'the user', nameId?.text)
      },
    },
    {
      id: 'endpoints/saml/login/conditions',
      title: 'SAML login: the assertion is valid now, and not for ever',
      sources: [saml('core', '2.5.1.2'), saml('profiles', '4.1.4.2')],
      level: 'must',
      needs,
      async run(world) {
        const { response } = await loggedIn(world, requestBy(world).path)
        const [conditions] = elementsAt(response, 'Assertion', 'Conditions')
        const [confirmation] = elementsAt(response, 'Assertion', 'Subject', 'SubjectConfirmation', 'SubjectConfirmationData')
        const now = Date.now()
        const { NotBefore: from, NotOnOrAfter: until } = conditions?.attributes ?? {}
        // A minute for clocks that differ.
        expectThat(from === undefined || Date.parse(from) <= now + 60_000, 'Conditions/@NotBefore', 'not in the future', from)
        expectThat(until !== undefined && Date.parse(until) > now, 'Conditions/@NotOnOrAfter', 'in the future', until)
        expectThat(Date.parse(confirmation?.attributes.NotOnOrAfter ?? '') > now, 'SubjectConfirmationData/@NotOnOrAfter', 'in the future', confirmation?.attributes.NotOnOrAfter)
      },
    },
    {
      id: 'endpoints/saml/login/issuer',
      title: 'SAML login: response and assertion are issued by the entity of the metadata',
      sources: [saml('core', '2.2.5'), saml('profiles', '4.1.4.2')],
      level: 'must',
      needs,
      async run(world) {
        const metadata = parseXml((await world.client.send({ method: 'GET', path: `/samlp/metadata/${client(world).clientId}` })).body)
        const { response } = await loggedIn(world, requestBy(world).path)
        const entityId = metadata?.attributes.entityID
        expectThat(entityId !== undefined, 'EntityDescriptor/@entityID', '(present)', entityId)
        expectOneOf('Response/Issuer', elementsAt(response, 'Issuer')[0]?.text.trim(), [entityId])
        expectOneOf('Assertion/Issuer', elementsAt(response, 'Assertion', 'Issuer')[0]?.text.trim(), [entityId])
      },
    },
    {
      id: 'endpoints/saml/login/attributes',
      title: 'SAML login: the attributes carry the address that the user logged in with',
      sources: [saml('core', '2.7.3.1'), auth0Docs('authenticate/protocols/saml/saml-configuration/customize-saml-assertions')],
      level: 'must',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { response } = await loggedIn(world, requestBy(world).path)
        const attributes = elementsAt(response, 'Assertion', 'AttributeStatement', 'Attribute')
        const [value] = attributes.filter(({ attributes: { Name } }) => Name?.endsWith('/claims/emailaddress')).flatMap((attribute) => attribute.children('AttributeValue'))
        expectOneOf('Attribute[emailaddress]/AttributeValue', value?.text, [required(world.personas.users.main, 'users.main').email])
      },
    },
    {
      id: 'endpoints/saml/login/signed',
      title: 'SAML login: response or assertion carries a signature over itself',
      sources: [saml('profiles', '4.1.4.5'), saml('core', '5.4.2')],
      level: 'must',
      needs,
      async run(world) {
        const { response } = await loggedIn(world, requestBy(world).path)
        const signed = [response, ...elementsAt(response, 'Assertion')].flatMap((element) => (element?.children('Signature') ?? []).map((signature) => ({ element, signature })))
        expectThat(signed.length > 0, 'Signature', 'at least one', signed.length)
        for (const { element, signature } of signed) {
          expectOneOf('Signature/SignedInfo/Reference/@URI', elementsAt(signature, 'SignedInfo', 'Reference')[0]?.attributes.URI, [`#${element?.attributes.ID}`])
          expectThat((elementsAt(signature, 'SignatureValue')[0]?.text.trim() ?? '') !== '', 'Signature/SignatureValue', '(present)', '(empty)')
        }
      },
    },
    {
      id: 'endpoints/saml/login/consumer-not-allowed',
      title: 'SAML login: nothing is sent to a consumer outside the allow list that a request names',
      sources: [saml('profiles', '4.1.4.1'), saml('core', '3.4.1')],
      level: 'must',
      needs,
      async run(world) {
        const elsewhere = `https://unregistered-${world.unique()}.example.com/acs`
        // Whether before the login or after it, is left to the server.
        const { answer } = await world.given.loggedIn(requestBy(world, elsewhere).path)
        expectThat(answer.status < 500, 'status', 'an answer to the request', answer.status)
        const addresses = [...readPage(answer.body, answer.url).forms.map(({ action }) => action.href), answer.location?.href ?? '']
        expectThat(!addresses.some((address) => address.startsWith(elsewhere)), 'form @action', 'not an address outside the allow list', elsewhere)
      },
    },
    {
      id: 'endpoints/saml/login/consumer-refused',
      title: 'SAML login: a request that names a consumer outside the allow list is refused',
      sources: [auth0Docs('api/authentication/saml/accept-request'), saml('profiles', '4.1.4.1')],
      level: 'should',
      profiles: ['auth0'],
      needs,
      async run(world) {
        const { answer } = await world.given.loggedIn(requestBy(world, `https://unregistered-${world.unique()}.example.com/acs`).path)
        expectThat(answer.status >= 400 && answer.status < 500, 'status', '4xx', answer.status)
      },
    },
  ]
}

/** A deflated AuthnRequest for the redirect binding: path and query, its ID, and its relay state. */
function requestBy(world: World, acs = client(world).acs): { path: string; id: string; relayState: string } {
  const { clientId, entityId } = client(world)
  const id = `_${randomBytes(16).toString('hex')}`
  const relayState = `relay-${world.unique()}`
  const destination = `${world.target.baseUrl}/samlp/${clientId}`
  const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${new Date().toISOString()}"`
    + ` Destination="${destination}" AssertionConsumerServiceURL="${acs}" ProtocolBinding="${postBinding}"><saml:Issuer>${entityId}</saml:Issuer></samlp:AuthnRequest>`
  const query = new URLSearchParams({ SAMLRequest: deflateRawSync(Buffer.from(xml)).toString('base64'), RelayState: relayState })
  return { path: `/samlp/${clientId}?${query}`, id, relayState }
}

async function loggedIn(world: World, path: string) {
  const { answer } = await world.given.loggedIn(path)
  const form = readPage(answer.body, answer.url).forms.find((candidate) => fieldOf(candidate, 'SAMLResponse') !== undefined)
  expectThat(form !== undefined, 'body', 'a form with SAMLResponse', `${answer.status} ${show(answer.mediaType)}`)
  return { form, response: parseXml(Buffer.from(fieldOf(form, 'SAMLResponse') ?? '', 'base64').toString('utf8')) }
}

/** The hosts that a target may call itself: the one it was asked at, and that of its issuer. */
export function hostsOf(world: World): string[] {
  return [...new Set([world.target.baseUrl, world.target.issuer].map((url) => new URL(url).host))]
}

/** What is wrong with a certificate, base64 without armour. */
export function certificateFindings(text: string): ReturnType<typeof finding>[] {
  const at = 'X509Certificate'
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(Buffer.from(text, 'base64'))
  } catch {
    return [finding(at, 'a certificate in DER, base64', show(text.slice(0, 40)))]
  }
  const now = Date.now()
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
  return [
    ...(type === 'rsa' && (details?.modulusLength ?? 0) >= 2048 ? [] : [finding(`${at} key`, 'RSA of 2048 bits or more', `${type} ${details?.modulusLength ?? ''}`.trim())]),
    ...(Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo) ? [] : [finding(`${at} validity`, 'now', `${certificate.validFrom} to ${certificate.validTo}`)]),
  ]
}
