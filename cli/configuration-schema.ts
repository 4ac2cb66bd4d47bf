import { capabilities, type Capability } from '../core/capability.ts'
import { effects } from '../core/effect.ts'
import { usualConcurrency } from '../core/limiter.ts'
import type { Configuration, InboxConfiguration } from '../fixtures/target/configuration.ts'
import { client, privateKeyJwt, samlClient } from './client-schemas.ts'
import { address, type SchemaOf } from './schema-of.ts'

/** An operation of the document: method and path. */
const operation = { pattern: '^(?:GET|POST|PUT|PATCH|DELETE) /[^?#\\s]*$' } as const

const lacks = Object.fromEntries(Object.entries(capabilities).map(([name, what]) =>
  [name, { description: `${what}: why it does not.`, type: 'string', minLength: 1 }])) as unknown as { readonly [Name in Capability]: SchemaOf<string> }

const inbox = (description: string): SchemaOf<InboxConfiguration> => ({
  description,
  type: 'object',
  additionalProperties: false,
  required: ['kind'],
  properties: {
    kind: {
      description: 'outbox: a JSON array of { to, via, code?, link? } at url, newest last. mailpit: Mailpit at url. smtp: a mail server of our own on port. '
        + 'webhook: a receiver for SMS gateways on port. command: prints messages as JSON lines.',
      enum: ['outbox', 'mailpit', 'smtp', 'webhook', 'command'],
    },
    url: { description: 'Address of an outbox, or of Mailpit.', type: 'string', pattern: address, examples: ['http://127.0.0.1:8025'] },
    port: { description: 'Port to listen on.', type: 'integer', minimum: 1, maximum: 65_535, examples: [2525] },
    host: { description: 'Address to listen on.', type: 'string', minLength: 1, default: '127.0.0.1' },
    command: { description: 'Program and arguments; the address that messages are wanted for comes last.', type: 'array', items: { description: 'An argument.', type: 'string' }, examples: [['node', 'messages.mjs']] },
  },
})

const schema: SchemaOf<Configuration> = {
  title: 'Configuration of auth0-conformance',
  description: 'What a run has to know about its target. Everything but "target" may be left out; checks that need it are then reported as unsupported. '
    + 'In any text ${NAME} stands for a variable of the environment, ${NAME:-text} for it or a text in its place, and $${NAME} for ${NAME} itself.',
  type: 'object',
  additionalProperties: false,
  required: ['target'],
  properties: {
    target: {
      description: 'The server to judge.',
      type: 'object',
      additionalProperties: false,
      required: ['baseUrl'],
      properties: {
        baseUrl: { description: 'Where it is: scheme, host, port, and path if it has one.', type: 'string', pattern: address, examples: ['https://tenant.eu.auth0.com'] },
        issuer: { description: 'The "iss" of its tokens, where that is not baseUrl and a slash.', type: 'string', pattern: address, examples: ['https://login.example.com/'] },
        caFile: { description: 'PEM file with the authority that signed its TLS certificate. A relative path starts at the folder of the configuration file.', type: 'string', minLength: 1 },
        insecure: { description: 'Accept any TLS certificate.', type: 'boolean', default: false },
        host: {
          description: 'Host, and port where it has one, that the target calls itself, where baseUrl is only the way to it: sent as Host, and asked for in TLS.',
          type: 'string',
          pattern: '^(?:[\\w.-]+|\\[[\\da-fA-F:.]+\\])(?::\\d+)?$|\\$\\{',
          examples: ['tenant.example.com'],
        },
        proxy: { description: 'Whether to go through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. Loopback addresses never do.', type: 'boolean', default: true },
      },
    },
    profile: { description: 'Whose word counts: how Auth0 itself answers, or what the RFCs and OpenID say.', enum: ['auth0', 'standard'], default: 'auth0' },
    clients: {
      description: 'Applications that the target offers, by the part they play.',
      type: 'object',
      additionalProperties: false,
      properties: {
        confidential: client('A regular web application that sends its secret in the request body (Client Secret Post).'),
        public: client('A native or single-page application without a secret.'),
        machine: client('A machine-to-machine application with a client grant for the API. The confidential client where absent.'),
        other: client('A second confidential application, to which codes and tokens of the first are worthless.'),
        restricted: client('A confidential application that has no grant type but authorization_code.'),
        privateKeyJwt,
        saml: samlClient('An application with the SAML2 Web App add-on.', {}),
        samlSigned: samlClient('An application with the SAML2 Web App add-on, a signingCert and signResponse.', {
          signingKey: { description: 'The key to its signingCert: PEM, PKCS #8.', type: 'string', minLength: 1, examples: ['${CONFORMANCE_SAML_KEY}'] },
        }),
        samlCustom: samlClient('An application with the add-on settings of conformance-saml-custom in the tenant.yaml of this package.', {}),
        samlOther: samlClient('An application with the add-on settings of conformance-saml-other in the tenant.yaml of this package.', {
          signingKey: { description: 'The key to its signingCert: PEM, PKCS #8.', type: 'string', minLength: 1, examples: ['${CONFORMANCE_SAML_KEY}'] },
        }),
        samlEncrypted: samlClient('An application with the SAML2 Web App add-on whose assertions an Action encrypts: fixtures/tenant/actions/encrypt-assertions.cjs of this package.', {
          decryptionKey: { description: 'The key to the certificate that they are encrypted for: PEM, PKCS #8.', type: 'string', minLength: 1, examples: ['${CONFORMANCE_SAML_KEY}'] },
        }),
        wsfed: {
          description: 'An application with the WS-Fed add-on.',
          type: 'object',
          additionalProperties: false,
          required: ['clientId', 'reply'],
          properties: {
            clientId: { description: 'Client ID.', type: 'string', minLength: 1 },
            realm: { description: 'Its wtrealm, where that is not urn: and the client ID.', type: 'string', minLength: 1, examples: ['urn:rp.example.com'] },
            reply: { description: 'Registered reply URL.', type: 'string', pattern: address, examples: ['https://rp.example.com/signin'] },
            logoutUrl: { description: 'One of its Allowed Logout URLs.', type: 'string', pattern: address, examples: ['https://rp.example.com/signed-out'] },
          },
        },
      },
    },
    users: {
      description: 'Users of the database connection.',
      type: 'object',
      additionalProperties: false,
      properties: {
        main: {
          description: 'The user that most checks log in as: verified, without multi-factor authentication.',
          type: 'object',
          additionalProperties: false,
          required: ['email', 'password'],
          properties: {
            email: { description: 'E-mail address.', type: 'string', minLength: 1, examples: ['conformance@example.com'] },
            password: { description: 'Password.', type: 'string', minLength: 1, examples: ['${CONFORMANCE_PASSWORD}'] },
            username: { description: 'Username, where the connection asks for one.', type: 'string', minLength: 1 },
            userId: { description: 'user_id, where it is known.', type: 'string', minLength: 1, examples: ['auth0|5f7c8ec7c33c6c004bbafe82'] },
          },
        },
      },
    },
    api: {
      description: 'The API whose access tokens are asked for.',
      type: 'object',
      additionalProperties: false,
      required: ['audience', 'scopes'],
      properties: {
        audience: { description: 'Its identifier.', type: 'string', minLength: 1, examples: ['https://api.example.com'] },
        scopes: {
          description: 'Scopes that the machine client was granted.',
          type: 'array',
          uniqueItems: true,
          items: { description: 'A scope.', type: 'string', minLength: 1 },
          examples: [['read:things', 'write:things']],
        },
        ungrantedAudience: { description: 'Identifier of an API that exists and for which the machine client has no client grant.', type: 'string', minLength: 1 },
        shortLivedAudience: { description: 'Identifier of an API whose access tokens are good for two seconds at most.', type: 'string', minLength: 1 },
      },
    },
    connections: {
      description: 'Names of the target\'s connections.',
      type: 'object',
      additionalProperties: false,
      properties: {
        database: { description: 'Database connection.', type: 'string', minLength: 1, examples: ['Username-Password-Authentication'] },
        email: { description: 'Passwordless connection that sends e-mail.', type: 'string', minLength: 1, examples: ['email'] },
        sms: { description: 'Passwordless connection that sends text messages.', type: 'string', minLength: 1, examples: ['sms'] },
      },
    },
    organization: {
      description: 'Organization that authorization requests name.',
      type: 'object',
      additionalProperties: false,
      required: ['id'],
      properties: {
        id: { description: 'Its ID.', type: 'string', minLength: 1, examples: ['org_9ybsU1dN2dKfDkBi'] },
      },
    },
    social: {
      description: 'A token that a social provider gave to one of its users, for POST /oauth/access_token.',
      type: 'object',
      additionalProperties: false,
      required: ['connection', 'accessToken'],
      properties: {
        connection: { description: 'Name of the social connection.', type: 'string', minLength: 1, examples: ['google-oauth2'] },
        accessToken: { description: 'Access token of the provider.', type: 'string', minLength: 1, examples: ['${SOCIAL_ACCESS_TOKEN}'] },
      },
    },
    saml: {
      description: 'How SAML and WS-Federation are judged.',
      type: 'object',
      additionalProperties: false,
      properties: {
        schemas: {
          description: 'Folders with the XML schemas of SAML (saml-schema-protocol-2.0.xsd, saml-schema-metadata-2.0.xsd, cs-sstc-schema-assertion-1.1.xsd and what they import): messages are validated by those that are found. '
            + 'Nothing outside of the folders is read. A relative path starts at the folder of the configuration file.',
          type: 'array',
          uniqueItems: true,
          items: { description: 'A folder.', type: 'string', minLength: 1 },
          examples: [['/usr/share/xml/opensaml', '/usr/share/xml/xmltooling']],
        },
      },
    },
    inbox: inbox('Where the messages that the target sends can be read.'),
    smsInbox: inbox('Where its text messages can be read, where that is another place.'),
    management: {
      description: 'An application with a client grant for the Management API (read:users, delete:users), by which the users are deleted that checks made. Where absent, the report lists them.',
      type: 'object',
      additionalProperties: false,
      required: ['clientId', 'clientSecret'],
      properties: {
        clientId: { description: 'Client ID.', type: 'string', minLength: 1 },
        clientSecret: { description: 'Client secret.', type: 'string', minLength: 1, examples: ['${AUTH0_MANAGEMENT_CLIENT_SECRET}'] },
        audience: { description: 'Identifier of the Management API, where it is not /api/v2/ below the address of the target: with a custom domain it keeps the name of the tenant.', type: 'string', pattern: address, examples: ['https://tenant.eu.auth0.com/api/v2/'] },
      },
    },
    login: {
      description: 'How users get through the login pages.',
      type: 'object',
      additionalProperties: false,
      required: ['driver'],
      properties: {
        driver: {
          description: 'http: forms are read and answered without a browser. browser: a headless Chromium does, with the package playwright-core. command: a program is given the authorization URL and prints where it ended. '
            + 'manual: a person logs in, and the end is received on a loopback port.',
          enum: ['http', 'browser', 'command', 'manual'],
          default: 'http',
        },
        command: { description: 'Program and arguments of the driver command; the URL comes last.', type: 'array', items: { description: 'An argument.', type: 'string' }, examples: [['node', 'login.mjs']] },
        executable: { description: 'Path of the Chromium of the driver browser; found among the installed programs where absent.', type: 'string', minLength: 1, examples: ['/usr/bin/chromium'] },
        port: { description: 'Loopback port of the driver manual.', type: 'integer', minimum: 1, maximum: 65_535, default: 8765 },
        timeoutMs: { description: 'How long one login may take, in milliseconds.', type: 'integer', minimum: 1, default: 60_000 },
      },
    },
    legacyEndpoints: {
      description: 'true where the deprecated endpoints answer as on tenants of before June 2017, false where they are switched off. Not judged where absent.',
      type: 'boolean',
    },
    lacks: {
      description: 'What the target does not offer although nothing shows it, each with the reason. Checks that need it are reported as unsupported.',
      type: 'object',
      additionalProperties: false,
      properties: lacks,
    },
    require: {
      description: 'What the target has to offer: checks that need it fail where it is missing. Elsewhere a missing capability is unsupported, never a failure.',
      type: 'array',
      uniqueItems: true,
      items: { description: 'A capability.', enum: Object.keys(capabilities) as Capability[] },
      examples: [['login', 'userinfo']],
    },
    paths: {
      description: 'Paths that the target calls otherwise, below baseUrl.',
      type: 'object',
      propertyNames: { pattern: '^/[^?#\\s]*$' },
      additionalProperties: { description: 'The target\'s path.', type: 'string', pattern: '^/|\\$\\{', examples: ['/token'] },
      examples: [{ '/oauth/token': '/token' }],
    },
    encoding: {
      description: 'Operations whose bodies the target takes in one encoding only.',
      type: 'object',
      propertyNames: operation,
      additionalProperties: { description: 'The encoding.', enum: ['json', 'form'] },
      examples: [{ 'POST /oauth/token': 'json' }],
    },
    clientAuthentication: {
      description: 'How clients with a secret prove it: post, in the request body as clients of Auth0 do, or basic, in the Authorization header.',
      enum: ['post', 'basic'],
    },
    parameters: {
      description: 'Parameters that operations of the target need beyond those that checks send. A request that has one already keeps its own.',
      type: 'object',
      propertyNames: operation,
      additionalProperties: {
        description: 'Parameters by name.',
        type: 'object',
        propertyNames: { pattern: '' },
        additionalProperties: { description: 'A value. What is no text is only added to JSON.' },
      },
      examples: [{ 'GET /authorize': { resource: 'https://api.example.com' } }, { 'POST /passwordless/start': { authParams: {} } }],
    },
    knownFailures: {
      description: 'Defects that the target is known to have. They do not count; one that is not there any more does.',
      type: 'array',
      items: {
        description: 'A known failure.',
        type: 'object',
        additionalProperties: false,
        required: ['check', 'reason'],
        properties: {
          check: { description: 'Id of a check, or the beginning of some ids up to a slash.', type: 'string', minLength: 1, examples: ['endpoints/token/password/wrong-password'] },
          reason: { description: 'Why it fails, so that a reader can tell whether it still has to.', type: 'string', minLength: 1 },
          url: { description: 'Where that is written down.', type: 'string', pattern: address },
          until: { description: 'Last day on which it is accepted.', type: 'string', pattern: '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$|\\$\\{', examples: ['2030-12-31'] },
        },
      },
    },
    allow: {
      description: 'What checks may do to the target. Checks that do anything else are not run.',
      type: 'array',
      uniqueItems: true,
      items: { description: 'An effect.', enum: effects },
      examples: [['signup', 'email']],
    },
    timeoutMs: { description: 'How long the target may take for an answer, in milliseconds.', type: 'integer', minimum: 1, default: 10_000 },
    concurrency: { description: 'Requests at a time.', type: 'integer', minimum: 1, maximum: 1000, default: usualConcurrency },
    rate: { description: 'Requests per second. No limit where absent.', type: 'number', exclusiveMinimum: 0 },
  },
}

/** Where the published schema lies, below the package's folder. */
export const configurationSchemaFile = 'docs/configuration.schema.json'

/** JSON Schema 2020-12 of a configuration file: the type, and the member by which editors find the schema. */
export const configurationSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...schema,
  properties: {
    $schema: { description: 'Where this schema lies, for editors.', type: 'string' },
    ...schema.properties,
  },
}
