import type { Source } from '../core/check.ts'

/** A section of an RFC. */
export function rfc(number: number, section: string): Source {
  return { name: `RFC ${number}`, section, url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}` }
}

/** A section of OpenID Connect Core 1.0. */
export function oidcCore(section: string, anchor: string): Source {
  return { name: 'OpenID Connect Core 1.0', section, url: `https://openid.net/specs/openid-connect-core-1_0.html#${anchor}` }
}

/** A section of OpenID Connect Discovery 1.0. */
export function oidcDiscovery(section: string, anchor: string): Source {
  return { name: 'OpenID Connect Discovery 1.0', section, url: `https://openid.net/specs/openid-connect-discovery-1_0.html#${anchor}` }
}

/** A section of OpenID Connect RP-Initiated Logout 1.0. */
export function rpInitiatedLogout(section: string, anchor: string): Source {
  return { name: 'OpenID Connect RP-Initiated Logout 1.0', section, url: `https://openid.net/specs/openid-connect-rpinitiated-1_0.html#${anchor}` }
}

/** A page of Auth0's documentation, by its path below `/docs/`. */
export function auth0Docs(path: string): Source {
  return { name: 'Auth0 documentation', section: path, url: `https://auth0.com/docs/${path}` }
}

/** Exchanges with a real tenant, recorded on 2021-09-03 for the tests of Auth0's Ruby SDK. */
export const recorded2021: Source = {
  name: 'Recordings of a real tenant, 2021-09-03 (auth0/ruby-auth0)',
  url: 'https://github.com/auth0/ruby-auth0/tree/771e5b47693df0cebac6fcaba3d97be1bcb6ab0a/spec/fixtures/vcr_cassettes/Auth0_Api_AuthenticationEndpoints',
}

/** A section of one of the SAML 2.0 documents of OASIS. */
export function saml(document: 'core' | 'bindings' | 'profiles' | 'metadata', section: string): Source {
  const name = { core: 'SAML 2.0 Core', bindings: 'SAML 2.0 Bindings', profiles: 'SAML 2.0 Profiles', metadata: 'SAML 2.0 Metadata' }[document]
  return { name, section, url: `https://docs.oasis-open.org/security/saml/v2.0/saml-${document}-2.0-os.pdf` }
}

/** Auth0's own SAML middleware, whose messages hosted tenants send. */
export const nodeSamlp: Source = { name: "Auth0's SAML middleware node-samlp 8.0.0", url: 'https://github.com/auth0/node-samlp/tree/ba04083' }

/** A section of WS-Federation 1.2. */
export function wsFederation(section: string): Source {
  return { name: 'WS-Federation 1.2', section, url: 'https://docs.oasis-open.org/wsfed/federation/v1.2/os/ws-federation-1.2-spec-os.html' }
}
