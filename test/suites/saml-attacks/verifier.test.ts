import { describe, expect, test } from 'vitest'
import { select } from '../../../suites/xml.ts'
import { readResponse, readTokenResponse, type Message } from '../../../suites/protocols/saml/message.ts'
import { certificate, genuineResponse, genuineTokenResponse } from './genuine.ts'
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
    ['a certificate in lines', (xml) => xml.replace(/(<X509Certificate>[^<]{64})/, '$1\n')],
  ])('with %s', async (_, change) => {
    const genuine = await genuineResponse('assertion')
    const changed = change(genuine)
    expect(changed).not.toBe(genuine)
    expect(nameIn(await read(changed))).toBe(user)
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
