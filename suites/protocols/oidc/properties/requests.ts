import type { Check } from '../../../../core/check.ts'
import { expectNone, expectThat, finding } from '../../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../../checks.ts'
import { refusedFindings, scopesIn } from '../../../grants/token-requests.ts'
import { uriChanges, type UriChange } from '../../../grants/properties/uri-changes.ts'
import { expectForAll } from '../../../property.ts'
import { auth0Docs, oidcCore, rfc } from '../../../sources.ts'
import { application, authorizationOperation, codeRequest, redeem, withConfidential, type AuthorizationParameters } from '../authorization/authorizing.ts'
import { session, visit } from '../authorization/browser.ts'
import { askingAgain, type Asking } from './asking.ts'

const authorizePage = auth0Docs('api/authentication/authorization-code-flow/authorize-application')
const redirectSources = [rfc(6749, '3.1.2.4'), oidcCore('3.1.2.1', 'AuthRequest'), auth0Docs('get-started/applications/application-settings')]
const redemption = { operations: ['GET /authorize', 'POST /oauth/token'] } as const

/** Authorization requests in all the ways in which they can be written, and where their answers may go. */
export const requestProperties: readonly Check[] = toChecks({ ...authorizationOperation }, [
  {
    id: 'protocols/oidc/properties/order',
    title: 'A login gives the same, in whatever order its parameters and its scopes stand',
    sources: [rfc(6749, '3.3'), rfc(6749, '4.1.1'), authorizePage],
    level: 'must',
    ...redemption,
    needs: withConfidential,
    async run(world) {
      const ask = await askingAgain(world)
      const { scopes, extra } = wishes(world)
      const names = Object.keys(codeRequest(world, extra).parameters)
      const usual = await outcome(world, ask, names, scopes, extra)
      if (usual.findings.length > 0) throw new Blocked('a login in the usual order gives no tokens')
      await expectForAll(world, (fc) => fc.record({ parameters: fc.shuffledSubarray(names, { minLength: names.length }), scopes: fc.shuffledSubarray(scopes, { minLength: scopes.length }) }), {
        count: scopes.length + 6,
        examples: [{ parameters: [...names].reverse(), scopes }, ...scopes.map((_, at) => ({ parameters: names, scopes: [...scopes.slice(at), ...scopes.slice(0, at)].reverse() }))],
        async judge({ parameters, scopes: ordered }) {
          const { findings, granted } = await outcome(world, ask, parameters, ordered, extra)
          expectNone(world, findings, granted === usual.granted ? [] : [finding('granted scopes', usual.granted, granted)])
        },
      })
    },
  },
  {
    id: 'protocols/oidc/properties/narrow-scope',
    title: 'A login grants no scope that it was not asked for',
    sources: [auth0Docs('get-started/apis/scopes/openid-connect-scopes'), auth0Docs('get-started/apis/scopes/api-scopes')],
    level: 'should',
    // RFC 6749 3.3 lets a server go by its own policy, as long as it tells.
    profiles: ['auth0'],
    ...redemption,
    needs: withConfidential,
    async run(world) {
      const ask = await askingAgain(world)
      const { scopes, extra } = wishes(world)
      const others = scopes.filter((scope) => scope !== 'openid')
      await expectForAll(world, (fc) => fc.shuffledSubarray(others), {
        count: others.length + 3,
        examples: [[], ...others.map((scope) => [scope])],
        async judge(wanted) {
          const asked = ['openid', ...wanted]
          const { findings, granted } = await outcome(world, ask, Object.keys(codeRequest(world, extra).parameters), asked, extra)
          if (findings.length > 0) throw new Blocked(`a login for ${asked.join(' ')} gives no tokens`)
          const beyond = granted.split(' ').filter((scope) => scope !== '' && !asked.includes(scope))
          expectThat(world, beyond.length === 0, 'granted scopes', `nothing but ${asked.join(' ')}`, `${beyond.join(' ')} as well`)
        },
      })
    },
  },
  ...(['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `protocols/oidc/properties/unknown-parameters${profile === 'auth0' ? '' : '/standard'}`,
    title: `Parameters that nobody knows ${profile === 'auth0' ? 'do not keep a login from its code' : 'are ignored in a login'}, whatever they are called and hold`,
    sources: [rfc(6749, '3.1'), authorizePage],
    level: profile === 'auth0' ? 'should' : 'must',
    profiles: [profile],
    needs: withConfidential,
    run: expectUnknownIgnored,
  })),
  ...(['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `protocols/oidc/properties/redirect-uri${profile === 'auth0' ? '' : '/standard'}`,
    title: profile === 'auth0'
      ? 'Nothing is sent to a redirect URI with another scheme, host, port or path than the registered one'
      : 'Nothing is sent to a redirect URI that differs from the registered one in any way',
    sources: redirectSources,
    level: 'must',
    profiles: [profile],
    needs: withConfidential,
    run: (world) => expectNothingSentTo(world, profile === 'auth0' ? uriChanges.filter(({ isStandardOnly }) => !isStandardOnly) : uriChanges),
  })),
])

/** Scopes that exist everywhere or at the API of the target. */
function wishes(world: World): { readonly scopes: string[]; readonly extra: AuthorizationParameters } {
  const { api } = world.personas
  const scopes = ['openid', 'profile', 'email', ...(api?.scopes ?? []).slice(0, 2)]
  return { scopes, extra: { scope: scopes.join(' '), ...(api ? { audience: api.audience } : {}) } }
}

/** What a login gives: scopes in one order, and whether there are tokens. */
async function outcome(world: World, ask: Asking, names: readonly string[], scopes: readonly string[], extra: AuthorizationParameters) {
  const { parameters, codeVerifier } = codeRequest(world, { ...extra, scope: scopes.join(' ') })
  const answer = await ask(Object.fromEntries(names.map((name) => [name, parameters[name] ?? ''])))
  const code = answer?.get('code')
  if (!code) return { findings: [finding('parameter code', '(present)', answer?.get('error') ?? '(nothing was sent to the application)')], granted: '' }
  const tokens = await redeem(world, code, { codeVerifier })
  return { findings: refusedFindings(tokens, 'the redemption'), granted: (scopesIn(tokens) ?? []).join(' ') }
}

async function expectUnknownIgnored(world: World): Promise<void> {
  const ask = await askingAgain(world)
  const codeFindings = async (more: AuthorizationParameters): Promise<Finding[]> => {
    const answer = await ask(codeRequest(world, more).parameters)
    return answer?.has('code') ? [] : [finding('parameter code', '(present)', answer?.get('error') ?? '(nothing was sent to the application)')]
  }
  if ((await codeFindings({})).length > 0) throw new Blocked('a plain login gives no code')
  await expectForAll(world, (fc) => fc.dictionary(
    fc.stringMatching(/^[A-Za-z][\w.-]{0,15}$/).map((name) => `conformance_${name}`),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((text) => text.toWellFormed()),
    { minKeys: 1, maxKeys: 4 },
  ), {
    count: 8,
    examples: [{ conformance_test: 'value' }, { conformance_scope: 'admin', conformance_response_type: 'token' }, { 'conformance_a.b-c': 'a&b=c+%d e' }, { conformance_long: 'Ab0-'.repeat(150) }],
    judge: async (more) => expectNone(world, await codeFindings(more)),
  })
}

async function expectNothingSentTo(world: World, changes: readonly UriChange[]): Promise<void> {
  const { cookies } = await session(world)
  const { redirectUri } = application(world)
  if (!(await visit(world, codeRequest(world).parameters, cookies)).delivered) throw new Blocked('the session of a login is not used again')
  const possible = changes.filter(({ of }) => of(redirectUri, 0) !== undefined)
  await expectForAll(world, (fc) => fc.record({ kind: fc.constantFrom(...possible.map(({ kind }) => kind)), at: fc.nat({ max: 40 }) }), {
    count: possible.length + 4,
    examples: possible.map(({ kind }) => ({ kind, at: 1 })),
    async judge({ kind, at }) {
      const uri = possible.find((one) => one.kind === kind)?.of(redirectUri, at)
      if (uri === undefined) throw new Blocked(`the redirect URI can't be changed in this way: ${kind}`)
      const { answer } = await visit(world, codeRequest(world, { redirect_uri: uri }).parameters, cookies)
      expectThat(world, !goesTo(answer.location, new URL(uri), new URL(redirectUri)), 'header location', `not ${uri}, which is not registered`, answer.location?.href)
    },
  })
}

/** Whether an answer goes to an address, and not to the registered one. The answer's parameters may stand before or after what was added. */
function goesTo(location: URL | undefined, changed: URL, registered: URL): boolean {
  if (!location || !isSamePlace(location, changed)) return false
  return !isSamePlace(registered, changed) || location.searchParams.has('conformance') || location.hash.includes('conformance')
}

function isSamePlace(one: URL, other: URL): boolean {
  return (['protocol', 'host', 'pathname', 'username'] as const).every((part) => one[part] === other[part])
}
