import { expect, test } from 'vitest'
import type { TenantClient } from '../../fixtures/reference/federation.ts'
import { encryptionKeyOf } from '../../fixtures/reference/saml/encryption.ts'
import { attributes } from '../../suites/protocols/saml/attributes.ts'
import { consumers } from '../../suites/protocols/saml/consumers.ts'
import { encryption } from '../../suites/protocols/saml/encryption.ts'
import { metadata } from '../../suites/protocols/saml/metadata.ts'
import { response } from '../../suites/protocols/saml/response.ts'
import { signOnRequest } from '../../suites/protocols/saml/sign-on-request.ts'
import { signature } from '../../suites/protocols/saml/signature.ts'
import { judgeSite } from './judging-site.ts'
import { startSamlpSite } from './samlp-site.ts'

/** What is not the middleware's to do. */
const exempt: Readonly<Record<string, string>> = {
  'protocols/saml/sign-on/not-cached': 'the middleware leaves the headers of its page to whoever mounts it',
  'protocols/saml/sign-on/force-authn': 'the middleware has no sessions: whoever mounts it asks for the password again',
}

test.each([['the assertion', {}], ['both', { signResponse: true }], ['the response', { signResponse: true, signAssertion: false }]])("Auth0's own middleware is accused of nothing else: signed is %s", async (_, options) => {
  const { accused, passed } = await judgeSite(await startSamlpSite(options), [...metadata, ...signOnRequest, ...consumers, ...response, ...attributes, ...signature], exempt)
  expect(accused).toEqual(Object.keys(exempt).toSorted().map((check) => ({ check, status: 'fail' })))
  expect(passed).toBeGreaterThan(60)
}, 30_000)

const { certificate, publicKey } = (await encryptionKeyOf({ name: 'conformance-saml-encrypted' } as TenantClient))!

test.each([
  ['as it comes', {}],
  ['as the documentation has it', { encryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc', disallowEncryptionWithInsecureAlgorithm: false }],
])('what it encrypts is read: %s', async (_, options) => {
  const { accused, passed } = await judgeSite(await startSamlpSite({ encryptionCert: certificate, encryptionPublicKey: publicKey, ...options }), encryption, {})
  expect(accused).toEqual([])
  expect(passed).toBe(encryption.length)
})
