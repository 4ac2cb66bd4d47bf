import { finding, show } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import { descendantsOf, prefixes, select, type XmlElement } from '../../xml.ts'

/** What a strict relying party holds against a signature, by what is wrong with it. */
export type Rule = 'document' | 'placement' | 'structure' | 'reference' | 'transforms' | 'algorithm' | 'value'

/** One reason not to believe a message. */
export interface Refusal {
  readonly rule: Rule
  readonly finding: Finding
  /** The algorithm that is refused, where it is for that; transforms as a list. */
  readonly algorithm?: string
}

/** What a signature says of itself, once its form is right. Nothing is proved by it. */
export interface SignatureStatement {
  /** The element that it is a child of, and that it refers to. */
  readonly element: XmlElement
  readonly id: string
  readonly signature: XmlElement
  /** Prefixes that exclusive canonicalization treats inclusively, for `SignedInfo` and for what is signed. */
  readonly prefixesOfInfo: readonly string[]
  readonly prefixesOfReference: readonly string[]
  readonly method: string
  readonly digestMethod: string
  readonly digest: Buffer
  readonly value: Buffer
  /** Embedded certificates: DER in base64, without white space. They are compared, never trusted. */
  readonly certificates: readonly string[]
}

const exclusive = ['http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments']
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

/** Signature methods that are accepted, with the hash that OpenSSL calls them by. A keyed hash is none: its key would be public. */
export const signatureMethods: Readonly<Record<string, string>> = {
  'http://www.w3.org/2000/09/xmldsig#rsa-sha1': 'RSA-SHA1',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'RSA-SHA256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'RSA-SHA512',
}

/** Digest methods that are accepted. */
export const digestMethods: Readonly<Record<string, string>> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
}

/** Algorithms that are sound, and that at least one of the verifiers does not have: elliptic curves, PSS, the other sizes of SHA-2, SHA-3. */
const unverifiable = /^http:\/\/www\.w3\.org\/(?:2001\/04\/xmldsig-more#(?:ecdsa-sha(?:224|256|384|512)|rsa-sha(?:224|384)|sha(?:224|384))|2007\/05\/xmldsig-more#|2021\/04\/xmldsig-more#)/

const inclusive = /^http:\/\/www\.w3\.org\/(?:TR\/2001\/REC-xml-c14n-20010315|2006\/12\/xml-c14n11)(?:#WithComments)?$/

/**
 * Throws {@link Blocked} where a message is refused for algorithms that are sound, and that the verifiers here do not have: no standard forbids them
 * (SAML 2.0 Core 5.4.3 and 5.4.4 recommend). Whether they are those of Auth0 is for another check.
 */
export function expectVerifiable(refusals: readonly Refusal[]): void {
  const isSound = (algorithm: string): boolean => unverifiable.test(algorithm) || inclusive.test(algorithm) || exclusive.includes(algorithm) || algorithm === enveloped
  const other = refusals.find(({ algorithm }) => algorithm !== undefined && algorithm.split(', ').every(isSound))
  if (other) throw new Blocked(`the message is signed by ${other.algorithm}, which is not verified here`)
}

/**
 * The signatures of a message, as SAML profiles XML Signature (Core 5.4): each a child of the element that it signs, with one reference to
 * it by a unique id, and with no transform but the two that can't change what is meant. `carriers` are the elements that may be signed.
 */
export function readSignatures(root: XmlElement, carriers: readonly XmlElement[], idAttribute: 'ID' | 'AssertionID'): { readonly statements: SignatureStatement[]; readonly refusals: Refusal[] } {
  const all = descendantsOf(root)
  const signatures = all.filter(({ name, namespace }) => name === 'Signature' && namespace === prefixes.ds)
  const own = carriers.flatMap((carrier) => select(carrier, 'ds:Signature').map((signature) => ({ carrier, signature })))
  const refusals: Refusal[] = signatures.filter((signature) => !own.some((one) => one.signature === signature))
    .map(({ path }) => refusal('placement', path, `a child of ${carriers.map((carrier) => carrier.path).join(' or ')}`, 'elsewhere'))
  for (const carrier of carriers) {
    const count = select(carrier, 'ds:Signature').length
    if (count > 1) refusals.push(refusal('placement', `${carrier.path}/ds:Signature`, 'at most one', String(count)))
  }
  const ids = all.flatMap(({ attributes }) => ['ID', 'Id', 'id', 'AssertionID', 'ResponseID'].flatMap((name) => attributes[name] ?? []))
  const statements = own.flatMap(({ carrier, signature }) => {
    const { statement, refusals: more } = readSignature(carrier, signature, ids, carrier.attributes[idAttribute === 'ID' ? 'ID' : 'AssertionID'])
    refusals.push(...more)
    return statement ?? []
  })
  return { statements, refusals }
}

function readSignature(element: XmlElement, signature: XmlElement, ids: readonly string[], id: string | undefined): { readonly statement?: SignatureStatement; readonly refusals: Refusal[] } {
  const refusals: Refusal[] = []
  const demand = (holds: boolean, rule: Rule, at: string, expected: string, actual: unknown): void => {
    if (!holds) refusals.push({ ...refusal(rule, at, expected, show(actual)), ...(['algorithm', 'transforms'].includes(rule) && typeof actual === 'string' && actual.startsWith('http') ? { algorithm: actual } : {}) })
  }
  const kids = signature.elements.map(({ name, namespace }) => (namespace === prefixes.ds ? name : `{${namespace}}${name}`)).join(' ')
  demand(/^SignedInfo SignatureValue(?: KeyInfo)?$/.test(kids), 'structure', signature.path, 'SignedInfo, SignatureValue, KeyInfo', kids)
  const [info] = select(signature, 'ds:SignedInfo')
  const steps = info?.elements.map(({ name, namespace }) => (namespace === prefixes.ds ? name : `{${namespace}}${name}`)).join(' ')
  if (!info || !/^CanonicalizationMethod SignatureMethod Reference$/.test(steps ?? '')) {
    const references = select(info, 'ds:Reference').length
    demand(false, references === 1 ? 'structure' : 'reference', info?.path ?? `${signature.path}/ds:SignedInfo`, 'CanonicalizationMethod, SignatureMethod, one Reference', steps)
    return { refusals }
  }
  const [canonicalization] = select(info, 'ds:CanonicalizationMethod')
  const [method] = select(info, 'ds:SignatureMethod')
  const [reference] = select(info, 'ds:Reference')
  demand(exclusive.includes(canonicalization!.attributes.Algorithm ?? ''), 'transforms', `${canonicalization!.path}/@Algorithm`, exclusive[0]!, canonicalization!.attributes.Algorithm)
  demand(Object.hasOwn(signatureMethods, method!.attributes.Algorithm ?? ''), 'algorithm', `${method!.path}/@Algorithm`, 'RSA with SHA-1 or SHA-2', method!.attributes.Algorithm)
  demand(method!.elements.length === 0, 'algorithm', method!.path, 'no parameters', method!.elements.length)

  demand(id !== undefined && /^[\p{L}_][\p{L}\p{M}\p{N}_.-]*$/u.test(id), 'reference', `${element.path}/@ID`, 'an XML id', id)
  demand(ids.filter((other) => other === id).length === 1, 'reference', `${element.path}/@ID`, 'an id that no other element has', id)
  demand(reference!.attributes.URI === `#${id}`, 'reference', `${reference!.path}/@URI`, `#${id}`, reference!.attributes.URI)
  const transforms = select(reference, 'ds:Transforms/ds:Transform')
  const names = transforms.map(({ attributes }) => attributes.Algorithm ?? '')
  demand(names.length === 2 && names[0] === enveloped && exclusive.includes(names[1]!), 'transforms', `${reference!.path}/ds:Transforms`, `${enveloped}, ${exclusive[0]}`, names.join(', '))
  for (const holder of [canonicalization!, ...transforms]) {
    // Some signers write the list to the enveloped transform too, in a namespace of that, where it means nothing.
    const isOwn = holder.elements.every(({ name, namespace, elements }) => name === 'InclusiveNamespaces' && elements.length === 0 && (namespace === prefixes.ec || (holder === transforms[0] && namespace === enveloped)))
    demand(isOwn && holder.elements.length <= 1, 'transforms', holder.path, 'no parameters but InclusiveNamespaces', holder.elements.map(({ name }) => name).join(', '))
  }
  const [digestMethod] = select(reference, 'ds:DigestMethod')
  demand(Object.hasOwn(digestMethods, digestMethod?.attributes.Algorithm ?? ''), 'algorithm', `${reference!.path}/ds:DigestMethod/@Algorithm`, 'SHA-1 or SHA-2', digestMethod?.attributes.Algorithm)
  const parts = reference!.elements.map(({ name, namespace }) => (namespace === prefixes.ds ? name : `{${namespace}}${name}`)).join(' ')
  demand(parts === 'Transforms DigestMethod DigestValue', 'structure', reference!.path, 'Transforms, DigestMethod, DigestValue', parts)
  const digest = bytesOf(select(reference, 'ds:DigestValue'))
  const value = bytesOf(select(signature, 'ds:SignatureValue'))
  demand(digest !== undefined, 'value', `${reference!.path}/ds:DigestValue`, 'base64', 'something else')
  demand(value !== undefined, 'value', `${signature.path}/ds:SignatureValue`, 'base64', 'something else')
  if (refusals.length > 0 || id === undefined || !digest || !value) return { refusals }
  return {
    refusals,
    statement: {
      element, id, signature, digest, value,
      prefixesOfInfo: inclusivePrefixes(canonicalization!),
      prefixesOfReference: inclusivePrefixes(transforms[1]!),
      method: method!.attributes.Algorithm!,
      digestMethod: digestMethod!.attributes.Algorithm!,
      certificates: select(signature, 'ds:KeyInfo/ds:X509Data/ds:X509Certificate').map(({ text }) => text.replace(/\s+/g, '')),
    },
  }
}

function inclusivePrefixes(holder: XmlElement): string[] {
  return (holder.elements[0]?.attributes.PrefixList ?? '').split(/\s+/).filter((prefix) => prefix !== '')
}

/** Base64 to the letter: decoders that skip what they don't know would let two texts mean the same. */
function bytesOf([element, ...more]: readonly XmlElement[]): Buffer | undefined {
  if (!element || more.length > 0 || element.elements.length > 0) return undefined
  const compact = element.text.replace(/[ \t\r\n]+/g, '')
  const bytes = Buffer.from(compact, 'base64')
  return compact !== '' && bytes.toString('base64') === compact ? bytes : undefined
}

/** One reason not to believe a message, at a place of it. */
export function refusal(rule: Rule, at: string, expected: string, actual: string): Refusal {
  return { rule, finding: finding(at, expected, actual) }
}
