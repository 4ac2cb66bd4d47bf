import { createPrivateKey, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { currentKey } from '../../fixtures/reference/signing-keys.ts'
import type { Configuration } from '../../fixtures/target/configuration.ts'

type Middleware = (request: object, response: object, next: (error?: Error) => void) => void
interface Samlp {
  auth(options: object): Middleware
  metadata(options: object): Middleware
}

const samlp = createRequire(import.meta.url)('samlp') as Samlp
const acs = 'https://sp.example.test/saml/acs'
const profile = {
  id: 'auth0|5f7c8ec7c33c6c004bbafe82', displayName: 'Ada "Countess" <Lovelace> & é', name: { givenName: 'Ada', familyName: 'Lovelace' }, emails: [{ value: 'ada@example.com' }],
}

/** A tenant whose SAML messages are made by Auth0's own middleware; around it a login page and nothing else. */
export async function startSamlpSite(options: object = {}): Promise<{ readonly configuration: Configuration; close(): Promise<void> }> {
  const cert = `-----BEGIN CERTIFICATE-----\n${currentKey.certificate.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`
  const key = createPrivateKey({ key: currentKey.privateJwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString()
  const waiting = new Map<string, { readonly query: Record<string, string>; readonly body: Record<string, string> }>()
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${host}`)
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const own = { query: Object.fromEntries(url.searchParams), body: Object.fromEntries(new URLSearchParams(text)) }
    const send = (status: number, body: string, headers: Record<string, string> = {}): void => void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
    const run = (middleware: Middleware, { query, body } = own): void => {
      const headers: Record<string, string> = {}
      const shim = {
        set: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
        send: (first: number | string, second?: unknown) => (typeof first === 'number' ? send(first, String(second ?? '')) : send(200, first, headers)),
      }
      middleware({ query, body, user: profile, headers: request.headers, originalUrl: request.url, protocol: 'http', method: request.method }, shim, (error) => send(400, error?.message ?? 'not found'))
    }
    if (url.pathname === '/samlp/metadata/app') {
      return run(samlp.metadata({ issuer: `urn:${host}`, cert, redirectEndpointPath: '/samlp/app', postEndpointPath: '/samlp/app', logoutEndpointPaths: { redirect: '/samlp/app/logout', post: '/samlp/app/logout' } }))
    }
    const auth = samlp.auth({
      issuer: `urn:${host}`, cert, key, destination: acs, recipient: acs, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256', sessionIndex: `_${randomUUID()}`,
      getPostURL: (_audience: string, dom: { documentElement: { getAttribute(name: string): string } } | undefined, _request: object, done: (error: null, url?: string) => void) => {
        const wanted = dom?.documentElement.getAttribute('AssertionConsumerServiceURL') || acs
        done(null, wanted === acs ? acs : undefined)
      },
      ...options,
    })
    if (url.pathname === '/samlp/app') {
      if (request.headers.cookie?.includes('session=1')) return run(auth)
      const state = randomUUID()
      waiting.set(state, own)
      return send(302, '', { location: `/login?state=${state}` })
    }
    if (url.pathname === '/login' && request.method === 'POST') {
      response.setHeader('set-cookie', 'session=1; Path=/')
      return run(auth, waiting.get(url.searchParams.get('state') ?? ''))
    }
    if (url.pathname === '/login') return send(200, `<form method="post" action="/login?${url.searchParams}"><input name="username"><input type="password" name="password"><button type="submit">Log in</button></form>`)
    send(404, 'not found')
  }

  const configuration = {
    target: { baseUrl: `http://${host}` },
    clients: { saml: { clientId: 'app', acs, entityId: 'urn:sp' } },
    users: { main: { email: 'ada@example.com', password: 'a-password-for-nothing', userId: profile.id } },
  } as Configuration
  return { configuration, close: () => new Promise((resolve) => void server.close(() => resolve())) }
}
