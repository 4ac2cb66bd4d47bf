import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { errorCodeOf } from '../../../specs/judgement.ts'
import { toChecks } from '../../checks.ts'
import { expectForAll } from '../../property.ts'
import { application, challengeOf, codeRequest, newVerifier } from '../../protocols/oidc/authorization/authorizing.ts'
import { askingAgain, freshCode } from '../../protocols/oidc/properties/asking.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { grantedFindings, redeem } from '../token-requests.ts'
import { anyChange, anyChangeOfForms, changed, everyChange, everyChangeOfForms, type Change } from './changes.ts'
import { uriChanges, type UriChange } from './uri-changes.ts'

const codeFlow = auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow')
const pkceFlow = auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow-with-pkce')

/**
 * A code is redeemed with exactly what it was asked for with. Every attempt has a code of its own: a server may end one at the first attempt
 * that fails.
 */
export const codeProperties: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/properties/codes/verifier',
    title: 'A code is refused with any change of its verifier or of its challenge',
    sources: [rfc(7636, '4.6'), pkceFlow],
    level: 'must',
    needs: ['authorization-code', 'pkce', 'login'],
    async run(world) {
      const ask = await askingAgain(world)
      const attempt = async (method: Method, of?: 'verifier' | 'challenge', change?: Change): Promise<Answer | undefined> => {
        // Longer than the shortest, so that a shorter one is still well-formed.
        const codeVerifier = newVerifier() + newVerifier().slice(0, 20)
        const challenge = method === 'plain' ? codeVerifier : challengeOf(codeVerifier)
        const sent = { code_challenge: change && of === 'challenge' ? changed(challenge, change) : challenge, code_challenge_method: method }
        const code = (await ask({ ...codeRequest(world, {}, 'public').parameters, ...sent }, 'public'))?.get('code')
        if (!code) return undefined
        return redeem(world, 'public', {
          code, redirectUri: application(world, 'public').redirectUri, codeVerifier: change && of === 'verifier' ? changed(codeVerifier, change) : codeVerifier,
        })
      }
      const methods = await worksBy(['S256', 'plain'] as const, (method) => attempt(method))
      const [first, last] = [methods[0]!, methods.at(-1)!]
      const examples: { readonly method: Method; readonly of: 'verifier' | 'challenge'; readonly change: Change }[] = [
        ...everyChange.flatMap((change) => [{ method: first, of: 'challenge' as const, change }, { method: last, of: 'verifier' as const, change }]),
        ...everyChange.filter(({ kind }) => kind === 'without-its-last' || kind === 'appended').map((change) => ({ method: first, of: 'verifier' as const, change })),
      ]
      await expectForAll(world, (fc) => fc.record({ method: fc.constantFrom(...methods), of: fc.constantFrom('verifier', 'challenge'), change: anyChange(fc) }), {
        count: examples.length + 2,
        examples,
        async judge({ method, of, change }) {
          const answer = await attempt(method, of, change)
          // A challenge that is none may be refused at the authorization endpoint.
          expectNone(world, answer ? grantedFindings(answer, `the redemption with a changed ${of}`) : [])
        },
      })
    },
  },
  {
    // Auth0 documents that it has to be the same; how it looks at more than scheme, host, port and path is not known.
    id: 'grants/properties/codes/redirect-uri',
    title: 'A code is refused with another scheme, host, port or path in its redirect URI',
    sources: [rfc(6749, '4.1.3'), codeFlow],
    level: 'should',
    profiles: ['auth0'],
    needs: ['authorization-code', 'login'],
    run: (world) => expectBoundTo(world, uriChanges.filter(({ isStandardOnly }) => !isStandardOnly)),
  },
  {
    id: 'grants/properties/codes/redirect-uri/standard',
    title: 'A code is refused with any change of its redirect URI',
    sources: [rfc(6749, '4.1.3'), codeFlow],
    level: 'must',
    profiles: ['standard'],
    needs: ['authorization-code', 'login'],
    run: (world) => expectBoundTo(world, uriChanges),
  },
  {
    id: 'grants/properties/codes/code',
    title: 'Any change of a code is refused',
    sources: [rfc(6749, '5.2'), codeFlow],
    level: 'must',
    needs: ['authorization-code', 'login'],
    async run(world) {
      const { attempt } = await confidentialAttempts(world)
      await expectForAll(world, anyChangeOfForms, {
        count: everyChangeOfForms.length,
        examples: everyChangeOfForms,
        judge: async (change) => expectNone(world, grantedFindings(await attempt({}, change), 'the redemption of a changed code')),
      })
    },
  },
])

type Method = 'S256' | 'plain'

async function expectBoundTo(world: World, changes: readonly UriChange[]): Promise<void> {
  const { redirectUri } = application(world)
  const { attempt } = await confidentialAttempts(world)
  const possible = changes.filter(({ of }) => of(redirectUri, 0) !== undefined)
  await expectForAll(world, (fc) => fc.record({ kind: fc.constantFrom(...possible.map(({ kind }) => kind)), at: fc.nat({ max: 40 }) }), {
    count: possible.length + 3,
    examples: possible.map(({ kind }) => ({ kind, at: 1 })),
    async judge({ kind, at }) {
      const uri = possible.find((one) => one.kind === kind)?.of(redirectUri, at)
      if (uri === undefined) throw new Blocked(`the redirect URI can't be changed in this way: ${kind}`)
      expectNone(world, grantedFindings(await attempt({ redirect_uri: uri }), `the redemption for ${uri}`))
    },
  })
}

/** Attempts with codes of the confidential client, once one that changes nothing has succeeded. */
async function confidentialAttempts(world: World) {
  const ask = await askingAgain(world)
  const attempt = async (more: Readonly<Record<string, string>>, change?: Change): Promise<Answer> => {
    const { parameters, codeVerifier } = codeRequest(world)
    const code = await freshCode(ask, parameters)
    return redeem(world, 'confidential', { code: change ? changed(code, change) : code, redirectUri: application(world).redirectUri, codeVerifier }, more)
  }
  await worksBy([undefined], () => attempt({}))
  return { attempt }
}

/** The ways that succeed where nothing is changed. Throws {@link Blocked} where none does: then a refusal says nothing. */
async function worksBy<T>(ways: readonly T[], attempt: (way: T) => Promise<Answer | undefined>): Promise<T[]> {
  const working: T[] = []
  let refusal = ''
  for (const way of ways) {
    try {
      const answer = await attempt(way)
      if (answer?.status === 200) working.push(way)
      else if (!answer) refusal = 'the authorization response has no code'
      else refusal = `POST /oauth/token answered ${answer.status} ${errorCodeOf(answer) ?? ''}`
    } catch (error) {
      if (!(error instanceof Blocked)) throw error
      refusal = error.message
    }
  }
  if (working.length === 0) throw new Blocked(`a code can't be redeemed where nothing is changed: ${refusal}`)
  return working
}
