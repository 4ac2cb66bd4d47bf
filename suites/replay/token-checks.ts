import { createHash, createPublicKey, verify } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from 'jose'
import { isObject } from '../../core/json.ts'
import { headerValues } from '../../core/exchange.ts'
import { auth0Docs, oidcCore, oidcDiscovery, rfc } from '../sources.ts'
import { judged, type Judged, type ReplayCheck } from './flow-checks.ts'
import { isComparable, looksRemoved } from './form.ts'
import { textOf, type AuthorizationRequest, type PlacedEntry, type Recording } from './recording.ts'

/** An ID token of the recording with what its request said. */
interface RecordedIdToken extends PlacedEntry {
  readonly raw: string
  readonly claims: JWTPayload
  readonly header: ProtectedHeaderParameters
  readonly clientId: string | undefined
  readonly authorization: AuthorizationRequest | undefined
  readonly accessToken: string | undefined
  readonly code: string | undefined
  /** Whether the claims are about the server of the recording, and not about one whose name was replaced. */
  readonly isOfOrigin: boolean
}

function idTokens({ responses, tokenCalls, origin }: Recording): RecordedIdToken[] {
  const read = (placed: PlacedEntry, raw: string | undefined, facts: Pick<RecordedIdToken, 'clientId' | 'authorization' | 'accessToken' | 'code'>): RecordedIdToken[] => {
    try {
      const claims = decodeJwt(raw ?? '')
      const isOfOrigin = typeof claims.iss === 'string' && URL.canParse(claims.iss) && new URL(claims.iss).host === new URL(origin).host
      return [{ entry: placed.entry, place: placed.place, raw: raw!, claims, header: decodeProtectedHeader(raw!), isOfOrigin, ...facts }]
    } catch {
      return []
    }
  }
  return [
    ...responses.flatMap((response) => {
      const authorization = response.requests.length === 1 ? response.requests[0] : undefined
      return read(response, response.values.get('id_token'),
        { clientId: authorization?.given.get('client_id'), authorization, accessToken: response.values.get('access_token'), code: response.values.get('code') })
    }),
    ...tokenCalls.filter(({ status }) => status === 200).flatMap((call) => {
      const code = call.given.get('code') ?? ''
      const response = looksRemoved(code) ? undefined : responses.find(({ values }) => values.get('code') === code)
      return read(call, textOf(call.body, 'id_token'), {
        clientId: call.clientId, accessToken: textOf(call.body, 'access_token'), code: undefined,
        authorization: response?.requests.length === 1 ? response.requests[0] : undefined,
      })
    }),
  ]
}

/** When the server answered, in seconds: known where its Date header and the recorder's clock agree. */
function answeredAt({ entry: { exchange } }: PlacedEntry): number | undefined {
  const date = Date.parse(headerValues(exchange.response?.headers ?? [], 'date')[0] ?? '') / 1000
  const started = Date.parse(exchange.startedAt) / 1000
  return Math.abs(date - started) < 600 ? date : undefined
}

const toleranceSeconds = 300
const token = ['POST /oauth/token']
const rules = oidcCore('3.1.3.7', 'IDTokenValidation')

function ofIdTokens(judge: (token: RecordedIdToken, recording: Recording) => readonly Judged[]): (recording: Recording) => Judged[] {
  return (recording) => idTokens(recording).flatMap((idToken) => judge(idToken, recording))
}

function halfHashOf(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

/** Whether a token stands in the recording as it was issued, as far as its form tells. */
function isWhole(value: string | undefined): value is string {
  return value !== undefined && !looksRemoved(value) && (/^[\w-]{32,}$/.test(value) || /^ey[\w-]+\.[\w-]+\.[\w-]{40,}$/.test(value) || /^ey[\w-]+(?:\.[\w-]*){4}$/.test(value))
}

function hashCheck(name: string, claim: 'at_hash' | 'c_hash', of: 'accessToken' | 'code', title: string): ReplayCheck {
  return {
    name, title, level: 'must', sources: [oidcCore('3.3.2.11', 'HybridIDToken')], operations: token,
    judge: ofIdTokens((idToken) => {
      const hash = idToken.claims[claim]
      const value = idToken[of]
      if (!String(idToken.header.alg).endsWith('256') || typeof hash !== 'string' || !/^[\w-]{22}$/.test(hash) || !isWhole(value)) return []
      return [judged([idToken], hash === halfHashOf(value), `claim /${claim}`, 'the left half of the SHA-256 digest', 'another value')]
    }),
  }
}

/** Requirements on tokens and on what is said with them. */
export const tokenChecks: readonly ReplayCheck[] = [
  {
    name: 'token-type', title: 'an access token is a bearer token that expires', level: 'must', sources: [rfc(6749, '5.1'), auth0Docs('api/authentication')], operations: token,
    judge: ({ tokenCalls }) => tokenCalls.filter(({ status, body }) => status === 200 && textOf(body, 'access_token') !== undefined).flatMap((call) => {
      const { token_type: type, expires_in: lifetime } = call.body!
      return [
        ...(typeof type === 'string' && looksRemoved(type) ? [] : [judged([call], typeof type === 'string' && type.toLowerCase() === 'bearer', 'body /token_type', '"Bearer"', JSON.stringify(type) ?? 'none')]),
        ...(typeof lifetime === 'number' ? [judged([call], lifetime > 0, 'body /expires_in', 'a lifetime above 0', String(lifetime))] : []),
      ]
    }),
  },
  {
    name: 'id-token-issuer', title: 'the issuer of an ID token is that of the discovery document', level: 'must', sources: [rules, oidcDiscovery('3', 'ProviderMetadata')], operations: token,
    judge: ofIdTokens((idToken, { origin, profile, discovery }) => {
      const { iss } = idToken.claims
      // Where the document was not asked for, Auth0's issuer is known all the same.
      const published = textOf(discovery?.body, 'issuer') ?? (profile === 'auth0' ? `${origin}/` : '')
      if (!idToken.isOfOrigin || !URL.canParse(published) || new URL(published).host !== new URL(origin).host) return []
      return [judged([...(discovery ? [discovery] : []), idToken], iss === published, 'claim /iss', published, String(iss))]
    }),
  },
  {
    name: 'id-token-audience', title: 'the audience of an ID token is the client', level: 'must', sources: [rules], operations: token,
    judge: ofIdTokens((idToken) => {
      const audiences = [idToken.claims.aud ?? []].flat()
      const { clientId } = idToken
      if (clientId === undefined || looksRemoved(clientId)) return []
      const isKept = audiences.includes(clientId)
      return isKept || audiences.some((audience) => isComparable(audience, clientId)) ? [judged([idToken], isKept, 'claim /aud', clientId, audiences.join(' '))] : []
    }),
  },
  {
    name: 'id-token-nonce', title: 'the nonce of an ID token is the one that was sent', level: 'must', sources: [rules], operations: token,
    judge: ofIdTokens((idToken) => {
      const sent = idToken.authorization?.given.get('nonce')
      const { nonce } = idToken.claims
      if (sent === undefined || looksRemoved(sent) || (typeof nonce === 'string' && nonce !== sent && !isComparable(nonce, sent))) return []
      return [judged([idToken.authorization!, idToken], nonce === sent, 'claim /nonce', 'the value that was sent', nonce === undefined ? 'none' : 'another value')]
    }),
  },
  {
    name: 'id-token-times', title: 'an ID token is issued now and expires later', level: 'must', sources: [rules], operations: token,
    judge: ofIdTokens((idToken) => {
      const { iat, exp } = idToken.claims
      if (typeof iat !== 'number' || typeof exp !== 'number') return []
      const now = answeredAt(idToken)
      return [
        judged([idToken], exp > iat, 'claim /exp', `after ${iat}`, String(exp)),
        ...(now === undefined ? [] : [
          judged([idToken], Math.abs(iat - now) <= toleranceSeconds, 'claim /iat', `about ${now}`, String(iat)),
          judged([idToken], exp > now - toleranceSeconds, 'claim /exp', `after ${now}`, String(exp)),
        ]),
      ]
    }),
  },
  {
    name: 'id-token-auth-time', title: 'max_age is answered with a login that is no older', level: 'must', sources: [rules], operations: token,
    judge: ofIdTokens((idToken) => {
      const asked = idToken.authorization?.given.get('max_age')
      const { auth_time: time, iat } = idToken.claims
      if (asked === undefined || !/^\d+$/.test(asked) || typeof iat !== 'number') return []
      const isKept = typeof time === 'number' && iat - time <= Number(asked) + toleranceSeconds
      return [judged([idToken.authorization!, idToken], isKept, 'claim /auth_time', `no more than ${asked} s before iat ${iat}`, String(time ?? 'none'))]
    }),
  },
  {
    name: 'id-token-algorithm', title: 'an ID token is signed by an algorithm that the discovery document names', level: 'must', sources: [rules, oidcDiscovery('3', 'ProviderMetadata')], operations: token,
    judge: ofIdTokens((idToken, { discovery }) => {
      const published = discovery?.body?.id_token_signing_alg_values_supported
      const alg = String(idToken.header.alg)
      const accepted = Array.isArray(published) ? published : undefined
      // HS256 is a client's own choice at Auth0, whatever is published.
      const isKept = alg !== 'none' && (accepted === undefined || !idToken.isOfOrigin || alg === 'HS256' || accepted.includes(alg))
      return [judged([...(discovery ? [discovery] : []), idToken], isKept, 'header /alg', accepted?.join(', ') ?? 'not none', alg)]
    }),
  },
  hashCheck('id-token-at-hash', 'at_hash', 'accessToken', 'at_hash is of the access token beside it'),
  hashCheck('id-token-c-hash', 'c_hash', 'code', 'c_hash is of the code beside it'),
  {
    name: 'id-token-signature', title: 'the signature of an ID token is by the published key that it names', level: 'must', sources: [rules, oidcCore('10.1', 'Signing')], operations: token,
    judge: ofIdTokens((idToken, { keySets }) => {
      const [head, payload, signature = ''] = idToken.raw.split('.')
      if (!idToken.isOfOrigin || idToken.header.alg !== 'RS256' || looksRemoved(signature)) return []
      return keySets.flatMap((keySet) => {
        const key = (keySet.body!.keys as unknown[]).find((jwk) => isObject(jwk) && jwk.kid === idToken.header.kid && jwk.kty === 'RSA')
        if (!isObject(key) || typeof key.n !== 'string' || key.e !== 'AQAB') return []
        const modulusBytes = Buffer.from(key.n, 'base64url').length
        const bytes = Buffer.from(signature, 'base64url')
        // A signature of another length was shortened or replaced by the recorder.
        if (bytes.length !== modulusBytes || modulusBytes < 256) return []
        const isKept = verify('sha256', Buffer.from(`${head}.${payload}`), createPublicKey({ key: { kty: 'RSA', n: key.n, e: key.e }, format: 'jwk' }), bytes)
        return [judged([keySet, idToken], isKept, 'signature', `by the key ${String(key.kid)}`, 'not by this key')]
      })
    }),
  },
  {
    name: 'userinfo-subject', title: 'userinfo tells of the subject of the ID token', level: 'must', sources: [oidcCore('5.3.2', 'UserInfoResponse')], operations: ['GET /userinfo'],
    judge: (recording) => recording.userinfoCalls.filter(({ status }) => status === 200).flatMap((call) => {
      const [, used] = /^bearer\s+(\S+)$/i.exec(headerValues(call.entry.exchange.request.headers, 'authorization')[0] ?? '') ?? []
      const idToken = isWhole(used) ? idTokens(recording).find(({ accessToken }) => accessToken === used) : undefined
      const sub = textOf(call.body, 'sub')
      const expected = idToken?.claims.sub
      if (!idToken || expected === undefined || looksRemoved(expected) || sub === undefined || (sub !== expected && !isComparable(sub, expected))) return []
      return [judged([idToken, call], sub === expected, 'body /sub', expected, sub)]
    }),
  },
  {
    name: 'logout-return', title: 'logout returns where the request said', level: 'should', sources: [auth0Docs('authenticate/login/logout/redirect-users-after-logout')], operations: ['GET /v2/logout'],
    judge: ({ logouts }) => logouts.flatMap((call) => {
      const asked = call.given.get('returnTo')
      const location = headerValues(call.entry.exchange.response!.headers, 'location')[0]
      // `federated` goes by way of the identity provider.
      if (asked === undefined || location === undefined || call.given.has('federated') || looksRemoved(asked) || !URL.canParse(asked) || !URL.canParse(location)) return []
      const host = new URL(location).host
      if (call.entry.url.pathname !== '/v2/logout' || host === call.entry.url.host) return []
      return [judged([call], host === new URL(asked).host, 'header location', asked, location)]
    }),
  },
  {
    // A server may have an endpoint in two places; Auth0 has one.
    profiles: ['auth0'],
    name: 'endpoints', title: 'the endpoints are where the discovery document says', level: 'must', sources: [oidcDiscovery('3', 'ProviderMetadata')], operations: ['GET /.well-known/openid-configuration'],
    judge: ({ origin, discovery, tokenCalls, authorizations, userinfoCalls }) => (discovery === undefined ? [] : ([
      ['token_endpoint', tokenCalls.filter(({ status }) => status === 200), '/oauth/token'],
      ['authorization_endpoint', authorizations, '/authorize'],
      ['userinfo_endpoint', userinfoCalls.filter(({ status }) => status === 200), '/userinfo'],
    ] as const).flatMap(([name, calls, path]) => {
      const published = textOf(discovery.body, name)
      if (calls.length === 0 || published === undefined || !URL.canParse(published) || new URL(published).host !== new URL(origin).host) return []
      return [judged([calls[0]!, discovery], published === `${origin}${path}`, `body /${name}`, `${origin}${path}`, published)]
    })),
  },
]
