import { createHash, verify, type KeyObject } from 'node:crypto'
import { digestMethods, refusal, signatureMethods, type Refusal, type SignatureStatement } from './signature-rules.ts'

type Libxml2 = typeof import('libxml2-wasm')

/** Canonical bytes of what a signature covers, the signature itself taken out; or why it covers nothing. */
export type Verified = { readonly covered: string } | { readonly refusal: Refusal }

/** The first of two verifiers: libxml2 parses and canonicalizes, OpenSSL does the rest. `text` has passed the gate. */
export async function verifyByLibxml2(text: string, statement: SignatureStatement, idAttribute: 'ID' | 'AssertionID', keys: readonly KeyObject[]): Promise<Verified> {
  const libxml2 = await import('libxml2-wasm')
  const { element, id, signature, digest, value, method, digestMethod } = statement
  let document: InstanceType<Libxml2['XmlDocument']>
  try {
    document = libxml2.XmlDocument.fromString(text, { option: libxml2.ParseOption.XML_PARSE_NONET | libxml2.ParseOption.XML_PARSE_NO_XXE })
  } catch {
    return { refusal: refusal('document', '/', 'well-formed XML', 'something else') }
  }
  try {
    // Canonical forms drop comments, so what stands on both sides of one would be read as one text, or as the first half of it.
    if (document.find('/*//comment() | /*//processing-instruction()').length > 0) return { refusal: refusal('document', '//comment()', 'no comments and no processing instructions', 'some') }
    const found = document.find(`//*[@${idAttribute}='${id}']`)
    const own = found[0]?.find("./*[local-name()='Signature' and namespace-uri()='http://www.w3.org/2000/09/xmldsig#']") ?? []
    const info = own[0]?.find("./*[local-name()='SignedInfo' and namespace-uri()='http://www.w3.org/2000/09/xmldsig#']") ?? []
    if (found.length !== 1 || own.length !== 1 || info.length !== 1) return { refusal: refusal('reference', `${element.path}/@${idAttribute}`, 'one element with one signature', String(found.length)) }
    const mode = libxml2.XmlC14NMode.XML_C14N_EXCLUSIVE_1_0
    const inclusive = (prefixes: readonly string[]) => (prefixes.length === 0 ? {} : { inclusiveNamespacePrefixes: [...prefixes] })
    const signedInfo = info[0]!.canonicalizeToString({ mode, ...inclusive(statement.prefixesOfInfo) })
    own[0]!.remove()
    const covered = found[0]!.canonicalizeToString({ mode, ...inclusive(statement.prefixesOfReference) })
    if (!createHash(digestMethods[digestMethod]!).update(covered, 'utf8').digest().equals(digest)) {
      return { refusal: refusal('value', `${signature.path}/ds:SignedInfo/ds:Reference/ds:DigestValue`, 'the digest of what is referred to', 'another') }
    }
    const isSigned = keys.some((key) => verify(signatureMethods[method]!, Buffer.from(signedInfo, 'utf8'), key, value))
    return isSigned ? { covered } : { refusal: refusal('value', `${signature.path}/ds:SignatureValue`, 'a signature with the key of the metadata', 'another') }
  } catch {
    return { refusal: refusal('document', element.path, 'XML that has a canonical form', 'something else') }
  } finally {
    document.dispose()
  }
}

/** The signature as a document of its own, for the other verifier. */
export async function signatureAlone(text: string, { id }: SignatureStatement, idAttribute: 'ID' | 'AssertionID'): Promise<string | undefined> {
  const libxml2 = await import('libxml2-wasm')
  const document = libxml2.XmlDocument.fromString(text, { option: libxml2.ParseOption.XML_PARSE_NONET | libxml2.ParseOption.XML_PARSE_NO_XXE })
  try {
    return document.get(`//*[@${idAttribute}='${id}']/*[local-name()='Signature']`)?.canonicalizeToString({ mode: libxml2.XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 })
  } finally {
    document.dispose()
  }
}
