import { prefixes, type XmlElement } from '../../xml.ts'
import type { Message } from './message.ts'

/**
 * A message for people: a line for each element, with the prefixes that findings use, and comments where a verified signature begins and ends. What
 * would let somebody use the message again is left out.
 */
export function renderMessage({ root, verification }: Pick<Message, 'root' | 'verification'>): string {
  const signed = new Set(verification.parts.map(({ statement }) => statement.element.path))
  return `${signed.size === 0 ? '<!-- no valid signature -->\n' : ''}${render(root, '', signed)}\n`
}

const secretElements = new Set(['SignatureValue', 'CipherValue'])

function render(element: XmlElement, indent: string, signed: ReadonlySet<string>): string {
  const name = nameOf(element)
  const attributes = Object.entries(element.attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`).join('')
  const start = `${indent}<${name}${attributes}`
  const text = secretElements.has(element.name) || isToken(element) ? `[${element.name} removed]` : escaped(element.text.trim())
  const inner = element.elements.length === 0
    ? (text === '' ? `${start}/>` : `${start}>${text}</${name}>`)
    : [`${start}>`, ...(text === '' ? [] : [`${indent}  ${text}`]), ...element.elements.map((child) => (isTokenAttribute(element) ? `${indent}  [${child.name} removed]` : render(child, `${indent}  `, signed))), `${indent}</${name}>`].join('\n')
  return signed.has(element.path) ? `${indent}<!-- signed from here -->\n${inner}\n${indent}<!-- signed up to here -->` : inner
}

/** Attributes that carry tokens of other providers. */
function isTokenAttribute({ name, attributes }: XmlElement): boolean {
  return name === 'Attribute' && /token|secret/i.test(attributes.Name ?? attributes.AttributeName ?? '')
}

function isToken({ name }: XmlElement): boolean {
  return name === 'BinarySecret'
}

function nameOf({ namespace, name }: XmlElement): string {
  const prefix = Object.entries(prefixes).find(([, uri]) => uri === namespace)?.[0]
  return prefix === undefined ? name : `${prefix}:${name}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
