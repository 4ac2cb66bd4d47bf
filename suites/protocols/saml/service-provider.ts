import { createSign, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { SamlClientPersona, SigningSamlClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { required } from '../../endpoints/recipes.ts'

export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
export const rsaSha1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
export const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'

const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
const assertion = 'urn:oasis:names:tc:SAML:2.0:assertion'

/** A message of a service provider, before it is signed. */
export interface OwnMessage {
  readonly id: string
  readonly xml: string
}

/** The application whose requests have to be signed. Throws `Blocked` where the target has none. */
export function signingProvider(world: World): SigningSamlClientPersona {
  return required(world.personas.clients.samlSigned, 'clients.samlSigned')
}

/** A request to log a user in. */
export function authnRequest(world: World, provider: SamlClientPersona): OwnMessage {
  const id = `_${randomBytes(16).toString('hex')}`
  return { id, xml: start('AuthnRequest', id, world.target.address(`/samlp/${provider.clientId}`), ` AssertionConsumerServiceURL="${escaped(provider.acs)}"`)
    + `<saml:Issuer>${escaped(provider.entityId)}</saml:Issuer></samlp:AuthnRequest>` }
}

/** Whom a logout is about, as the assertion named them. */
export interface Subject {
  readonly nameId: string
  readonly format: string | undefined
  readonly sessionIndex: string
}

/** A request to end the session of a user; without an issuer where that is empty. */
export function logoutRequest(world: World, provider: SamlClientPersona, subject: Subject, issuer = provider.entityId): OwnMessage {
  const id = `_${randomBytes(16).toString('hex')}`
  const format = subject.format === undefined ? '' : ` Format="${escaped(subject.format)}"`
  return { id, xml: start('LogoutRequest', id, world.target.address(`/samlp/${provider.clientId}/logout`), '')
    + (issuer === '' ? '' : `<saml:Issuer>${escaped(issuer)}</saml:Issuer>`)
    + `<saml:NameID${format}>${escaped(subject.nameId)}</saml:NameID><samlp:SessionIndex>${escaped(subject.sessionIndex)}</samlp:SessionIndex></samlp:LogoutRequest>` }
}

/** The parameters of the redirect binding, in the order in which they are signed. */
export type Parameters = readonly (readonly [name: string, value: string])[]

/** The parameters of a message by redirect, without a signature. */
export function byRedirect(message: OwnMessage, relayState: string): Parameters {
  return [['SAMLRequest', deflateRawSync(message.xml).toString('base64')], ['RelayState', relayState]]
}

/** Adds `SigAlg` and `Signature` (SAML 2.0 Bindings 3.4.4.1). `key`: PEM. */
export function signed(parameters: Parameters, key: string, algorithm = rsaSha256): Parameters {
  const content: Parameters = [...parameters, ['SigAlg', algorithm]]
  const signature = createSign(algorithm === rsaSha1 ? 'RSA-SHA1' : 'RSA-SHA256').update(queryOf(content)).sign(key, 'base64')
  return [...content, ['Signature', signature]]
}

/** The parameters with other values for some; `undefined` takes one away. */
export function changed(parameters: Parameters, change: Readonly<Record<string, string | undefined>>): Parameters {
  return parameters.flatMap(([name, value]) => {
    const next = Object.hasOwn(change, name) ? change[name] : value
    return next === undefined ? [] : [[name, next] as const]
  })
}

/** A query whose encoding everybody agrees about: percent signs and upper case, as signatures are made over it. */
export function queryOf(parameters: Parameters): string {
  return parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
}

/** A message with a signature of its own over all of it, behind its issuer (SAML 2.0 Core 5.4). `key`: PEM. */
export async function signedXml({ xml }: OwnMessage, key: string): Promise<string> {
  const { SignedXml } = await import('xml-crypto')
  const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
  const signature = new SignedXml({ privateKey: key, signatureAlgorithm: rsaSha256, canonicalizationAlgorithm: exclusive })
  signature.addReference({
    xpath: '/*', transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', exclusive], digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  })
  signature.computeSignature(xml, { location: { reference: `/*/*[local-name(.)='Issuer']`, action: 'after' } })
  return signature.getSignedXml()
}

/** The form of the POST binding. */
export function formOf(xml: string, relayState: string): Readonly<Record<string, string>> {
  return { SAMLRequest: Buffer.from(xml).toString('base64'), RelayState: relayState }
}

function start(name: string, id: string, destination: string, attributes: string): string {
  return `<samlp:${name} xmlns:samlp="${protocol}" xmlns:saml="${assertion}" ID="${id}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${escaped(destination)}"${attributes}>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
