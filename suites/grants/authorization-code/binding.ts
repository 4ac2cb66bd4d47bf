import type { Check } from '../../../core/check.ts'
import { expectNone, finding } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { needsPkce, perProfile } from '../../protocols/oidc/authorization/authorizing.ts'
import { auth0Docs, rfc } from '../../sources.ts'
import { clientOf, grantedFindings, redeem, scopesIn } from '../token-requests.ts'

/** Values that are almost the redirect URI of the code. An empty one is not sent. */
const redirectUris: Readonly<Record<string, { readonly title: string; readonly of: (uri: string) => string }>> = {
  missing: { title: 'A code that was asked for with a redirect_uri is refused without it', of: () => '' },
  'trailing-slash': { title: 'A code is refused where its redirect_uri has got a slash at the end', of: (uri) => `${uri}/` },
  query: { title: 'A code is refused where its redirect_uri has got a query', of: (uri) => `${uri}${uri.includes('?') ? '&' : '?'}extra=1` },
  'letter-case': { title: 'A code is refused where its redirect_uri is written in other letters', of: pathInCapitals },
  port: { title: 'A code is refused where its redirect_uri has another port', of: withOtherPort },
}

const prefix = 'grants/authorization-code/binding/redirect-uri'

/** A code is bound to its client, and to the letter to the redirect URI and the verifier that it was asked for with. */
export const binding: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  // Auth0 documents that it has to be the same; what it does with one that is not has been told of, never recorded.
  ...Object.entries(redirectUris).flatMap(([name, { title, of }]) => perProfile({ auth0: 'should', standard: 'must' }, {
    id: `${prefix}/${name}`,
    title,
    sources: [rfc(6749, '4.1.3'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow')],
    level: 'must',
    needs: ['authorization-code', 'login'],
    async run(world) {
      const code = await world.given.authorizationCode({ client: 'confidential', scope: 'openid' })
      const changed = of(code.redirectUri)
      if (changed === code.redirectUri) throw new Blocked("clients.confidential.redirectUri can't be changed in this way")
      expectNone(world, grantedFindings(await redeem(world, 'confidential', code, { redirect_uri: changed }), 'the redemption'))
    },
  // Where one address alone is registered, OpenID Connect Core 3.1.3.2 lets a server do without it.
  }).filter(({ id }) => id !== `${prefix}/missing/standard`)),
  ...(['confidential', 'public'] as const).map((role): StatedCheck => {
    const owner = role === 'confidential' ? 'public' : 'confidential'
    return {
      id: `grants/authorization-code/binding/client/${role}`,
      title: `A code of the ${owner} client is refused to the ${role} one, though all the rest is right`,
      sources: [rfc(6749, '4.1.3'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow')],
      level: 'must',
      needs: ['authorization-code', 'pkce', 'login'],
      async run(world) {
        if (clientOf(world, 'confidential').clientId === clientOf(world, 'public').clientId) throw new Blocked('clients.confidential and clients.public are the same')
        const code = await world.given.authorizationCode({ client: owner, scope: 'openid' })
        expectNone(world, grantedFindings(await redeem(world, role, code), 'the redemption'))
      },
    }
  }),
  {
    id: 'grants/authorization-code/binding/scope',
    title: 'A code gives no more than the user agreed to, whatever scope its redemption names',
    sources: [rfc(6749, '3.3'), rfc(6749, '4.1.3')],
    level: 'should',
    needs: ['authorization-code', 'login'],
    async run(world) {
      const code = await world.given.authorizationCode({ client: 'confidential', scope: 'openid' })
      const answer = await redeem(world, 'confidential', code, { scope: 'openid profile email' })
      if (answer.status !== 200) throw new Blocked(`the redemption with a scope was refused: ${answer.status}`)
      const more = (scopesIn(answer) ?? []).filter((scope) => scope === 'profile' || scope === 'email')
      // A server may have a scope that it always gives.
      const before = more.length === 0 ? more : scopesIn(await redeem(world, 'confidential', await world.given.authorizationCode({ client: 'confidential', scope: 'openid' }))) ?? []
      expectNone(world, more.every((scope) => before.includes(scope)) ? [] : [finding('granted scopes', before.join(' ') || 'openid', `${more.join(' ')} as well`)])
    },
  },
  {
    id: 'grants/authorization-code/binding/verifier/appended',
    title: 'A code is refused with its verifier and one character more',
    sources: [rfc(7636, '4.6'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow-with-pkce')],
    level: 'must',
    needs: ['pkce', 'login'],
    async run(world) {
      const code = await world.given.authorizationCode({ client: 'public', scope: 'openid' })
      expectNone(world, grantedFindings(await redeem(world, 'public', code, { code_verifier: `${code.codeVerifier}a` }), 'the redemption'))
    },
  },
  {
    id: 'grants/authorization-code/binding/verifier/plain-letter-case',
    title: 'A code with a plain challenge is refused with its verifier in other letters',
    sources: [rfc(7636, '4.6'), auth0Docs('get-started/authentication-and-authorization-flow/authorization-code-flow-with-pkce')],
    level: 'must',
    needs: ['pkce', 'login'],
    async run(world) {
      const codeVerifier = `Verifier-${world.unique()}-`.padEnd(64, 'aB')
      const { parameters, answer } = await world.given.authorize({
        client: 'public', parameters: { response_type: 'code', scope: 'openid', state: world.unique(), code_challenge: codeVerifier, code_challenge_method: 'plain' },
      })
      const code = parameters.get('code')
      if (!code) throw new Blocked(`there is no code for a plain challenge: ${parameters.get('error') ?? answer.status}`)
      const { redirectUri = '' } = clientOf(world, 'public')
      expectNone(world, grantedFindings(await redeem(world, 'public', { code, redirectUri, codeVerifier: swappedCase(codeVerifier) }), 'the redemption'))
    },
  },
  {
    id: 'grants/authorization-code/binding/verifier/unasked',
    title: 'A verifier for a code that was asked for without a challenge is refused',
    sources: [rfc(9700, '2.1.1')],
    level: 'should',
    profiles: ['standard'],
    needs: ['authorization-code', 'login'],
    async run(world) {
      await needsPkce(world)
      const code = await world.given.authorizationCode({ client: 'confidential', scope: 'openid' })
      expectNone(world, grantedFindings(await redeem(world, 'confidential', code, { code_verifier: 'a'.repeat(43) }), 'the redemption'))
    },
  },
])

function swappedCase(text: string): string {
  return [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('')
}

/** Scheme and host mean the same in any letters; a path does not. One without letters is made longer instead. */
function pathInCapitals(uri: string): string {
  const { origin } = new URL(uri)
  const changed = uri.startsWith(origin) ? origin + swappedCase(uri.slice(origin.length)) : swappedCase(uri)
  return changed === uri ? `${uri}/A` : changed
}

function withOtherPort(uri: string): string {
  const url = new URL(uri)
  url.port = url.port === '4443' ? '4444' : '4443'
  return url.href
}
