import { assertionAlgorithms, type ClientPersona, type PrivateKeyJwtClientPersona } from '../core/persona.ts'
import { address, type SchemaOf } from './schema-of.ts'

const grantTypes = (otherwise: string) => ({
  description: `Grant types that are switched on for this client, by their wire names. Where absent: ${otherwise}.`,
  type: 'array',
  uniqueItems: true,
  items: { description: 'A grant type.', type: 'string', minLength: 1 },
  examples: [['authorization_code', 'refresh_token', 'client_credentials']],
}) as const

/** Of the client that signs assertions. */
export const privateKeyJwt: SchemaOf<PrivateKeyJwtClientPersona> = {
  description: 'An application that authenticates with assertions signed by its own key (Private Key JWT), with a client grant for the API.',
  type: 'object',
  additionalProperties: false,
  required: ['clientId', 'signingKey'],
  properties: {
    clientId: { description: 'Client ID.', type: 'string', minLength: 1 },
    signingKey: { description: 'Its private key: PEM, PKCS #8.', type: 'string', minLength: 1, examples: ['${CONFORMANCE_ASSERTION_KEY}'] },
    signingAlgorithm: { description: 'Algorithm that the key is registered for.', enum: assertionAlgorithms, default: 'RS256' },
    keyId: { description: 'The kid of the key, where assertions have to name it.', type: 'string', minLength: 1 },
    redirectUri: { description: 'One of its Allowed Callback URLs. It is never fetched.', type: 'string', pattern: '^[a-zA-Z][a-zA-Z0-9+.-]*:|\\$\\{', examples: ['https://app.example.com/callback'] },
    grantTypes: grantTypes('client_credentials, and with a redirectUri authorization_code and refresh_token'),
  },
}

/** Of an OAuth client; `description` says which. */
export const client = (description: string): SchemaOf<ClientPersona> => ({
  description,
  type: 'object',
  additionalProperties: false,
  required: ['clientId'],
  properties: {
    clientId: { description: 'Client ID.', type: 'string', minLength: 1 },
    clientSecret: { description: 'Client secret. Leave it out for a public client.', type: 'string', minLength: 1, examples: ['${AUTH0_CLIENT_SECRET}'] },
    redirectUri: { description: 'One of the Allowed Callback URLs. It is never fetched.', type: 'string', pattern: '^[a-zA-Z][a-zA-Z0-9+.-]*:|\\$\\{', examples: ['https://app.example.com/callback'] },
    webOrigin: { description: 'One of its Allowed Web Origins. Used of the public client: its pages may read the answers of the token endpoint.', type: 'string', pattern: address, examples: ['https://app.example.com'] },
    logoutUrl: { description: 'One of its Allowed Logout URLs. It is never fetched.', type: 'string', pattern: '^[a-zA-Z][a-zA-Z0-9+.-]*:|\\$\\{', examples: ['https://app.example.com/signed-out'] },
    grantTypes: grantTypes('authorization_code and refresh_token, and for the machine client client_credentials'),
  },
})

const samlProperties = {
  clientId: { description: 'Client ID.', type: 'string', minLength: 1 },
  acs: { description: 'Registered assertion consumer service URL.', type: 'string', pattern: address, examples: ['https://sp.example.com/acs'] },
  otherAcs: { description: 'A second registered assertion consumer service URL.', type: 'string', pattern: address, examples: ['https://sp.example.com/other-acs'] },
  entityId: { description: 'What the service provider calls itself: the Issuer of its requests.', type: 'string', minLength: 1, examples: ['urn:sp.example.com'] },
  logoutUrl: { description: 'Logout callback of the add-on.', type: 'string', pattern: address, examples: ['https://sp.example.com/logout'] },
} as const

/** Of a SAML service provider, with the members that only this one has. */
export const samlClient = <More extends object>(description: string, more: More) => ({
  description,
  type: 'object',
  additionalProperties: false,
  required: ['clientId', 'acs', 'entityId', ...Object.keys(more) as (keyof More)[]],
  properties: { ...samlProperties, ...more },
}) as const
