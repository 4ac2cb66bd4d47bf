import { createHash, createHmac } from 'node:crypto'
import { sign } from '../../../fixtures/reference/federation/signature.ts'
import { attackerPem, certificate } from './genuine.ts'

/** What somebody who has one genuine message of their own, and no key of the tenant, sends to be taken for somebody else. */
export type Attack = (genuine: string) => string | Promise<string>

const victim = 'auth0|victim'
const assertionPattern = /<saml:Assertion .*<\/saml:Assertion>/s
const signaturePattern = /<Signature xmlns=.*?<\/Signature>/s
const ds = 'http://www.w3.org/2000/09/xmldsig#'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

const first = (pattern: RegExp, text: string): string => pattern.exec(text)?.[0] ?? ''
const assertionOf = (text: string): string => first(assertionPattern, text)
const signatureOf = (text: string): string => first(signaturePattern, text)
const withoutSignature = (text: string): string => text.replace(signaturePattern, '')
const named = (text: string, name = victim): string => text.replace(/(<saml:NameID [^>]*>)[^<]*/, (_, start: string) => `${start}${name}`)
const withId = (text: string, id: string): string => text.replace(/ ID="[^"]*"/, ` ID="${id}"`)
/** An assertion about the victim without a signature, with an id of its own. */
const forged = (text: string, id = '_forged'): string => withId(named(withoutSignature(assertionOf(text))), id)
const insideSignature = (text: string, inserted: string): string => text.replace('</Signature>', `<Object xmlns="${ds}">${inserted}</Object></Signature>`)
const replaceAssertion = (text: string, by: string): string => text.replace(assertionPattern, () => by)
const replaceIn = (pattern: RegExp | string, by: string | ((...parts: string[]) => string)): Attack => (text) => text.replace(pattern, by as string)
/** The forged element with the genuine signature, where `find` says. */
const carrying = (element: string, signature: string): string => element.replace(/(<saml:Issuer[^>]*>[^<]*<\/saml:Issuer>)/, (issuer) => `${issuer}${signature}`)

/** Wrapping: the signed element stays somewhere, and another one stands where the reader looks. For messages whose assertion is signed. */
export const wrappings: Readonly<Record<string, Attack>> = {
  'forged assertion before the signed one': (text) => replaceAssertion(text, forged(text) + assertionOf(text)),
  'forged assertion after the signed one': (text) => replaceAssertion(text, assertionOf(text) + forged(text)),
  'forged assertion of the same id before': (text) => replaceAssertion(text, named(withoutSignature(assertionOf(text))) + assertionOf(text)),
  'forged assertion of the same id after': (text) => replaceAssertion(text, assertionOf(text) + named(withoutSignature(assertionOf(text)))),
  'signed assertion inside the forged one': (text) => replaceAssertion(text, forged(text).replace('<saml:Subject>', () => `${assertionOf(text)}<saml:Subject>`)),
  'signature moved to the forged assertion, signed one beside it': (text) =>
    replaceAssertion(text, carrying(forged(text), signatureOf(text)) + withoutSignature(assertionOf(text))),
  'signature moved to the forged assertion, signed one inside its Object': (text) =>
    replaceAssertion(text, insideSignature(carrying(forged(text), signatureOf(text)), withoutSignature(assertionOf(text)))),
  'signed assertion inside the Object of a signature of the forged one': (text) =>
    replaceAssertion(text, carrying(forged(text), insideSignature(signatureOf(text), assertionOf(text)))),
  'signed assertion in Extensions': (text) =>
    replaceAssertion(text, forged(text)).replace('<samlp:Status>', () => `<samlp:Extensions>${assertionOf(text)}</samlp:Extensions><samlp:Status>`),
  'signed assertion in Extensions, same id': (text) =>
    replaceAssertion(text, named(withoutSignature(assertionOf(text)))).replace('<samlp:Status>', () => `<samlp:Extensions>${assertionOf(text)}</samlp:Extensions><samlp:Status>`),
  'signed assertion in StatusDetail': (text) =>
    replaceAssertion(text, forged(text)).replace('</samlp:Status>', () => `<samlp:StatusDetail>${assertionOf(text)}</samlp:StatusDetail></samlp:Status>`),
  'signed assertion inside an attribute value of the forged one': (text) =>
    replaceAssertion(text, forged(text).replace('</saml:AttributeStatement>', () => `<saml:Attribute Name="x"><saml:AttributeValue>${assertionOf(text)}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`)),
  'signed assertion in Advice of the forged one': (text) =>
    replaceAssertion(text, forged(text).replace('<saml:AuthnStatement', () => `<saml:Advice>${assertionOf(text)}</saml:Advice><saml:AuthnStatement`)),
  'genuine response inside a forged one': (text) =>
    withId(replaceAssertion(text, forged(text)), '_outer').replace('<samlp:Status>', () => `<samlp:Extensions>${text}</samlp:Extensions><samlp:Status>`),
  'signature at the response, referring to the assertion below': (text) =>
    replaceAssertion(text, forged(text) + withoutSignature(assertionOf(text))).replace('<samlp:Status>', () => `${signatureOf(text)}<samlp:Status>`),
  'signature at the response, signed assertion in its Object': (text) =>
    replaceAssertion(text, forged(text)).replace('<samlp:Status>', () => `${insideSignature(signatureOf(text), withoutSignature(assertionOf(text)))}<samlp:Status>`),
  'signature of the assertion deeper than a child': (text) =>
    replaceAssertion(text, withoutSignature(assertionOf(text)).replace('<saml:Subject>', () => `<saml:Advice>${signatureOf(text)}</saml:Advice><saml:Subject>`)),
  'forged assertion in another namespace beside the signed one': (text) =>
    replaceAssertion(text, assertionOf(text) + forged(text).replace('urn:oasis:names:tc:SAML:2.0:assertion', 'urn:oasis:names:tc:SAML:1.0:assertion')),
  'id of the signed element in another spelling': (text) =>
    replaceAssertion(text, carrying(forged(text).replace(' ID=', ' Id='), signatureOf(text)).replace('_forged', first(/(?<= ID=")[^"]*/, assertionOf(text))) + withoutSignature(assertionOf(text))),
  'encrypted assertion beside the signed one': (text) => replaceAssertion(text, `${assertionOf(text)}<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${forged(text)}</saml:EncryptedAssertion>`),
}

/** Wrapping of messages that are signed as a whole. */
export const responseWrappings: Readonly<Record<string, Attack>> = {
  'genuine response in Extensions of a forged one': (text) =>
    withId(named(withoutSignature(text)), '_outer').replace('<samlp:Status>', () => `<samlp:Extensions>${text}</samlp:Extensions><samlp:Status>`),
  'genuine response in the Object of its signature': (text) =>
    withId(named(text), '_outer').replace('</Signature>', () => `<Object>${withoutSignature(text)}</Object></Signature>`),
  'genuine response beside the forged assertion': (text) =>
    withId(named(withoutSignature(text)), '_outer').replace('</samlp:Response>', () => `${text}</samlp:Response>`),
  'forged response of the same id around the genuine one': (text) =>
    named(withoutSignature(text)).replace('<samlp:Status>', () => `<samlp:Extensions>${text}</samlp:Extensions><samlp:Status>`),
  'genuine response inside the forged assertion': (text) =>
    withId(named(withoutSignature(text)), '_outer').replace('<saml:Subject>', () => `<saml:Advice>${text}</saml:Advice><saml:Subject>`),
}

/** Other ways, for either kind of message. */
export const tricks: Readonly<Record<string, Attack>> = {
  'another NameID': (text) => named(text),
  'another value of an attribute': replaceIn('ada@example.com', 'eve@example.com'),
  'another audience': replaceIn(/(<saml:Audience>)[^<]*/, '$1urn:evil'),
  'a later end': replaceIn(/(<saml:Conditions [^>]*NotOnOrAfter=")\d{4}/, '$12099'),
  'no signature': (text) => text.replace(new RegExp(signaturePattern.source, 'gs'), ''),
  'an empty signature': replaceIn(signaturePattern, `<Signature xmlns="${ds}"/>`),
  'no signature value': replaceIn(/(<SignatureValue>)[^<]*/, '$1'),
  'a flipped signature value': (text) => text.replace(/(<SignatureValue>)(.)/, (_, start: string, letter: string) => `${start}${letter === 'A' ? 'B' : 'A'}`),
  'a truncated signature value': replaceIn(/(<SignatureValue>[^<]{40})[^<]*/, '$1'),
  'base64 of the signature with strangers in it': replaceIn(/(<SignatureValue>[^<]{10})/, '$1!*'),
  'base64 of the digest without its padding': replaceIn(/=<\/DigestValue>/, '</DigestValue>'),
  'a comment in the NameID': (text) => named(text, `${victim}<!-- -->@evil.example.com`),
  'a comment in the genuine NameID': replaceIn(/(<saml:NameID [^>]*>auth0)/, '$1<!-- -->'),
  'a processing instruction in the NameID': replaceIn(/(<saml:NameID [^>]*>auth0\|)([^<]*)/, '$1<?x $2?>'),
  'a comment in the digest': (text) => named(text).replace(/(<DigestValue>)([^<]*)/, (_, start: string, digest: string) => `${start}<!--${digest}-->AAAA`),
  'two digests': replaceIn(/(<DigestValue>[^<]*<\/DigestValue>)/, '$1$1'),
  'a character reference as a new element': (text) => named(text, '&lt;!-- --&gt;auth0|victim'),
  'an entity in the NameID': (text) => `<!DOCTYPE x [<!ENTITY e "auth0|victim">]>${named(text, '&e;')}`,
  'a document type and nothing else': (text) => `<!DOCTYPE x>${text}`,
  'a document type in the middle': replaceIn('<samlp:Status>', '<!DOCTYPE x><samlp:Status>'),
  'an ATTLIST that makes another attribute the id': (text) => `<!DOCTYPE x [<!ATTLIST saml:Assertion Foo ID #IMPLIED>]>${text}`,
  'a second root': (text) => text + named(withoutSignature(text)),
  'text after the root': (text) => `${text}auth0|victim`,
  'HMAC-SHA1 with the public certificate': (text) => hmac(text, `${ds}hmac-sha1`, 'sha1'),
  'HMAC-SHA256 with the public certificate': (text) => hmac(text, 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'sha256'),
  'the algorithm named HMAC and nothing else': replaceIn(/(<SignatureMethod Algorithm=")[^"]*/, `$1${ds}hmac-sha1`),
  'the algorithm named SHA-1': replaceIn(/(<SignatureMethod Algorithm=")[^"]*/, `$1${ds}rsa-sha1`),
  'the algorithm named DSA': replaceIn(/(<SignatureMethod Algorithm=")[^"]*/, `$1${ds}dsa-sha1`),
  'the algorithm named none': replaceIn(/(<SignatureMethod Algorithm=")[^"]*/, '$1none'),
  'no algorithm': replaceIn(/<SignatureMethod [^>]*\/>/, ''),
  'a digest by MD5': replaceIn(/(<DigestMethod Algorithm=")[^"]*/, '$1http://www.w3.org/2001/04/xmldsig-more#md5'),
  'canonicalization with another algorithm': replaceIn(/(<CanonicalizationMethod Algorithm=")[^"]*/, '$1http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
  'signed by a stranger whose certificate is embedded': (text) => resigned(named(text), {}),
  'signed by a stranger under the certificate of the tenant': (text) => resigned(named(text), { certificate }),
  'signed by a stranger, beside the genuine signature': async (text) => {
    const mine = signatureOf(await resigned(named(text), {}))
    return named(text).replace('</Signature>', () => `</Signature>${mine}`)
  },
  'another signature in front of the genuine one': async (text) => text.replace(signaturePattern, (genuine) => `${genuine.replace(/(<SignatureValue>)[^<]*/, '$1AAAA')}${genuine}`),
  'two SignedInfo': (text) => named(text).replace('<SignedInfo>', () => `${first(/<SignedInfo>.*?<\/SignedInfo>/s, text).replace(/(<DigestValue>)[^<]*/, '$1AAAA')}<SignedInfo>`),
  'several references': replaceIn(/(<Reference .*?<\/Reference>)/s, '$1$1'),
  'a reference to something else first': (text) => text.replace(/<Reference .*?<\/Reference>/s, (reference) => reference.replace(/URI="[^"]*"/, 'URI="#other"') + reference),
  'no reference': replaceIn(/<Reference .*?<\/Reference>/s, ''),
  'a reference to nothing': replaceIn(/(<Reference URI=")[^"]*/, '$1'),
  'a reference without URI': replaceIn(/<Reference URI="[^"]*"/, '<Reference'),
  'a reference by XPointer': replaceIn(/(<Reference URI=")[^"]*/, '$1#xpointer(/)'),
  'a reference to a file': replaceIn(/(<Reference URI=")[^"]*/, '$1file:///etc/passwd'),
  'a reference to a URL': replaceIn(/(<Reference URI=")[^"]*/, '$1http://127.0.0.1:9/x'),
  'a reference to the subject': (text) => text.replace(/(<Reference URI=")[^"]*/, '$1#subject').replace('<saml:Subject>', '<saml:Subject ID="subject">'),
  'an id that is an XPath expression': (text) => text.replace(/(<saml:Assertion [^>]*ID=")[^"]*/, "$1a' or '1'='1").replace(/(<Reference URI=")[^"]*/, "$1#a' or '1'='1"),
  'a transform by XPath': replaceIn(/<Transforms>/, '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>not(self::*)</XPath></Transform>'),
  'a transform by XSLT': replaceIn(/<Transforms>/, '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
  'a transform by XPath filter': replaceIn(/<Transforms>/, '<Transforms><Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>'),
  'a transform from base64': replaceIn(/<Transforms>/, `<Transforms><Transform Algorithm="${ds}base64"/>`),
  'no transforms': replaceIn(/<Transforms>.*?<\/Transforms>/s, ''),
  'the enveloped transform twice': replaceIn(/(<Transform [^>]*enveloped-signature"\s*\/>)/, '$1$1'),
  'parameters of the signature method': replaceIn(/<SignatureMethod Algorithm="([^"]*)"\s*\/>/, '<SignatureMethod Algorithm="$1"><HMACOutputLength>1</HMACOutputLength></SignatureMethod>'),
  'a digest of an empty element': (text) => {
    const digest = createHash('sha256').update('').digest('base64')
    return named(text).replace(/(<DigestValue>)[^<]*/, (_, start: string) => `${start}${digest}`)
  },
  'a digest that fits the forged text': (text) => resigned(named(text), {}).then((mine) => named(text).replace(/<DigestValue>[^<]*<\/DigestValue>/, () => first(/<DigestValue>[^<]*<\/DigestValue>/, mine))),
  'a SignedInfo of a stranger under the genuine value': async (text) => {
    const info = first(/<SignedInfo>.*?<\/SignedInfo>/s, await resigned(named(text), {}))
    return named(text).replace(/<SignedInfo>.*?<\/SignedInfo>/s, () => info)
  },
  'the namespace of signatures redefined': (text) => text.replaceAll(`<Signature xmlns="${ds}"`, '<Signature xmlns="urn:other"'),
  'the namespace of SignedInfo redefined': replaceIn('<SignedInfo>', '<SignedInfo xmlns="urn:other">'),
  'the namespace of the NameID redefined': replaceIn('<saml:NameID ', '<saml:NameID xmlns:saml="urn:other" '),
  'white space in the NameID': replaceIn(/(<saml:NameID [^>]*>)/, '$1 '),
  'a prefix bound to nothing': replaceIn('<saml:NameID ', '<evil:NameID/><saml:NameID '),
  'an attribute twice': replaceIn('<saml:NameID ', '<saml:NameID Format="x" Format="y" '),
  'the id of the signed element at another one': (text) => text.replace('<samlp:Status>', `<samlp:Status ID="${first(/(?<=<Reference URI="#)[^"]*/, text)}">`),
  'an xml:id with the id of the signed element': (text) => text.replace('<samlp:Status>', `<samlp:Status xml:id="${first(/(?<=<Reference URI="#)[^"]*/, text)}">`),
  'the id in a namespace of its own': replaceIn(/(<saml:Assertion [^>]*?) ID=/, '$1 xmlns:x="urn:x" x:ID='),
  'a second id in a namespace of its own': replaceIn('<saml:Assertion ', '<saml:Assertion xmlns:x="urn:x" x:ID="_other" '),
  'an id in upper and lower case': replaceIn(/(<Reference URI="#_[^a-zA-Z"]*)([a-zA-Z])/, (_: string, start: string, letter: string) => `${start}${letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()}`),
  'another NameID in CDATA': (text) => named(text, `<![CDATA[${victim}]]>`),
  'another NameID beside the genuine one in CDATA': replaceIn(/(<saml:NameID [^>]*>)/, `$1<![CDATA[${victim}]]>`),
  'the transforms in another order': replaceIn(/(<Transform [^>]*enveloped-signature"\s*\/>)(<Transform [^>]*\/>)/, '$2$1'),
  'a prefix to canonicalize inclusively': replaceIn(/<Transform Algorithm="([^"]*exc-c14n#)"\s*\/>/, `<Transform Algorithm="$1"><InclusiveNamespaces xmlns="${exclusive}" PrefixList="samlp"/></Transform>`),
  'UTF-16': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').toString('latin1'),
  'a NUL behind the message': (text) => `${text}\0`,
  'a second document behind a declaration': (text) => `${text}<?xml version="1.0"?>${named(withoutSignature(text))}`,
  'the key as a value instead of a certificate': (text) => resigned(named(text), {}).then((mine) => mine.replace(/<KeyInfo>.*<\/KeyInfo>/s, `<KeyInfo><KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQ==</Exponent></RSAKeyValue></KeyValue></KeyInfo>`)),
  'an exponent of one in the embedded key': (text) => named(text).replace(/<X509Data>.*?<\/X509Data>/s, '<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQ==</Exponent></RSAKeyValue></KeyValue>'),
  'a namespace declared in the signed element': replaceIn('<saml:Subject>', '<saml:Subject xmlns:x="urn:x" x:y="z">'),
  'text that is no XML': () => 'auth0|victim',
  'half of the message': (text) => text.slice(0, text.length / 2),
}

/** A new signature by the stranger's key over the element that the genuine one signs. */
async function resigned(text: string, { certificate: shown = strangerCertificate }: { readonly certificate?: string }): Promise<string> {
  const uri = first(/(?<=<Reference URI="#)[^"]*/, text)
  return sign(withoutSignature(text), 'ID', { after: 'Issuer' }, {
    privateKeyPem: attackerPem, certificate: shown, signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    canonicalization: exclusive, transforms: [`${ds}enveloped-signature`, exclusive], reference: `//*[@ID='${uri}']`,
  })
}

const strangerCertificate = Buffer.from('a certificate that the stranger made').toString('base64')

/** The digest fits, and the value is a keyed hash whose key everybody knows. */
async function hmac(text: string, algorithm: string, hash: string): Promise<string> {
  const mine = await resigned(named(text), { certificate })
  const renamed = mine.replace(/(<SignatureMethod Algorithm=")[^"]*/, `$1${algorithm}`)
  const info = first(/<SignedInfo>.*?<\/SignedInfo>/s, renamed).replace('<SignedInfo>', `<SignedInfo xmlns="${ds}">`).replace(/<(\w+)([^>]*)\/>/g, '<$1$2></$1>')
  const key = `-----BEGIN CERTIFICATE-----\n${certificate.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`
  return renamed.replace(/(<SignatureValue>)[^<]*/, (_, start: string) => `${start}${createHmac(hash, key).update(info).digest('base64')}`)
}
