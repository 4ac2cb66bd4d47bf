import type { Check } from '../../../core/check.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { fieldOf, readPage } from '../../../core/page.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'

import { auth0Docs, wsFederation } from '../../sources.ts'
import { elementsAt, select, type XmlElement } from '../../xml.ts'
import { hostsOf } from '../saml/certificate.ts'
import { accepted, expectAlgorithms, expectCertificate, expectVerified, strong } from '../saml/signature.ts'
import { messageForm, visit } from '../saml/sign-on.ts'
import { furtherSignIn, metadataOf, party, realmOf, saml11, signIn, signInPath, type SignIn } from './signing-in.ts'

const documentation = auth0Docs('authenticate/protocols/ws-fed-protocol')
const common = { level: 'must', needs: ['wsfed', 'login'], profiles: ['auth0'], sources: [wsFederation('13.2.3'), documentation] } as const
const both = ['auth0', 'standard'] as const
const skewMs = 60_000
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/
const identity = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

function stated(slug: string, title: string, judge: (login: SignIn & { readonly assertion: XmlElement | undefined; at(path: string): string }, world: World) => void | Promise<void>, more: Partial<StatedCheck> = {}): StatedCheck {
  return {
    ...common, id: `protocols/ws-federation/sign-in/${slug}`, title: `WS-Federation sign-in: ${title}`,
    async run(world) {
      const login = await signIn(world)
      const { assertion, assertionPath } = login.message
      await judge({ ...login, assertion, at: (path) => `${assertionPath}/${path}` }, world)
    },
    ...more,
  }
}

const valueOf = (assertion: XmlElement | undefined, namespace: string, name: string): string | undefined =>
  select(select(assertion, 'saml1:AttributeStatement/saml1:Attribute').find(({ attributes }) => attributes.AttributeNamespace === namespace && attributes.AttributeName === name), 'saml1:AttributeValue')[0]?.text

const nearMisses: readonly (readonly [slug: string, what: string, change: (reply: URL) => string])[] = [
  ['longer-path', 'a longer path', (reply) => `${reply.origin}${reply.pathname}/evil`],
  ['longer-host', 'a host that only begins like it', (reply) => Object.assign(new URL(reply), { hostname: `${reply.hostname}.example.com`, search: '' }).href],
  ['user-information', 'its host as user information', (reply) => `${reply.protocol}//${reply.host}@evil.example.com${reply.pathname}`],
]

/** `wsignin1.0`: what the relying party gets, and what a strict one makes of it. */
export const signInChecks: readonly Check[] = toChecks({ operations: ['GET /wsfed/{client_id}'], collectionItems: ['WS-Fed / Accepts a WS-Fed request to initiate a login'] }, [
  {
    ...common,
    id: 'protocols/ws-federation/sign-in/login-page',
    title: 'WS-Federation sign-in: without a session it leads to a login page of the same host',
    sources: [wsFederation('13.2.1'), documentation],
    // No recording of a sign-in at a tenant: the documentation says so, here and where wa is absent or the realm unknown.
    level: 'should',
    needs: ['wsfed'],
    async run(world) {
      const answer = await world.client.send({ method: 'GET', path: signInPath(world) })
      expectOneOf(world, 'status', answer.status, [302, 303])
      expectOneOf(world, 'header location (host)', answer.location?.host, hostsOf(world))
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/sign-in/without-action',
    title: 'WS-Federation sign-in: without wa it is a sign-in all the same',
    sources: [documentation],
    level: 'should',
    async run(world) {
      const { form } = await furtherSignIn(world, signInPath(world, { wa: undefined }))
      expectOneOf(world, 'form input wa', fieldOf(form, 'wa'), ['wsignin1.0'])
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/sign-in/realm',
    title: 'WS-Federation sign-in: the realm alone tells at /wsfed which application it is',
    sources: [wsFederation('13.2.2'), documentation],
    async run(world) {
      const { message } = await furtherSignIn(world, signInPath(world, { wtrealm: `urn:${party(world).clientId}` }, '/wsfed'))
      expectOneOf(world, `${message.assertionPath}//saml1:Audience`, select(message.assertion, 'saml1:Conditions/saml1:AudienceRestrictionCondition/saml1:Audience')[0]?.text.trim(), [`urn:${party(world).clientId}`])
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/sign-in/alias',
    title: 'WS-Federation sign-in: an alias tells at /wsfed which application it is',
    sources: [wsFederation('13.2.2'), documentation],
    level: 'should',
    needs: ['wsfed', 'wsfed-alias', 'login'],
    async run(world) {
      const { form } = await furtherSignIn(world, signInPath(world, { wreply: undefined }, '/wsfed'))
      expectThat(world, fieldOf(form, 'wresult') !== undefined, 'form input wresult', '(present)', '(absent)')
    },
  },
  {
    ...common,
    id: 'protocols/ws-federation/sign-in/unknown-realm',
    title: 'WS-Federation sign-in: a realm that nobody has is refused, session or not',
    sources: [wsFederation('13.2.2'), documentation],
    level: 'should',
    async run(world) {
      const { cookies } = await signIn(world)
      const answer = await visit(world, { method: 'GET', path: signInPath(world, { wtrealm: `urn:nobody-${world.unique()}` }, '/wsfed') }, cookies)
      expectThat(world, messageForm(answer, 'wresult') === undefined, 'body', 'no form with wresult', 'a form with wresult')
      expectThat(world, answer.status >= 400 && answer.status < 500, 'status', '4xx', answer.status)
    },
  },
  ...nearMisses.map(([slug, what, change]) => ({
    ...common,
    id: `protocols/ws-federation/sign-in/reply-not-allowed/${slug}`,
    title: `WS-Federation sign-in: nothing is sent to a wreply with ${what}`,
    sources: [wsFederation('13.2.1'), documentation],
    profiles: both,
    async run(world: World) {
      const { cookies } = await signIn(world)
      const elsewhere = new URL(change(new URL(party(world).reply)))
      const answer = await visit(world, { method: 'GET', path: signInPath(world, { wreply: elsewhere.href }) }, cookies)
      const sentTo = [...readPage(answer.body, answer.url).forms.map(({ action }) => action), ...(answer.location ? [answer.location] : [])].filter((url) => url.host === elsewhere.host && url.pathname === elsewhere.pathname)
      expectThat(world, sentTo.length === 0, 'form @action', 'not an address outside the allow list', elsewhere.href)
    },
  })),
  {
    ...common,
    id: 'protocols/ws-federation/sign-in/fresh',
    title: 'WS-Federation sign-in: wfresh=0 asks for the password again, session or not',
    sources: [wsFederation('13.2.2'), documentation],
    level: 'should',
    async run(world) {
      const { cookies } = await signIn(world)
      const answer = await visit(world, { method: 'GET', path: signInPath(world, { wfresh: '0' }) }, cookies)
      expectThat(world, messageForm(answer, 'wresult') === undefined, 'body', 'a login page', 'a form with wresult')
    },
  },
  stated('form', 'one form, which posts the token to the reply address', ({ answer, form }, world) => {
    expectOneOf(world, 'status', answer.status, [200])
    expectOneOf(world, 'count(//form)', readPage(answer.body, answer.url).forms.length, [1])
    expectOneOf(world, 'form @method', form.method, ['post'])
    expectOneOf(world, 'form @action', form.action.href, [new URL(party(world).reply).href])
    expectOneOf(world, 'form input wa', fieldOf(form, 'wa'), ['wsignin1.0'])
  }, { profiles: both }),
  stated('context', 'the context comes back unchanged', ({ form, message, context }, world) => {
    expectOneOf(world, 'form input wctx', fieldOf(form, 'wctx'), [context])
    const response = message.root
    expectOneOf(world, `${response.path}/@Context`, response.attributes.Context, [context, undefined])
  }, { sources: [wsFederation('13.2.1'), documentation], profiles: both }),
  stated('token-response', 'the token response is of WS-Trust 2005/02', ({ message }, world) => {
    expectOneOf(world, 'document element', message.root.path, ['/t:RequestSecurityTokenResponse'])
    expectOneOf(world, 'count(//t:RequestedSecurityToken)', elementsAt(message.root, 'RequestedSecurityToken').length, [1])
  }),
  stated('assertion', 'one assertion of SAML 1.1, with an id, issued now', ({ assertion, at, from, until }, world) => {
    const { MajorVersion, MinorVersion, AssertionID, IssueInstant } = assertion?.attributes ?? {}
    expectOneOf(world, at('@MajorVersion'), MajorVersion, ['1'])
    expectOneOf(world, at('@MinorVersion'), MinorVersion, ['1'])
    expectThat(world, /^[\p{L}_][\p{L}\p{M}\p{N}_.-]*$/u.test(AssertionID ?? ''), at('@AssertionID'), 'an XML id', AssertionID)
    expectThat(world, instant.test(IssueInstant ?? ''), at('@IssueInstant'), 'a time in UTC, with Z', IssueInstant)
    const issued = Date.parse(IssueInstant!)
    expectThat(world, issued >= from - skewMs && issued <= until + skewMs, at('@IssueInstant'), 'now', IssueInstant)
  }, { sources: [saml11('2.3.2'), wsFederation('13.2.3')] }),
  stated('conditions', 'the token is valid now', ({ assertion, at, until }, world) => {
    const { NotBefore, NotOnOrAfter } = select(assertion, 'saml1:Conditions')[0]?.attributes ?? {}
    expectThat(world, NotBefore === undefined || Date.parse(NotBefore) <= until + skewMs, at('saml1:Conditions/@NotBefore'), 'not in the future', NotBefore)
    expectThat(world, instant.test(NotOnOrAfter ?? '') && Date.parse(NotOnOrAfter!) > until, at('saml1:Conditions/@NotOnOrAfter'), 'a time to come', NotOnOrAfter)
  }, { sources: [saml11('2.3.2.1.1')] }),
  stated('audience', 'the audience is the realm', ({ assertion, at }, world) => {
    const audiences = select(assertion, 'saml1:Conditions/saml1:AudienceRestrictionCondition/saml1:Audience').map(({ text }) => text.trim())
    expectThat(world, audiences.includes(realmOf(world)), at('saml1:Conditions/saml1:AudienceRestrictionCondition/saml1:Audience'), realmOf(world), audiences.join(', '))
  }, { sources: [saml11('2.3.2.1.3'), documentation] }),
  stated('authentication', 'the user has logged in by now', ({ assertion, at, until }, world) => {
    const value = select(assertion, 'saml1:AuthenticationStatement')[0]?.attributes.AuthenticationInstant
    expectThat(world, instant.test(value ?? '') && Date.parse(value!) <= until + skewMs, at('saml1:AuthenticationStatement/@AuthenticationInstant'), 'a time that has passed, in UTC', value)
  }, { sources: [saml11('2.4.3')] }),
  stated('name-identifier', 'every statement is about the user, by the same name', ({ assertion, at }, world) => {
    const names = ['AttributeStatement', 'AuthenticationStatement'].map((statement) => select(assertion, `saml1:${statement}/saml1:Subject/saml1:NameIdentifier`)[0]?.text)
    expectThat(world, (names[0] ?? '') !== '', at('saml1:AttributeStatement/saml1:Subject/saml1:NameIdentifier'), 'a name', names[0])
    expectOneOf(world, at('saml1:AuthenticationStatement/saml1:Subject/saml1:NameIdentifier'), names[1], [names[0]])
  }, { sources: [saml11('2.4.2.2'), saml11('2.4.4')] }),
  stated('name-identifier/user-id', 'the name is the user id', ({ assertion, at }, world) => {
    const name = select(assertion, 'saml1:AttributeStatement/saml1:Subject/saml1:NameIdentifier')[0]?.text.trim()
    const known = world.personas.users.main?.userId
    expectThat(world, known === undefined ? /^[\w-]+\|./.test(name ?? '') : name === known, at('saml1:AttributeStatement/saml1:Subject/saml1:NameIdentifier'), known ?? 'provider|id', name)
  }, { level: 'should', sources: [documentation, saml11('2.4.2.2')] }),
  stated('confirmation', 'the subject is confirmed by whoever bears the token', ({ assertion, at }, world) => {
    for (const statement of ['AttributeStatement', 'AuthenticationStatement']) {
      const path = `saml1:${statement}/saml1:Subject/saml1:SubjectConfirmation/saml1:ConfirmationMethod`
      // A subject may do without one (2.4.2).
      const methods = select(assertion, path).map(({ text }) => text.trim())
      expectThat(world, methods.length === 0 || methods.includes('urn:oasis:names:tc:SAML:1.0:cm:bearer'), at(path), 'urn:oasis:names:tc:SAML:1.0:cm:bearer', methods.join(', '))
    }
  }, { level: 'should', sources: [documentation, saml11('2.4.2.3')] }),
  stated('ids', 'each token has an id of its own', async ({ message }, world) => {
    const another = await furtherSignIn(world, signInPath(world, { wtrealm: `urn:${party(world).clientId}` }, '/wsfed'))
    const id = message.assertion?.attributes.AssertionID
    expectThat(world, another.message.assertion?.attributes.AssertionID !== id, `${message.assertionPath}/@AssertionID`, 'another in another token', id)
  }, { sources: [saml11('1.2.3')] }),
  stated('claims', 'the claims carry the address of the user, their names split at the last slash', ({ assertion, at }, world) => {
    expectOneOf(world, `${at("saml1:AttributeStatement/saml1:Attribute[@AttributeName='emailaddress']")}/saml1:AttributeValue`, valueOf(assertion, identity, 'emailaddress'), [required(world.personas.users.main, 'users.main').email])
  }, { sources: [saml11('2.4.4'), documentation] }),
  stated('signature', 'the token carries a signature that verifies with the certificate of the metadata', ({ message }, world) => expectVerified(world, message), { sources: [saml11('5.4')], profiles: both }),
  stated('certificate', 'the embedded certificate is that of the metadata', async ({ message }, world) => expectCertificate(world, message, (await metadataOf(world)).certificates), { sources: [saml11('5.4.4')] }),
  stated('algorithm', 'RSA with SHA-256 or SHA-1', ({ message }, world) => expectAlgorithms(world, message, accepted), { sources: [saml11('5.4.1'), documentation] }),
  stated('sha256', 'SHA-256 for signature and digest', ({ message }, world) => expectAlgorithms(world, message, strong), { level: 'should', sources: [documentation] }),
])
