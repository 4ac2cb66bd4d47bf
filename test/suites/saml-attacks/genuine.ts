import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { readSettings } from '../../../fixtures/reference/federation/settings.ts'
import { issueResponse } from '../../../fixtures/reference/saml/issue-response.ts'
import { samlDefaults, type SamlLogin } from '../../../fixtures/reference/saml/index.ts'
import { currentKey } from '../../../fixtures/reference/signing-keys.ts'
import { wsFedDefaults } from '../../../fixtures/reference/ws-federation/index.ts'
import { issueTokenResponse } from '../../../fixtures/reference/ws-federation/sign-in.ts'
import { ada, FakeHost } from '../../fixtures/reference/federation-host.ts'


/** The certificate that a relying party trusts. */
export const certificate = currentKey.certificate

/** A key that the relying party has never heard of. */
export const attackerKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const attackerPem = attackerKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
export const trustedPem = createPrivateKey({ key: currentKey.privateJwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString()

type Signed = 'assertion' | 'response' | 'both'

/** A response of the reference tenant for its user. */
export async function genuineResponse(signed: Signed, addon: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const host = new FakeHost([{ client_id: 'app', addons: { samlp: addon } }])
  const request = { xml: '', id: '_request', issuer: 'urn:sp', assertionConsumerServiceUrl: 'https://app.example.com/acs', forceAuthn: false }
  const login = {
    host, client: host.client('app')!, settings: readSettings(addon), request, relayState: undefined, acs: 'https://app.example.com/acs',
    session: { sessionId: randomUUID(), user: ada, authenticatedAt: 1 },
  } as unknown as SamlLogin
  return (await issueResponse(login, { ...samlDefaults, signedElement: () => signed }))!
}

/** A token response of the reference tenant. */
export async function genuineTokenResponse(addon: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const host = new FakeHost([{ client_id: 'app', addons: { wsfed: addon } }])
  const session = { sessionId: randomUUID(), user: ada, authenticatedAt: 1, participants: [] }
  return (await issueTokenResponse({ host, client: host.client('app')!, settings: readSettings(addon), realm: 'urn:app', reply: 'https://app.example.com/acs', wctx: 'a', session }, wsFedDefaults))!
}
