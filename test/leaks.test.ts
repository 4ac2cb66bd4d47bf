import { expect, test } from 'vitest'
import { headerValues } from '../core/exchange.ts'
import { runCheck } from '../core/runner.ts'
import type { Verdict } from '../core/verdict.ts'
import { startReferenceTenant } from '../fixtures/reference/server.ts'
import { openWorlds } from '../fixtures/world.ts'
import { allChecks } from '../suites/index.ts'

/** Members and parameters whose values the tenant gives out for one client's eyes only. */
const secretMembers = /"(access_token|refresh_token|id_token)":"([^"]+)"/g
const secretParameters = ['code', 'access_token', 'id_token']

test('no token, code or cookie that the tenant gave out stands in any verdict', async () => {
  const issued = new Set<string>()
  const issue = (value: string): void => {
    // Of a JWS the signature is the secret. What is short stands everywhere by chance.
    const secret = value.startsWith('eyJ') && value.split('.').length === 3 ? value.split('.')[2]! : value
    if (secret.length >= 12) issued.add(secret)
  }
  const tenant = await startReferenceTenant({
    async tamper({ response }) {
      for (const value of response.headers.getSetCookie()) issue(value.split(';')[0]!.slice(value.indexOf('=') + 1))
      const location = headerValues([...response.headers], 'location')[0]
      if (location !== undefined && URL.canParse(location)) {
        const { searchParams, hash } = new URL(location)
        for (const name of secretParameters) for (const from of [searchParams, new URLSearchParams(hash.slice(1))]) if (from.has(name)) issue(from.get(name)!)
      }
      const body = await response.clone().text()
      if (response.status === 200) for (const [, , value] of body.matchAll(secretMembers)) issue(value!)
      return response
    },
  })
  const worlds = openWorlds(tenant.configuration, { seed: 1 })
  const verdicts: Verdict[] = []
  const queue = [...allChecks()]
  await Promise.all(Array.from({ length: 10 }, async () => {
    for (let check = queue.shift(); check; check = queue.shift()) verdicts.push(await runCheck(check, worlds.permissions, () => worlds.stage()))
  }))
  await worlds.close()
  await tenant.close()
  expect(issued.size).toBeGreaterThan(500)
  const text = JSON.stringify(verdicts)
  const configured = [...JSON.stringify(tenant.configuration).matchAll(/"(?:clientSecret|password|accessToken|signingKey)":"([^"]+)"/g)].map(([, value]) => value!)
  expect(configured.length).toBeGreaterThan(4)
  // Most of what stands in a run stands there many times: words are looked through once.
  const words = [...new Set(text.split(/[^\w.~%+/=-]+/))].join('\n')
  const standsIn = (form: string): boolean => (/^[\w.~%+/=-]+$/.test(form) ? words : text).includes(form)
  expect([...issued, ...configured].filter((secret) => standsIn(secret) || standsIn(encodeURIComponent(secret)))).toEqual([])
}, 120_000)
