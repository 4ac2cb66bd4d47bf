import { createVerify } from 'node:crypto'
import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'

import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { elementsAt, parseXml, select } from '../../xml.ts'
import { perProfile } from '../oidc/authorization/authorizing.ts'
import { strangersPem } from '../stranger.ts'
import { isAlive, logOut, logoutPath, openSession, signedPost, signedRedirect, type LogoutMessage, type Sending, type Session } from './logging-out.ts'
import { byRedirect, formOf, logoutRequest, queryOf, rsaSha1, rsaSha256, signed, signedXml, signingProvider, success, type Subject } from './service-provider.ts'
import { expectVerifiable } from './signature-rules.ts'
import { certificateOf, verifySignatures } from './verification.ts'

const documentation = auth0Docs('authenticate/protocols/saml/saml-sso-integrations/configure-saml-single-logout')
const common = { level: 'must', needs: ['saml-signed-requests', 'saml-logout', 'login'], effects: ['logout'], sources: [documentation, saml('profiles', '4.4.4.2'), saml('core', '3.7.2')] } as const
const operations = ['POST /samlp/{client_id}/logout']
/** For clocks that differ. */
const skewMs = 60_000

/** Single logout that a service provider begins. */
export const logout: readonly Check[] = [
  ...toChecks({ operations, collectionItems: [] }, [
    onAnswer('response', 'a LogoutResponse goes to the logout callback', (message, world) => {
      expectOneOf(world, 'document element', message.root?.name, ['LogoutResponse'])
      const callback = new URL(signingProvider(world).logoutUrl ?? '')
      expectOneOf(world, 'address', message.address, [message.binding === 'HTTP-POST' ? callback.href : `${callback.origin}${callback.pathname}`])
    }),
    onAnswer('status', 'the response says Success', ({ root }, world) => {
      expectOneOf(world, 'Status/StatusCode/@Value', select(root, 'samlp:Status/samlp:StatusCode')[0]?.attributes.Value, [success])
    }),
    onAnswer('in-response-to', 'the response names the request', ({ root }, world, { id }) => {
      expectOneOf(world, 'LogoutResponse/@InResponseTo', root?.attributes.InResponseTo, [id])
    }),
    {
      ...onAnswer('issue-instant', 'the response is issued now', ({ root }, world, { from, until }) => {
        const value = root?.attributes.IssueInstant
        const issued = Date.parse(value ?? '')
        expectThat(world, issued >= from - skewMs && issued <= until + skewMs, 'LogoutResponse/@IssueInstant', `between ${new Date(from).toISOString()} and ${new Date(until).toISOString()}`, value)
      }),
      sources: [saml('core', '3.2.2')],
    },
    {
      ...onAnswer('id', 'each response has an id of its own', async ({ root }, world) => {
        const other = await round(world, 'protocols/saml/logout/by-redirect', signedRedirect)
        if (!other.message) throw new Blocked('the logout by redirect is not answered to the service provider')
        expectThat(world, root?.attributes.ID !== other.message.root?.attributes.ID, 'LogoutResponse/@ID', 'another in another response', root?.attributes.ID)
      }),
      sources: [saml('core', '1.3.4')],
    },
    onAnswer('destination', 'the response names the logout callback', ({ root }, world) => {
      expectOneOf(world, 'LogoutResponse/@Destination', root?.attributes.Destination, [signingProvider(world).logoutUrl])
    }),
    onAnswer('issuer', 'the response is issued by the entity of the metadata', async ({ root }, world) => {
      expectOneOf(world, 'LogoutResponse/saml:Issuer', select(root, 'saml:Issuer')[0]?.text.trim(), [(await metadataFor(world)).entityId])
    }),
    onAnswer('signature', 'the response is signed with the key of the metadata', async (message, world) => {
      const { certificates } = await metadataFor(world)
      expectNone(world, await signatureFindings(message, 'SAMLResponse', certificates))
    }),
    {
      ...onAnswer('relay-state', 'the relay state comes back as it was', (message, world, { relayState }) => {
        expectOneOf(world, 'RelayState', message.relayState, [relayState])
      }),
      sources: [documentation, saml('bindings', '3.5.3')],
    },
    ends('session-ends', 'after a request by POST a login needs the password again', signedPost, 'protocols/saml/logout/by-post'),
    {
      ...ends('redirect', 'after a request by redirect a login needs the password again', signedRedirect, 'protocols/saml/logout/by-redirect'),
      operations: ['GET /samlp/{client_id}/logout'],
      sources: [saml('bindings', '3.4.4.1'), saml('metadata', '2.4.2'), documentation],
    },
    {
      ...common,
      id: 'protocols/saml/authn-statement/session-index/fresh',
      title: 'SAML response: each session has an index of its own',
      level: 'should',
      sources: [saml('core', '2.7.2'), nodeSamlp],
      async run(world) {
        const indexes = [(await logoutByPost(world)).sessionIndex, (await round(world, 'protocols/saml/logout/by-redirect', signedRedirect)).sessionIndex]
        expectThat(world, indexes[0] !== indexes[1], 'saml:AuthnStatement/@SessionIndex', 'another in another session', indexes[0])
      },
    },
    // The middleware looks sessions up by both; Core says whose sessions are meant, and not what becomes of a request that fits none.
    ...perProfile({ auth0: 'must', standard: 'should' }, refused('other-user', 'with another NameID', [saml('core', '3.7.3.2'), nodeSamlp])),
    ...perProfile({ auth0: 'must', standard: 'should' }, refused('other-session', 'with another SessionIndex', [saml('core', '3.7.3.2'), nodeSamlp])),
    refused('unsigned', 'without a signature', [documentation, saml('profiles', '4.4.4.1')]),
    refused('other-key', 'signed with another key', [documentation, saml('profiles', '4.4.4.1')]),
    refused('changed', 'changed after it was signed', [documentation, saml('profiles', '4.4.4.1')]),
    refused('other-relay-state', 'by redirect with another relay state than was signed', [documentation, saml('bindings', '3.4.4.1')]),
    { ...refused('other-issuer', 'from another issuer', [saml('profiles', '4.4.4.1'), nodeSamlp]), level: 'should' },
    { ...refused('without-issuer', 'without an issuer', [saml('profiles', '4.4.4.1'), nodeSamlp]), level: 'should' },
    {
      id: 'protocols/saml/logout/malformed',
      title: 'SAML logout: what is no message is refused',
      level: 'should',
      needs: ['saml-signed-requests'],
      profiles: ['auth0'],
      sources: [auth0Docs('api/authentication/saml/saml-logout'), saml('core', '3.2.1')],
      async run(world) {
        for (const message of ['<<<', 'AAAA', Buffer.from('<samlp:LogoutRequest').toString('base64')]) {
          const answer = await world.client.send({ method: 'POST', path: logoutPath(world), form: { SAMLRequest: message } })
          expectThat(world, answer.status >= 400 && answer.status < 500, 'status', '4xx', answer.status)
        }
      },
    },
  ]),
]

/** One logout of a session, and what came of it. */
export interface Round {
  readonly id: string
  readonly relayState: string
  readonly message: LogoutMessage | undefined
  readonly status: number
  readonly alive: boolean
  readonly sessionIndex: string
  /** Milliseconds since the epoch, before the logout and after it. */
  readonly from: number
  readonly until: number
}

/** One login and one logout, which all demands on the answer share. */
function round(world: World, key: string, sending: Sending): Promise<Round> {
  return world.once(key, async () => {
    const session = await openLiveSession(world)
    const request = logoutRequest(world, signingProvider(world), session.subject)
    const relayState = `relay ${world.unique()} "<é>&`
    const from = Date.now()
    const { answer, message, cookies } = await logOut(world, session.cookies, request, relayState, sending)
    const until = Date.now()
    return { id: request.id, from, until, relayState, message, status: answer.status, sessionIndex: session.subject.sessionIndex, alive: await isAlive(world, cookies) }
  })
}

/** The round by POST, which every demand on its answer looks at. */
export function logoutByPost(world: World): Promise<Round> {
  return round(world, 'protocols/saml/logout/by-post', signedPost)
}

function onAnswer(slug: string, what: string, judge: (message: LogoutMessage, world: World, logout: Round) => void | Promise<void>): StatedCheck {
  return {
    ...common,
    id: `protocols/saml/logout/${slug}`,
    title: `SAML logout: ${what}`,
    async run(world) {
      const logout = await logoutByPost(world)
      const { message, status } = logout
      expectThat(world, message !== undefined, 'body', 'a SAMLResponse, in a form or in the address of a redirect', status)
      await judge(message, world, logout)
    },
  }
}

function ends(slug: string, what: string, sending: Sending, key: string): StatedCheck {
  return {
    ...common,
    id: `protocols/saml/logout/${slug}`,
    title: `SAML logout: ${what}`,
    sources: [documentation, saml('core', '3.7.3')],
    async run(world) {
      const { alive } = await round(world, key, sending)
      expectThat(world, !alive, 'answer to the next login', 'a login page', 'a SAMLResponse, Success')
    },
  }
}

/** A session whose end can be told. Throws {@link Blocked} where the next login needs the password anyhow. */
async function openLiveSession(world: World): Promise<Session> {
  const session = await openSession(world)
  if (!(await isAlive(world, session.cookies))) throw new Blocked('a login right after the login asks for the password again')
  return session
}

type Fault = 'other-user' | 'other-session' | 'unsigned' | 'other-key' | 'changed' | 'other-relay-state' | 'other-issuer' | 'without-issuer'

function refused(fault: Fault, what: string, sources: StatedCheck['sources']): StatedCheck {
  return {
    ...common,
    id: `protocols/saml/logout/${fault}`,
    title: `SAML logout: a request ${what} is refused, and the session stays`,
    sources,
    async run(world) {
      const outcome = (await faults(world)).get(fault)
      expectThat(world, outcome?.status !== success, 'Status/StatusCode/@Value', 'another than Success', outcome?.status)
      expectThat(world, outcome?.alive === true, 'answer to the next login', 'a SAMLResponse: the session has not ended', 'none')
    },
  }
}

interface Outcome { readonly status: string | undefined; readonly alive: boolean }

/** Every fault in turn, in one session as long as it lasts: a server that is right needs one login for all of them. */
function faults(world: World): Promise<ReadonlyMap<Fault, Outcome>> {
  return world.once('protocols/saml/logout/faults', async () => {
    const outcomes = new Map<Fault, Outcome>()
    let session = await openLiveSession(world)
    for (const [fault, sending] of faultySendings(world)) {
      const subject = { ...session.subject, ...changes[fault] }
      const request = logoutRequest(world, signingProvider(world), subject, issuers[fault])
      const { message, cookies } = await logOut(world, session.cookies, request, `relay-${world.unique()}`, sending)
      const alive = await isAlive(world, cookies)
      outcomes.set(fault, { status: select(message?.root, 'samlp:Status/samlp:StatusCode')[0]?.attributes.Value, alive })
      if (!alive) session = await openLiveSession(world)
    }
    return outcomes
  })
}

const changes: { readonly [Name in Fault]?: Partial<Subject> } = { 'other-user': { nameId: 'auth0|000000000000000000000000' }, 'other-session': { sessionIndex: '_another' } }
const issuers: { readonly [Name in Fault]?: string } = { 'other-issuer': 'urn:another.example.com', 'without-issuer': '' }

function faultySendings(world: World): readonly (readonly [Fault, Sending])[] {
  const { signingKey } = signingProvider(world)
  const path = logoutPath(world)
  // Nothing to put a signature behind, so the one without an issuer goes by redirect, with a signature that is right.
  return [
    ['other-user', signedPost],
    ['other-session', signedPost],
    ['other-issuer', signedPost],
    ['without-issuer', signedRedirect],
    ['unsigned', async (_world, { xml }, relayState) => ({ path, form: formOf(xml, relayState) })],
    ['other-key', async (_world, message, relayState) => ({ path, form: formOf(await signedXml(message, await strangersPem()), relayState) })],
    ['changed', async (_world, message, relayState) => ({ path, form: formOf((await signedXml(message, signingKey)).replace(' Version=', ' Reason="urn:x" Version='), relayState) })],
    ['other-relay-state', async (_world, message, relayState) =>
      ({ path: `${path}?${queryOf(signed(byRedirect(message, relayState), signingKey).map(([name, value]) => [name, name === 'RelayState' ? `other-${value}` : value]))}` })],
  ]
}

/** What the metadata say of the identity provider; certificates in DER, base64. */
export function metadataFor(world: World, { clientId }: { readonly clientId: string } = signingProvider(world)): Promise<{ readonly entityId: string | undefined; readonly certificates: readonly string[] }> {
  return world.once(`protocols/saml/metadata of ${clientId}`, async () => {
    const root = parseXml((await world.client.send({ method: 'GET', path: `/samlp/metadata/${clientId}` })).body)
    const certificates = elementsAt(root, 'IDPSSODescriptor', 'KeyDescriptor', 'KeyInfo', 'X509Data', 'X509Certificate').map(({ text }) => text.replace(/\s+/g, ''))
    return { entityId: root?.attributes.entityID, certificates }
  })
}

/** What is wrong with the signature of a message, in it or beside it. `certificates`: DER, base64. */
export async function signatureFindings(message: LogoutMessage, field: 'SAMLRequest' | 'SAMLResponse', certificates: readonly string[]): Promise<Finding[]> {
  if (message.binding === 'HTTP-Redirect') return queryFindings(message.query, field, certificates)
  if (!message.root) return [finding('body', 'a message that can be read', '(none)')]
  const { parts, refusals } = await verifySignatures(message.text, message.root, [message.root], 'ID', certificates)
  expectVerifiable(refusals)
  return parts.length > 0 ? [] : [finding(`${message.root.path}/ds:Signature`, 'a signature over the message', refusals.map((refused) => show(refused)).join('; '))]
}

/** SAML 2.0 Bindings 3.4.4.1: the signature is over the parameters as they stand in the address. */
function queryFindings(query: string, field: 'SAMLRequest' | 'SAMLResponse', certificates: readonly string[]): Finding[] {
  const sent = new Map(query.split('&').map((pair) => [pair.split('=', 1)[0] ?? '', pair]))
  const parameters = new URLSearchParams(query)
  const algorithm = parameters.get('SigAlg')
  const digest = new Map([[rsaSha256, 'RSA-SHA256'], [rsaSha1, 'RSA-SHA1']]).get(algorithm ?? '')
  if (digest === undefined) return [finding('parameter SigAlg', `${rsaSha256} or ${rsaSha1}`, show(algorithm ?? undefined))]
  const content = [field, 'RelayState', 'SigAlg'].flatMap((name) => sent.get(name) ?? []).join('&')
  const isValid = certificates.flatMap(certificateOf).some(({ publicKey }) => createVerify(digest).update(content).verify(publicKey, parameters.get('Signature') ?? '', 'base64'))
  return isValid ? [] : [finding('parameter Signature', `over ${field}, RelayState and SigAlg, by the key of the metadata`, 'another')]
}
