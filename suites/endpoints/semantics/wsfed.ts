import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, show } from '../../../core/expectation.ts'
import { fieldOf, readPage } from '../../../core/page.ts'
import type { WsFedClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { operationOf, type Variant } from '../../../specs/operations.ts'
import { auth0Docs, wsFederation } from '../../sources.ts'
import { elementsAt, parseXml } from '../../xml.ts'
import { required } from '../recipes.ts'
import { toChecks } from '../../checks.ts'
import { certificateFindings, hostsOf } from './saml.ts'

const client = (world: World): WsFedClientPersona => required(world.personas.clients.wsfed, 'clients.wsfed')

/** What WS-Federation metadata, sign-in and sign-out answers hold, read as XML. */
export function wsFedSemantics(variant: Variant): Check[] {
  const shared = { operations: [operationOf(variant)], collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem] }
  switch (variant.id) {
    case 'wsfed/metadata': return toChecks(shared, [
      {
        id: 'endpoints/wsfed/metadata/role',
        title: 'WS-Federation metadata: a security token service, with the passive endpoint /wsfed',
        sources: [wsFederation('3.1'), wsFederation('3.1.2.2')],
        level: 'must',
        profiles: ['auth0'],
        needs: variant.needs,
        async run(world) {
          const root = parseXml((await world.client.send({ method: 'GET', path: variant.path })).body)
          expectOneOf('document element', root?.name, ['EntityDescriptor'])
          const [role] = elementsAt(root, 'RoleDescriptor')
          expectThat(role?.attributes.type?.endsWith('SecurityTokenServiceType') === true, 'RoleDescriptor/@type', 'SecurityTokenServiceType', role?.attributes.type)
          const [address] = elementsAt(role, 'PassiveRequestorEndpoint', 'EndpointReference', 'Address')
          expectOneOf('PassiveRequestorEndpoint//Address', address?.text.trim(), [`${world.target.issuer.replace(/\/$/, '')}/wsfed`])
        },
      },
      {
        id: 'endpoints/wsfed/metadata/certificate',
        title: 'WS-Federation metadata: a signing certificate that is valid now',
        sources: [wsFederation('3.1')],
        level: 'must',
        profiles: ['auth0'],
        needs: variant.needs,
        async run(world) {
          const root = parseXml((await world.client.send({ method: 'GET', path: variant.path })).body)
          const texts = elementsAt(root, 'RoleDescriptor', 'KeyDescriptor', 'KeyInfo', 'X509Data', 'X509Certificate').map(({ text }) => text.replace(/\s+/g, ''))
          expectThat(texts.length > 0, 'KeyDescriptor', 'a certificate', texts.length)
          expectNone(texts.flatMap(certificateFindings))
        },
      },
    ])
    case 'wsfed/login': return toChecks(shared, [{
      id: 'endpoints/wsfed/login/response',
      title: 'WS-Federation sign-in: the token goes to the reply address with the context, for the realm, about the user',
      sources: [wsFederation('13.2.3'), auth0Docs('authenticate/protocols/ws-fed-protocol')],
      level: 'must',
      needs: [...variant.needs, 'login'],
      async run(world) {
        const { clientId, realm, reply } = client(world)
        const context = `context-${world.unique()}`
        const query = new URLSearchParams({ wa: 'wsignin1.0', wtrealm: realm ?? `urn:${clientId}`, wreply: reply, wctx: context })
        const { answer } = await world.given.loggedIn(`/wsfed/${clientId}?${query}`)
        const form = readPage(answer.body, answer.url).forms.find((candidate) => fieldOf(candidate, 'wresult') !== undefined)
        expectThat(form !== undefined, 'body', 'a form with wresult', `${answer.status} ${show(answer.mediaType)}`)
        expectOneOf('form @action', form.action.href, [new URL(reply).href])
        expectOneOf('form input wa', fieldOf(form, 'wa'), ['wsignin1.0'])
        expectOneOf('form input wctx', fieldOf(form, 'wctx'), [context])
        const root = parseXml(fieldOf(form, 'wresult') ?? '')
        expectOneOf('wresult document element', root?.name, ['RequestSecurityTokenResponse', 'RequestSecurityTokenResponseCollection'])
        const response = root?.name === 'RequestSecurityTokenResponseCollection' ? elementsAt(root, 'RequestSecurityTokenResponse')[0] : root
        const [assertion] = elementsAt(response, 'RequestedSecurityToken', 'Assertion')
        expectThat(assertion !== undefined, 'RequestedSecurityToken/Assertion', '(present)', '(absent)')
        const [audience] = elementsAt(assertion, 'Conditions', 'AudienceRestrictionCondition', 'Audience')
        expectOneOf('Conditions//Audience', audience?.text, [realm ?? `urn:${clientId}`])
        const until = elementsAt(assertion, 'Conditions')[0]?.attributes.NotOnOrAfter
        expectThat(Date.parse(until ?? '') > Date.now(), 'Conditions/@NotOnOrAfter', 'in the future', until)
        const [name] = elementsAt(assertion, 'AttributeStatement', 'Subject', 'NameIdentifier')
        expectThat((name?.text ?? '') !== '', 'Subject/NameIdentifier', 'the user', name?.text)
        const [reference] = elementsAt(assertion, 'Signature', 'SignedInfo', 'Reference')
        expectOneOf('Signature//Reference/@URI', reference?.attributes.URI, [`#${assertion.attributes.AssertionID}`])
      },
    }])
    case 'wsfed/logout': return toChecks(shared, [{
      id: 'endpoints/wsfed/logout/no-open-redirect',
      title: 'WS-Federation sign-out: an address outside the allow list is not redirected to',
      sources: [wsFederation('13.2.4')],
      level: 'must',
      needs: variant.needs,
      effects: variant.effects,
      async run(world) {
        const elsewhere = `https://unregistered-${world.unique()}.example.com/`
        const answer = await world.client.send({ method: 'GET', path: `/wsfed/${client(world).clientId}`, query: { wa: 'wsignout1.0', wreply: elsewhere } })
        const host = answer.location?.host
        expectThat(host === undefined || hostsOf(world).includes(host) || host !== new URL(elsewhere).host, 'header location', 'not an address outside the allow list', host)
      },
    }])
    default: return []
  }
}
