import { createPrivateKey, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { currentKey } from '../../fixtures/reference/signing-keys.ts'
import type { Configuration } from '../../fixtures/target/configuration.ts'

/** A middleware of Express, as far as Auth0's own ones need it. */
export type Middleware = (request: object, response: object, next: (error?: Error) => void) => void

/** What a site is made of: the middleware that answers a path once the user is logged in, and those that answer at once. */
export interface Routes {
  readonly protected: Readonly<Record<string, () => Middleware>>
  readonly open: Readonly<Record<string, () => Middleware>>
}

/** The certificate and the key that the middlewares sign with: PEM. */
export const signing = {
  cert: `-----BEGIN CERTIFICATE-----\n${currentKey.certificate.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`,
  key: createPrivateKey({ key: currentKey.privateJwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString(),
}

const userId = 'auth0|5f7c8ec7c33c6c004bbafe82'
const identity = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const own = 'http://schemas.auth0.com'

/** What hosted Auth0 tells of a database user, by names and types as recorded. The middlewares are given a mapping and no more. */
const claims: Readonly<Record<string, unknown>> = {
  [`${identity}/nameidentifier`]: userId, [`${identity}/emailaddress`]: 'ada@example.com', [`${identity}/name`]: 'Ada "Countess" <Lovelace> & é', [`${identity}/givenname`]: 'Ada',
  [`${identity}/surname`]: 'Lovelace', [`${identity}/upn`]: 'ada@example.com', [`${own}/identities/default/provider`]: 'auth0', [`${own}/identities/default/connection`]: 'Username-Password-Authentication',
  [`${own}/identities/default/isSocial`]: false, [`${own}/clientID`]: 'app', [`${own}/email_verified`]: true, [`${own}/nickname`]: 'ada', [`${own}/created_at`]: new Date(0), [`${own}/updated_at`]: new Date(0),
}

/** A mapping of profiles as the middlewares want it; `listed` are the claims that metadata offers. */
export function mapperOf(listed: readonly string[]): object {
  const mapper = () => ({ getClaims: () => ({ ...claims }), getNameIdentifier: () => ({ nameIdentifier: userId }) })
  const metadata = listed.map((id) => ({ id, optional: true, displayName: id.split('/').at(-1), description: id }))
  return Object.assign(mapper, { prototype: { metadata } })
}

/** Names of the five claims that both middlewares list. */
export const usualClaims: readonly string[] = ['emailaddress', 'givenname', 'name', 'surname', 'nameidentifier'].map((name) => `${identity}/${name}`)

export interface Site {
  readonly configuration: Configuration
  close(): Promise<void>
}

/** A tenant whose messages are made by Auth0's own middlewares; around them a login page and nothing else. */
export async function startMiddlewareSite(routesOf: (host: string) => Routes, clients: Configuration['clients']): Promise<Site> {
  const waiting = new Map<string, { readonly path: string; readonly query: Record<string, string>; readonly body: Record<string, string> }>()
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const routes = routesOf(host)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${host}`)
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const own = { path: url.pathname, query: Object.fromEntries(url.searchParams), body: Object.fromEntries(new URLSearchParams(text)) }
    const send = (status: number, body: string, headers: Record<string, string> = {}): void => void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
    const run = (middleware: Middleware, { query, body } = own): void => {
      const headers: Record<string, string> = {}
      const shim = {
        set: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
        send: (first: number | string, second?: unknown) => (typeof first === 'number' ? send(first, String(second ?? '')) : send(200, first, headers)),
      }
      // The middlewares stand on Express, whose errors in a handler are answered, too.
      try {
        middleware({ query, body, user: { id: userId }, headers: request.headers, originalUrl: request.url, protocol: 'http', method: request.method }, shim, (error) => send(400, error?.message ?? 'not found'))
      } catch (error) {
        send(400, (error as Error).message)
      }
    }
    if (url.pathname === '/.well-known/jwks.json') return send(200, JSON.stringify({ keys: [{ kty: 'RSA', use: 'sig', x5c: [currentKey.certificate] }] }), { 'content-type': 'application/json' })
    if (url.pathname === '/pem') return send(200, signing.cert, { 'content-type': 'application/x-pem-file' })
    const open = routes.open[url.pathname]
    if (open) return run(open())
    const guarded = routes.protected[url.pathname]
    if (guarded) {
      if (request.headers.cookie?.includes('session=1')) return run(guarded())
      const state = randomUUID()
      waiting.set(state, own)
      return send(302, '', { location: `/login?state=${state}` })
    }
    if (url.pathname === '/login' && request.method === 'POST') {
      const waited = waiting.get(url.searchParams.get('state') ?? '')
      response.setHeader('set-cookie', 'session=1; Path=/')
      return waited ? run(routes.protected[waited.path]!(), waited) : send(400, 'nothing waits')
    }
    if (url.pathname === '/login') return send(200, `<form method="post" action="/login?${url.searchParams}"><input name="username"><input type="password" name="password"><button type="submit">Log in</button></form>`)
    send(404, 'not found')
  }

  const configuration = {
    target: { baseUrl: `http://${host}` },
    clients,
    users: { main: { email: 'ada@example.com', password: 'a-password-for-nothing', userId } },
  } as Configuration
  return { configuration, close: () => new Promise((resolve) => void server.close(() => resolve())) }
}
