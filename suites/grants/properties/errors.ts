import type { Check } from '../../../core/check.ts'
import type { RequestStatement } from '../../../core/client.ts'
import { expectNone } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { withoutSecrets } from '../../endpoints/hygiene.ts'
import { freshAddress } from '../../endpoints/recipes.ts'
import { expectForAll } from '../../property.ts'
import { recorded2021, rfc } from '../../sources.ts'


type Form = Readonly<Record<string, string>>

/** Requests that have to be refused, each with a secret that is nobody's. */
const requests: Readonly<Record<string, (world: World, secret: string) => Form>> = {
  client_secret: (world, secret) => ({ ...client(world), client_secret: secret, grant_type: 'client_credentials', audience: world.personas.api?.audience ?? 'https://api.example.com/' }),
  code: (world, secret) => ({ ...proof(world), grant_type: 'authorization_code', code: secret, redirect_uri: world.personas.clients.confidential?.redirectUri ?? 'https://app.example.com/' }),
  code_verifier: (world, secret) => ({ ...proof(world), grant_type: 'authorization_code', code: 'conformance', code_verifier: secret, redirect_uri: world.personas.clients.confidential?.redirectUri ?? 'https://app.example.com/' }),
  refresh_token: (world, secret) => ({ ...proof(world), grant_type: 'refresh_token', refresh_token: secret }),
  password: (world, secret) => ({ ...proof(world), grant_type: 'password', username: freshAddress(world), password: secret, scope: 'openid' }),
  client_assertion: (world, secret) => ({ ...client(world), grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: secret }),
  otp: (world, secret) => ({ ...proof(world), grant_type: 'http://auth0.com/oauth/grant-type/passwordless/otp', username: freshAddress(world), otp: secret, realm: 'email' }),
}
const names = Object.keys(requests)

/** What else may be wrong with a request, on which some servers print what they were sent. */
const faults = ['none', 'unknown grant type', 'no grant type', 'cut JSON', 'JSON of a wrong type', 'JSON as a form'] as const

export const errorProperties: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [{
  id: 'grants/properties/errors/secrets',
  title: 'A refusal of the token endpoint repeats no secret of the request, whatever is wrong with it',
  sources: [rfc(6749, '5.2'), rfc(9700, '4.2'), recorded2021],
  level: 'should',
  needs: ['authorization-code'],
  async run(world) {
    await expectForAll(world, (fc) => fc.record({
      name: fc.constantFrom(...names),
      fault: fc.constantFrom(...faults),
      // Long enough to be in an answer for no other reason; with what is escaped in JSON, HTML and URLs.
      secret: fc.stringMatching(/^[\w"<&+/=-]{24,40}$/).map((text) => `conformance ${text}`),
    }), {
      count: names.length + 2 * faults.length + 4,
      examples: [
        ...names.map((name) => ({ name, fault: 'none' as const, secret: 'conformance-4f9ab1c3d2e87766' })),
        ...faults.slice(1).flatMap((fault) => ['password', 'refresh_token'].map((name) => ({ name, fault, secret: 'conformance-"7c1d<e>&52f0' }))),
      ],
      // The text of a secret is for nobody to read.
      show: ({ name, fault, secret }) => `a ${name} of ${secret.length} characters; further fault: ${fault}`,
      async judge({ name, fault, secret }) {
        const answer = await world.client.send({ method: 'POST', path: '/oauth/token', ...withFault(requests[name]!(world, secret), fault) })
        if (answer.status < 400) throw new Blocked(`a request with a made-up ${name} was answered with ${answer.status}, which another check judges`)
        expectNone(world, withoutSecrets(answer, writings(secret)))
      },
    })
  },
}])

/** The secret as it is and as it stands in a body or a page that repeats what was sent. */
function writings(secret: string): string[] {
  const inForm = new URLSearchParams({ secret }).toString().slice('secret='.length)
  const inPage = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return [secret, JSON.stringify(secret).slice(1, -1), inForm, inPage, inPage.replaceAll('"', '&quot;'), inPage.replaceAll('"', '&#34;')]
}

function withFault(form: Form, fault: (typeof faults)[number]): Pick<RequestStatement, 'form' | 'body' | 'headers'> {
  const json = { 'content-type': 'application/json' }
  switch (fault) {
    case 'none': return { form }
    case 'unknown grant type': return { form: { ...form, grant_type: 'urn:example:conformance' } }
    case 'no grant type': return { form: Object.fromEntries(Object.entries(form).filter(([name]) => name !== 'grant_type')) }
    case 'cut JSON': return { body: JSON.stringify(form).slice(0, -1), headers: json }
    case 'JSON of a wrong type': return { body: JSON.stringify([form]), headers: json }
    case 'JSON as a form': return { body: JSON.stringify(form), headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  }
}

function client(world: World): Form {
  const { confidential, public: open } = world.personas.clients
  return { client_id: (confidential ?? open)?.clientId ?? 'conformance' }
}

function proof(world: World): Form {
  const { clientSecret } = world.personas.clients.confidential ?? {}
  return { ...client(world), ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) }
}
