/**
 * The second verifier: xml-crypto, with a parser and a canonicalization of its own. Returns the canonical text that the signature covers, or
 * `undefined`. The key is that of the metadata; what the message embeds is not looked at. `signature` is the element as a document of its own.
 */
export async function verifyByXmlCrypto(text: string, signature: string, idAttribute: 'ID' | 'AssertionID', certificates: readonly string[]): Promise<string | undefined> {
  const { SignedXml } = await import('xml-crypto')
  for (const certificate of certificates) {
    const verifier = new SignedXml({
      publicCert: certificate,
      getCertFromKeyInfo: () => null,
      // Naming an attribute that the library looks for anyway makes it see every id twice.
      ...(idAttribute === 'ID' ? {} : { idAttribute }),
    })
    try {
      verifier.loadSignature(signature)
      const references = verifier.checkSignature(text) ? verifier.getSignedReferences() : []
      if (references.length === 1) return references[0]
    } catch {
      // It says so by throwing, too.
    }
  }
  return undefined
}
