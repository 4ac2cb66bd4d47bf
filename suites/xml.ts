import { Parser } from 'xml2js'
import { admitXml } from '../core/xml-gate.ts'

/** An element as the protocols look at it: prefixes resolved, children in document order, comments gone. */
export interface XmlElement {
  /** Local name. */
  readonly name: string
  /** Empty for none. */
  readonly namespace: string
  /** By local name, declarations of namespaces left out. */
  readonly attributes: Readonly<Record<string, string>>
  /** Its own text, without that of its children. */
  readonly text: string
  /** In document order. */
  readonly elements: readonly XmlElement[]
  /** XPath from the root, with the prefixes of {@link prefixes}. */
  readonly path: string
  /** The children of a local name, in document order. */
  children(name: string): XmlElement[]
  /** Namespace and local name of a qualified name that stands in text or in an attribute. */
  resolve(qualifiedName: string): { readonly namespace: string | undefined; readonly name: string }
}

/** The prefixes that findings use, whatever the document itself has. */
export const prefixes: Readonly<Record<string, string>> = {
  samlp: 'urn:oasis:names:tc:SAML:2.0:protocol',
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  saml1: 'urn:oasis:names:tc:SAML:1.0:assertion',
  md: 'urn:oasis:names:tc:SAML:2.0:metadata',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  ec: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  xenc: 'http://www.w3.org/2001/04/xmlenc#',
  fed: 'http://docs.oasis-open.org/wsfed/federation/200706',
  auth: 'http://docs.oasis-open.org/wsfed/authorization/200706',
  wsa: 'http://www.w3.org/2005/08/addressing',
  t: 'http://schemas.xmlsoap.org/ws/2005/02/trust',
  trust: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
}

const prefixOf = new Map(Object.entries(prefixes).map(([prefix, namespace]) => [namespace, prefix]))

/** Reads XML that a target sent, as plain data; `undefined` for what {@link admitXml} refuses. Nothing is ever looked up. */
export function parseXml(text: string): XmlElement | undefined {
  const admission = admitXml(text)
  if ('refusal' in admission) return undefined
  let root: RawElement | undefined
  const parser = new Parser({ async: false, xmlns: true, explicitRoot: false, explicitCharkey: true, explicitChildren: true, preserveChildrenOrder: true, normalize: false, trim: false, includeWhiteChars: true, emptyTag: () => ({}) })
  try {
    parser.parseString(admission.text, (error: Error | null, result: RawElement | null) => {
      if (!error && result) root ??= result
    })
  } catch {
    return undefined
  }
  return root && toElement(root, '', '', new Map())
}

interface RawElement {
  readonly '#name': string
  readonly $ns?: { readonly local: string; readonly uri: string }
  readonly $?: Readonly<Record<string, { readonly name: string; readonly local: string; readonly prefix: string; readonly uri: string; readonly value: string }>>
  readonly _?: string
  readonly $$?: readonly RawElement[]
}

function toElement(raw: RawElement, above: string, index: string, outer: ReadonlyMap<string, string>): XmlElement {
  const { local: name, uri: namespace } = raw.$ns ?? { local: raw['#name'], uri: '' }
  const attributes = Object.values(raw.$ ?? {})
  const isDeclaration = (attribute: string): boolean => attribute === 'xmlns' || attribute.startsWith('xmlns:')
  const declared = attributes.filter((attribute) => isDeclaration(attribute.name))
  const scope = declared.length === 0 ? outer : new Map([...outer, ...declared.map((one) => [one.name === 'xmlns' ? '' : one.local, one.value] as const)])
  // An attribute without a namespace is the protocol's own; one of the same name from elsewhere may not take its place.
  const plain = attributes.filter((attribute) => !isDeclaration(attribute.name)).sort((a, b) => Number(a.uri === '') - Number(b.uri === ''))
  const path = `${above}/${qualifiedName(namespace, name)}${index}`
  const raws = (raw.$$ ?? []).filter((child) => child['#name'] !== '__text__' && child['#name'] !== '__cdata__')
  const kinds = raws.map((child) => `${child.$ns?.uri} ${child.$ns?.local}`)
  const totals = new Map<string, number>()
  for (const kind of kinds) totals.set(kind, (totals.get(kind) ?? 0) + 1)
  const seen = new Map<string, number>()
  const elements = raws.map((child, position) => {
    const kind = kinds[position]!
    const count = (seen.get(kind) ?? 0) + 1
    seen.set(kind, count)
    return toElement(child, path, totals.get(kind)! > 1 ? `[${count}]` : '', scope)
  })
  return {
    name, namespace, path, elements,
    attributes: Object.fromEntries(plain.map(({ local, value }) => [local, value])),
    text: raw._ ?? '',
    children: (wanted) => elements.filter((element) => element.name === wanted),
    resolve(text) {
      const [, prefix = '', local = ''] = /^(?:([^:]*):)?(.*)$/s.exec(text.trim()) ?? []
      return { namespace: scope.get(prefix), name: local }
    },
  }
}

function qualifiedName(namespace: string, name: string): string {
  const prefix = prefixOf.get(namespace)
  return prefix === undefined ? (namespace === '' ? name : `*[local-name()='${name}']`) : `${prefix}:${name}`
}

/** The elements at the end of a path of local names below an element. */
export function elementsAt(root: XmlElement | undefined, ...path: readonly string[]): XmlElement[] {
  return path.reduce<XmlElement[]>((elements, name) => elements.flatMap((element) => element.children(name)), root ? [root] : [])
}

/** The elements at the end of a path below an element, namespaces counting: `saml:Subject/saml:NameID`. */
export function select(root: XmlElement | undefined, path: string): XmlElement[] {
  return path.split('/').reduce<XmlElement[]>((elements, step) => {
    const [prefix = '', name = ''] = step.split(':')
    return elements.flatMap((element) => element.elements.filter((child) => child.name === name && child.namespace === prefixes[prefix]))
  }, root ? [root] : [])
}

/** An element and everything below it, in document order. */
export function descendantsOf(root: XmlElement): XmlElement[] {
  return [root, ...root.elements.flatMap(descendantsOf)]
}
