import { X509Certificate } from 'node:crypto'
import { parseXml, type XmlElement } from '../../xml.ts'
import { readSignatures, refusal, type Refusal, type SignatureStatement } from './signature-rules.ts'
import { signatureAlone, verifyByLibxml2 } from './verifier-libxml2.ts'
import { verifyByXmlCrypto } from './verifier-xml-crypto.ts'

/** An element that a signature covers, read from the very bytes that were signed. */
export interface SignedPart {
  readonly statement: SignatureStatement
  /** The element without its signature, from its canonical form. */
  readonly element: XmlElement
}

/** What a strict relying party thinks of a message. */
export interface Verification {
  /** Empty where anything at all is wrong. */
  readonly parts: readonly SignedPart[]
  /** Every signature whose form is right, verified or not. */
  readonly statements: readonly SignatureStatement[]
  readonly refusals: readonly Refusal[]
  /** The two verifiers say different things: nobody can be accused on their word. */
  readonly disagreement?: string
}

/**
 * Verifies every signature of a message by two independent verifiers. All or nothing: a message with one bad signature has no good ones.
 * `certificates` are those of the metadata: DER in base64.
 */
export async function verifySignatures(text: string, root: XmlElement, carriers: readonly XmlElement[], idAttribute: 'ID' | 'AssertionID', certificates: readonly string[]): Promise<Verification> {
  const { statements, refusals } = readSignatures(root, carriers, idAttribute)
  if (statements.length === 0 && refusals.length === 0) refusals.push(refusal('placement', `${carriers.at(-1)?.path ?? root.path}/ds:Signature`, 'a signature', '(absent)'))
  const trusted = certificates.flatMap(certificateOf)
  if (trusted.length === 0) refusals.push(refusal('value', 'metadata //ds:X509Certificate', 'an RSA certificate', '(none)'))
  if (refusals.length > 0) return { parts: [], statements, refusals }
  const keys = trusted.map(({ publicKey }) => publicKey)
  const parts: SignedPart[] = []
  for (const statement of statements) {
    const first = await verifyByLibxml2(text, statement, idAttribute, keys)
    const alone = await signatureAlone(text, statement, idAttribute)
    const second = alone === undefined ? undefined : await verifyByXmlCrypto(text, alone, idAttribute, trusted.map(String))
    if ('refusal' in first) {
      // Only one of the two looks for comments.
      const isDisputed = second !== undefined && first.refusal.rule !== 'document'
      return { parts: [], statements, refusals: [first.refusal], ...(isDisputed ? { disagreement: `libxml2 refuses ${statement.element.path}, xml-crypto does not` } : {}) }
    }
    if (second !== first.covered) {
      const disagreement = `libxml2 accepts ${statement.element.path}, xml-crypto ${second === undefined ? 'refuses it' : 'reads other bytes'}`
      return { parts: [], statements, refusals: [refusal('value', statement.signature.path, 'one reading', 'two')], disagreement }
    }
    const element = parseXml(first.covered)
    if (!element) return { parts: [], statements, refusals: [refusal('document', statement.element.path, 'XML', 'something else')] }
    parts.push({ statement, element })
  }
  return { parts, statements, refusals: [] }
}

/** The certificate, where it can be read and its key is one of RSA; else none. */
export function certificateOf(base64: string): X509Certificate[] {
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'))
    return certificate.publicKey.asymmetricKeyType === 'rsa' ? [certificate] : []
  } catch {
    return []
  }
}
