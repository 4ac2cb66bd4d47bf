import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat } from '../../../core/expectation.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { perProfile } from '../oidc/authorization/authorizing.ts'
import type { Message } from './message.ts'
import { expectVerifiable, type Rule } from './signature-rules.ts'
import { metadataOf, provider, signOn, signOnByPost } from './sign-on.ts'

const common = { level: 'must', needs: ['saml', 'login'] } as const
const customizations = auth0Docs('authenticate/protocols/saml/saml-configuration/customize-saml-assertions')
const sha1 = ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', 'http://www.w3.org/2000/09/xmldsig#sha1']
const sha256 = ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2001/04/xmlenc#sha256']

/** What the strict relying party holds against a message, as far as it is of these kinds. */
export function expectNoRefusals(world: World, { verification }: Message, ...rules: readonly Rule[]): void {
  expectNone(world, verification.refusals.filter(({ rule }) => rules.includes(rule)).map(({ finding }) => finding))
}

/** The assertion is covered by a signature that verifies, and the strict relying party holds nothing against the message. */
export function expectVerified(world: World, { verification, isCovered, assertionPath }: Message): void {
  expectVerifiable(verification.refusals)
  expectNone(world, verification.refusals.map(({ finding }) => finding))
  expectThat(world, isCovered, assertionPath, 'covered by a signature', 'not covered')
}

/** Algorithms and certificate of every signature; what the strict relying party refuses for other reasons is judged elsewhere. */
export function expectAlgorithms(world: World, { verification }: Message, accepted: readonly string[]): void {
  expectThat(world, verification.statements.length > 0, '//ds:Signature', 'a signature that can be read', '(none)')
  for (const { signature, method, digestMethod } of verification.statements) {
    expectOneOf(world, `${signature.path}/ds:SignedInfo/ds:SignatureMethod/@Algorithm`, method, accepted)
    expectOneOf(world, `${signature.path}/ds:SignedInfo/ds:Reference/ds:DigestMethod/@Algorithm`, digestMethod, accepted)
  }
}

/** Whether what is embedded is what the metadata publishes. */
export function expectCertificate(world: World, { verification }: Message, published: readonly string[]): void {
  expectVerifiable(verification.refusals)
  expectThat(world, verification.statements.length > 0, '//ds:Signature', 'a signature that can be read', '(none)')
  for (const { signature, certificates } of verification.statements) {
    for (const certificate of certificates) expectThat(world, published.includes(certificate), `${signature.path}/ds:KeyInfo/ds:X509Data/ds:X509Certificate`, 'the certificate of the metadata', `${certificate.slice(0, 40)}…`)
  }
}

export const accepted = [...sha1, ...sha256]
export const strong = sha256

/** The signature, as somebody sees it who believes nothing that it does not cover. */
export const signature: readonly Check[] = toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
  {
    ...common,
    id: 'protocols/saml/signature/place',
    title: 'SAML signature: a child of the response or the assertion that it signs, and nowhere else',
    sources: [saml('profiles', '4.1.4.5'), saml('core', '5.4')],
    run: async (world) => expectNoRefusals(world, (await signOn(world)).message, 'placement'),
  },
  {
    ...common,
    id: 'protocols/saml/signature/after-issuer',
    title: 'SAML signature: right behind the issuer',
    sources: [saml('core', '2.3.3'), saml('core', '3.2.2')],
    async run(world) {
      const { message } = await signOn(world)
      expectVerifiable(message.verification.refusals)
      expectThat(world, message.verification.statements.length > 0, '//ds:Signature', 'a signature that can be read', '(none)')
      for (const { element } of message.verification.statements) {
        expectOneOf(world, `${element.path}/*`, element.elements.slice(0, 2).map(({ name }) => name).join(', '), ['Issuer, Signature'])
      }
    },
  },
  {
    ...common,
    id: 'protocols/saml/signature/reference',
    title: 'SAML signature: one reference, to the id of its parent, which no other element has',
    sources: [saml('core', '5.4.2')],
    run: async (world) => expectNoRefusals(world, (await signOn(world)).message, 'reference'),
  },
  {
    ...common,
    id: 'protocols/saml/signature/transforms',
    title: 'SAML signature: exclusive canonicalization, and no transform but that and the enveloped one',
    sources: [saml('core', '5.4.3'), saml('core', '5.4.4'), nodeSamlp],
    profiles: ['auth0'],
    run: async (world) => expectNoRefusals(world, (await signOn(world)).message, 'transforms'),
  },
  {
    ...common,
    id: 'protocols/saml/signature/transforms/standard',
    title: 'SAML signature: the transforms are those that SAML recommends',
    sources: [saml('core', '5.4.3'), saml('core', '5.4.4')],
    level: 'should',
    profiles: ['standard'],
    run: async (world) => expectNoRefusals(world, (await signOn(world)).message, 'transforms'),
  },
  {
    ...common,
    id: 'protocols/saml/signature/verifies',
    title: 'SAML signature: it verifies with the certificate of the metadata, over exactly what is read',
    sources: [saml('core', '5.4.5'), saml('profiles', '4.1.4.5')],
    async run(world) {
      const { message } = await signOn(world)
      expectVerified(world, message)
    },
  },
  {
    ...common,
    id: 'protocols/saml/signature/verifies-by-post',
    title: 'SAML signature: that of a response to a request by POST verifies, too',
    sources: [saml('core', '5.4.5'), saml('bindings', '3.5.4')],
    operations: ['POST /samlp/{client_id}'],
    collectionItems: [],
    async run(world) {
      const { message } = await signOnByPost(world)
      expectVerified(world, message)
    },
  },
  // Whoever verifies takes the key from the metadata: what is embedded is a hint (Core 5.4.5).
  ...perProfile({ auth0: 'must', standard: 'should' }, {
    ...common,
    id: 'protocols/saml/signature/certificate',
    title: 'SAML signature: the embedded certificate is that of the metadata',
    sources: [saml('core', '5.4.5'), nodeSamlp],
    run: async (world) => expectCertificate(world, (await signOn(world)).message, (await metadataOf(world)).certificates),
  }),
  {
    ...common,
    id: 'protocols/saml/signature/algorithm',
    title: 'SAML signature: RSA with SHA-256 or SHA-1',
    sources: [customizations, saml('core', '5.4.1')],
    profiles: ['auth0'],
    run: async (world) => {
      const { message } = await signOn(world)
      expectNoRefusals(world, message, 'algorithm')
      expectAlgorithms(world, message, accepted)
    },
  },
  {
    ...common,
    id: 'protocols/saml/signature/sha256',
    title: 'SAML signature: SHA-256 for signature and digest',
    sources: [customizations, nodeSamlp],
    level: 'should',
    profiles: ['auth0'],
    run: async (world) => expectAlgorithms(world, (await signOn(world)).message, strong),
  },
  // It asks for more than the standard does: a name, for one.
  ...perProfile({ auth0: 'must', standard: 'should' }, {
    ...common,
    id: 'protocols/saml/interoperability/node-saml',
    title: 'SAML login: a relying party on node-saml completes it',
    sources: [saml('profiles', '4.1.4.3'), { name: 'node-saml 5.1.0', url: 'https://github.com/node-saml/node-saml/tree/v5.1.0' }],
    async run(world: World) {
      const { message, request, form } = await signOn(world)
      expectVerifiable(message.verification.refusals)
      const { SAML } = await import('@node-saml/node-saml')
      const { acs, entityId } = provider(world)
      const signed = new Set(message.verification.parts.map(({ statement }) => statement.element.name))
      const party = new SAML({
        callbackUrl: acs, issuer: entityId, audience: entityId, idpCert: [...(await metadataOf(world)).certificates], acceptedClockSkewMs: 60_000,
        // Either is enough: which one is a setting of the tenant.
        wantAuthnResponseSigned: signed.has('Response'), wantAssertionsSigned: !signed.has('Response'), signatureAlgorithm: 'sha256', identifierFormat: null,
      })
      const encoded = form.controls.find(({ name }) => name === 'SAMLResponse')!.value
      const outcome = await party.validatePostResponseAsync({ SAMLResponse: encoded }).then(({ profile }) => ({ nameId: profile?.nameID }), (error: Error) => ({ refusal: error.message }))
      expectThat(world, !('refusal' in outcome), 'form input SAMLResponse', 'a response that node-saml accepts', 'refusal' in outcome ? outcome.refusal : '')
      expectThat(world, 'nameId' in outcome && (outcome.nameId ?? '') !== '' && request !== undefined, 'profile of node-saml', 'a nameID', 'nameId' in outcome ? outcome.nameId : undefined)
    },
  }),
])
