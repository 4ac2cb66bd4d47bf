import { expect, test } from 'vitest'
import { collectionOf, convert, itemOf } from './collections.ts'
import { operationsOf } from './validity.ts'

const size = 10_000

test('10,000 requests on one path are 10,000 variants', () => {
  const items = Array.from({ length: size }, (_, at) => itemOf({ method: 'POST', url: 'https://a.io/x', body: { mode: 'urlencoded', urlencoded: [{ key: `own${at}`, value: 'x' }, { key: 'kind', value: `kind${at % 100}` }] } }, 'Same'))
  const { document } = convert(collectionOf(items))
  const variants = document.paths['/x']?.post?.['x-variants'] ?? []
  expect(variants.length).toBe(size)
  expect(variants[101]?.when).toEqual([{ in: 'body', name: 'kind', value: 'kind1' }, { in: 'body', name: 'own101', value: 'x' }])
  expect(Object.keys(document.components?.schemas ?? {}).length).toBe(size + 100)
})

test('10,000 requests with a path each are 10,000 operations', () => {
  const items = Array.from({ length: size }, (_, at) => itemOf(`https://a.io/x${at}/:id`))
  const operations = operationsOf(convert(collectionOf(items)).document)
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(size)
})

test('a request below 2,000 folders has all their names', () => {
  const depth = 2000
  let entry: object = itemOf('https://a.io/x')
  for (let level = 0; level < depth; level++) entry = { name: 'f', item: [entry] }
  const { document } = convert(collectionOf([entry]))
  expect(document.paths['/x']?.get?.['x-collection-item']).toBe(`${'f / '.repeat(depth)}Only`)
})
