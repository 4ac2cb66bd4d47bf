import { Parser, processors } from 'xml2js'

/** An element, namespaces left out: attributes, text, and children by local name. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  /** The children of a local name, in document order. */
  children(name: string): XmlElement[]
}

/** Characters of XML that are read. Longer than any message of these protocols. */
const longest = 1024 * 1024

/**
 * Reads XML that a target sent, as plain data. `undefined` for what is not well-formed, too long, or has a DOCTYPE:
 * no message here needs one, and an entity is never looked up.
 */
export function parseXml(text: string): XmlElement | undefined {
  if (text.length > longest || /<!DOCTYPE|<!ENTITY/i.test(text)) return undefined
  let root: XmlElement | undefined
  const parser = new Parser({
    async: false, explicitArray: true, explicitCharkey: true, emptyTag: () => ({}), tagNameProcessors: [processors.stripPrefix], attrNameProcessors: [processors.stripPrefix], normalize: false, trim: false,
  })
  try {
    parser.parseString(text, (error: Error | null, result: Record<string, unknown> | null) => {
      const [name] = Object.keys(result ?? {})
      if (!error && name !== undefined) root = toElement(name, result![name])
    })
  } catch {
    return undefined
  }
  return root
}

interface RawElement { readonly $?: Record<string, string>; readonly _?: string; readonly [child: string]: unknown }

function toElement(name: string, raw: unknown): XmlElement {
  const element: RawElement = typeof raw === 'object' && raw !== null ? (raw as RawElement) : { _: String(raw ?? '') }
  return {
    name,
    attributes: element.$ ?? {},
    text: element._ ?? '',
    children(child) {
      const found = Object.hasOwn(element, child) ? element[child] : undefined
      return Array.isArray(found) ? found.map((item) => toElement(child, item)) : []
    },
  }
}

/** The elements at the end of a path of local names below an element. */
export function elementsAt(root: XmlElement | undefined, ...path: readonly string[]): XmlElement[] {
  return path.reduce<XmlElement[]>((elements, name) => elements.flatMap((element) => element.children(name)), root ? [root] : [])
}
