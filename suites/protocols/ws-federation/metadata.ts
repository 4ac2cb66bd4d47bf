import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat } from '../../../core/expectation.ts'
import { admitXml } from '../../../core/xml-gate.ts'
import { toChecks } from '../../checks.ts'
import { auth0Docs, recorded2021, saml, wsFederation } from '../../sources.ts'
import { elementsAt, parseXml, prefixes, select } from '../../xml.ts'
import { certificateFindings } from '../saml/certificate.ts'

import { certificatesOf, metadataOf, metadataPath, party, signIn } from './signing-in.ts'

const common = { level: 'must', profiles: ['auth0'], needs: ['wsfed'] } as const
const place = '/md:EntityDescriptor/md:RoleDescriptor'
const identity = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const claimTypes = [...['emailaddress', 'givenname', 'name', 'surname', 'nameidentifier', 'upn'].map((name) => `${identity}/${name}`), 'http://schemas.xmlsoap.org/claims/Group']

/** What the security token service says about itself. */
export const metadata: readonly Check[] = toChecks({ operations: [`GET ${metadataPath}`], collectionItems: ['WS-Fed / Returns the WS-Federation Metadata'] }, [
  {
    ...common,
    id: 'protocols/ws-federation/metadata/well-formed',
    title: 'WS-Federation metadata: well-formed XML without a document type, about one entity',
    sources: [wsFederation('3.2.2'), saml('metadata', '2.3.2')],
    profiles: ['auth0', 'standard'],
    async run(world) {
      const { body, root } = await metadataOf(world)
      const admission = admitXml(body)
      expectThat(world, 'text' in admission && root !== undefined, 'body', 'XML that any parser may read', 'refusal' in admission ? admission.refusal : '(not well-formed)')
      expectOneOf(world, 'document element', `{${root.namespace}}${root.name}`, [`{${prefixes.md}}EntityDescriptor`])
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/token-service',
    title: 'WS-Federation metadata: a security token service, by the type of its description',
    sources: [wsFederation('3.1.2.2'), saml('metadata', '2.4.1')],
    profiles: ['auth0', 'standard'],
    async run(world) {
      const roles = select((await metadataOf(world)).root, 'md:RoleDescriptor')
      const types = roles.map((role) => role.resolve(role.attributes.type ?? '')).map(({ namespace, name }) => `{${namespace}}${name}`)
      expectThat(world, types.includes(`{${prefixes.fed}}SecurityTokenServiceType`), `${place}/@xsi:type`, `{${prefixes.fed}}SecurityTokenServiceType`, types.join(', '))
      const protocols = roles[0]!.attributes.protocolSupportEnumeration
      expectThat(world, (protocols ?? '').split(/\s+/).includes(prefixes.fed!), `${place}/@protocolSupportEnumeration`, prefixes.fed!, protocols)
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/endpoint',
    title: 'WS-Federation metadata: browsers sign in at /wsfed',
    sources: [wsFederation('3.1'), recorded2021],
    async run(world) {
      const [address] = select((await metadataOf(world)).root, 'md:RoleDescriptor/fed:PassiveRequestorEndpoint/wsa:EndpointReference/wsa:Address')
      expectOneOf(world, `${place}/fed:PassiveRequestorEndpoint/wsa:EndpointReference/wsa:Address`, address?.text.trim(), [world.target.issuer.replace(/\/$/, ''), world.target.baseUrl].map((base) => `${base}/wsfed`))
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/certificate',
    title: 'WS-Federation metadata: a signing certificate that is valid now, with an RSA key of 2048 bits or more',
    sources: [saml('metadata', '2.4.1.1'), wsFederation('3.1')],
    async run(world) {
      const { certificates } = await metadataOf(world)
      expectThat(world, certificates.length > 0, `${place}/md:KeyDescriptor`, 'a certificate', '(none)')
      expectNone(world, certificates.flatMap(certificateFindings))
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/same-certificate',
    title: 'WS-Federation metadata: the certificate is that of the SAML metadata',
    sources: [saml('metadata', '2.4.1.1'), recorded2021],
    needs: ['wsfed', 'saml'],
    async run(world) {
      const { certificates } = await metadataOf(world)
      const { clientId } = world.personas.clients.saml ?? party(world)
      const other = await world.client.send({ method: 'GET', path: `/samlp/metadata/${clientId}` })
      const theirs = elementsAt(parseXml(other.body), 'IDPSSODescriptor', 'KeyDescriptor', 'KeyInfo', 'X509Data', 'X509Certificate').map(({ text }) => text.replace(/\s+/g, ''))
      expectThat(world, certificates.some((one) => theirs.includes(one)), `${place}/md:KeyDescriptor//ds:X509Certificate`, 'the certificate of the SAML metadata', 'another')
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/token-types',
    title: 'WS-Federation metadata: tokens are assertions of SAML 1.1',
    sources: [wsFederation('3.1'), recorded2021],
    async run(world) {
      const uris = select((await metadataOf(world)).root, 'md:RoleDescriptor/fed:TokenTypesOffered/fed:TokenType').map(({ attributes }) => attributes.Uri)
      expectThat(world, uris.includes('urn:oasis:names:tc:SAML:1.0:assertion'), `${place}/fed:TokenTypesOffered/fed:TokenType/@Uri`, 'urn:oasis:names:tc:SAML:1.0:assertion', uris.join(', '))
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/claim-types',
    title: 'WS-Federation metadata: the seven claims that Auth0 offers',
    sources: [wsFederation('3.1'), recorded2021],
    level: 'should',
    async run(world) {
      const uris = select((await metadataOf(world)).root, 'md:RoleDescriptor/fed:ClaimTypesOffered/auth:ClaimType').map(({ attributes }) => attributes.Uri)
      for (const type of claimTypes) expectThat(world, uris.includes(type), `${place}/fed:ClaimTypesOffered/auth:ClaimType/@Uri`, type, uris.join(', '))
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/of-client',
    title: 'WS-Federation metadata: there is a description below the address of the application, with the same key',
    sources: [auth0Docs('authenticate/protocols/ws-fed-protocol')],
    level: 'should',
    async run(world) {
      const answer = await world.client.send({ method: 'GET', path: metadataPath.replace('/wsfed', `/wsfed/${party(world).clientId}`) })
      expectOneOf(world, 'status', answer.status, [200])
      const own = certificatesOf(parseXml(answer.body))
      const { certificates } = await metadataOf(world)
      expectThat(world, own.some((one) => certificates.includes(one)), `${place}/md:KeyDescriptor//ds:X509Certificate`, 'the certificate of the tenant', own.length === 0 ? '(none)' : 'another')
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/metadata/issuer',
    title: 'WS-Federation metadata: the entity is the issuer of the tokens',
    // The name is recorded in metadata; no token of a tenant was.
    level: 'should',
    sources: [saml('metadata', '2.3.2'), auth0Docs('authenticate/protocols/ws-fed-protocol')],
    needs: ['wsfed', 'login'],
    async run(world) {
      const { message } = await signIn(world)
      expectOneOf(world, `${message.assertionPath}/@Issuer`, message.assertion?.attributes.Issuer, [(await metadataOf(world)).root?.attributes.entityID])
    },
  },
])
