import type { Check } from '../../../core/check.ts'
import { expectNone, expectOneOf, expectThat, finding } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { fieldOf } from '../../../core/page.ts'
import type { SigningSamlClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'

import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { select, type XmlElement } from '../../xml.ts'
import { messageOf, openSession, type Session } from './logging-out.ts'
import { metadataFor, signatureFindings } from './logout.ts'
import { readResponse } from './message.ts'
import { formOf, logoutRequest, signedXml } from './service-provider.ts'
import { messageForm } from './sign-on.ts'
import { signedLogin } from './signed-requests.ts'

const customizations = auth0Docs('authenticate/protocols/saml/saml-configuration/customize-saml-assertions')
const singleLogout = auth0Docs('authenticate/protocols/saml/saml-sso-integrations/configure-saml-single-logout')
const common = { level: 'should', profiles: ['auth0'], needs: ['saml-other-settings', 'login'], sources: [customizations, nodeSamlp] } as const

const party = (world: World): SigningSamlClientPersona => required(world.personas.clients.samlOther, 'clients.samlOther')
const login = (world: World): Promise<Session> => world.once('protocols/saml/other-settings', () => openSession(world, party(world)))

function onAttributes(slug: string, title: string, judge: (attributes: readonly XmlElement[], path: string, world: World) => void): StatedCheck {
  return {
    ...common, id: `protocols/saml/settings/${slug}`, title: `SAML settings: ${title}`,
    async run(world) {
      const { assertion } = await login(world)
      judge(select(assertion, 'saml:AttributeStatement/saml:Attribute'), `${assertion.path}/saml:AttributeStatement/saml:Attribute`, world)
    },
  }
}

/** What settings change that exclude those of the custom application. The values are those of `conformance-saml-other` and `conformance-saml-signed` in the tenant file. */
export const otherSettings: readonly Check[] = [
  ...toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
    onAttributes('only-mapped', 'without passthroughClaimsWithNoMapping there are mapped attributes and no others', (attributes, path, world) => {
      const names = attributes.map(({ attributes: { Name = '' } }) => Name)
      expectThat(world, names.includes('mail'), `${path}/@Name`, 'mail', names.join(', '))
      expectThat(world, !names.some((name) => /^http:\/\/schemas\.auth0\.com\/|^(?:nickname|email_verified|created_at)$/.test(name)), `${path}/@Name`, 'no field that is not mapped', names.join(', '))
    }),
    onAttributes('basic-name', 'a mapped name that is an XML name and no URI has the format basic', (attributes, path, world) => {
      const mail = attributes.find(({ attributes: { Name } }) => Name === 'mail')
      expectOneOf(world, `${path}[@Name='mail']/@NameFormat`, mail?.attributes.NameFormat, ['urn:oasis:names:tc:SAML:2.0:attrname-format:basic'])
    }),
    {
      ...common,
      id: 'protocols/saml/settings/sign-response',
      title: 'SAML settings: with signResponse the response is signed as a whole',
      sources: [customizations, saml('core', '5.4')],
      level: 'must',
      needs: ['saml-signed-requests', 'login'],
      async run(world) {
        const form = messageForm((await signedLogin(world)).answer, 'SAMLResponse')
        if (!form) throw new Blocked('the login gave no response')
        const message = await readResponse(fieldOf(form, 'SAMLResponse') ?? '', (await metadataFor(world)).certificates)
        if ('unreadable' in message) throw new Blocked(`the response cannot be read: ${message.unreadable}`)
        const { verification: { parts, refusals, disagreement } } = message
        if (disagreement !== undefined) throw new Error(`the two verifiers of signatures disagree: ${disagreement}`)
        expectNone(world, refusals.map((refused) => refused.finding))
        expectNone(world, parts.some(({ statement }) => statement.element === message.root) ? [] : [finding(`${message.root.path}/ds:Signature`, 'a signature over the response', '(none)')])
      },
    },
  ]),
  ...toChecks({ operations: ['POST /samlp/{client_id}/logout'], collectionItems: [] }, [{
    ...common,
    id: 'protocols/saml/settings/logout-binding',
    title: 'SAML settings: with the binding HTTP-Redirect a LogoutResponse goes by redirect, its signature beside it',
    sources: [singleLogout, saml('bindings', '3.4.4.1'), nodeSamlp],
    effects: ['logout'],
    async run(world) {
      const provider = party(world)
      const { cookies, subject } = await login(world)
      const form = formOf(await signedXml(logoutRequest(world, provider, subject), provider.signingKey), `relay-${world.unique()}`)
      const answer = await world.client.send({ method: 'POST', path: `/samlp/${provider.clientId}/logout`, headers: { cookie: cookies }, form })
      const message = messageOf(answer)
      if (!message) throw new Blocked(`no message to the service provider came of the logout, which ended with ${answer.status}`)
      expectOneOf(world, 'binding', message.binding, ['HTTP-Redirect'])
      expectOneOf(world, 'document element', message.root?.name, ['LogoutResponse'])
      const callback = new URL(provider.logoutUrl ?? '')
      expectOneOf(world, 'address', message.address, [`${callback.origin}${callback.pathname}`])
      expectNone(world, await signatureFindings(message, 'SAMLResponse', (await metadataFor(world, provider)).certificates))
    },
  }]),
]
