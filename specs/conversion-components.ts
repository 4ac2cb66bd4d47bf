import type { Item } from './collection.ts'
import type { BodyFacts } from './conversion-body.ts'
import type { Draft } from './conversion-draft.ts'
import { pascalCase, uniqueNames } from './conversion-names.ts'
import { groupedBy } from './grouped.ts'
import type { Example, MediaType, Schema } from './openapi.ts'

/** The document's schemas, collected while operations are written. */
export interface Components {
  /** Adds the body schema of an item and gives a reference to it. */
  add(item: Item, schema: Schema): string
  /** Adds a schema of another origin, named as near to `wanted` as can be, and gives a reference to it. */
  addNamed(wanted: string, schema: Schema): string
  schemas(): Record<string, Schema>
}

/** No schemas yet. */
export function schemaComponents(): Components {
  const nameOf = uniqueNames()
  const schemas = new Map<string, Schema>()
  const addNamed = (wanted: string, schema: Schema): string => {
    const name = nameOf(wanted || 'Body')
    schemas.set(name, schema)
    return `#/components/schemas/${name}`
  }
  return {
    addNamed,
    add(item, schema) {
      const description = item.request?.description ?? item.description
      return addNamed(pascalCase(item.name), {
        title: item.name,
        ...(description === undefined ? {} : { description }),
        'x-collection-item': item.label,
        ...schema,
      })
    },
    schemas: () => Object.fromEntries(schemas),
  }
}

/** The body of one request among several: where its schema is, and the value of the member that tells them apart. */
export interface VariantBody {
  readonly draft: Draft
  readonly body: BodyFacts
  readonly schema: string
  readonly constant: string | undefined
}

/** The content of an operation that several requests share, by media type. */
export function mergedContent(bodies: readonly VariantBody[], property: string | undefined, components: Components): Record<string, MediaType> {
  const groups = groupedBy(bodies, ({ body }) => body.mediaType)
  return Object.fromEntries([...groups].map(([mediaType, group]) => [mediaType, mergedMedia(group, property, components)]))
}

function mergedMedia(bodies: readonly VariantBody[], property: string | undefined, components: Components): MediaType {
  const nameOf = uniqueNames()
  const examples = bodies.flatMap(({ draft, body }): [string, Example][] => {
    const example = body.media.example
    return example === undefined ? [] : [[nameOf(pascalCase(draft.item.name) || 'Example'), { summary: draft.item.name, value: example }]]
  })
  const encoding = Object.assign({}, ...bodies.map(({ body }) => body.media.encoding)) as NonNullable<MediaType['encoding']>
  return {
    schema: oneSchemaFor(bodies, property, components),
    ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples) }),
    ...(Object.keys(encoding).length === 0 ? {} : { encoding }),
  }
}

/** `oneOf` with a discriminator where one member has a value in each body; bodies that share a value are one alternative. Otherwise any may fit. */
function oneSchemaFor(bodies: readonly VariantBody[], property: string | undefined, components: Components): Schema {
  const references = (members: readonly VariantBody[]) => members.map(({ schema }) => ({ $ref: schema }))
  const [first] = references(bodies)
  if (bodies.length === 1 && first !== undefined) return first
  const groups = groupedBy(bodies, ({ constant }) => constant ?? '')
  if (property === undefined || groups.size === 1 || bodies.some(({ constant }) => constant === undefined)) return { anyOf: references(bodies) }
  const mapping = [...groups].map(([value, group]): [string, string] => [
    value,
    group.length === 1
      ? group[0]?.schema ?? ''
      : components.addNamed(`${pascalCase(property)}${pascalCase(value)}`, { title: `${property}: ${value}`, anyOf: references(group) }),
  ])
  return {
    oneOf: mapping.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: property, mapping: Object.fromEntries(mapping) },
  }
}
