import { parse, type DefaultTreeAdapterTypes } from 'parse5'

/** A form of an HTML page: where it goes, and what it carries. */
export interface HtmlForm {
  readonly method: string
  readonly action: string
  /** Named inputs with their values, in document order. */
  readonly inputs: readonly (readonly [name: string, value: string])[]
}

type Element = DefaultTreeAdapterTypes.Element

/** The forms of a page, as a browser would read them. */
export function formsOf(html: string): HtmlForm[] {
  return descendants(parse(html), 'form').map((form) => ({
    method: (attribute(form, 'method') ?? 'get').toLowerCase(),
    action: attribute(form, 'action') ?? '',
    inputs: descendants(form, 'input').flatMap((input) => {
      const name = attribute(input, 'name')
      return name === undefined ? [] : [[name, attribute(input, 'value') ?? ''] as const]
    }),
  }))
}

/** The value of an input, by name. */
export function inputOf(form: HtmlForm | undefined, name: string): string | undefined {
  return form?.inputs.find(([key]) => key === name)?.[1]
}

function descendants(root: DefaultTreeAdapterTypes.Node, tag: string): Element[] {
  const found: Element[] = []
  const pending: DefaultTreeAdapterTypes.Node[] = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if ('tagName' in node && node.tagName === tag) found.push(node)
    // Last in, first out: children in reverse keep document order.
    if ('childNodes' in node) pending.push(...[...node.childNodes].reverse())
  }
  return found
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value
}
