import { exec, type JsonValue as PathValue } from 'jsonpath-rfc9535'
import { UsageError } from '../core/usage-error.ts'

/** A document of the OpenAPI Overlay Specification 1.0: a list of changes that are applied in order. */
export interface Overlay {
  readonly overlay: string
  readonly info: { readonly title: string; readonly version: string }
  readonly actions: readonly OverlayAction[]
}

/** One change. `target` is a JSONPath expression (RFC 9535) that selects objects or lists. */
export interface OverlayAction {
  readonly target: string
  readonly description?: string
  /** Merged into each selected object; appended as one entry to each selected list. */
  readonly update?: unknown
  /** Takes the selected nodes out of the document; `update` then counts for nothing. */
  readonly remove?: boolean
}

type Members = Record<string, unknown>
type Step = string | number

/**
 * The document with the overlay's changes. Neither argument is touched, and the result shares nothing with them.
 *
 * Objects merge member by member, lists are joined, other values are replaced. Stricter than the specification in one point: an action
 * that selects nothing throws {@link UsageError}, because it says something about a part that is no longer there.
 */
export function applyOverlay<Document extends object>(document: Document, overlay: Overlay): Document {
  const name = titleOf(overlay)
  const result = structuredClone(document)
  overlay.actions.forEach((action, index) => applyAction(result, action, `Action ${index + 1} of the overlay "${name}"`))
  return result
}

function titleOf(overlay: Overlay): string {
  const { overlay: version, info, actions } = isObject(overlay) ? overlay : ({} as Partial<Overlay>)
  if (typeof version !== 'string' || !/^1\.0\.\d+$/.test(version)) {
    throw new UsageError('An overlay begins with "overlay: 1.0.0"; other versions of the Overlay Specification are not understood.')
  }
  if (typeof info?.title !== 'string' || typeof info.version !== 'string') throw new UsageError('An overlay has an info object with title and version; add them.')
  if (!Array.isArray(actions) || actions.length === 0) throw new UsageError(`The overlay "${info.title}" has no actions; list at least one.`)
  return info.title
}

function applyAction(document: object, action: OverlayAction, place: string): void {
  const paths = select(document, action.target, place)
  if (paths.length === 0) throw new UsageError(`${place} selects nothing by ${action.target}; correct the target or remove the action.`)
  if (action.remove === true) return removeAll(document, paths, place)
  if (action.update === undefined) throw new UsageError(`${place} has neither update nor remove; say what it does.`)
  for (const path of paths) update(nodeAt(document, path), action.update, `${place} (${action.target})`)
}

function select(document: object, target: unknown, place: string): Step[][] {
  if (typeof target !== 'string') throw new UsageError(`${place} has no target; give it a JSONPath expression.`)
  const paths: Step[][] = []
  try {
    exec(document as PathValue, target, (_value, path) => paths.push([...path]))
  } catch (cause) {
    throw new UsageError(`${place} has the target ${target}, which is no JSONPath expression of RFC 9535; correct it.`, { cause })
  }
  return paths
}

function removeAll(document: object, paths: readonly Step[][], place: string): void {
  // From the end, so that the places of list entries that are still to go stay right.
  for (const path of paths.toReversed()) {
    const last = path.at(-1)
    if (last === undefined) throw new UsageError(`${place} would remove the whole document; select a part of it.`)
    const parent = nodeAt(document, path.slice(0, -1))
    if (Array.isArray(parent)) parent.splice(Number(last), 1)
    else delete (parent as Members)[last]
  }
}

function update(node: unknown, value: unknown, place: string): void {
  if (Array.isArray(node)) node.push(structuredClone(value))
  else if (isObject(node) && isObject(value)) merge(node, value)
  else throw new UsageError(`${place} updates something that is neither a list nor an object with an object; select what contains it.`)
}

function merge(target: Members, update: Members): void {
  for (const [name, value] of Object.entries(update)) {
    const present = Object.hasOwn(target, name) ? target[name] : undefined
    if (isObject(present) && isObject(value)) merge(present, value)
    else if (Array.isArray(present) && Array.isArray(value)) present.push(...structuredClone(value))
    else target[name] = structuredClone(value)
  }
}

function nodeAt(document: object, path: readonly Step[]): unknown {
  return path.reduce<unknown>((node, step) => (node as Members)[step], document)
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
