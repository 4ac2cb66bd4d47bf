import { createHash, createSign } from 'node:crypto'
import { XmlC14NMode, XmlDocument } from 'libxml2-wasm'
import { trustedPem } from './genuine.ts'

const ds = 'http://www.w3.org/2000/09/xmldsig#'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** How a response is signed anew, with the key that is trusted. */
export interface Signing {
  /** Changes the message before it is signed. */
  readonly edit?: (xml: string) => string
  /** `PrefixList` of the canonicalization of the assertion, and of `SignedInfo`. */
  readonly prefixes?: string
  readonly prefixesOfInfo?: string
  /** The element `Signature`, with its digest and its value left out: `DIGEST` and `VALUE`. */
  readonly template?: (usual: string) => string
}

/** The response with an assertion that is signed by hand, so that the signature may have any form. */
export function signedByHand(response: string, { edit = (xml) => xml, prefixes, prefixesOfInfo, template = (usual) => usual }: Signing): string {
  const bare = edit(response.replace(/<Signature xmlns=.*?<\/Signature>/s, ''))
  const id = /<saml:Assertion [^>]*ID="([^"]*)"/.exec(bare)![1]
  const list = (names: string | undefined): string => (names === undefined ? '' : `<ec:InclusiveNamespaces xmlns:ec="${exclusive}" PrefixList="${names}"/>`)
  const algorithm = (name: string, uri: string, inside = ''): string => `<${name} Algorithm="${uri}">${inside}</${name}>`
  const usual = `<Signature xmlns="${ds}"><SignedInfo>${algorithm('CanonicalizationMethod', exclusive, list(prefixesOfInfo))}${algorithm('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}`
    + `<Reference URI="#${id}"><Transforms>${algorithm('Transform', `${ds}enveloped-signature`)}${algorithm('Transform', exclusive, list(prefixes))}</Transforms>`
    + `${algorithm('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256')}<DigestValue>DIGEST</DigestValue></Reference></SignedInfo><SignatureValue>VALUE</SignatureValue></Signature>`
  const digest = createHash('sha256').update(canonical(bare, `//*[@ID='${id}']`, prefixes)).digest('base64')
  const placed = bare.replace(/(<saml:Assertion .*?<\/saml:Issuer>)/s, (start) => start + template(usual).replace('DIGEST', digest))
  const value = createSign('RSA-SHA256').update(canonical(placed, "//*[local-name()='SignedInfo']", prefixesOfInfo)).sign(trustedPem, 'base64')
  return placed.replace('VALUE', value)
}

function canonical(xml: string, element: string, prefixes: string | undefined): string {
  const document = XmlDocument.fromString(xml)
  try {
    const found = document.get(element) as unknown as { canonicalizeToString(options: object): string }
    return found.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0, ...(prefixes === undefined ? {} : { inclusiveNamespacePrefixes: prefixes.split(' ') }) })
  } finally {
    document.dispose()
  }
}
