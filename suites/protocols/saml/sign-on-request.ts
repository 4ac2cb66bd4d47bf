import { deflateRawSync } from 'node:zlib'
import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { fieldOf, readPage } from '../../../core/page.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'

import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { descendantsOf, select } from '../../xml.ts'
import { hostsOf } from './certificate.ts'
import { readResponse, type Message } from './message.ts'
import { authnRequest, formOf, queryOf } from './service-provider.ts'
import { furtherSignOn, messageForm, metadataOf, provider, redirectPath, signOn, signOnByPost, signOnUnasked, visit } from './sign-on.ts'

const common = { level: 'must', needs: ['saml', 'login'] } as const
const acceptRequest = auth0Docs('api/authentication/saml/accept-request')
const post = { operations: ['POST /samlp/{client_id}'], collectionItems: [] }

/** Relay states that something on the way could break. */
const relayStates: readonly (readonly [slug: string, what: string, value: string])[] = [
  ['markup', 'markup and quotes', `"><script>alert(1)</script>'&amp;<input name="x">`],
  ['unicode', 'letters of all kinds', 'Grüße, 世界 🔑 \u00e9e\u0301 ™'],
  ['eighty-bytes', '80 bytes', 'relay-state-0123456789 +%2F&=;?#'.padEnd(80, 'x')],
]

/** Messages that are none. What is sent in `SAMLRequest`. */
const malformed: readonly (readonly [slug: string, what: string, make: () => string])[] = [
  ['no-base64', 'no base64', () => '%%%'],
  ['no-xml', 'DEFLATE of no XML', () => deflateRawSync('no message').toString('base64')],
  ['not-inflatable', 'neither XML nor DEFLATE', () => Buffer.from([0xff, 0xff, 0xff, 0x00, 0x01]).toString('base64')],
]

/** How a login begins, and to whom its answer goes. */
export const signOnRequest: readonly Check[] = toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
  {
    ...common,
    id: 'protocols/saml/sign-on/redirect',
    title: 'SAML login: a request by redirect, without a session, leads to a login page of the same host',
    sources: [saml('bindings', '3.4.4.1'), saml('profiles', '4.1.3')],
    profiles: ['auth0'],
    needs: ['saml'],
    async run(world) {
      const answer = await world.client.send({ method: 'GET', path: redirectPath(provider(world), authnRequest(world, provider(world)), 'relay') })
      expectOneOf(world, 'status', answer.status, [302, 303])
      expectOneOf(world, 'header location (host)', answer.location?.host, hostsOf(world))
    },
  },
  {
    ...common, ...post,
    id: 'protocols/saml/sign-on/post',
    title: 'SAML login: a request by POST, without a session, leads to a login page of the same host',
    sources: [saml('bindings', '3.5.4'), saml('profiles', '4.1.3')],
    profiles: ['auth0'],
    needs: ['saml'],
    async run(world) {
      const { xml } = authnRequest(world, provider(world))
      const answer = await world.client.send({ method: 'POST', path: `/samlp/${provider(world).clientId}`, form: formOf(xml, 'relay') })
      expectOneOf(world, 'status', answer.status, [302, 303])
      expectOneOf(world, 'header location (host)', answer.location?.host, hostsOf(world))
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/form',
    title: 'SAML login: one form, which posts the response to the consumer',
    sources: [saml('bindings', '3.5.4')],
    async run(world) {
      const { answer, form } = await signOn(world)
      expectOneOf(world, 'status', answer.status, [200])
      expectOneOf(world, 'count(//form)', readPage(answer.body, answer.url).forms.length, [1])
      expectOneOf(world, 'form @method', form.method, ['post'])
      expectOneOf(world, 'form @action', form.action.href, [new URL(provider(world).acs).href])
      expectOneOf(world, 'count(//input[@name="SAMLResponse"])', form.controls.filter(({ name }) => name === 'SAMLResponse').length, [1])
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/not-cached',
    title: 'SAML login: no cache keeps the form',
    sources: [saml('bindings', '3.5.5.1')],
    level: 'should',
    async run(world) {
      const { answer } = await signOn(world)
      expectThat(world, /no-store|no-cache|private/i.test(answer.header('cache-control') ?? ''), 'header cache-control', 'no-store', answer.header('cache-control'))
    },
  },
  {
    ...common, ...post,
    id: 'protocols/saml/sign-on/post-response',
    title: 'SAML login: a request by POST is answered with a response to it',
    sources: [saml('bindings', '3.5.4'), saml('core', '3.2.2')],
    async run(world) {
      const { message, request, form, relayState } = await signOnByPost(world)
      expectOneOf(world, `${message.root.path}/@InResponseTo`, message.root.attributes.InResponseTo, [request?.id])
      expectOneOf(world, 'form @action', form.action.href, [new URL(provider(world).acs).href])
      expectOneOf(world, 'form input RelayState', fieldOf(form, 'RelayState'), [relayState])
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/relay-state',
    title: 'SAML login: the relay state comes back after the login page',
    sources: [saml('bindings', '3.4.3'), saml('bindings', '3.5.3')],
    async run(world) {
      const { form, relayState } = await signOn(world)
      expectOneOf(world, 'form input RelayState', fieldOf(form, 'RelayState'), [relayState])
    },
  },
  ...relayStates.map(([slug, what, value]) => ({
    ...common,
    id: `protocols/saml/sign-on/relay-state/${slug}`,
    title: `SAML login: a relay state of ${what} comes back unchanged, and stays inside its field`,
    sources: [saml('bindings', '3.4.3'), saml('bindings', '3.5.5.2')],
    async run(world: World) {
      const request = authnRequest(world, provider(world))
      const { answer, form } = await furtherSignOn(world, `relay state ${slug}`, () => ({ request, relayState: value, statement: { method: 'GET', path: redirectPath(provider(world), request, value) } }))
      expectOneOf(world, 'form input RelayState', fieldOf(form, 'RelayState'), [value])
      expectOneOf(world, 'count(//input[@name="RelayState"])', form.controls.filter(({ name }) => name === 'RelayState').length, [1])
      expectOneOf(world, 'count(//input[@name="x"])', readPage(answer.body, answer.url).forms.flatMap(({ controls }) => controls).filter(({ name }) => name === 'x').length, [0])
      expectThat(world, !readPage(answer.body, answer.url).scripts.includes('alert(1)'), '//script', 'nothing of the relay state', 'alert(1)')
    },
  })),
  {
    ...common,
    id: 'protocols/saml/sign-on/unasked',
    title: 'SAML login: without a request there is a response that answers none',
    sources: [saml('profiles', '4.1.5'), acceptRequest],
    profiles: ['auth0'],
    async run(world) {
      const { message, form } = await signOnUnasked(world)
      expectThat(world, descendantsOf(message.root).every(({ attributes }) => attributes.InResponseTo === undefined), '//@InResponseTo', '(absent)', '(present)')
      expectOneOf(world, 'form @action', form.action.href, [new URL(message.root.attributes.Destination ?? 'about:blank').href])
      expectThat(world, ['', undefined].includes(fieldOf(form, 'RelayState')), 'form input RelayState', '(absent or empty)', fieldOf(form, 'RelayState'))
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/silent',
    title: 'SAML login: whoever has a session gets the form at once',
    sources: [acceptRequest, saml('profiles', '4.1.3.4')],
    // Documented; no SDK breaks without it.
    level: 'should',
    profiles: ['auth0'],
    async run(world) {
      const { cookies } = await signOn(world)
      if (cookies === '') throw new Blocked('the login left no cookies, so there is no session')
      const answer = await visit(world, { method: 'GET', path: redirectPath(provider(world), authnRequest(world, provider(world)), 'relay') }, cookies)
      expectThat(world, messageForm(answer, 'SAMLResponse') !== undefined, 'body', 'a form with SAMLResponse', `${answer.status} at ${answer.url.pathname}`)
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/force-authn',
    title: 'SAML login: ForceAuthn asks for the password again, session or not',
    sources: [saml('core', '3.4.1'), acceptRequest],
    level: 'should',
    async run(world) {
      const { cookies } = await signOn(world)
      const request = authnRequest(world, provider(world))
      const forced = { ...request, xml: request.xml.replace(' Version=', ' ForceAuthn="true" Version=') }
      const answer = await visit(world, { method: 'GET', path: redirectPath(provider(world), forced, 'relay') }, cookies)
      expectThat(world, messageForm(answer, 'SAMLResponse') === undefined, 'body', 'a login page', 'a form with SAMLResponse')
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/issuer-with-markup',
    title: 'SAML login: an issuer with markup and letters of all kinds is the audience to the letter',
    sources: [saml('core', '2.5.1.4'), acceptRequest],
    level: 'should',
    profiles: ['auth0'],
    async run(world) {
      const issuer = `urn:sp:<b a="1">&amp;'é世</b>`
      const { cookies } = await signOn(world)
      const request = authnRequest(world, { ...provider(world), entityId: issuer })
      const answer = await visit(world, { method: 'GET', path: redirectPath(provider(world), request, 'relay') }, cookies)
      const form = messageForm(answer, 'SAMLResponse')
      if (!form) throw new Blocked(`a request of another issuer ended with ${answer.status}`)
      const message = await readResponse(fieldOf(form, 'SAMLResponse') ?? '', (await metadataOf(world)).certificates)
      expectThat(world, !('unreadable' in message), 'form input SAMLResponse', 'a samlp:Response', 'unreadable' in message ? message.unreadable : '')
      const { assertion, assertionPath } = message as Message
      const path = 'saml:Conditions/saml:AudienceRestriction/saml:Audience'
      expectOneOf(world, `${assertionPath}/${path}`, select(assertion, path)[0]?.text, [issuer])
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/another-message',
    title: 'SAML login: a logout request gets no assertion at the address of logins',
    sources: [saml('core', '3.4'), saml('profiles', '4.1.4.1')],
    level: 'should',
    // Auth0 does not look at the name of the document element.
    profiles: ['standard'],
    async run(world) {
      const { cookies } = await signOn(world)
      const { xml } = authnRequest(world, provider(world))
      const message = xml.replaceAll('samlp:AuthnRequest', 'samlp:LogoutRequest').replace(/ AssertionConsumerServiceURL="[^"]*"/, '')
      const answer = await visit(world, { method: 'POST', path: `/samlp/${provider(world).clientId}`, form: formOf(message, 'relay') }, cookies)
      expectThat(world, !hasAssertion(answer), 'body', 'no form with an assertion', 'a form with an assertion')
    },
  },
  ...malformed.map(([slug, what, make]) => ({
    ...common,
    id: `protocols/saml/sign-on/malformed/${slug}`,
    title: `SAML login: a SAMLRequest that is ${what} gets no assertion, session or not`,
    // An error may be told in a response, without one.
    sources: [saml('core', '3.2.1'), saml('profiles', '4.1.4.1'), nodeSamlp],
    async run(world: World) {
      const { cookies } = await signOn(world)
      const answer = await visit(world, { method: 'GET', path: `/samlp/${provider(world).clientId}?${queryOf([['SAMLRequest', make()]])}` }, cookies)
      expectThat(world, !hasAssertion(answer), 'body', 'no form with an assertion', 'a form with an assertion')
    },
  })),
  {
    ...common,
    id: 'protocols/saml/sign-on/entity',
    // XML lets a message declare entities, and SAML does not forbid it: this is advice.
    level: 'should',
    title: 'SAML login: an entity that a request declares is not looked up',
    sources: [saml('core', '3.2.1'), { name: 'OWASP XML External Entity Prevention', url: 'https://cheatsheetseries.owasp.org/cheatsheets/XML_External_Entity_Prevention_Cheat_Sheet.html' }],
    async run(world) {
      const { cookies } = await signOn(world)
      const marker = `urn:expanded-${world.unique()}`
      const { xml } = authnRequest(world, provider(world))
      const declared = `<!DOCTYPE x [<!ENTITY e "${marker}">]>${xml.replace(/(<saml:Issuer>)[^<]*/, '$1&e;')}`
      const answer = await visit(world, { method: 'GET', path: `/samlp/${provider(world).clientId}?${queryOf([['SAMLRequest', deflateRawSync(declared).toString('base64')], ['RelayState', 'relay']])}` }, cookies)
      const decoded = Buffer.from(fieldOf(messageForm(answer, 'SAMLResponse'), 'SAMLResponse') ?? '', 'base64').toString('utf8')
      expectThat(world, !decoded.includes(marker) && !answer.body.includes(marker), 'body', 'nothing of the entity', marker)
    },
  },
])

function hasAssertion(answer: Answer): boolean {
  const text = Buffer.from(fieldOf(messageForm(answer, 'SAMLResponse'), 'SAMLResponse') ?? '', 'base64').toString('utf8')
  return /<(?:[\w.-]+:)?(?:Encrypted)?Assertion[\s/>]/.test(text)
}
