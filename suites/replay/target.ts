import type { RecordedEntry } from './har.ts'

/** Requests that only an authorization server of this kind is sent. */
const telling: readonly (readonly [method: string, path: RegExp])[] = [
  ['POST', /^\/(?:oauth\/(?:token|revoke|par|device\/code)|dbconnections\/(?:signup|change_password)|passwordless\/(?:start|verify)|mfa\/(?:challenge|associate)|bc-authorize|co\/authenticate)$/],
  ['GET', /^\/(?:\.well-known\/(?:openid-configuration|jwks\.json)|userinfo|v2\/logout|oidc\/logout)$/],
]

/** The origin of the server that a recording is about: that of most requests of its kind; undefined where there is none. */
export function targetOf(entries: readonly RecordedEntry[]): string | undefined {
  const counted = new Map<string, number>()
  for (const entry of entries) if (isTelling(entry)) counted.set(entry.url.origin, (counted.get(entry.url.origin) ?? 0) + 1)
  return [...counted].sort(([, a], [, b]) => b - a)[0]?.[0]
}

function isTelling({ exchange, url, values }: RecordedEntry): boolean {
  const { method } = exchange.request
  if (url.pathname === '/authorize') return ['client_id', 'response_type'].every((name) => values.some(([given]) => given === name))
  return telling.some(([wanted, path]) => wanted === method && path.test(url.pathname))
}
