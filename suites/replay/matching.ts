import type { Condition, Variant } from '../../specs/operations.ts'
import type { RecordedEntry } from './har.ts'

/**
 * The variants that a recorded request can have been made with: those of the operation at its path whose conditions hold best.
 * Empty where the document has no such operation. Several where nothing tells them apart.
 */
export function matchVariants(variants: readonly Variant[], { exchange, url, values }: Pick<RecordedEntry, 'exchange' | 'url' | 'values'>): Variant[] {
  const atPath = variants.filter(({ method, path }) => method === exchange.request.method && patternOf(path).test(url.pathname))
  // `/samlp/metadata/{client_id}` is nearer than `/samlp/{client_id}/…`.
  const fewest = Math.min(...atPath.map(({ path }) => placeholders(path)))
  const nearest = atPath.filter(({ path }) => placeholders(path) === fewest)
  const given = new Map(values)
  const scored = nearest.map((variant) => ({
    variant,
    fits: variant.when.every((condition) => condition.value === undefined || given.get(condition.name) === condition.value),
    held: variant.when.filter((condition) => holds(condition, given)).length - variant.when.filter((condition) => !holds(condition, given)).length,
  })).filter(({ fits }) => fits)
  const most = Math.max(...scored.map(({ held }) => held))
  return scored.filter(({ held }) => held === most).map(({ variant }) => variant)
}

function holds({ name, value, present }: Condition, given: ReadonlyMap<string, string>): boolean {
  return value !== undefined ? given.get(name) === value : given.has(name) === (present ?? true)
}

function placeholders(path: string): number {
  return path.split('{').length - 1
}

function patternOf(path: string): RegExp {
  const source = path.split(/\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^/]+')
  return new RegExp(`^${source}/?$`)
}
