import { expect, test } from 'vitest'
import type { Check } from '../core/check.ts'
import { runCheck } from '../core/runner.ts'
import { mutants } from '../fixtures/mutants/index.ts'
import { startReferenceTenant, type TamperedExchange } from '../fixtures/reference/server.ts'
import { openWorlds } from '../fixtures/world.ts'
import { loadDocument } from '../specs/document.ts'
import { toVariants, type Variant } from '../specs/operations.ts'
import { allChecks } from '../suites/index.ts'
import { matchVariants } from '../suites/replay/matching.ts'

const variants = toVariants(loadDocument())
const samlSuccess = Buffer.from('<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>').toString('base64')
const jwt = `${part({ alg: 'none' })}.${part({ sub: 'odd', gty: 'odd', updated_at: true })}.`

/** Ways to spoil an answer. Each check has to notice one of them, or it cannot fail. */
const sabotages: Readonly<Record<string, (response: Response) => Response | Promise<Response>>> = {
  'an internal error': () => new Response('broken', { status: 500, headers: { 'content-type': 'text/plain' } }),
  'an empty object': ({ status, headers }) => new Response([204, 304].includes(status) ? null : '{}', { status, headers: without(headers, ['content-length']) }),
  'other headers': async (response) => new Response(await response.text() || null, {
    status: response.status,
    headers: { 'content-type': 'text/x-broken', 'cache-control': 'public, max-age=60', 'x-ratelimit-limit': 'many', location: response.headers.get('location') ?? '' },
  }),
  'a success': () => Response.json({ access_token: jwt, id_token: jwt, token_type: 'odd', expires_in: '1', sub: '', updated_at: true }),
  'a refusal': () => new Response('<p>no</p>', { status: 418, headers: { 'content-type': 'text/html' } }),
  'a message for somebody else': () => new Response(`<form action="https://other.example.com/"><input name="SAMLResponse" value="${samlSuccess}"><input name="wresult"></form>`, { headers: { 'content-type': 'text/html' } }),
  'a description': () => new Response('<EntityDescriptor/>', { headers: { 'content-type': 'application/xml' } }),
  'an error without a description': (response) => new Response('{"error":"odd"}', { status: response.status, headers: { 'content-type': 'application/json' } }),
  'an error with a trace': (response) => new Response('{"error":"odd","error_description":"odd","stack":"at odd"}', { status: response.status, headers: { 'content-type': 'application/json' } }),
  'unsigned tokens': async (response) => {
    const body = await response.text()
    return new Response(body.replace(/"(access_token|id_token)":"[^"]*"/g, `"$1":"${jwt}"`) || null, { status: response.status, headers: without(response.headers, ['content-length']) })
  },
}

test('every check fails on a spoiled answer, or on the mutant that names it', async () => {
  const blind: string[] = []
  const named = new Set(mutants.map(({ killedBy }) => killedBy))
  for (const variant of variants) {
    let alive: Check[] = allChecks().filter(({ id }) => id.startsWith(`endpoints/${variant.id}/`) && !named.has(id) && !isOfLongerId(id, variant))
    for (const sabotage of Object.values(sabotages)) {
      if (alive.length > 0) alive = await survivors(alive, variant, sabotage)
    }
    blind.push(...alive.map(({ id }) => id))
  }
  expect(blind).toEqual([])
}, 300_000)

/** The checks that did not notice that the answers to one variant's requests were spoiled. */
async function survivors(checks: readonly Check[], variant: Variant, sabotage: (response: Response) => Response | Promise<Response>): Promise<Check[]> {
  const spoil = ({ request, response }: TamperedExchange): Response | Promise<Response> => (isOf(variant, request) ? sabotage(response) : response)
  const refuses = checks.some(({ needs }) => needs.includes('legacy-refusals'))
  const alive: Check[] = []
  for (const legacyEndpoints of refuses ? [true, false] : [true]) {
    const tenant = await startReferenceTenant({ tamper: spoil, legacyEndpoints })
    const worlds = openWorlds({ ...tenant.configuration, timeoutMs: 2000 }, { seed: 1 })
    const queue = checks.filter(({ needs }) => needs.includes('legacy-refusals') === !legacyEndpoints)
    await Promise.all(Array.from({ length: 10 }, async () => {
      for (let check = queue.shift(); check; check = queue.shift()) {
        const { status } = await runCheck(check, worlds.permissions, () => worlds.stage())
        if (status !== 'fail') alive.push(check)
      }
    }))
    await worlds.close()
    await tenant.close()
  }
  return alive
}

/** A request by another method is one of the variant's too: some checks send it. */
function isOf(variant: Variant, { path, query, form }: TamperedExchange['request']): boolean {
  const url = new URL(`http://tenant.test${path}?${query}`)
  const values = [...query, ...Object.entries(form)]
  const fits = matchVariants([variant], { exchange: { request: { method: variant.method, url: url.href, headers: [] }, startedAt: '', durationMs: 0 }, url, values })
  return fits.length > 0 || (patternOf(variant.path).test(path) && !variants.some((other) => other !== variant && other.path === variant.path))
    || (patternOf(variant.path).test(path) && !('grant_type' in form && variants.some((other) => other !== variant && other.path === variant.path && other.when.some(({ name, value }) => name === 'grant_type' && value === form.grant_type))))
}

function isOfLongerId(id: string, variant: Variant): boolean {
  return variants.some((other) => other.id.startsWith(`${variant.id}/`) && id.startsWith(`endpoints/${other.id}/`))
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{[^}]*\}/g, '[^/]+').replaceAll('.', '\\.')}$`)
}

function without(headers: Headers, names: readonly string[]): Headers {
  const copy = new Headers(headers)
  for (const name of names) copy.delete(name)
  return copy
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
