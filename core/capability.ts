/**
 * What a target can be asked to do. The list is closed: a check names what it needs, a target's configuration decides
 * which of these are there, and a check whose needs are not met is reported as unsupported without sending anything.
 */
export const capabilities = {
  login: 'A user can log in at the authorization endpoint over plain HTTP',
  signup: 'Users can be created through POST /dbconnections/signup',
  'change-password': 'A password change can be asked for through POST /dbconnections/change_password',
  'authorization-code': 'A confidential client has the authorization_code grant',
  pkce: 'A public client has the authorization_code grant',
  implicit: 'A confidential client has the implicit grant, which tokens that come without the token endpoint take',
  'client-credentials': 'A client has the client_credentials grant for an API',
  'ungranted-api': 'An API exists for which the machine client has no client grant',
  password: 'A client has the password grant',
  'password-realm': 'A client has the password-realm grant',
  'refresh-token': 'A client has the refresh_token grant',
  'passwordless-email': 'A passwordless connection sends e-mail',
  'passwordless-sms': 'A passwordless connection sends text messages',
  'passwordless-otp': 'A client has the passwordless OTP grant',
  inbox: 'Messages that the target sends can be read',
  'restricted-client': 'A client has no grant type but authorization_code',
  'other-client': 'There is a second confidential client',
  userinfo: 'GET /userinfo answers for an access token',
  revocation: 'POST /oauth/revoke revokes refresh tokens',
  logout: 'GET /v2/logout ends the session',
  'logout-return': 'A confidential client has an allowed logout URL, to which a logout by OpenID Connect returns',
  discovery: 'GET /.well-known/openid-configuration describes the target',
  jwks: 'GET /.well-known/jwks.json publishes the signing keys',
  'social-token': 'There is an access token of a social provider',
  saml: 'A client has the SAML2 Web App add-on',
  'saml-signed-requests': 'A client with the SAML2 Web App add-on has a signing certificate',
  'saml-logout': 'The SAML client that signs has a logout callback',
  'saml-settings': 'A client with the SAML2 Web App add-on has the settings of conformance-saml-custom',
  wsfed: 'A client has the WS-Fed add-on',
  'wsfed-logout': 'The client with the WS-Fed add-on has an allowed logout URL',
  'legacy-endpoints': 'The deprecated endpoints answer as on a tenant of before June 2017',
  'legacy-refusals': 'The deprecated endpoints are switched off, as on a new tenant',
} as const

/** One name of {@link capabilities}. */
export type Capability = keyof typeof capabilities
