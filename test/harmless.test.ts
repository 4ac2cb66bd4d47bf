import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { allChecks } from '../suites/index.ts'
import { judge, notPassed } from './judging.ts'

/** Differences that no client of Auth0 minds. Nobody may be accused for them. */
const differences: Readonly<Record<string, (response: Response) => Promise<Response>>> = {
  'further members in JSON': (response) => withBody(response, (body) => ({ further: { a: [1] }, ...body })),
  'another order and spacing of JSON': (response) => withBody(response, (body) => Object.fromEntries(Object.entries(body).reverse()), 4),
  'other descriptions of errors': (response) => withBody(response, (body) => Object.fromEntries(Object.entries(body).map(([name, value]) =>
    [name, ['error_description', 'description', 'message'].includes(name) && typeof value === 'string' && !comparedBySdks.test(value) ? 'Something went wrong.' : value]))),
  'a charset parameter': async (response) => {
    const type = response.headers.get('content-type')
    return changed(response, await response.text(), type === null ? {} : { 'content-type': `${type.split(';')[0]!.toUpperCase()}; Charset="UTF-8"` })
  },
  'gzip': async (response) => {
    const text = await response.text()
    return text === '' ? changed(response, '', {}) : changed(response, gzipSync(text), { 'content-encoding': 'gzip' })
  },
  'the headers of another proxy': async (response) => {
    const copy = changed(response, await response.text(), { server: 'nginx', 'x-powered-by': 'Express' })
    for (const name of ['strict-transport-security', 'x-content-type-options', 'x-auth0-requestid', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'vary', 'etag']) copy.headers.delete(name)
    return copy
  },
}

/** Texts that Auth0's own SDKs look for, word for word. */
const comparedBySdks = /^Wrong (?:email|phone number) or |refresh token/

test.each(Object.entries(differences))('%s: nobody is accused', async (_, difference) => {
  const checks = allChecks().filter(({ profiles, level }) => profiles.includes('auth0') && level !== 'may')
  expect(notPassed(await judge({ tamper: ({ response }) => difference(response) }, checks))).toEqual([])
}, 60_000)

async function withBody(response: Response, change: (body: Record<string, unknown>) => unknown, indent?: number): Promise<Response> {
  const text = await response.text()
  if (!response.headers.get('content-type')?.includes('json') || !text.startsWith('{')) return changed(response, text, {})
  return changed(response, JSON.stringify(change(JSON.parse(text) as Record<string, unknown>), null, indent), {})
}

function changed(response: Response, body: string | Buffer, headers: Readonly<Record<string, string>>): Response {
  const all = new Headers(response.headers)
  all.delete('content-length')
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return new Response(body.length === 0 ? null : new Uint8Array(Buffer.from(body)), { status: response.status, headers: all })
}
