import type { Field } from './collection.ts'
import { groupedBy } from './grouped.ts'
import type { VariantCondition } from './openapi.ts'

/** A fact about a request: a member has this value, or, where no value is given, is there. */
export interface Trait {
  readonly in: VariantCondition['in']
  readonly name: string
  readonly value?: string | boolean
}

/** What a request always sends: members with a value that works as a name (`grant_type=password`), and members that are there at all. */
export interface Traits {
  readonly fixed: readonly Trait[]
  readonly present: readonly Trait[]
}

/** The trait of live fields of one name, where there is a single one with a value that reads like a name. */
export function fixedTraits(place: Trait['in'], name: string, fields: readonly Field[]): Trait[] {
  const value = fields[0]?.value
  return value !== undefined && fields.length === 1 && isNameLike(name, value) ? [{ in: place, name, value }] : []
}

/** How requests on one path and method are told apart. */
export interface Distinction {
  /** For each request what must hold; empty for the general case. Two requests with nothing to tell them apart have the same. */
  readonly conditions: readonly (readonly VariantCondition[])[]
  /** The member that every request sends and that takes several values. */
  readonly property?: { readonly in: Trait['in']; readonly name: string }
}

const places: readonly Trait['in'][] = ['body', 'query', 'header', 'cookie', 'path']

/**
 * Tells requests apart, first by one member that all of them send (`grant_type`), then by values that not all share (`wa=wsignout1.0`), and only
 * where no value tells by presence (`id_token` or `refresh_token`). Time grows with the number of traits.
 */
export function tellApart(requests: readonly Traits[]): Distinction {
  const conditions: VariantCondition[][] = requests.map(() => [])
  const everyone = requests.map((_, at) => at)
  const property = sharedProperty(requests)
  if (property !== undefined) {
    for (const at of everyone) {
      const trait = requests[at]?.fixed.find((fixed) => sameMember(fixed, property))
      if (trait !== undefined) conditions[at]?.push(toCondition(trait))
    }
  }
  for (const group of groupedBy(everyone, (at) => JSON.stringify(conditions[at])).values()) {
    addTelling(group, (at) => requests[at]?.fixed ?? [], conditions)
    for (const alike of groupedBy(group, (at) => JSON.stringify(conditions[at])).values()) {
      addTelling(alike, (at) => requests[at]?.present ?? [], conditions)
    }
  }
  return property === undefined ? { conditions } : { conditions, property: { in: property.in, name: property.name } }
}

function sameMember(one: Trait, other: Trait): boolean {
  return one.in === other.in && one.name === other.name
}

function toCondition({ in: place, name, value }: Trait): VariantCondition {
  return value === undefined ? { in: place, name, present: true } : { in: place, name, value }
}

/** The member that every request fixes, with the most values; of several one that names a kind, then one of the body, then the first. */
function sharedProperty(requests: readonly Traits[]): Trait | undefined {
  const members = new Map<string, { trait: Trait; count: number; values: Set<unknown> }>()
  for (const trait of requests.flatMap(({ fixed }) => fixed)) {
    const key = `${trait.in} ${trait.name}`
    const member = members.get(key)
    if (member === undefined) members.set(key, { trait, count: 1, values: new Set([trait.value]) })
    else {
      member.count++
      member.values.add(trait.value)
    }
  }
  const candidates = [...members.values()].filter(({ count, values }) => count === requests.length && values.size > 1)
  const rank = ({ in: place, name }: Trait) => places.indexOf(place) + (kinds.test(name) ? 0 : places.length)
  candidates.sort((a, b) => b.values.size - a.values.size || rank(a.trait) - rank(b.trait))
  return candidates[0]?.trait
}

/** Adds to each request of a group the trait that no other has, or else all that not everyone has. */
function addTelling(group: readonly number[], traitsOf: (at: number) => readonly Trait[], conditions: VariantCondition[][]): void {
  if (group.length < 2) return
  const keyOf = (trait: Trait) => JSON.stringify([trait.in, trait.name, trait.value])
  const counts = new Map<string, number>()
  for (const at of group) for (const trait of traitsOf(at)) counts.set(keyOf(trait), (counts.get(keyOf(trait)) ?? 0) + 1)
  for (const at of group) {
    const telling = traitsOf(at).filter((trait) => (counts.get(keyOf(trait)) ?? 0) < group.length)
    const own = telling.find((trait) => counts.get(keyOf(trait)) === 1)
    conditions[at]?.push(...(own === undefined ? telling : [own]).map(toCondition))
  }
}

const longest = 100

/** Members that hold somebody's data even where it looks like a name. */
const data = /password|secret|api[_-]?key|(?:name|title|description|message|text|comment|label|note|subject|email|phone|id|url|uri)$/i

/** Members that mostly say of which kind a request is. */
const kinds = /(?:type|kind|action|mode|method|event|command|operation)$/i

/**
 * Whether a value reads like a name that an API knows (`authorization_code`, `urn:ietf:params:…`, `wsignout1.0`) rather than like somebody's data.
 * Only such values tell requests apart.
 */
export function isNameLike(member: string, value: string): boolean {
  return value.length <= longest
    && /^[A-Za-z][\w.:/+-]*$/.test(value)
    && !/^(?:eyJ|[\da-f]{8}-[\da-f]{4}-)/i.test(value)
    && !data.test(member)
}
