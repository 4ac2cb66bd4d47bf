import { expect, test } from 'vitest'
import { metadata } from '../../suites/protocols/ws-federation/metadata.ts'
import { signInChecks } from '../../suites/protocols/ws-federation/sign-in.ts'
import { judgeSite } from './judging-site.ts'
import { startWsFedSite } from './wsfed-site.ts'

/** What is not the middleware's to do, or known to be wrong in it. */
const ofTheHost = { 'protocols/ws-federation/sign-in/fresh': 'the middleware has no sessions: whoever mounts it asks for the password again' }
const weak = { 'protocols/ws-federation/sign-in/sha256': 'SHA-1 was asked for' }
const mended = { 'protocols/ws-federation/sign-in/authentication': 'saml 1.0 adds the lifetime to the time of the login itself, eight hours; later versions do not' }

test.each<[string, Parameters<typeof startWsFedSite>, Readonly<Record<string, string>>]>([
  ['as npm has it', ['saml 1'], { ...ofTheHost, ...mended }],
  ['over the library of its later versions', ['saml 4'], ofTheHost],
  ['with SHA-1', ['saml 4', { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }], { ...ofTheHost, ...weak }],
])("Auth0's own middleware is accused of nothing else: %s", async (_, site, exempt) => {
  const { accused, passed } = await judgeSite(await startWsFedSite(...site), [...metadata, ...signInChecks], exempt)
  expect(accused).toEqual(Object.keys(exempt).toSorted().map((check) => ({ check, status: 'fail' })))
  expect(passed).toBeGreaterThan(25)
}, 30_000)
