import type { Verdict } from '../core/verdict.ts'

/** Where a verdict belongs in a report that is read as a tree. */
export interface Topic {
  /** `Token endpoint`. */
  readonly area: string
  /** `POST /oauth/token`; the area again where a check is about no operation. */
  readonly operation: string
  /** `Client credentials grant`: what a title names before its colon, else the item of the collection, else what the check's id says. */
  readonly story: string
}

/** Areas by the beginning of a path; the first that fits. */
const areas: readonly (readonly [start: string, area: string])[] = [
  ['/oauth/token', 'Token endpoint'],
  ['/oauth/revoke', 'Token revocation'],
  ['/oauth/device', 'Device authorization'],
  ['/oauth/access_token', 'Deprecated endpoints'],
  ['/oauth/ro', 'Deprecated endpoints'],
  ['/tokeninfo', 'Deprecated endpoints'],
  ['/delegation', 'Deprecated endpoints'],
  ['/unlink', 'Deprecated endpoints'],
  ['/authorize', 'Login and logout'],
  ['/login', 'Login and logout'],
  ['/v2/logout', 'Login and logout'],
  ['/oidc/logout', 'Login and logout'],
  ['/logout', 'Login and logout'],
  ['/dbconnections', 'Database connections'],
  ['/passwordless', 'Passwordless'],
  ['/userinfo', 'User profile'],
  ['/samlp', 'SAML'],
  ['/wsfed', 'WS-Federation'],
  ['/mfa', 'Multi-factor authentication'],
  ['/.well-known', 'Discovery'],
]

/** The topic of a verdict, from its first operation, its title, its item of the collection and its id. */
export function topicOf({ check, title, operations, collectionItems }: Pick<Verdict, 'check' | 'title' | 'operations' | 'collectionItems'>): Topic {
  const path = operations[0]?.slice(operations[0].indexOf(' ') + 1)
  const segments = check.split('/')
  const area = path === undefined ? undefined : areas.find(([start]) => path.startsWith(start))?.[1]
  const fallback = inWords(path?.split('/')[1] || segments[1] || segments[0] || 'other')
  const item = collectionItems.length === 1 ? collectionItems[0]!.split(' / ').at(-1) : undefined
  return {
    area: area ?? fallback,
    operation: operations[0] ?? area ?? fallback,
    story: /^([^:]{3,60}): /.exec(title)?.[1] ?? item ?? inWords(segments.slice(segments.length > 3 ? 2 : 1, -1).join(', ') || segments.at(-1) || check),
  }
}

/** Groups values by a key, the groups in the order of `compare`, the values in theirs. */
export function groupedBy<Value>(values: readonly Value[], keyOf: (value: Value) => string, compare: (a: string, b: string) => number = compareOperations): [string, Value[]][] {
  const groups = new Map<string, Value[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return [...groups].sort(([a], [b]) => compare(a, b))
}

/** By path, then by method; by code point, so that the order is the same everywhere. */
export function compareOperations(a: string, b: string): number {
  const turned = (operation: string): string => operation.replace(/^(\S+) (.*)$/s, '$2 $1')
  return turned(a) < turned(b) ? -1 : turned(a) > turned(b) ? 1 : 0
}

function inWords(slug: string): string {
  const words = slug.replaceAll(/[-_]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
