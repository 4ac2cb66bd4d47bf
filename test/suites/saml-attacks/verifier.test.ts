import { describe, expect, test } from 'vitest'
import { Blocked } from '../../../core/finding.ts'
import { select } from '../../../suites/xml.ts'
import { readResponse, readTokenResponse, type Message } from '../../../suites/protocols/saml/message.ts'
import { expectVerifiable } from '../../../suites/protocols/saml/signature-rules.ts'
import { certificate, genuineResponse, genuineTokenResponse } from './genuine.ts'
import { signedByHand, type Signing } from './signing-by-hand.ts'
import { responseWrappings, tricks, wrappings } from './attacks.ts'

const read = async (xml: string): Promise<Message | undefined> => {
  const message = await readResponse(Buffer.from(xml).toString('base64'), [certificate])
  return 'unreadable' in message ? undefined : message
}

/** Whom a relying party would log in: only what is covered counts. */
const nameIn = (message: Message | undefined): string | undefined => (message?.isCovered ? select(message.assertion, 'saml:Subject/saml:NameID')[0]?.text : undefined)
const user = 'auth0|5f7c8ec7c33c6c004bbafe82'

describe('a genuine message is accepted', () => {
  const algorithms = { sha1: { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }, sha256: { signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256' } }
  for (const [hash, addon] of Object.entries(algorithms)) {
    test.each(['assertion', 'response', 'both'] as const)(`${hash}, signed: %s`, async (signed) => {
      const message = await read(await genuineResponse(signed, addon))
      expect(message?.verification.refusals).toEqual([])
      expect(message?.verification.parts).toHaveLength(signed === 'both' ? 2 : 1)
      expect(nameIn(message)).toBe(user)
    })

    test(`${hash}, SAML 1.1 in a token response`, async () => {
      const message = await readTokenResponse(await genuineTokenResponse(addon), [certificate])
      expect(message).toMatchObject({ isCovered: true, verification: { refusals: [] } })
      expect(select((message as Message).assertion, 'saml1:AttributeStatement/saml1:Subject/saml1:NameIdentifier')[0]?.text).toBe(user)
    })
  }

  test.each<[string, (xml: string) => string]>([
    ['an XML declaration', (xml) => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`],
    ['a comment in front', (xml) => `<!-- made today -->${xml}`],
    ['attributes in another order', (xml) => xml.replace(/(<saml:NameID) (Format="[^"]*")/, '$1  $2 ').replace(/(<saml:Conditions) (NotBefore="[^"]*") (NotOnOrAfter="[^"]*")/, '$1 $3\n$2')],
    ['spaces around the signature value', (xml) => xml.replace(/(<SignatureValue>)([^<]{20})/, '$1\n $2\n')],
    ['white space outside of what is signed', (xml) => xml.replace('<samlp:Status>', '\n  <samlp:Status>\n')],
    ['a byte order mark', (xml) => `\uFEFF${xml}`],
    ['the NameID in CDATA', (xml) => xml.replace(/(<saml:NameID [^>]*>)([^<]*)/, '$1<![CDATA[$2]]>')],
    ['a carriage return in the signature value', (xml) => xml.replace(/(<SignatureValue>[^<]{20})/, '$1&#13;\n')],
    ['the id written as a character reference', (xml) => xml.replace(/(<saml:Assertion [^>]*ID=")_/, '$1&#95;')],
    ['an instruction behind it', (xml) => `${xml}<?x y?>`],
    ['a certificate in lines', (xml) => xml.replace(/(<X509Certificate>[^<]{64})/, '$1\n')],
  ])('with %s', async (_, change) => {
    const genuine = await genuineResponse('assertion')
    const changed = change(genuine)
    expect(changed).not.toBe(genuine)
    expect(nameIn(await read(changed))).toBe(user)
  })

  const outer = (declaration: string) => (xml: string): string => xml.replace('<samlp:Response ', `<samlp:Response ${declaration} `)
  test.each<[string, Signing]>([
    ['with prefixes that are canonicalized inclusively', { prefixes: 'xs xsi' }],
    ['with prefixes from around it', { prefixes: 'q saml', edit: outer('xmlns:q="urn:q"') }],
    ['with prefixes for SignedInfo', { prefixesOfInfo: 'q samlp', edit: outer('xmlns:q="urn:q"') }],
    ['with prefixes that are not there', { prefixes: 'nothing xml' }],
    ['with a default namespace to include where there is none', { prefixes: '#default xs' }],
    ['with an empty list of prefixes', { prefixes: '' }],
    ['with attributes of XML itself around it', { edit: outer('xml:lang="en" xml:space="preserve"') }],
    ['with white space in the signature', { template: (usual) => usual.replace(/></g, '>\n  <').replace('DIGEST', '\nDIGEST\n') }],
    ['with a prefix for the signature', { template: (usual) => usual.replace(/<(\/?)(?=[A-Z])/g, '<$1dsig:').replace('xmlns=', 'xmlns:dsig=') }],
    ['with a list of prefixes for the other transform too', { template: (usual) => usual.replace(/(enveloped-signature">)/, '$1<InclusiveNamespaces xmlns="http://www.w3.org/2000/09/xmldsig#enveloped-signature" PrefixList="xs"/>') }],
  ])('%s', async (_, signing) => {
    const message = await read(signedByHand(await genuineResponse('assertion'), signing))
    expect(message?.verification.refusals).toEqual([])
    expect(nameIn(message)).toBe(user)
  })

  test('that only one of the verifiers can read accuses nobody', async () => {
    const message = await read(signedByHand(await genuineResponse('assertion'), { prefixes: '#default saml', edit: outer('xmlns="urn:d"') }))
    expect(message?.verification.disagreement).toBe('libxml2 accepts /samlp:Response/saml:Assertion, xml-crypto refuses it')
    expect(nameIn(message)).toBeUndefined()
  })

  test('whose key has been replaced in the metadata beside the old one', async () => {
    const message = await readResponse(Buffer.from(await genuineResponse('assertion')).toString('base64'), ['AAAA', certificate])
    expect(message).toMatchObject({ isCovered: true })
  })
})

describe('an attack is refused: wrapping', () => {
  test.each(Object.entries(wrappings))('%s', async (_, attack) => refused(await genuineResponse('assertion'), attack))
  test.each(Object.entries(responseWrappings))('%s', async (_, attack) => refused(await genuineResponse('response'), attack))
})

describe.each(['assertion', 'response', 'both'] as const)('an attack is refused: signed %s,', (signed) => {
  test.each(Object.entries(tricks))('%s', async (_, attack) => refused(await genuineResponse(signed), attack))
})

async function refused(genuine: string, attack: (text: string) => string | Promise<string>): Promise<void> {
  const text = await attack(genuine)
  expect(text, 'an attack that changes nothing').not.toBe(genuine)
  const message = await read(text)
  expect(nameIn(message)).toBeUndefined()
  expect(message === undefined || message.verification.refusals.length > 0).toBe(true)
  expect(message?.verification.disagreement).toBeUndefined()
}

describe('a sound algorithm that is not verified here', () => {
  const blocked = async (change: (xml: string) => string): Promise<unknown> => {
    const message = await read(change(await genuineResponse('assertion')))
    expect(nameIn(message)).toBeUndefined()
    try {
      expectVerifiable(message?.verification.refusals ?? [])
      return undefined
    } catch (error) {
      return error
    }
  }

  test.each([
    ['a curve', (xml: string) => xml.replace('xmldsig-more#rsa-sha256', 'xmldsig-more#ecdsa-sha256')],
    ['PSS', (xml: string) => xml.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1')],
    ['inclusive canonicalization', (xml: string) => xml.replace(/(enveloped-signature"\s*\/><Transform Algorithm=")[^"]*/, '$1http://www.w3.org/TR/2001/REC-xml-c14n-20010315')],
  ])('accuses nobody: %s', async (_, change) => expect(await blocked(change)).toBeInstanceOf(Blocked))

  test.each([
    ['a keyed hash', (xml: string) => xml.replace('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256')],
    ['MD5', (xml: string) => xml.replace('xmldsig-more#rsa-sha256', 'xmldsig-more#rsa-md5')],
    ['a transform by XPath', (xml: string) => xml.replace(/(enveloped-signature"\s*\/><Transform Algorithm=")[^"]*/, '$1http://www.w3.org/TR/1999/REC-xpath-19991116')],
  ])('is not %s', async (_, change) => expect(await blocked(change)).toBeUndefined())
})
