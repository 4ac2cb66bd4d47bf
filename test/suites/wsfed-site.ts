import { createRequire } from 'node:module'
import { mapperOf, signing, startMiddlewareSite, usualClaims, type Middleware, type Site } from './middleware-site.ts'

interface WsFed {
  auth(options: object): Middleware
  metadata(options: object): Middleware
}

const require = createRequire(import.meta.url)
const ownLibrary = createRequire(require.resolve('wsfed')).resolve('saml')
const profileMapper = mapperOf([...usualClaims, 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn', 'http://schemas.xmlsoap.org/claims/Group'])

/** `wsfed` over the library for assertions that it brings along, or over the one of its later versions, which npm does not have. */
function middlewareOver(library: 'saml 1' | 'saml 4'): WsFed {
  require(ownLibrary)
  const own = require.cache[ownLibrary]!.exports as { Saml11: unknown }
  const before = own.Saml11
  try {
    if (library === 'saml 4') own.Saml11 = (require('saml') as { Saml11: unknown }).Saml11
    const path = require.resolve('wsfed')
    for (const file of Object.keys(require.cache)) if (file.startsWith(path.replace(/index\.js$/, ''))) delete require.cache[file]
    return require(path) as WsFed
  } finally {
    own.Saml11 = before
  }
}

const reply = 'https://rp.example.test/wsfed'

/** A tenant whose WS-Federation messages are made by `wsfed`. */
export function startWsFedSite(library: 'saml 1' | 'saml 4', options: object = {}): Promise<Site> {
  const wsfed = middlewareOver(library)
  return startMiddlewareSite(() => {
    const issuer = 'urn:auth0tenant'
    const auth = () => wsfed.auth({
      ...signing, issuer, profileMapper, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256',
      // Whose realm it is, the host of the middleware has to know.
      getPostURL: (realm: string, wanted: string | undefined, _request: object, done: (error: null, url?: string) => void) => done(null, realm === 'urn:app' && (wanted === undefined || wanted === reply) ? reply : undefined),
      ...options,
    })
    const metadata = () => wsfed.metadata({ ...signing, issuer, profileMapper, endpointPath: '/wsfed' })
    return {
      open: { '/wsfed/FederationMetadata/2007-06/FederationMetadata.xml': metadata, '/wsfed/app/FederationMetadata/2007-06/FederationMetadata.xml': metadata },
      protected: { '/wsfed': auth, '/wsfed/app': auth },
    }
  }, { wsfed: { clientId: 'app', reply } })
}
