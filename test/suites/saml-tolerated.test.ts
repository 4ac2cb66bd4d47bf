import { expect, test } from 'vitest'
import { answering } from '../../fixtures/mutants/tampering.ts'
import type { ReferenceTenantOptions } from '../../fixtures/reference/server.ts'
import { samlDefaults } from '../../fixtures/reference/saml/index.ts'
import { wsFedDefaults } from '../../fixtures/reference/ws-federation/index.ts'
import { attributes } from '../../suites/protocols/saml/attributes.ts'
import { consumers } from '../../suites/protocols/saml/consumers.ts'
import { metadata } from '../../suites/protocols/saml/metadata.ts'
import { response } from '../../suites/protocols/saml/response.ts'
import { signOnRequest } from '../../suites/protocols/saml/sign-on-request.ts'
import { signature } from '../../suites/protocols/saml/signature.ts'
import { metadata as wsFedMetadata } from '../../suites/protocols/ws-federation/metadata.ts'
import { signInChecks } from '../../suites/protocols/ws-federation/sign-in.ts'
import { judge, notPassed } from '../judging.ts'

const checks = [...metadata, ...signOnRequest, ...consumers, ...response, ...attributes, ...signature, ...wsFedMetadata, ...signInChecks]
const described = (text: (body: string) => string): ReferenceTenantOptions => answering({ path: /^\/samlp\/metadata\/|FederationMetadata\.xml$/, status: 200 }, { text })
const prefixed = (body: string): string => body.replace(/<(\/?)(EntityDescriptor|IDPSSODescriptor|RoleDescriptor|KeyDescriptor|SingleLogoutService|SingleSignOnService|NameIDFormat)/g, '<$1md:$2').replace(' xmlns="urn:oasis:names:tc:SAML:2.0:metadata"', ' xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"')

/** What relying parties do not mind. */
const variations: Readonly<Record<string, ReferenceTenantOptions>> = {
  'both elements signed': { decisions: { saml: { signedElement: () => 'both' } } },
  'the response signed': { decisions: { saml: { signedElement: () => 'response' } } },
  'attributes in another order, and more of them': {
    decisions: {
      saml: { attributes: (login) => [{ name: 'urn:more', values: ['a', 'b <&> é'] }, ...samlDefaults.attributes(login).toReversed()] },
      wsFederation: { attributes: (login) => [{ name: 'http://example.com/more', values: ['a'] }, ...wsFedDefaults.attributes(login).toReversed()] },
    },
  },
  'ids of another length': { decisions: { saml: { responseId: () => `id-${Math.random()}`, assertionId: () => `A${Math.random()}-${'x'.repeat(60)}` } } },
  'an XML declaration and a comment in front': {
    decisions: { saml: { message: (xml) => `<?xml version="1.0" encoding="UTF-8"?>\n<!-- made today -->\n${xml}` }, wsFederation: { message: (xml) => `<?xml version="1.0"?>${xml}` } },
  },
  'white space around what is signed': { decisions: { saml: { message: (xml) => xml.replace('<samlp:Status>', '\n  <samlp:Status>\n    ').replace('</samlp:Response>', '\n</samlp:Response>\n') } } },
  'a window that begins a minute ago': { decisions: { saml: { notBefore: (_, instant) => new Date(instant.getTime() - 60_000) } } },
  'no context in the token response': { decisions: { wsFederation: { context: () => undefined } } },
  'a token for an hour': { decisions: { wsFederation: { lifetimeInSeconds: () => 3600 } } },
  'metadata with prefixes': described(prefixed),
  'metadata in one line with a declaration': described((body) => `<?xml version="1.0" encoding="UTF-8"?>${body.replace(/>\s+</g, '><')}`),
  'metadata with two keys': described((body) => body.replace(/<KeyDescriptor.*?<\/KeyDescriptor>/s, (key) => `${key}${key}`)),
  'metadata that wants signed requests, with contacts': described((body) => body.replace('<IDPSSODescriptor ', '<IDPSSODescriptor WantAuthnRequestsSigned="false" ').replace('</IDPSSODescriptor>', '</IDPSSODescriptor><ContactPerson contactType="technical"/>')),
  'a form without title, submitted by onload': answering({ path: /./, status: 200 }, { text: (body) => body.replace(/<title>Working\.\.\.<\/title>/, '').replace(/<body>/, '<body onload="document.forms[0].submit()">') }),
}

test.each(Object.entries(variations))('%s: nobody is accused', async (_, options) => {
  expect(notPassed(await judge(options, checks))).toEqual([])
}, 30_000)
