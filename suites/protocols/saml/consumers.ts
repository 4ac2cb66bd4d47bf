import type { Check } from '../../../core/check.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { readPage } from '../../../core/page.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, saml } from '../../sources.ts'
import { authnRequest } from './service-provider.ts'
import { answerToUser, furtherSignOn, provider, redirectPath, signOn, signOnUnasked, visit } from './sign-on.ts'

const common = { level: 'must', needs: ['saml', 'login'] } as const
const acceptRequest = auth0Docs('api/authentication/saml/accept-request')

/** Addresses that only look like an allowed one. */
const nearMisses: readonly (readonly [slug: string, what: string, change: (acs: URL) => string])[] = [
  ['longer-path', 'a longer path', (acs) => `${acs.origin}${acs.pathname}/evil`],
  ['longer-host', 'a host that only begins like it', (acs) => changed(acs, { hostname: `${acs.hostname}.example.com` })],
  ['user-information', 'its host as user information', (acs) => `${acs.protocol}//${acs.host}@evil.example.com${acs.pathname}`],
  ['another-port', 'another port', (acs) => changed(acs, { port: acs.port === '4444' ? '4445' : '4444' })],
]

function changed(url: URL, change: Partial<Pick<URL, 'hostname' | 'port'>>): string {
  return Object.assign(new URL(url), change).href
}

/** To which of the service provider's addresses a response goes, and to which it never does. */
export const consumers: readonly Check[] = toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
  {
    ...common,
    id: 'protocols/saml/sign-on/other-consumer',
    title: 'SAML login: the answer goes to the registered consumer that the request names',
    sources: [saml('core', '3.4.1'), acceptRequest],
    needs: ['saml', 'saml-other-consumer', 'login'],
    async run(world) {
      const other = required(provider(world).otherAcs, 'clients.saml.otherAcs')
      const { form, message } = await furtherSignOn(world, 'to the other consumer', () => {
        const request = authnRequest(world, { ...provider(world), acs: other })
        return { request, relayState: 'relay', statement: { method: 'GET', path: redirectPath(provider(world), request, 'relay') } }
      })
      expectOneOf(world, 'form @action', form.action.href, [new URL(other).href])
      expectOneOf(world, `${message.root.path}/@Destination`, message.root.attributes.Destination, [other])
    },
  },
  {
    ...common,
    id: 'protocols/saml/sign-on/default-consumer',
    // Documented; no recording.
    level: 'should',
    title: 'SAML login: a request that names no consumer is answered where a login without a request is',
    sources: [saml('core', '3.4.1'), acceptRequest],
    profiles: ['auth0'],
    async run(world) {
      const unasked = await signOnUnasked(world)
      const { form } = await furtherSignOn(world, 'to no consumer', () => {
        const request = authnRequest(world, provider(world))
        const nowhere = { ...request, xml: request.xml.replace(/ AssertionConsumerServiceURL="[^"]*"/, '') }
        return { request: nowhere, relayState: 'relay', statement: { method: 'GET', path: redirectPath(provider(world), nowhere, 'relay') } }
      })
      expectOneOf(world, 'form @action', form.action.href, [unasked.form.action.href])
    },
  },
  ...nearMisses.map(([slug, what, change]) => ({
    ...common,
    id: `protocols/saml/sign-on/consumer-not-allowed/${slug}`,
    title: `SAML login: nothing is sent to an address with ${what}`,
    sources: [saml('profiles', '4.1.4.1'), saml('core', '3.4.1'), acceptRequest],
    async run(world: World) {
      const elsewhere = change(new URL(provider(world).acs))
      const answer = await answerToUser(world, redirectPath(provider(world), authnRequest(world, { ...provider(world), acs: elsewhere }), 'relay'))
      const target = new URL(elsewhere)
      const sentTo = [...readPage(answer.body, answer.url).forms.map(({ action }) => action), ...(answer.location ? [answer.location] : [])].filter((url) => url.host === target.host && url.pathname === target.pathname)
      expectThat(world, sentTo.length === 0, 'form @action', 'not an address outside the allow list', elsewhere)
      expectThat(world, answer.status < 500, 'status', 'an answer to the request', answer.status)
    },
  })),
  {
    ...common,
    id: 'protocols/saml/sign-on/consumer-refused',
    title: 'SAML login: a request that names a consumer outside the allow list is refused',
    sources: [acceptRequest, saml('profiles', '4.1.4.1')],
    level: 'should',
    profiles: ['auth0'],
    async run(world) {
      const { cookies } = await signOn(world)
      const elsewhere = { ...provider(world), acs: `https://unregistered-${world.unique()}.example.com/acs` }
      const answer = await visit(world, { method: 'GET', path: redirectPath(elsewhere, authnRequest(world, elsewhere), 'relay') }, cookies)
      expectThat(world, answer.status >= 400 && answer.status < 500, 'status', '4xx', answer.status)
    },
  },
])
