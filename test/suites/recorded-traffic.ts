import { startReferenceTenant } from '../../fixtures/reference/server.ts'
import { authorizePath, challenge, codeFor, credentials, get, parametersOf, persona, post, verifier, Visitor } from '../fixtures/reference/oauth-driver.ts'

export interface HarEntry {
  startedDateTime: string
  time: number
  request: { method: string; url: string; headers: { name: string; value: string }[]; postData?: { mimeType: string; text: string } }
  response: { status: number; headers: { name: string; value: string }[]; content: { text?: string; size: number; mimeType: string } }
}

const nonce = 'nonce-of-this-login-0001'
const list = (headers: Headers) => [...headers].map(([name, value]) => ({ name, value }))

/** The entries of a HAR file, recorded at the reference tenant while a client went through its flows. */
export async function recordTraffic(): Promise<HarEntry[]> {
  const entries: HarEntry[] = []
  const tenant = await startReferenceTenant({
    async tamper({ request, response }) {
      const text = await response.clone().text()
      const type = request.headers.get('content-type')
      const query = String(request.query)
      entries.push({
        startedDateTime: new Date().toISOString(),
        time: 1,
        request: {
          method: request.method, url: `http://${request.headers.get('host')}${request.path}${query === '' ? '' : `?${query}`}`, headers: list(request.headers),
          ...(request.rawBody === '' ? {} : { postData: { mimeType: type ?? '', text: request.rawBody } }),
        },
        response: { status: response.status, headers: [...list(response.headers), { name: 'date', value: new Date().toUTCString() }], content: { text, size: text.length, mimeType: response.headers.get('content-type') ?? '' } },
      })
      return response
    },
  })
  try {
    const { confidential, publicClient, user } = persona(tenant)
    await get(tenant, '/.well-known/openid-configuration')
    await get(tenant, '/.well-known/jwks.json')
    const visitor = new Visitor(tenant)
    const asked = { nonce, state: 'state-of-this-login-0001', scope: 'openid profile offline_access', code_challenge: challenge, code_challenge_method: 'S256', max_age: '3600' }
    const answer = await visitor.logIn(authorizePath(publicClient, asked), user)
    const grant = { grant_type: 'authorization_code', ...credentials(publicClient), redirect_uri: publicClient.redirectUri ?? '' }
    const redeemed = await post(tenant, '/oauth/token', { ...grant, code: parametersOf(answer)['code'] ?? '', code_verifier: verifier })
    await get(tenant, '/userinfo', { authorization: `Bearer ${redeemed.json.access_token}` })
    await post(tenant, '/oauth/token', { grant_type: 'refresh_token', ...credentials(publicClient), refresh_token: redeemed.json.refresh_token })

    const code = await codeFor(tenant, confidential, { scope: 'openid offline_access' })
    const confidentialGrant = { ...grant, ...credentials(confidential), redirect_uri: confidential.redirectUri ?? '', code }
    const second = await post(tenant, '/oauth/token', confidentialGrant, { json: true })
    await post(tenant, '/oauth/revoke', { ...credentials(confidential), token: second.json.refresh_token })
    await new Promise((resolve) => setTimeout(resolve, 5))
    await post(tenant, '/oauth/token', { grant_type: 'refresh_token', ...credentials(confidential), refresh_token: second.json.refresh_token })
    const used = await codeFor(tenant, confidential, {})
    await post(tenant, '/oauth/token', { ...confidentialGrant, code: used })
    await post(tenant, '/oauth/token', { ...confidentialGrant, code: used })

    await visitor.send(authorizePath(confidential, { response_type: 'code id_token token', nonce, state: 'state-of-hybrid-flow-0002', prompt: 'none' }))
    await visitor.send(authorizePath(confidential, { response_type: 'id_token token', nonce, state: 'state-of-implicit-0000003', prompt: 'none' }))
    await visitor.send(authorizePath(confidential, { response_type: 'code id_token', response_mode: 'form_post', nonce, state: 'state-of-form-post-00005', prompt: 'none' }))
    await new Visitor(tenant).send(authorizePath(publicClient, { prompt: 'none', state: 'state-of-nobody-000000004' }))
    await post(tenant, '/oauth/token', { grant_type: 'password', ...credentials(confidential), username: user.email, password: 'not the password' })
    await get(tenant, `/v2/logout?${new URLSearchParams({ client_id: confidential.clientId, returnTo: confidential.logoutUrl ?? '' })}`)
    return entries
  } finally {
    await tenant.close()
  }
}
