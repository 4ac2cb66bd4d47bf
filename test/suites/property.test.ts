import { expect, test } from 'vitest'
import type { Check } from '../../core/check.ts'
import { Blocked } from '../../core/finding.ts'
import { toChecks } from '../../suites/checks.ts'
import { expectForAll, type Property } from '../../suites/property.ts'
import { finding } from '../../core/expectation.ts'
import { machineMutants } from '../../fixtures/mutants/machine.ts'
import { machine } from '../../suites/grants/machine/index.ts'
import { judge } from '../judging.ts'

test('a property that holds is asserted, and keeps what was sent before it and for its last input', async () => {
  const [verdict] = await judge({}, [propertyOf((_, { step }) => step('a step', async () => ({ expected: '', actual: '', findings: [] })))])
  expect(verdict).toMatchObject({ status: 'pass', exchanges: [{ request: { url: expect.stringContaining('/before') } }] })
})

test('what blocks an input blocks the check, and its exchanges stay', async () => {
  const [verdict] = await judge({}, [propertyOf(async () => { throw new Blocked('no more codes') })])
  expect(verdict).toMatchObject({ status: 'blocked', reason: 'no more codes', exchanges: [{}] })
})

test('what blocks an input after another has failed does not hide the failure', async () => {
  let tried = 0
  const [verdict] = await judge({}, [propertyOf(async (input, { step }) => {
    if (tried++ > 0) throw new Blocked('throttled')
    await step(`sends ${input}`, async () => ({ expected: 'a', actual: 'b', findings: [finding('it', 'a', 'b')] }))
  })])
  expect(verdict).toMatchObject({ status: 'fail', counterexample: { steps: [{ expected: 'a', actual: 'b', held: false }] } })
})

test('the same seed finds the same counterexample', async () => {
  const { options, killedBy } = machineMutants.find(({ id }) => id === 'machine/last-code-alone-is-remembered')!
  const checks = machine.filter(({ id }) => id === killedBy)
  const stories = [await judge(options, checks, 5), await judge(machineMutants.find(({ killedBy: by, id }) => by === killedBy && id.endsWith('remembered'))!.options, checks, 5)]
    .map(([verdict]) => verdict?.counterexample)
  expect(stories[0]).toMatchObject({ seed: 5 })
  expect(stories[1]).toEqual(stories[0])
}, 30_000)

function propertyOf(judged: Property<number>['judge']): Check {
  const [check] = toChecks({ operations: [], collectionItems: [] }, [{
    id: 'property/under-test', title: 'A number', sources: [], level: 'must', needs: [],
    async run(world) {
      await world.client.send({ method: 'GET', path: '/before' })
      await expectForAll(world, (fc) => fc.nat(), { count: 3, judge: judged })
    },
  }])
  return check!
}
