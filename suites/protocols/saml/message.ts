import { admitXml } from '../../../core/xml-gate.ts'
import { descendantsOf, parseXml, prefixes, select, type XmlElement } from '../../xml.ts'
import { refusal } from './signature-rules.ts'
import { verifySignatures, type Verification } from './verification.ts'

/** A message with an assertion, as a strict relying party reads it. */
export interface Message {
  /** As it came, decoded. */
  readonly text: string
  readonly root: XmlElement
  /**
   * The assertion from the bytes that were signed, where a signature covers it. Otherwise the one that stands in the message, so that checks can
   * say what else is wrong; the checks of the signature say that nobody may believe it.
   */
  readonly assertion: XmlElement | undefined
  /** Where the assertion stands in the message; findings point there. */
  readonly assertionPath: string
  /** Whether `assertion` comes from signed bytes. */
  readonly isCovered: boolean
  readonly verification: Verification
}

/** Why something is no message at all. */
export type Unreadable = { readonly unreadable: string }

/** Reads the field `SAMLResponse` of the POST binding. `certificates` are those of the metadata: DER in base64. */
export async function readResponse(encoded: string, certificates: readonly string[]): Promise<Message | Unreadable> {
  const compact = encoded.replace(/[ \t\r\n]+/g, '')
  const bytes = Buffer.from(compact, 'base64')
  if (compact === '' || unpadded(bytes.toString('base64')) !== unpadded(compact)) return { unreadable: 'it is not base64' }
  return readMessage(bytes, 'ID', certificates, (root) => ({
    isMessage: isElement(root, 'Response', prefixes.samlp!), assertions: select(root, 'saml:Assertion'), carriers: [root, ...select(root, 'saml:Assertion')],
  }))
}

/** Without a pattern: one that ends in `=+$` looks at a long text of such signs from each of them. */
function unpadded(base64: string): string {
  let end = base64.length
  while (base64[end - 1] === '=') end--
  return base64.slice(0, end)
}

/** Reads the field `wresult` of a WS-Federation answer: a token response around an assertion of SAML 1.1. */
export async function readTokenResponse(text: string, certificates: readonly string[]): Promise<Message | Unreadable> {
  return readMessage(text, 'AssertionID', certificates, (root) => {
    const responses = ['t', 'trust'].flatMap((prefix) => [
      ...(isElement(root, 'RequestSecurityTokenResponse', prefixes[prefix]!) ? [root] : []),
      ...(isElement(root, 'RequestSecurityTokenResponseCollection', prefixes[prefix]!) ? select(root, `${prefix}:RequestSecurityTokenResponse`) : []),
    ])
    const assertions = responses.flatMap((response) => ['t', 'trust'].flatMap((prefix) => select(response, `${prefix}:RequestedSecurityToken/saml1:Assertion`)))
    return { isMessage: responses.length > 0, assertions, carriers: assertions }
  })
}

interface Shape {
  readonly isMessage: boolean
  readonly assertions: readonly XmlElement[]
  readonly carriers: readonly XmlElement[]
}

async function readMessage(raw: Uint8Array | string, idAttribute: 'ID' | 'AssertionID', certificates: readonly string[], shapeOf: (root: XmlElement) => Shape): Promise<Message | Unreadable> {
  const admission = admitXml(raw)
  if ('refusal' in admission) return { unreadable: admission.refusal }
  const { text } = admission
  const root = parseXml(text)
  if (!root) return { unreadable: 'it is not well-formed XML' }
  const { isMessage, assertions, carriers } = shapeOf(root)
  if (!isMessage) return { unreadable: `its document element is ${root.path}` }
  const all = descendantsOf(root).filter(({ name, namespace }) => name === 'Assertion' && (namespace === prefixes.saml || namespace === prefixes.saml1))
  const verification: Verification = all.length === 1 && assertions.length === 1
    ? await verifySignatures(text, root, carriers, idAttribute, certificates)
    : { parts: [], statements: [], refusals: [refusal('document', '//Assertion', 'exactly one, at its place', `${all.length} (${assertions.length} at its place)`)] }
  const signed = verification.parts.flatMap(({ element }) => (element.name === 'Assertion' ? [element] : select(element, 'saml:Assertion')))
  const [first] = assertions
  return { text, root, verification, assertion: signed[0] ?? first, assertionPath: first?.path ?? `${root.path}/saml:Assertion`, isCovered: signed.length > 0 }
}

function isElement(element: XmlElement, name: string, namespace: string): boolean {
  return element.name === name && element.namespace === namespace
}
