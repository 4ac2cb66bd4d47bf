import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../core/usage-error.ts'
import { parseCollection } from '../../../specs/collection.ts'
import type { Conversion } from '../../../specs/conversion.ts'
import { toOpenApi } from '../../../specs/conversion.ts'
import type { OpenApiDocument } from '../../../specs/openapi.ts'
import { anything, damagedCollections, markedCollections } from './arbitraries.ts'
import { convert, everything } from './collections.ts'
import { faultsOf, operationsOf } from './validity.ts'

const runs = { numRuns: 100 }

interface Entry {
  readonly name?: string
  readonly item?: readonly Entry[]
}

/** Names from the root of every entry that is no folder. */
function labels(entries: readonly Entry[], above = ''): string[] {
  return entries.flatMap((entry) => {
    const label = `${above}${typeof entry === 'object' ? entry.name ?? 'Untitled' : 'Untitled'}`
    return entry.item === undefined ? [label] : labels(entry.item, `${label} / `)
  })
}

function itemsIn(document: OpenApiDocument): unknown[] {
  const homeless = (document['x-items-without-operation'] ?? []) as { 'x-collection-item': string }[]
  const operations = operationsOf(document).flatMap(({ operation }) => operation['x-variants'] ?? [operation])
  return [...operations, ...homeless].map((facts) => facts['x-collection-item'])
}

/** The same value with the members of its objects the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).toReversed().map(([name, member]) => [name, turned(member)])) : value
}

function objectsIn(value: unknown, found: object[] = []): object[] {
  if (typeof value !== 'object' || value === null) return found
  found.push(value)
  for (const member of Object.values(value)) objectsIn(member, found)
  return found
}

describe('any collection', () => {
  test('loses no text', () => {
    fc.assert(fc.property(markedCollections(), ({ collection, marks }) => {
      const printed = JSON.stringify(convert(collection).document)
      expect(marks.filter((mark) => !printed.includes(mark))).toEqual([])
    }), runs)
  })

  test('loses no item and repeats none', () => {
    fc.assert(fc.property(markedCollections(), ({ collection }) => {
      expect(itemsIn(convert(collection).document).toSorted()).toEqual(labels((collection as { item: Entry[] }).item).toSorted())
    }), runs)
  })

  test('gives a valid document', async () => {
    await fc.assert(fc.asyncProperty(markedCollections(), async ({ collection }) => {
      expect(await faultsOf(convert(collection).document)).toEqual([])
    }), { numRuns: 25 })
  })

  test('gives the same document whatever the order of members', () => {
    fc.assert(fc.property(markedCollections(), ({ collection }) => {
      expect(convert(turned(collection)).document).toEqual(convert(collection).document)
    }), runs)
  })

  test('gives a document that shares nothing, with the collection or within itself', () => {
    fc.assert(fc.property(markedCollections(), ({ collection }) => {
      const parsed = parseCollection(JSON.stringify(collection), 'it')
      const before = JSON.stringify([parsed.items, parsed.folders])
      const objects = objectsIn(toOpenApi(parsed).document)
      const own = new Set(objects)
      expect(own.size).toBe(objects.length)
      expect(parsed.items.flatMap(({ source }) => objectsIn(source)).filter((object) => own.has(object))).toEqual([])
      expect(JSON.stringify([parsed.items, parsed.folders])).toBe(before)
    }), runs)
  })
})

describe('a damaged collection', () => {
  const converted = (collection: unknown): Conversion | undefined => {
    try {
      return convert(collection)
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError)
      return undefined
    }
  }

  test('is converted to a valid document, or refused', async () => {
    await fc.assert(fc.asyncProperty(damagedCollections, async (collection) => {
      const conversion = converted(collection)
      if (conversion !== undefined) expect(await faultsOf(conversion.document)).toEqual([])
    }), { numRuns: 40 })
  })

  test('is converted in the same way twice', () => {
    fc.assert(fc.property(damagedCollections, (collection) => {
      expect(converted(collection)).toEqual(converted(collection))
    }), runs)
  })

  test('that is any value at all is converted or refused', () => {
    fc.assert(fc.property(anything, anything, (collection, item) => {
      converted(collection)
      converted({ item })
      converted({ item: [item, { name: 'x', request: item }, { name: 'y', request: { url: item, body: item, header: item } }] })
    }), runs)
  })
})

test('a little of everything becomes valid', async () => {
  expect(await faultsOf(convert(everything).document)).toEqual([])
})
