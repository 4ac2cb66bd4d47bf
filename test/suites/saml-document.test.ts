import { expect, test } from 'vitest'
import { mutants } from '../../fixtures/mutants/index.ts'
import { renderMessage } from '../../suites/protocols/saml/pretty.ts'
import { parseXml } from '../../suites/xml.ts'
import { response } from '../../suites/protocols/saml/response.ts'
import { signature } from '../../suites/protocols/saml/signature.ts'
import { judge } from '../judging.ts'

const optionsOf = (id: string) => mutants.find((mutant) => mutant.id === id)!.options

test('a verdict that accuses shows the message, its signed part marked, without what would let it be used', async () => {
  const [verdict] = await judge(optionsOf('saml-response/another-destination'), response.filter(({ id }) => id === 'protocols/saml/response/destination'))
  expect(verdict?.findings).toMatchObject([{ at: '/samlp:Response/@Destination', actual: 'https://other.example.com/acs' }])
  const [document, ...more] = verdict?.documents ?? []
  expect(more).toEqual([])
  expect(document).toMatchObject({ name: 'SAMLResponse', mediaType: 'application/xml' })
  expect(document?.text).toMatch(/^<samlp:Response [^>]*Destination="https:\/\/other\.example\.com\/acs">\n[^]*\n {2}<!-- signed from here -->\n {2}<saml:Assertion [^]*<\/saml:Assertion>\n {2}<!-- signed up to here -->\n<\/samlp:Response>\n$/)
  expect(document?.text).toContain('<ds:SignatureValue>[SignatureValue removed]</ds:SignatureValue>')
  expect(document?.text).toMatch(/<saml:NameID [^>]*>auth0\|/)
})

test('where nothing is signed, the message says so', async () => {
  const [verdict] = await judge(optionsOf('saml-response/changed-after-signing'), signature.filter(({ id }) => id === 'protocols/saml/signature/verifies'))
  expect(verdict?.documents?.[0]?.text).toMatch(/^<!-- no valid signature -->\n<samlp:Response /)
})

test('a verdict that passes shows none', async () => {
  const [verdict] = await judge({}, response.filter(({ id }) => id === 'protocols/saml/response/destination'))
  expect(verdict?.status).toBe('pass')
  expect(verdict).not.toHaveProperty('documents')
})

test('tokens of other providers are left out', () => {
  const root = parseXml('<a xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Attribute Name="http://schemas.auth0.com/identities/default/access_token"><AttributeValue>secret-token</AttributeValue></Attribute></a>')!
  expect(renderMessage({ root, verification: { parts: [], statements: [], refusals: [] } })).not.toContain('secret-token')
})
