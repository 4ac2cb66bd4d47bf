import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageRoot } from '../../core/package-root.ts'
import { mapperOf, signing, startMiddlewareSite, usualClaims, type Middleware, type Site } from './middleware-site.ts'

interface Samlp {
  auth(options: object): Middleware
  metadata(options: object): Middleware
}

const samlp = createRequire(import.meta.url)('samlp') as Samlp
const profileMapper = mapperOf(usualClaims)
const acs = 'https://sp.example.test/saml/acs'
const otherAcs = 'https://sp.example.test/saml/other-acs'
const client = { clientId: 'app', acs, entityId: 'urn:sp' }

/** A tenant whose SAML messages are made by `samlp`. */
export function startSamlpSite(options: object = {}): Promise<Site> {
  return startMiddlewareSite((host) => {
    const issuer = `urn:${host}`
    return {
      open: {
        '/samlp/metadata/app': () => samlp.metadata({ ...signing, issuer, profileMapper, redirectEndpointPath: '/samlp/app', postEndpointPath: '/samlp/app', logoutEndpointPaths: { redirect: '/samlp/app/logout', post: '/samlp/app/logout' } }),
      },
      protected: {
        '/samlp/app': () => samlp.auth({
          ...signing, issuer, profileMapper, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256', sessionIndex: `_${randomUUID()}`,
          // The middleware names whom it answers only where it is told to; hosted Auth0 always does.
          destination: acs, recipient: acs,
          getPostURL: (_audience: string, dom: { documentElement: { getAttribute(name: string): string } } | undefined, _request: object, done: (error: null, url?: string) => void) => {
            const wanted = dom?.documentElement.getAttribute('AssertionConsumerServiceURL') || acs
            done(null, [acs, otherAcs].includes(wanted) ? wanted : undefined)
          },
          ...options,
        }),
      },
    }
  }, { saml: client, samlEncrypted: { ...client, decryptionKey: readFileSync(join(packageRoot, 'fixtures/tenant/service-provider.key.pem'), 'utf8') } })
}
