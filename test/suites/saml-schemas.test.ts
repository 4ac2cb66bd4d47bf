import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { checkSchemaFolders, readSchema, schemaIn } from '../../core/schema-folders.ts'
import type { World } from '../../core/world.ts'
import { schemaFindings } from '../../suites/protocols/saml/schema-validation.ts'
import { schemaFolders } from '../schema-folders.ts'
import { genuineResponse, genuineTokenResponse } from './saml-attacks/genuine.ts'

const folder = mkdtempSync(join(tmpdir(), 'schemas-'))
afterAll(() => rmSync(folder, { recursive: true }))
const worldOf = (...schemas: string[]) => ({ schemas }) as unknown as World
const debian = ['/usr/share/xml/opensaml', '/usr/share/xml/xmltooling']

describe('folders of schemas', () => {
  test('what stands at an address is looked for by its name', () => {
    const source = readSchema(schemaFolders, 'metadata')
    expect([...source?.files.keys() ?? []].toSorted()).toEqual(['saml-schema-assertion-2.0.xsd', 'saml-schema-metadata-2.0.xsd', 'xenc-schema.xsd', 'xmldsig-core-schema.xsd'])
    expect([...source?.files.values() ?? []].join('')).not.toMatch(/schemaLocation="[^"]*\//)
  })

  test.each([
    ['a folder that is not there', ['/nowhere'], 'saml.schemas: there is no folder /nowhere.'],
    ['a folder without schemas', [folder], `saml.schemas: no schema is in ${folder}; saml-schema-protocol-2.0.xsd, saml-schema-metadata-2.0.xsd or oasis-sstc-saml-schema-assertion-1.1.xsd is looked for.`],
    ['a schema whose imports are missing', [schemaFolders[1]!], `saml.schemas: saml-schema-metadata-2.0.xsd imports saml-schema-assertion-2.0.xsd, which is not in ${schemaFolders[1]}; add the folder that has it.`],
  ])('%s is wrong usage', (_, folders, sentence) => expect(() => checkSchemaFolders(folders)).toThrow(sentence))

  test('nothing outside of them is read, neither by a location nor by an entity', async () => {
    const outside = join(folder, 'outside.txt')
    writeFileSync(outside, 'secret-text')
    writeFileSync(join(folder, 'saml-schema-protocol-2.0.xsd'), `<!DOCTYPE schema [<!ENTITY e SYSTEM "file://${outside}">]><schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:oasis:names:tc:SAML:2.0:protocol"><annotation><documentation>&e;</documentation></annotation><element name="Response"/></schema>`)
    const findings = await schemaFindings(worldOf(folder), 'protocol', await genuineResponse('assertion')).catch((error: Error) => error)
    expect(JSON.stringify(findings) + String(findings)).not.toContain('secret-text')
    writeFileSync(join(folder, 'saml-schema-protocol-2.0.xsd'), '<schema xmlns="http://www.w3.org/2001/XMLSchema"><import namespace="urn:x" schemaLocation="../../etc/passwd"/></schema>')
    expect(() => readSchema([folder], 'protocol')).toThrow(/imports passwd, which is not in/)
  })
})

describe.each([['of this test', schemaFolders], ['of Debian', debian]])('schemas %s', (name, folders) => {
  const isThere = name === 'of this test' || folders.every((one) => existsSync(one))
  const world = worldOf(...folders)
  test.skipIf(!isThere)('genuine messages are valid', async () => {
    for (const signed of ['assertion', 'response', 'both'] as const) expect(await schemaFindings(world, 'protocol', await genuineResponse(signed))).toEqual([])
    expect(await schemaFindings(world, 'assertion-1.1', await genuineTokenResponse(), '//saml1:Assertion')).toEqual([])
  })

  test.skipIf(!isThere)('what Auth0 itself writes against the schema is left to it', async () => {
    const genuine = await genuineResponse('response')
    expect(await schemaFindings(world, 'protocol', genuine.replace(/(<saml:AttributeStatement[^>]*>).*?(<\/saml:AttributeStatement>)/s, '$1$2'))).toEqual([])
    expect(await schemaFindings(world, 'protocol', genuine.replace('</samlp:Status>', '<samlp:StatusMessage Value="denied"/></samlp:Status>'))).toEqual([])
  })

  test.skipIf(!isThere).each<[string, (xml: string) => string, object]>([
    ['an element too many', (xml) => xml.replace('<samlp:Status>', '<samlp:Other/><samlp:Status>'), { at: '//samlp:Other' }],
    ['an attribute of another type', (xml) => xml.replace(/(<samlp:Response [^>]*IssueInstant=")[^"]*/, '$1today'), { at: '//samlp:Response/@IssueInstant' }],
    ['an attribute too few', (xml) => xml.replace(/ Version="2.0"/, ''), { at: '//samlp:Response' }],
  ])('%s is found', async (_, change, expected) => {
    expect(await schemaFindings(world, 'protocol', change(await genuineResponse('assertion')))).toMatchObject([expected])
  })
})

test('the schemas that only some folders have are known by name', () => {
  expect(schemaIn(schemaFolders, 'protocol')).toBe('saml-schema-protocol-2.0.xsd')
  expect(schemaIn([schemaFolders[0]!], 'metadata')).toBeUndefined()
})
