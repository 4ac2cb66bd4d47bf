import type { Socket } from 'node:net'
import { startHostile } from './server.ts'

/** What breaks a report, a terminal, a CI system or a shell that shows it. `mark` is what a script or a command would leave behind. */
export function poisonsWith(mark: string): Readonly<Record<string, string>> {
  return {
    ansi: '\u001b[31mred\u001b[0m\u001b[2J\u009b31m',
    osc: '\u001b]0;owned\u0007\u001b]8;;https://evil.example\u001b\\link',
    bidi: '\u202egnp.exe\u2066\u2069\u200e',
    script: `</script><script>globalThis.${mark}=1</script></pre></details><img src=x onerror="globalThis.${mark}=1">`,
    attribute: `" onmouseover="globalThis.${mark}=1" x='`,
    cdata: ']]> --> <?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>&e;',
    command: '\n::error::owned\r\n##[error]owned\n##vso[task.complete result=Failed;]owned\n::set-output name=a::b',
    encoded: '%0A::error::owned%0D%0A%1b[31m&#10;::error::owned',
    markdown: '\n# owned\n| a | b |\n|---|---|\n[x](javascript:alert(1)) ![y](https://evil.example/z) @auth0/everyone <b>bold</b>\n```\n</details>',
    backticks: `\`touch ${mark}\` \`\`\`sh`,
    shell: `$(touch ${mark})'; touch ${mark}; '"; touch ${mark} #\\`,
    expansion: `$'\\'; touch ${mark} #' \${IFS} !! $HOME *`,
    nul: 'a\u0000b\u0008\u007f',
    surrogate: '\ud83d x \udc00 \ufffe \u2028 \ufeff',
    key: '__proto__ constructor toString',
  }
}

/** A header or reason can't hold what ends it; the rest of it arrives byte by byte. */
const inHeader = (text: string): string => [...text].map((character) => (character < ' ' || character === '\u007f' ? '~' : character)).join('')
const jwt = (claims: object): string =>
  [JSON.stringify({ alg: 'RS256', kid: 'k' }), JSON.stringify(claims), 'no signature at all'].map((part) => Buffer.from(part).toString('base64url')).join('.')

interface Poisoned {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Answers everything with something that looks as it should, as far as that goes, and holds one poison after the other wherever a text
 * stands. What is a secret by its place has a number before it: a poison that is one everywhere would be removed everywhere.
 */
export function startPoisoner(poisons: Readonly<Record<string, string>>, callback: string): ReturnType<typeof startHostile> {
  const texts = Object.values(poisons)
  let count = 0
  const answerTo = (path: string, poison: string, turn: number): Poisoned => {
    const query = encodeURIComponent(poison.toWellFormed())
    const json = (body: object, status = 200): Poisoned => ({ status, headers: { 'content-type': `application/json; charset=${inHeader(poison)}` }, body: JSON.stringify(body) })
    const error = json({ error: poison, error_description: poison, code: poison, description: poison, message: poison, name: poison, [poison]: poison }, [400, 401, 403, 500][turn % 4]!)
    if (path.startsWith('/.well-known/')) return json({ issuer: poison, authorization_endpoint: `javascript:${poison}`, keys: [{ kty: poison, kid: poison, x5c: [poison] }], scopes_supported: [poison], [poison]: poison })
    if (path.startsWith('/oauth/token') && turn % 3 > 0) {
      return json({ access_token: turn % 2 ? `access ${poison}` : jwt({ iss: poison, sub: poison, aud: poison, scope: poison }), id_token: jwt({ iss: poison, sub: poison, nonce: poison, exp: poison }), refresh_token: `refresh ${poison}`, token_type: poison, expires_in: poison, scope: poison })
    }
    if (path.startsWith('/authorize') || path.startsWith('/v2/logout')) {
      if (turn % 4 === 0) return { status: 302, headers: { location: `${callback}?code=c${turn}${query}&state=${query}&error_description=${query}` }, body: '' }
      if (turn % 4 === 1) return { status: 302, headers: { location: `${callback}?error=${query}&error_description=${query}#${query}` }, body: '' }
      if (turn % 4 === 2) return { status: 302, headers: { location: inHeader(poison) }, body: poison }
    }
    if (/^\/(?:authorize|login|u\/)/.test(path)) {
      return { headers: { 'content-type': 'text/html' }, body: `<title>${poison}</title><p role="alert">${poison}</p><form method="post" action="/u/${query}"><input name="username"><input name="password" type="password"><input type="hidden" name="${query}" value="v${query}"></form>` }
    }
    if (/^\/(?:samlp|wsfed)/.test(path)) {
      return { headers: { 'content-type': 'text/xml' }, body: `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${query}"><!-- ${poison} --><IDPSSODescriptor>${poison}</IDPSSODescriptor></EntityDescriptor>` }
    }
    return error
  }
  return startHostile((socket: Socket, request) => {
    const turn = count++
    // Shifted with each round, so that every place gets every poison.
    const poison = texts[(turn + Math.floor(turn / texts.length)) % texts.length]!
    const { status = 200, headers = {}, body } = answerTo(request.split(' ')[1] ?? '/', poison, turn)
    const bytes = Buffer.from(body, 'utf8')
    const lines = [
      `HTTP/1.1 ${status} ${inHeader(poison)}`,
      ...Object.entries({ ...headers, 'x-poison': inHeader(poison), 'www-authenticate': `Bearer error="${inHeader(poison)}"`, 'set-cookie': `a${turn}=c${turn}${inHeader(poison)}`, 'content-length': String(bytes.length) }).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
    ]
    socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), bytes]))
  })
}
