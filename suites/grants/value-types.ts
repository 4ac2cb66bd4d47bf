import type { Check } from '../../core/check.ts'
import { expectNone, finding } from '../../core/expectation.ts'
import { Blocked } from '../../core/finding.ts'
import type { World } from '../../core/world.ts'
import { toChecks, type StatedCheck } from '../checks.ts'
import { required } from '../endpoints/recipes.ts'
import { auth0Docs, rfc } from '../sources.ts'
import { machineOf } from './client-authentication.ts'
import { bodyOf, clientOf } from './token-requests.ts'

type Members = Readonly<Record<string, unknown>>

/** What a data base that takes its queries as objects finds with anybody's value, and what a lax comparison takes for any text. */
const anything = { $ne: '' }
const page = auth0Docs('api/authentication')
const at = { operations: ['POST /oauth/token'], collectionItems: [] }

/** By what is sent in another type: the request around it. */
const ofJson: Readonly<Record<string, { readonly what: string; readonly needs: StatedCheck['needs']; readonly effects?: StatedCheck['effects']; readonly of: (world: World) => Members | Promise<Members> }>> = {
  'client-secret': {
    what: 'a client secret', needs: ['client-credentials'],
    of: (world) => ({ grant_type: 'client_credentials', client_id: machineOf(world).clientId, client_secret: anything, audience: required(world.personas.api, 'api').audience }),
  },
  'client-secret/boolean': {
    what: 'a client secret that is true', needs: ['client-credentials'],
    of: (world) => ({ grant_type: 'client_credentials', client_id: machineOf(world).clientId, client_secret: true, audience: required(world.personas.api, 'api').audience }),
  },
  password: {
    what: 'a password', needs: ['password'], effects: ['lockout'],
    of: async (world) => ({ grant_type: 'password', ...proof(world), username: (await world.given.expendableUser()).email, password: anything, scope: 'openid' }),
  },
  'refresh-token': {
    what: 'a refresh token', needs: ['refresh-token'],
    of: (world) => ({ grant_type: 'refresh_token', ...proof(world), refresh_token: anything }),
  },
  code: {
    what: 'a code', needs: ['authorization-code'],
    of: (world) => ({ grant_type: 'authorization_code', ...proof(world), code: anything, redirect_uri: required(clientOf(world, 'confidential').redirectUri, 'clients.confidential.redirectUri') }),
  },
}

/** That what proves something is a text: queries and comparisons that take what comes are satisfied by other values, and nobody has proved anything. */
export const valueTypes: readonly Check[] = toChecks(at, [
  ...Object.entries(ofJson).map(([name, { what, needs, effects, of }]): StatedCheck => ({
    id: `grants/value-types/${name}`,
    title: `In JSON, ${what.includes(' that ') ? what : `an object in place of ${what}`} gives nobody tokens`,
    sources: [rfc(6749, '5.2'), page],
    level: 'must',
    profiles: ['auth0'],
    needs,
    ...(effects ? { effects } : {}),
    async run(world) {
      expectNothing(world, bodyOf(await world.client.send({ method: 'POST', path: '/oauth/token', json: await of(world) })))
    },
  })),
  {
    id: 'grants/value-types/form',
    title: 'In a form, a parameter with brackets in its name is no client secret',
    sources: [rfc(6749, '2.3.1'), rfc(6749, '5.2')],
    level: 'must',
    needs: ['client-credentials'],
    async run(world) {
      const { audience } = required(world.personas.api, 'api')
      const form = { grant_type: 'client_credentials', audience, client_id: machineOf(world).clientId, 'client_secret[$ne]': '' }
      expectNothing(world, bodyOf(await world.client.send({ method: 'POST', path: '/oauth/token', form })))
    },
  },
])

/** How it is refused is another matter. */
function expectNothing(world: World, body: Members): void {
  expectNone(world, body.access_token === undefined ? [] : [finding('body /access_token', '(absent)', '(present)')])
}

function proof(world: World): Members {
  const { clientId, clientSecret } = clientOf(world, 'confidential')
  if (clientSecret === undefined) throw new Blocked('clients.confidential has no secret')
  return { client_id: clientId, client_secret: clientSecret }
}
