import type { Check } from '../../../core/check.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { descendantsOf, prefixes, select, type XmlElement } from '../../xml.ts'
import { perProfile } from '../oidc/authorization/authorizing.ts'
import { furtherSignOn, provider, metadataOf, redirectPath, signOn, type SignOn } from './sign-on.ts'
import { authnRequest, success } from './service-provider.ts'

const customizations = auth0Docs('authenticate/protocols/saml/saml-configuration/customize-saml-assertions')
/** For clocks that differ. */
const skewMs = 60_000
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

interface Look extends SignOn {
  readonly response: XmlElement
  readonly assertion: XmlElement | undefined
  /** Attribute of an element of the assertion, by the path to the element. */
  attribute(path: string, name: string): string | undefined
  text(path: string): string | undefined
  /** XPath of something in the assertion. */
  at(path: string): string
}

function lookAt(login: SignOn): Look {
  const { root: response, assertion, assertionPath } = login.message
  const find = (path: string): XmlElement | undefined => (path === '' ? assertion : select(assertion, path)[0])
  return {
    ...login, response, assertion,
    attribute: (path, name) => find(path)?.attributes[name],
    text: (path) => find(path)?.text.trim(),
    at: (path) => `${assertionPath}/${path}`.replace(/\/$/, ''),
  }
}

function stated(slug: string, title: string, sources: StatedCheck['sources'], judge: (look: Look, world: World) => void | Promise<void>, more: Partial<StatedCheck> = {}): StatedCheck {
  return {
    id: `protocols/saml/${slug}`, title: `SAML response: ${title}`, sources, level: 'must', needs: ['saml', 'login'],
    async run(world) {
      await judge(lookAt(await signOn(world)), world)
    },
    ...more,
  }
}

const onlyAuth0 = { profiles: ['auth0'] } as const
const onlyStandard = { profiles: ['standard'] } as const
const confirmation = 'saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData'
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** What a response and its assertion say, to whom, and for how long. */
export const response: readonly Check[] = toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
  stated('response/version', 'response and assertion are of version 2.0', [saml('core', '3.2.2'), saml('core', '2.3.3')], ({ response: root, attribute, at }, world) => {
    expectOneOf(world, `${root.path}/@Version`, root.attributes.Version, ['2.0'])
    expectOneOf(world, at('@Version'), attribute('', 'Version'), ['2.0'])
  }),
  stated('response/ids', 'response and assertion have ids that XML allows, fresh for each login', [saml('core', '1.3.4')], async ({ response: root, assertion, at }, world) => {
    const request = authnRequest(world, provider(world))
    const further = await furtherSignOn(world, 'once more', () => ({ request, relayState: 'relay', statement: { method: 'GET', path: redirectPath(provider(world), request, 'relay') } }))
    const ids = [root.attributes.ID, assertion?.attributes.ID]
    for (const [index, id] of ids.entries()) expectThat(world, /^[\p{L}_][\p{L}\p{M}\p{N}_.-]*$/u.test(id ?? ''), index === 0 ? `${root.path}/@ID` : at('@ID'), 'an XML id', id)
    const all = [...ids, further.message.root.attributes.ID, further.message.assertion?.attributes.ID]
    expectThat(world, new Set(all).size === all.length, `${root.path}/@ID`, 'an id that no other message has', all.join(', '))
  }),
  stated('response/issue-instant', 'response and assertion are issued now, in UTC', [saml('core', '1.3.3')], ({ response: root, attribute, at, from, until }, world) => {
    for (const [place, value] of [[`${root.path}/@IssueInstant`, root.attributes.IssueInstant], [at('@IssueInstant'), attribute('', 'IssueInstant')]] as const) {
      expectThat(world, instant.test(value ?? ''), place, 'a time in UTC, with Z', value)
      const issued = Date.parse(value!)
      expectThat(world, issued >= from - skewMs && issued <= until + skewMs, place, `between ${new Date(from).toISOString()} and ${new Date(until).toISOString()}`, value)
    }
  }),
  stated('response/destination', 'the destination is the consumer', [saml('core', '3.2.2'), nodeSamlp], ({ response: root }, world) => {
    expectOneOf(world, `${root.path}/@Destination`, root.attributes.Destination, [provider(world).acs])
  }, onlyAuth0),
  stated('response/destination/standard', 'the destination, which a signed response has, is the consumer', [saml('core', '3.2.2'), saml('bindings', '3.5.5.2')], ({ response: root }, world) => {
    const isSigned = select(root, 'ds:Signature').length > 0
    expectOneOf(world, `${root.path}/@Destination`, root.attributes.Destination, [provider(world).acs, ...(isSigned ? [] : [undefined])])
  }, onlyStandard),
  stated('response/in-response-to', 'response and confirmation name the request', [saml('core', '3.2.2'), saml('profiles', '4.1.4.2')], ({ response: root, request, attribute, at }, world) => {
    expectOneOf(world, `${root.path}/@InResponseTo`, root.attributes.InResponseTo, [request?.id])
    expectOneOf(world, at(`${confirmation}/@InResponseTo`), attribute(confirmation, 'InResponseTo'), [request?.id])
  }),
  stated('response/issuer', 'response and assertion are issued by the entity of the metadata', [saml('core', '2.2.5'), saml('profiles', '4.1.4.2')], async ({ response: root, text, at }, world) => {
    const entityId = (await metadataOf(world)).root?.attributes.entityID
    expectThat(world, entityId !== undefined, 'metadata /md:EntityDescriptor/@entityID', '(present)', entityId)
    expectOneOf(world, `${root.path}/saml:Issuer`, select(root, 'saml:Issuer')[0]?.text.trim(), [entityId])
    expectOneOf(world, at('saml:Issuer'), text('saml:Issuer'), [entityId])
  }, onlyAuth0),
  stated('response/issuer/standard', 'the assertion, and the response where it says so, are issued by the entity of the metadata', [saml('core', '2.2.5'), saml('profiles', '4.1.4.2')], async ({ response: root, text, at }, world) => {
    const entityId = (await metadataOf(world)).root?.attributes.entityID
    expectThat(world, entityId !== undefined, 'metadata /md:EntityDescriptor/@entityID', '(present)', entityId)
    expectOneOf(world, `${root.path}/saml:Issuer`, select(root, 'saml:Issuer')[0]?.text.trim(), [undefined, entityId])
    expectOneOf(world, at('saml:Issuer'), text('saml:Issuer'), [entityId])
  }, onlyStandard),
  stated('response/status', 'a login that succeeded says so', [saml('core', '3.2.2.2')], ({ response: root }, world) => {
    expectOneOf(world, `${root.path}/samlp:Status/samlp:StatusCode/@Value`, select(root, 'samlp:Status/samlp:StatusCode')[0]?.attributes.Value, [success])
  }),
  // The profile wants one at least, and the schema lets the response hold as many as it likes.
  ...perProfile({ auth0: 'must', standard: 'should' }, stated('response/one-assertion', 'exactly one assertion, a child of the response', [saml('core', '3.3.3'), saml('profiles', '4.1.4.2')], ({ response: root }, world) => {
    const all = descendantsOf(root).filter(({ name, namespace }) => name === 'Assertion' && namespace === prefixes.saml)
    expectOneOf(world, 'count(//saml:Assertion)', all.length, [1])
    expectOneOf(world, `count(${root.path}/saml:Assertion)`, select(root, 'saml:Assertion').length, [1])
  })),
  stated('response/one-of-each', 'issuer, status, subject and conditions stand once, so that no two readers take different ones', [saml('core', '3.2.2'), saml('core', '2.3.3')], ({ response: root, assertion, at }, world) => {
    expectOneOf(world, `count(${root.path}/samlp:Status)`, select(root, 'samlp:Status').length, [1])
    expectThat(world, select(root, 'saml:Issuer').length <= 1, `count(${root.path}/saml:Issuer)`, 'at most 1', select(root, 'saml:Issuer').length)
    for (const name of ['Issuer', 'Subject', 'Conditions']) expectThat(world, select(assertion, `saml:${name}`).length <= 1, at(`saml:${name}`), 'at most one', select(assertion, `saml:${name}`).length)
  }),
  stated('subject/bearer', 'the subject is confirmed by whoever bears the assertion', [saml('profiles', '4.1.4.2'), saml('profiles', '3.3')], ({ attribute, at }, world) => {
    expectOneOf(world, at('saml:Subject/saml:SubjectConfirmation/@Method'), attribute('saml:Subject/saml:SubjectConfirmation', 'Method'), [bearer])
  }),
  stated('subject/recipient', 'the recipient is the consumer', [saml('profiles', '4.1.4.2')], ({ attribute, at }, world) => {
    expectOneOf(world, at(`${confirmation}/@Recipient`), attribute(confirmation, 'Recipient'), [provider(world).acs])
  }),
  stated('subject/not-on-or-after', 'the confirmation ends, and has not ended', [saml('profiles', '4.1.4.2')], ({ attribute, at, until }, world) => {
    const end = attribute(confirmation, 'NotOnOrAfter')
    expectThat(world, instant.test(end ?? '') && Date.parse(end!) > until - skewMs, at(`${confirmation}/@NotOnOrAfter`), 'a time to come', end)
    expectThat(world, Date.parse(end!) > Date.parse(attribute('', 'IssueInstant') ?? ''), at(`${confirmation}/@NotOnOrAfter`), 'after the assertion was issued', end)
  }),
  stated('subject/no-not-before', 'the confirmation has no beginning', [saml('profiles', '4.1.4.2')], ({ attribute, at }, world) => {
    expectOneOf(world, at(`${confirmation}/@NotBefore`), attribute(confirmation, 'NotBefore'), [undefined])
  }),
  stated('conditions/window', 'the assertion is valid now', [saml('core', '2.5.1.2')], ({ attribute, at, until }, world) => {
    const [begin, end] = ['NotBefore', 'NotOnOrAfter'].map((name) => attribute('saml:Conditions', name))
    expectThat(world, begin === undefined || (instant.test(begin) && Date.parse(begin) <= until + skewMs), at('saml:Conditions/@NotBefore'), 'not in the future', begin)
    if (end === undefined) throw new Blocked('the conditions have no end, which another check judges')
    expectThat(world, instant.test(end ?? '') && Date.parse(end!) > Math.max(until - skewMs, Date.parse(attribute('', 'IssueInstant') ?? '')), at('saml:Conditions/@NotOnOrAfter'), 'a time to come', end)
  }),
  // The schema lets it be absent; without it, no more than the confirmation ends.
  stated('conditions/end', 'the conditions have an end', [saml('core', '2.5.1.2'), nodeSamlp], ({ attribute, at }, world) => {
    const end = attribute('saml:Conditions', 'NotOnOrAfter')
    expectThat(world, end !== undefined, at('saml:Conditions/@NotOnOrAfter'), '(present)', end)
  }, onlyAuth0),
  stated('conditions/lifetime', 'the assertion is valid for an hour', [customizations, nodeSamlp], ({ attribute, at }, world) => {
    const [issued, end] = [attribute('', 'IssueInstant'), attribute('saml:Conditions', 'NotOnOrAfter')]
    const seconds = (Date.parse(end ?? '') - Date.parse(issued ?? '')) / 1000
    expectThat(world, Math.abs(seconds - 3600) <= 1, at('saml:Conditions/@NotOnOrAfter'), '3600 s after IssueInstant', `${seconds} s`)
  }, { ...onlyAuth0, level: 'should' }),
  stated('conditions/audience', 'the audience is the service provider', [saml('core', '2.5.1.4'), saml('profiles', '4.1.4.2')], ({ assertion, at }, world) => {
    const audiences = select(assertion, 'saml:Conditions/saml:AudienceRestriction/saml:Audience').map(({ text }) => text.trim())
    expectThat(world, audiences.includes(provider(world).entityId), at('saml:Conditions/saml:AudienceRestriction/saml:Audience'), provider(world).entityId, audiences.join(', '))
  }),
  stated('authn-statement/instant', 'the user has logged in by now', [saml('core', '2.7.2'), saml('profiles', '4.1.4.2')], ({ attribute, at, until }, world) => {
    const value = attribute('saml:AuthnStatement', 'AuthnInstant')
    expectThat(world, instant.test(value ?? '') && Date.parse(value!) <= until + skewMs, at('saml:AuthnStatement/@AuthnInstant'), 'a time that has passed, in UTC', value)
  }),
  stated('authn-statement/instant/login', 'the user who has just logged in did so just now', [saml('core', '2.7.2'), nodeSamlp], ({ attribute, at, from }, world) => {
    const value = attribute('saml:AuthnStatement', 'AuthnInstant')
    expectThat(world, Date.parse(value ?? '') >= from - skewMs, at('saml:AuthnStatement/@AuthnInstant'), `${new Date(from).toISOString()} or later`, value)
  }),
  stated('authn-statement/session-index', 'the session has an index', [saml('core', '2.7.2'), saml('profiles', '4.1.4.2')], ({ attribute, at }, world) => {
    const value = attribute('saml:AuthnStatement', 'SessionIndex')
    expectThat(world, (value ?? '') !== '', at('saml:AuthnStatement/@SessionIndex'), '(present)', value)
  }, onlyAuth0),
  stated('authn-statement/class', 'how the user logged in is said by a class', [saml('core', '2.7.2.2'), nodeSamlp], ({ text, at }, world) => {
    const path = 'saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef'
    expectThat(world, /^urn:oasis:names:tc:SAML:2\.0:ac:classes:\S+$/.test(text(path) ?? ''), at(path), 'urn:oasis:names:tc:SAML:2.0:ac:classes:, and which', text(path))
  }, { ...onlyAuth0, level: 'should' }),
  stated('authn-statement/class/default', 'without other settings, the class is unspecified', [customizations, nodeSamlp], ({ text, at }, world) => {
    const path = 'saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef'
    expectOneOf(world, at(path), text(path), ['urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified'])
  }, { ...onlyAuth0, level: 'should' }),
  stated('name-id/format', 'the name has the format unspecified', [saml('core', '8.3.1'), customizations], ({ attribute, at }, world) => {
    expectOneOf(world, at('saml:Subject/saml:NameID/@Format'), attribute('saml:Subject/saml:NameID', 'Format'), ['urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'])
  }, onlyAuth0),
  // A subject may do with its confirmation alone, or have the name encrypted (Core 2.4.1).
  ...perProfile({ auth0: 'must', standard: 'should' }, stated('name-id/present', 'the user has a name', [saml('core', '2.2.3'), saml('core', '2.4.1'), nodeSamlp], ({ text, at }, world) => {
    expectThat(world, (text('saml:Subject/saml:NameID') ?? '') !== '', at('saml:Subject/saml:NameID'), 'a name', text('saml:Subject/saml:NameID'))
  })),
  stated('name-id/user-id', 'the name is the user id', [customizations, nodeSamlp], ({ text, at }, world) => {
    const value = text('saml:Subject/saml:NameID')
    const known = world.personas.users.main?.userId
    expectThat(world, known === undefined ? /^[\w-]+\|./.test(value ?? '') : value === known, at('saml:Subject/saml:NameID'), known ?? 'provider|id', value)
  }, onlyAuth0),
])
