import { finding } from '../../../core/expectation.ts'
import { Blocked, type Finding } from '../../../core/finding.ts'
import { readSchema, type SchemaKind } from '../../../core/schema-folders.ts'
import type { World } from '../../../core/world.ts'
import { admitXml } from '../../../core/xml-gate.ts'
import { prefixes } from '../../xml.ts'

type Libxml2 = typeof import('libxml2-wasm')
type Validator = InstanceType<Libxml2['XsdValidator']>

const validators = new Map<string, Promise<Validator>>()
const mostFindings = 5

/**
 * What makes a document invalid by a schema in the folders of the world. `element` is an XPath, with the prefixes of findings, to what is judged
 * where that is not the whole of it. Throws {@link Blocked} where the document cannot be read or has no such element: other checks say that.
 */
export async function schemaFindings(world: World, kind: SchemaKind, text: string, element = '/*'): Promise<Finding[]> {
  const admission = admitXml(text)
  if ('refusal' in admission) throw new Blocked(`no schema can be applied: ${admission.refusal}`)
  const libxml2 = await import('libxml2-wasm')
  const validator = await validatorOf(libxml2, world.schemas, kind)
  const document = libxml2.XmlDocument.fromString(admission.text, { option: parsing(libxml2) })
  try {
    const judged = document.get(element, { ...prefixes })
    if (!judged) throw new Blocked(`no schema can be applied: there is no ${element}`)
    forgive(document)
    try {
      // A document of its own, with the namespaces that hold there: only a root is looked up among the declarations.
      const alone = libxml2.XmlDocument.fromString((judged as InstanceType<Libxml2['XmlElement']>).canonicalizeToString({ mode: libxml2.XmlC14NMode.XML_C14N_1_0 }), { option: parsing(libxml2) })
      try {
        validator.validate(alone)
      } finally {
        alone.dispose()
      }
      return []
    } catch (error) {
      if (!(error instanceof libxml2.XmlValidateError)) throw error
      return error.details.slice(0, mostFindings).map(({ message }) => toFinding(message.trim()))
    }
  } finally {
    document.dispose()
  }
}

function parsing({ ParseOption }: Libxml2): number {
  return ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE
}

/** Auth0 itself writes these two against the schema: an attribute statement without attributes, and the text of a status as an attribute. */
function forgive(document: InstanceType<Libxml2['XmlDocument']>): void {
  for (const empty of document.find('//saml:AttributeStatement[not(*)]', { ...prefixes })) empty.remove()
  for (const message of document.find('//samlp:StatusMessage[@Value]', { ...prefixes })) message.remove()
}

function validatorOf(libxml2: Libxml2, folders: readonly string[], kind: SchemaKind): Promise<Validator> {
  const key = JSON.stringify([kind, folders])
  const known = validators.get(key) ?? Promise.resolve().then(() => makeValidator(libxml2, folders, kind))
  validators.set(key, known)
  return known
}

/** The parser is given what was read beforehand, and can open nothing else. */
function makeValidator(libxml2: Libxml2, folders: readonly string[], kind: SchemaKind): Validator {
  const source = readSchema(folders, kind)
  if (!source) throw new Blocked(`no folder of saml.schemas has the schema for ${kind}`)
  const addressOf = (name: string): string => `file:///saml-schemas/${name}`
  const provider = new libxml2.XmlBufferInputProvider(Object.fromEntries([...source.files].map(([name, text]) => [addressOf(name), Buffer.from(text)])))
  libxml2.xmlRegisterInputProvider(provider)
  try {
    const document = libxml2.XmlDocument.fromString(source.files.get(source.start)!, { url: addressOf(source.start), option: parsing(libxml2) })
    try {
      return libxml2.XsdValidator.fromDoc(document)
    } finally {
      document.dispose()
    }
  } finally {
    libxml2.xmlCleanupInputProvider()
  }
}

/** `Element '{namespace}name', attribute 'x': what is wrong`, as libxml2 says it. */
function toFinding(message: string): Finding {
  const [, namespace = '', name = '', attribute, text = message] = /^Element '(?:\{([^}]*)\})?([^']*)'(?:, attribute '(?:\{[^}]*\})?([^']*)')?: (.*)$/s.exec(message) ?? []
  const prefix = Object.entries(prefixes).find(([, uri]) => uri === namespace)?.[0]
  const at = name === '' ? '/*' : `//${prefix === undefined ? name : `${prefix}:${name}`}${attribute === undefined ? '' : `/@${attribute}`}`
  return finding(at, 'valid by the schema', text.slice(0, 500))
}
