import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { admitXml } from '../../../core/xml-gate.ts'
import { toChecks } from '../../checks.ts'
import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { prefixes, select, type XmlElement } from '../../xml.ts'
import { certificateFindings, hostsOf } from './certificate.ts'
import { metadataOf, provider } from './sign-on.ts'

const common = { level: 'must', profiles: ['auth0'], needs: ['saml'] } as const
const settings = auth0Docs('authenticate/protocols/saml/saml-identity-provider-configuration-settings')
const bindings = 'urn:oasis:names:tc:SAML:2.0:bindings'
const role = async (world: World): Promise<XmlElement | undefined> => select((await metadataOf(world)).root, 'md:IDPSSODescriptor')[0]
const place = '/md:EntityDescriptor/md:IDPSSODescriptor'

/** The order of an identity provider's description (Metadata 2.4.2, 2.4.3). */
const order = [
  'Signature', 'Extensions', 'KeyDescriptor', 'Organization', 'ContactPerson', 'ArtifactResolutionService', 'SingleLogoutService', 'ManageNameIDService', 'NameIDFormat',
  'SingleSignOnService', 'NameIDMappingService', 'AssertionIDRequestService', 'AttributeProfile', 'Attribute',
]
const formats = ['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient']
const claims = ['emailaddress', 'givenname', 'name', 'surname', 'nameidentifier'].map((name) => `http://schemas.xmlsoap.org/ws/2005/05/identity/claims/${name}`)

/** What the identity provider says about itself. */
export const metadata: readonly Check[] = toChecks({ operations: ['GET /samlp/metadata/{client_id}'], collectionItems: ['SAML / Returns the SAML 2.0 metadata'] }, [
  {
    ...common,
    id: 'protocols/saml/metadata/well-formed',
    title: 'SAML metadata: well-formed XML without a document type, about one entity',
    sources: [saml('metadata', '2.3.2')],
    profiles: ['auth0', 'standard'],
    async run(world) {
      const { answer, root } = await metadataOf(world)
      const admission = admitXml(answer.body)
      expectThat(world, 'text' in admission && root !== undefined, 'body', 'XML that any parser may read', 'refusal' in admission ? admission.refusal : '(not well-formed)')
      expectOneOf(world, 'document element', `{${root.namespace}}${root.name}`, [`{${prefixes.md}}EntityDescriptor`])
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/entity-id',
    title: 'SAML metadata: the entity is named urn: and the host',
    sources: [saml('metadata', '2.3.2'), settings],
    async run(world) {
      expectOneOf(world, '/md:EntityDescriptor/@entityID', (await metadataOf(world)).root?.attributes.entityID, hostsOf(world).map((host) => `urn:${host}`))
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/not-expired',
    title: 'SAML metadata: valid now',
    sources: [saml('metadata', '2.3.2'), saml('metadata', '2.4.1')],
    profiles: ['auth0', 'standard'],
    async run(world) {
      const { root } = await metadataOf(world)
      for (const element of [root, await role(world)]) {
        const end = element?.attributes.validUntil
        expectThat(world, end === undefined || Date.parse(end) > Date.now() - 60_000, `${element?.path ?? ''}/@validUntil`, 'a time to come, where there is one', end)
      }
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/identity-provider',
    title: 'SAML metadata: one identity provider, for SAML 2.0',
    sources: [saml('metadata', '2.4.1'), saml('metadata', '2.4.3')],
    profiles: ['auth0', 'standard'],
    async run(world) {
      const roles = select((await metadataOf(world)).root, 'md:IDPSSODescriptor')
      expectOneOf(world, `count(${place})`, roles.length, [1])
      const protocols = roles[0]!.attributes.protocolSupportEnumeration
      expectThat(world, (protocols ?? '').split(/\s+/).includes(prefixes.samlp!), `${place}/@protocolSupportEnumeration`, prefixes.samlp!, protocols)
    },
  },
  ...([['sign-on', 'SingleSignOnService', 'login', '', '2.4.3'], ['logout', 'SingleLogoutService', 'logout', '/logout', '2.4.2']] as const).map(([slug, name, subject, path, section]) => ({
    ...common,
    id: `protocols/saml/metadata/${slug}`,
    title: `SAML metadata: ${subject} by redirect and by POST, at the address of the client`,
    sources: [saml('metadata', section), settings],
    async run(world: World) {
      const services = select(await role(world), `md:${name}`)
      for (const binding of ['HTTP-Redirect', 'HTTP-POST']) {
        const found = services.find(({ attributes }) => attributes.Binding === `${bindings}:${binding}`)
        const bases = [world.target.issuer.replace(/\/$/, ''), world.target.baseUrl]
        expectOneOf(world, `${place}/md:${name}[@Binding='${bindings}:${binding}']/@Location`, found?.attributes.Location, bases.map((base) => `${base}/samlp/${provider(world).clientId}${path}`))
      }
    },
  })),
  {
    ...common,
    id: 'protocols/saml/metadata/certificate',
    title: 'SAML metadata: a signing certificate that is valid now, with an RSA key of 2048 bits or more',
    sources: [saml('metadata', '2.4.1.1')],
    async run(world) {
      const { certificates } = await metadataOf(world)
      expectThat(world, certificates.length > 0, `${place}/md:KeyDescriptor[@use='signing']`, 'a signing certificate', '(none)')
      expectNone(world, certificates.flatMap(certificateFindings))
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/published-key',
    title: 'SAML metadata: the certificate is one of the key set',
    sources: [saml('metadata', '2.4.1.1'), auth0Docs('get-started/tenant-settings/signing-keys')],
    level: 'should',
    needs: ['saml', 'jwks'],
    async run(world) {
      const { certificates } = await metadataOf(world)
      const keys = await world.once('protocols/saml jwks', () => world.client.send({ method: 'GET', path: '/.well-known/jwks.json' }))
      if (keys.status !== 200) throw new Blocked(`the key set is answered with ${keys.status}, which another check judges`)
      const published = JSON.stringify(keys.json ?? null)
      expectThat(world, certificates.some((certificate) => published.includes(JSON.stringify(certificate))), '/.well-known/jwks.json #/keys/*/x5c', 'the certificate of the metadata', '(absent)')
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/pem',
    title: 'SAML metadata: the certificate is the one at /pem',
    sources: [saml('metadata', '2.4.1.1'), auth0Docs('get-started/tenant-settings/signing-keys')],
    level: 'should',
    async run(world) {
      const { certificates } = await metadataOf(world)
      const answer = await world.client.send({ method: 'GET', path: '/pem' })
      if (!answer.body.includes('-----BEGIN CERTIFICATE-----')) throw new Blocked(`there is no certificate at /pem, which answered ${answer.status}`)
      const published = answer.body.replace(/-----[^-]*-----|\s/g, '')
      expectThat(world, certificates.some((certificate) => published.includes(certificate)), '/pem', 'the certificate of the metadata', 'another')
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/name-id-formats',
    title: 'SAML metadata: the three formats of names that Auth0 lists',
    sources: [nodeSamlp, saml('metadata', '2.4.2')],
    level: 'should',
    async run(world) {
      const listed = select(await role(world), 'md:NameIDFormat').map(({ text }) => text.trim())
      for (const format of formats) expectThat(world, listed.includes(format), `${place}/md:NameIDFormat`, format, listed.join(', '))
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/attributes',
    title: 'SAML metadata: the five attributes that Auth0 lists, named by URIs',
    sources: [nodeSamlp, saml('metadata', '2.4.3')],
    level: 'should',
    async run(world) {
      const listed = select(await role(world), 'saml:Attribute')
      for (const claim of claims) {
        const found = listed.find(({ attributes }) => attributes.Name === claim)
        expectOneOf(world, `${place}/saml:Attribute[@Name='${claim}']/@NameFormat`, found?.attributes.NameFormat, ['urn:oasis:names:tc:SAML:2.0:attrname-format:uri'])
      }
    },
  },
  {
    ...common,
    id: 'protocols/saml/metadata/order',
    title: 'SAML metadata: the parts of the description stand in the order of the schema',
    sources: [saml('metadata', '2.4.2'), saml('metadata', '2.4.3')],
    profiles: ['auth0', 'standard'],
    async run(world) {
      const names = (await role(world))?.elements.map(({ name }) => name) ?? []
      const known = names.filter((name) => order.includes(name))
      const sorted = known.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
      expectThat(world, known.length > 0 && known.join() === sorted.join(), `${place}/*`, [...new Set(sorted)].join(', '), [...new Set(known)].join(', '))
    },
  },
])
