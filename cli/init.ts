import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { createClient, openConnection } from '../core/client.ts'
import { Blocked } from '../core/finding.ts'
import { isObject } from '../core/json.ts'
import { createLimiter } from '../core/limiter.ts'
import { packageRoot } from '../core/package-root.ts'
import { createRedactor } from '../core/redaction.ts'
import { UsageError } from '../core/usage-error.ts'
import { discoveredPaths } from '../fixtures/target/discovered-paths.ts'
import type { Arguments } from './arguments.ts'
import { statedAddress } from './stated-target.ts'
import { print, warn } from './terminal.ts'

const variables = [
  'CONFORMANCE_CLIENT_ID', 'CONFORMANCE_CLIENT_SECRET', 'CONFORMANCE_PUBLIC_CLIENT_ID', 'CONFORMANCE_MACHINE_CLIENT_ID', 'CONFORMANCE_MACHINE_CLIENT_SECRET',
  'CONFORMANCE_ASSERTION_CLIENT_ID', 'CONFORMANCE_ASSERTION_KEY', 'CONFORMANCE_USER_EMAIL', 'CONFORMANCE_USER_PASSWORD',
] as const

/** `conformance init`: writes what a first run needs. Throws {@link UsageError} where the target is unknown or a file is there already. */
export async function init(given: Arguments): Promise<number> {
  const baseUrl = statedAddress(given) ?? await askedAddress(given)
  const known = await discoveryOf(baseUrl, given)
  const files: Readonly<Record<string, string>> = {
    'conformance.config.yaml': configurationText(baseUrl, known, given),
    ...(known.isOfOtherKind ? {} : { 'conformance-tenant.yaml': tenantText() }),
    '.env.example': variables.map((name) => `${name}=\n`).join(''),
    '.github/workflows/conformance.yml': workflow,
  }
  const present = Object.keys(files).filter((name) => existsSync(name))
  if (present.length > 0 && !given.flag('force')) throw new UsageError(`${present.join(', ')} ${present.length === 1 ? 'is' : 'are'} there already; overwrite with --force.`)
  for (const [name, text] of Object.entries(files)) {
    try {
      mkdirSync(dirname(name), { recursive: true })
      writeFileSync(name, text)
    } catch (error) {
      throw new UsageError(`${name} can't be written (${(error as NodeJS.ErrnoException).code}); look at the rights of this folder.`)
    }
    print(`wrote ${name}`)
  }
  print('Next: conformance doctor, which tells what to add to conformance.config.yaml.')
  return 0
}

/** The tenant of the suite, for a tenant of Auth0's own kind. */
function tenantText(): string {
  return readFileSync(join(packageRoot, 'fixtures/tenant/tenant.yaml'), 'utf8').replaceAll('tenant.yaml', 'conformance-tenant.yaml')
}

async function askedAddress(given: Arguments): Promise<string> {
  if (given.flag('yes') || !process.stdin.isTTY) throw new UsageError('init needs to know the target; give --domain HOST or --base-url URL.')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = (await lines.question('Host or URL of the target, such as tenant.eu.auth0.com: ')).trim()
    const name = /^https?:/i.test(answer) ? 'base-url' : 'domain'
    return statedAddress({ text: (option) => (option === name ? answer : undefined) }) ?? ''
  } finally {
    lines.close()
  }
}

/** What a discovery document tells. */
interface Known {
  /** `undefined` where it is what is expected anyway, or nobody answers. */
  readonly issuer?: string
  /** Its endpoints are not where Auth0 has them. */
  readonly isOfOtherKind: boolean
  /** Where the document itself was found, when not at its place below the base URL. */
  readonly path?: string
}

const wellKnown = '/.well-known/openid-configuration'

/** Follows one redirect inside the target: some servers have the document at an address with a slash more. */
async function discoveryOf(baseUrl: string, given: Arguments): Promise<Known> {
  const caFile = given.text('ca')
  const connection = openConnection({
    baseUrl, timeoutMs: 10_000, limiter: createLimiter({ concurrency: 1 }), connections: 1, insecure: given.flag('insecure'), environment: process.env, ...(caFile === undefined ? {} : { caFile }),
  })
  try {
    const client = createClient(connection, createRedactor())
    const first = await client.send({ method: 'GET', path: wellKnown })
    const moved = first.location?.href.startsWith(`${baseUrl}/`) ? first.location.href.slice(baseUrl.length) : undefined
    const { json } = moved === undefined ? first : await client.send({ method: 'GET', path: moved })
    const issuer = isObject(json) ? json.issuer : undefined
    if (typeof issuer !== 'string') warn(`conformance: ${baseUrl}${wellKnown} is no discovery document (${first.status}); look whether the base URL is right, its path included.`)
    return {
      ...(typeof issuer === 'string' && URL.canParse(issuer) && issuer !== `${baseUrl}/` ? { issuer } : {}),
      ...(typeof issuer === 'string' && moved !== undefined ? { path: moved } : {}),
      isOfOtherKind: Object.keys(discoveredPaths(json, baseUrl)).length > 0,
    }
  } catch (error) {
    if (!(error instanceof Blocked)) throw error
    warn(`conformance: ${baseUrl} does not answer yet (${error.message}); the issuer is taken to be ${baseUrl}/.`)
    return { isOfOtherKind: false }
  } finally {
    await connection.close()
  }
}

function configurationText(baseUrl: string, { issuer, isOfOtherKind, path }: Known, given: Arguments): string {
  const caFile = given.text('ca')
  return `# yaml-language-server: $schema=./node_modules/auth0-conformance/docs/configuration.schema.json
# What a run has to know about its target. Each part that is uncommented adds the checks that need it; conformance doctor tells which.
# Secrets stay in the environment: see .env.example.
target:
  baseUrl: ${JSON.stringify(baseUrl)}
${issuer === undefined ? '' : `  # As its discovery document says.\n  issuer: ${JSON.stringify(issuer)}\n`}${caFile === undefined ? '' : `  caFile: ${JSON.stringify(caFile)}\n`}${given.flag('insecure') ? '  insecure: true\n' : ''}
# auth0: how Auth0 itself answers. standard: what the RFCs and OpenID say${isOfOtherKind ? `; its endpoints are found by discovery, and they are not where Auth0 has them.
profile: standard` : `.
profile: auth0`}
${path === undefined ? '' : `
# It is not where OpenID Connect Discovery has it.
paths:
  ${wellKnown}: ${JSON.stringify(path)}
`}
# ${isOfOtherKind ? 'Applications of the target, with these callbacks or others: they are never fetched.' : 'The applications of conformance-tenant.yaml.'}
# clients:
#   confidential:
#     clientId: \${CONFORMANCE_CLIENT_ID}
#     clientSecret: \${CONFORMANCE_CLIENT_SECRET}
#     redirectUri: https://client.example.test/callback
#     grantTypes: [authorization_code, refresh_token, password, "http://auth0.com/oauth/grant-type/password-realm"]
#   public:
#     clientId: \${CONFORMANCE_PUBLIC_CLIENT_ID}
#     redirectUri: https://native.example.test/callback
#     webOrigin: https://native.example.test
#   machine:
#     clientId: \${CONFORMANCE_MACHINE_CLIENT_ID}
#     clientSecret: \${CONFORMANCE_MACHINE_CLIENT_SECRET}
#   # Where the tenant has Private Key JWT. The key is PEM, with its line breaks.
#   privateKeyJwt:
#     clientId: \${CONFORMANCE_ASSERTION_CLIENT_ID}
#     signingKey: \${CONFORMANCE_ASSERTION_KEY}
#     redirectUri: https://assertion.example.test/callback

# users:
#   main:
#     email: \${CONFORMANCE_USER_EMAIL}
#     password: \${CONFORMANCE_USER_PASSWORD}

# api:
#   audience: https://api.example.test/
#   scopes: [read:things, write:things]
#   ungrantedAudience: https://ungranted.example.test/

# connections:
#   database: Username-Password-Authentication

# What checks may do to the target: signup, email, sms, lockout, logout.
allow: []

# What the target has to offer: missing is then a failure.
# require: [login, userinfo]

# Be polite to a tenant that others use.
concurrency: 5
rate: 10
`
}

const workflow = `name: conformance
on:
  workflow_dispatch:
  schedule:
    - cron: '17 3 * * *'
permissions:
  contents: read
# Two runs against one tenant use up each other's rate limit.
concurrency: conformance
jobs:
  conformance:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npx --yes auth0-conformance run --config conformance.config.yaml
        env:
${variables.map((name) => `          ${name}: \${{ secrets.${name} }}\n`).join('')}      - uses: actions/upload-artifact@v4
        if: always()
        with: { name: conformance-report, path: conformance-report }
`
