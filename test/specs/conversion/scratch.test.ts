import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UsageError } from '../../../core/usage-error.ts'
import { damagedCollections, markedCollections } from './arbitraries.ts'
import { convert } from './collections.ts'
import { faultsOf } from './validity.ts'
const numRuns = Number(process.env.RUNS ?? 300)
test('marks', async () => {
  await fc.assert(fc.asyncProperty(markedCollections(), async ({ collection, marks }) => {
    const r = convert(collection)
    const text = JSON.stringify(r.document)
    expect(marks.filter((m) => !text.includes(m))).toEqual([])
    expect(await faultsOf(r.document)).toEqual([])
  }), { numRuns })
}, 1e6)
test('mutations', async () => {
  let refused = 0
  await fc.assert(fc.asyncProperty(damagedCollections, async (c) => {
    let r
    try { r = convert(c) } catch (e) { refused++; expect(e).toBeInstanceOf(UsageError); return }
    expect(await faultsOf(r.document)).toEqual([])
    expect(convert(c)).toEqual(r)
  }), { numRuns })
  console.log({ refused })
}, 1e6)
