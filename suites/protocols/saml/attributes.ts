import type { Check } from '../../../core/check.ts'
import { expectOneOf, expectThat } from '../../../core/expectation.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { select, type XmlElement } from '../../xml.ts'
import { signOn } from './sign-on.ts'

const common = { profiles: ['auth0'], needs: ['saml', 'login'], level: 'must' } as const
const customizations = auth0Docs('authenticate/protocols/saml/saml-configuration/customize-saml-assertions')
const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const own = 'http://schemas.auth0.com'
const format = 'urn:oasis:names:tc:SAML:2.0:attrname-format'

/** The attributes of the main login by name, and where they stand. */
async function attributesOf(world: World): Promise<{ readonly at: (name: string) => string; readonly all: readonly XmlElement[]; value(name: string): string | undefined; find(name: string): XmlElement | undefined }> {
  const { message } = await signOn(world)
  const all = select(message.assertion, 'saml:AttributeStatement/saml:Attribute')
  const find = (name: string): XmlElement | undefined => all.find(({ attributes }) => attributes.Name === name)
  return { all, find, at: (name) => `${message.assertionPath}/saml:AttributeStatement/saml:Attribute[@Name='${name}']`, value: (name) => select(find(name), 'saml:AttributeValue')[0]?.text }
}

/** What a service provider is told about the user. */
export const attributes: readonly Check[] = toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: ['SAML / Accepts a SAML request to initiate a login'] }, [
  {
    ...common,
    id: 'protocols/saml/attributes/email',
    title: 'SAML attributes: the address that the user logged in with',
    sources: [saml('core', '2.7.3.1'), customizations],
    async run(world) {
      const { value, at } = await attributesOf(world)
      expectOneOf(world, `${at(`${claims}/emailaddress`)}/saml:AttributeValue`, value(`${claims}/emailaddress`), [required(world.personas.users.main, 'users.main').email])
    },
  },
  {
    ...common,
    id: 'protocols/saml/attributes/name-identifier',
    title: 'SAML attributes: the user id, which is the name of the subject too',
    sources: [customizations, nodeSamlp],
    async run(world) {
      const { message } = await signOn(world)
      const { value, at } = await attributesOf(world)
      expectThat(world, (value(`${claims}/nameidentifier`) ?? '') !== '', at(`${claims}/nameidentifier`), 'the user id', value(`${claims}/nameidentifier`))
      expectOneOf(world, at(`${claims}/nameidentifier`), value(`${claims}/nameidentifier`), [select(message.assertion, 'saml:Subject/saml:NameID')[0]?.text])
    },
  },
  ...(['name', 'upn'] as const).map((name) => ({
    ...common,
    id: `protocols/saml/attributes/${name}`,
    title: `SAML attributes: ${name}`,
    sources: [customizations, nodeSamlp],
    async run(world: World) {
      const { value, at } = await attributesOf(world)
      expectThat(world, (value(`${claims}/${name}`) ?? '') !== '', at(`${claims}/${name}`), 'a value', value(`${claims}/${name}`))
    },
  })),
  {
    ...common,
    id: 'protocols/saml/attributes/identity',
    title: 'SAML attributes: provider and connection of the identity',
    sources: [customizations, nodeSamlp],
    async run(world) {
      const { value, at } = await attributesOf(world)
      for (const name of ['provider', 'connection', 'isSocial']) {
        const full = `${own}/identities/default/${name}`
        expectThat(world, (value(full) ?? '') !== '', at(full), 'a value', value(full))
      }
    },
  },
  {
    ...common,
    id: 'protocols/saml/attributes/passed-through',
    title: 'SAML attributes: fields of the profile that no mapping names, below http://schemas.auth0.com/',
    sources: [customizations, nodeSamlp],
    async run(world) {
      const { find, at } = await attributesOf(world)
      for (const name of ['email_verified', 'nickname', 'created_at', 'updated_at']) expectThat(world, find(`${own}/${name}`) !== undefined, at(`${own}/${name}`), '(present)', '(absent)')
    },
  },
  {
    ...common,
    id: 'protocols/saml/attributes/name-format',
    title: 'SAML attributes: a name that is a URI says so',
    sources: [saml('core', '8.2.2'), nodeSamlp],
    level: 'should',
    async run(world) {
      const { all, at } = await attributesOf(world)
      expectThat(world, all.length > 0, at('*'), 'attributes', '(none)')
      for (const { attributes: { Name = '', NameFormat } } of all) if (/^https?:/.test(Name)) expectOneOf(world, `${at(Name)}/@NameFormat`, NameFormat, [`${format}:uri`])
    },
  },
  {
    ...common,
    id: 'protocols/saml/attributes/boolean',
    title: 'SAML attributes: a boolean is true or false, and of that type',
    sources: [saml('core', '2.7.3.1.1'), nodeSamlp],
    level: 'should',
    async run(world) {
      const { find, at } = await attributesOf(world)
      const name = `${own}/email_verified`
      const [value] = select(find(name), 'saml:AttributeValue')
      expectOneOf(world, `${at(name)}/saml:AttributeValue`, value?.text, ['true', 'false'])
      // What is signed need not declare the prefix: exclusive canonicalization leaves out what only values use.
      const type = value?.resolve(value.attributes.type ?? '')
      expectOneOf(world, `${at(name)}/saml:AttributeValue/@xsi:type`, type?.name, ['boolean'])
      expectOneOf(world, `${at(name)}/saml:AttributeValue/@xsi:type (namespace)`, type?.namespace, ['http://www.w3.org/2001/XMLSchema', undefined])
    },
  },
])
