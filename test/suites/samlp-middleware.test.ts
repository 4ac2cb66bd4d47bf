import { expect, test } from 'vitest'
import { runCheck } from '../../core/runner.ts'
import type { Verdict } from '../../core/verdict.ts'
import { openWorlds } from '../../fixtures/world.ts'
import { attributes } from '../../suites/protocols/saml/attributes.ts'
import { metadata } from '../../suites/protocols/saml/metadata.ts'
import { response } from '../../suites/protocols/saml/response.ts'
import { signOnRequest } from '../../suites/protocols/saml/sign-on-request.ts'
import { signature } from '../../suites/protocols/saml/signature.ts'
import { startSamlpSite } from './samlp-site.ts'

/** What hosted Auth0 adds to its middleware: cache headers, sessions that ForceAuthn knows of, its own mapping of the profile. */
const ofTheHost = [
  'protocols/saml/sign-on/not-cached', 'protocols/saml/sign-on/force-authn', 'protocols/saml/attributes/upn', 'protocols/saml/attributes/identity',
  'protocols/saml/attributes/passed-through', 'protocols/saml/attributes/boolean',
]

test.each([['the assertion', {}], ['both', { signResponse: true }], ['the response', { signResponse: true, signAssertion: false }]])("Auth0's own middleware is not accused: signed is %s", async (_, options) => {
  const site = await startSamlpSite(options)
  const worlds = openWorlds(site.configuration, { seed: 1 })
  const verdicts: Verdict[] = []
  try {
    for (const check of [...metadata, ...signOnRequest, ...response, ...attributes, ...signature]) verdicts.push(await runCheck(check, worlds.permissions, () => worlds.stage()))
  } finally {
    await worlds.close()
    await site.close()
  }
  // The site has no key set.
  const accused = verdicts.filter(({ status, check }) => status !== 'pass' && status !== 'unsupported' && check !== 'protocols/saml/metadata/published-key' && !ofTheHost.includes(check))
  expect(accused.map(({ check, status, reason, findings }) => ({ check, status, reason, findings }))).toEqual([])
  expect(verdicts.filter(({ status }) => status === 'pass').length).toBeGreaterThan(55)
}, 30_000)
