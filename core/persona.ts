/** An application registered at the target. Ids and secrets are the target's own. */
export interface ClientPersona {
  readonly clientId: string
  /** Absent for a public client (token endpoint authentication method `none`). */
  readonly clientSecret?: string
  /** Registered callback; where an authorization response is expected. It is never fetched. */
  readonly redirectUri?: string
  /** One of its Allowed Web Origins: scheme, host and port of pages that may read what the token endpoint answers. */
  readonly webOrigin?: string
  /** One of its Allowed Logout URLs. It is never fetched. */
  readonly logoutUrl?: string
  /** Grant types that the target has enabled for this client, by their wire names. */
  readonly grantTypes?: readonly string[]
}

/** Algorithms of client assertions: those that Auth0 takes, and others that servers publish (RFC 7518, 3.1). */
export const assertionAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const

/** An application that authenticates with assertions, signed by a key of its own (`private_key_jwt`). It has no secret. */
export interface PrivateKeyJwtClientPersona extends Omit<ClientPersona, 'clientSecret' | 'logoutUrl' | 'webOrigin'> {
  /** Its private key, PEM (PKCS #8). */
  readonly signingKey: string
  /** The algorithm that the key is registered for: `RS256` where absent. */
  readonly signingAlgorithm?: (typeof assertionAlgorithms)[number]
  /** `kid` of the key, where the target wants it named. */
  readonly keyId?: string
}

/** An application with the SAML2 Web App add-on. */
export interface SamlClientPersona {
  readonly clientId: string
  /** Registered assertion consumer service URL. */
  readonly acs: string
  /** A second registered one. */
  readonly otherAcs?: string
  /** What the service provider calls itself: the Issuer of its requests. */
  readonly entityId: string
  /** Logout callback of the add-on. */
  readonly logoutUrl?: string
}

/** An application with the SAML2 Web App add-on and a `signingCert`: what it sends has to be signed. */
export interface SigningSamlClientPersona extends SamlClientPersona {
  /** The key to that certificate, PEM (PKCS #8). */
  readonly signingKey: string
}

/** An application with the SAML2 Web App add-on whose assertions are encrypted. */
export interface EncryptedSamlClientPersona extends SamlClientPersona {
  /** The key to the certificate that they are encrypted for, PEM (PKCS #8). */
  readonly decryptionKey: string
}

/** An application with the WS-Fed add-on. */
export interface WsFedClientPersona {
  readonly clientId: string
  /** `wtrealm`; `urn:{clientId}` unless the client has an alias. */
  readonly realm?: string
  /** Registered reply URL. */
  readonly reply: string
  /** One of its Allowed Logout URLs. */
  readonly logoutUrl?: string
}

/** A user of the database connection. */
export interface UserPersona {
  readonly email: string
  readonly password: string
  readonly username?: string
  /** `auth0|…`, where it is known beforehand. */
  readonly userId?: string
}

/** The applications that a target offers to the suite, by the part they play. */
export interface ClientPersonas {
  /** Regular web application that authenticates with a secret in the request body. */
  readonly confidential?: ClientPersona
  /** Native or single-page application without a secret. */
  readonly public?: ClientPersona
  /** Machine-to-machine application with a client grant for the API. The confidential client where absent. */
  readonly machine?: ClientPersona
  /** A second confidential application: codes and tokens of the first must be worthless to it. */
  readonly other?: ClientPersona
  /** A confidential application that has no grant type but `authorization_code`. */
  readonly restricted?: ClientPersona
  /** Has a registered key, and a client grant for the API. */
  readonly privateKeyJwt?: PrivateKeyJwtClientPersona
  readonly saml?: SamlClientPersona
  /** Signs its requests, and gets responses that are signed as a whole. */
  readonly samlSigned?: SigningSamlClientPersona
  /** Has the add-on settings of `conformance-saml-custom` in `fixtures/tenant/tenant.yaml`. */
  readonly samlCustom?: SamlClientPersona
  /** Has the add-on settings of `conformance-saml-other` there, and signs its requests. */
  readonly samlOther?: SigningSamlClientPersona
  readonly samlEncrypted?: EncryptedSamlClientPersona
  readonly wsfed?: WsFedClientPersona
}

/** The API whose access tokens are asked for. */
export interface ApiPersona {
  readonly audience: string
  readonly scopes: readonly string[]
  /** Identifier of an API that exists and for which the machine client has no client grant. */
  readonly ungrantedAudience?: string
  /** Identifier of an API whose access tokens are good for two seconds at most. */
  readonly shortLivedAudience?: string
}

/** An account at a social provider that the target trusts, for the deprecated login with the provider's own access token. */
export interface SocialPersona {
  /** Name of the connection: `facebook`. */
  readonly connection: string
  /** Access token of the provider. */
  readonly accessToken: string
}

/** Names of the target's connections. */
export interface ConnectionPersonas {
  /** Database connection, `Username-Password-Authentication` on a new tenant. */
  readonly database?: string
  /** Passwordless connections. */
  readonly email?: string
  readonly sms?: string
}

/** Everything a target offers to the suite. */
export interface Personas {
  readonly clients: ClientPersonas
  readonly users: {
    /** The user that most checks log in as. */
    readonly main?: UserPersona
  }
  readonly api?: ApiPersona
  readonly connections: ConnectionPersonas
  readonly social?: SocialPersona
}
