import { expectNone } from '../../../core/expectation.ts'
import type { Level } from '../../../core/check.ts'
import type { World } from '../../../core/world.ts'
import type { StatedCheck } from '../../checks.ts'
import { perProfile } from '../../protocols/oidc/authorization/authorizing.ts'
import { rfc } from '../../sources.ts'
import { machineOf } from '../client-authentication.ts'
import { grantedFindings } from '../token-requests.ts'
import { acceptedRequest, askFor, clientAuthenticationOfOidc, documentation, expectRefusal, type Change } from './asserting.ts'

const processing = [rfc(7523, '3'), documentation]
const needs = ['private-key-jwt'] as const
/** Another client that gets tokens of the API: where it is refused, the assertion is the reason. */
const withMachine = [...needs, 'client-credentials'] as const
const hour = 3600

interface Faulty {
  readonly title: string
  readonly change: (now: number, world: World) => Change
  /** In each profile; in both `must` where absent. */
  readonly levels?: { readonly auth0: Level; readonly standard: Level }
}

const documentedOnly = { auth0: 'should', standard: 'must' } as const

/** Assertions with one claim that is wrong. */
const faults: Readonly<Record<string, Faulty>> = {
  expired: { title: 'A client assertion that has expired is refused', change: (now) => ({ claims: { iat: now - hour - 60, exp: now - hour } }) },
  'not-yet-valid': {
    title: 'A client assertion that is not valid yet is refused',
    change: (now) => ({ claims: { iat: undefined, nbf: now + hour, exp: now + hour + 60 } }),
    levels: documentedOnly,
  },
  'other-server': { title: 'A client assertion for another server is refused', change: () => ({ claims: { aud: 'https://other-server.example/' } }) },
  'longer-host': {
    title: 'A client assertion for a server whose host begins like the one of the target is refused',
    change: (_, world) => {
      const { protocol, host, pathname } = new URL(world.target.issuer)
      return { claims: { aud: `${protocol}//${host}.attacker.example${pathname}` } }
    },
  },
  'other-issuer': { title: 'A client assertion that somebody else issued for the client is refused', change: (_, world) => ({ claims: { iss: `nobody-${world.unique()}` } }) },
  'other-subject': { title: 'A client assertion about somebody else is refused', change: (_, world) => ({ claims: { sub: `nobody-${world.unique()}` } }) },
}

/** Claims that have to be there. */
const missing: Readonly<Record<string, Faulty['levels']>> = { exp: documentedOnly, aud: documentedOnly, iss: documentedOnly, sub: documentedOnly, jti: { auth0: 'should', standard: 'should' } }

/** That an assertion speaks for this client, to this server, now. */
export const claimChecks: readonly StatedCheck[] = [
  ...Object.entries(faults).flatMap(([name, { title, change, levels }]) => atLevels(levels, {
    id: `grants/client-assertion/claims/${name}`, title, sources: [...processing, clientAuthenticationOfOidc], level: 'must', needs,
    run: (world) => expectRefusal(world, (now) => change(now, world)),
  })),
  ...Object.entries(missing).flatMap(([claim, levels]) => atLevels(levels, {
    id: `grants/client-assertion/claims/missing/${claim}`,
    title: `A client assertion without ${claim} is refused`,
    sources: [...(claim === 'jti' ? [documentation] : processing), clientAuthenticationOfOidc],
    level: 'must',
    needs,
    run: (world) => expectRefusal(world, { claims: { [claim]: undefined } }),
  })),
  {
    id: 'grants/client-assertion/claims/long-lived',
    title: 'A client assertion that would be good for a day is refused',
    sources: [documentation],
    level: 'should',
    profiles: ['auth0'],
    needs,
    run: (world) => expectRefusal(world, (now) => ({ claims: { exp: now + 24 * hour } })),
  },
  ...atLevels({ auth0: 'should', standard: 'may' }, {
    id: 'grants/client-assertion/claims/used-jti',
    title: 'A client assertion is good once',
    sources: [...processing, clientAuthenticationOfOidc],
    level: 'must',
    needs,
    async run(world) {
      const { proof } = await acceptedRequest(world)
      expectNone(world, grantedFindings(await askFor(world, proof), 'POST /oauth/token'))
    },
  }),
  {
    id: 'grants/client-assertion/claims/client-beside',
    title: 'A client can\'t name itself beside the assertion of another one',
    sources: [rfc(7521, '4.2'), rfc(7523, '3')],
    level: 'must',
    needs: withMachine,
    run: (world) => expectRefusal(world, { form: { client_id: machineOf(world).clientId } }),
  },
  {
    id: 'grants/client-assertion/claims/for-another-client',
    title: 'The key of a client signs for no other client',
    sources: processing,
    level: 'must',
    needs: withMachine,
    run(world) {
      const { clientId } = machineOf(world)
      return expectRefusal(world, { claims: { iss: clientId, sub: clientId }, form: { client_id: clientId } })
    },
  },
]

function atLevels(levels: Faulty['levels'], check: StatedCheck): StatedCheck[] {
  return levels === undefined ? [check] : perProfile(levels, check)
}
