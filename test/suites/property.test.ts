import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.ts'
import { Blocked, Mismatch } from '../../core/finding.ts'
import type { World } from '../../core/world.ts'
import { toChecks } from '../../suites/checks.ts'
import { expectForAll, type Attempt, type Shrinking } from '../../suites/property.ts'
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
  const { killedBy } = machineMutants.find(({ id }) => id === 'machine/nonce-of-the-first-login')!
  const found = async (seed: number) => {
    const { options } = machineMutants.find(({ id }) => id === 'machine/nonce-of-the-first-login')!
    const [verdict] = await judge(options, machine.filter(({ id }) => id === killedBy), seed)
    const { script: _, ...counterexample } = verdict!.counterexample!
    return counterexample
  }
  const first = await found(5)
  expect(first).toMatchObject({ seed: 5 })
  expect(await found(5)).toEqual(first)
}, 30_000)

describe('making a failing input smaller ends', () => {
  const differs = [finding('it', 'a', 'b')]
  const failing = async (input: number, { step }: Attempt): Promise<void> => step(`tries ${input}`, async () => ({ expected: 'a', actual: 'b', findings: input >= 10 ? differs : [] }))

  test('after so many attempts, and says so', async () => {
    let tried = 0
    const [verdict] = await judge({}, [propertyOf(async (input, attempt) => {
      tried++
      await failing(input, attempt)
    }, { attempts: 3 })])
    expect(verdict).toMatchObject({ status: 'fail', counterexample: { limit: 'attempts' } })
    expect(tried).toBe(4)
  })

  test('after so many requests, in the middle of an attempt, and says so', async () => {
    let sent = 0
    const [verdict] = await judge({}, [propertyOf(async (input, attempt, { client }) => {
      for (let at = 0; at < 5; at++) {
        await attempt.step('asks', async () => {
          sent++
          await client.send({ method: 'GET', path: '/x' })
          return { expected: '', actual: '', findings: [] }
        })
      }
      await failing(input, attempt)
    }, { requests: 12 })])
    expect(verdict).toMatchObject({ status: 'fail', counterexample: { limit: 'requests' } })
    expect(sent).toBe(12)
  })

  test('against a slow target, in the middle of an attempt, and says so', async () => {
    const [verdict] = await judge({}, [propertyOf(async (input, attempt) => {
      for (let at = 0; at < 10; at++) {
        await attempt.step('waits', async () => {
          await sleep(20)
          return { expected: '', actual: '', findings: [] }
        })
      }
      await failing(input, attempt)
    }, { milliseconds: 50 })])
    expect(verdict).toMatchObject({ status: 'fail', counterexample: { limit: 'time' } })
    // Seventeen attempts would be more than three seconds.
    expect(verdict!.durationMs).toBeLessThan(2000)
  })

  test('at once, however many smaller texts there would be', async () => {
    let made = 0
    const [verdict] = await judge({}, [checkOf((world) => expectForAll(world, (fc) => fc.string({ minLength: 1000, maxLength: 2000 }).map((text) => {
      made++
      return text
    }), {
      count: 1,
      shrinking: { attempts: 3 },
      judge: async () => { throw new Mismatch(differs) },
    }))])
    expect(verdict).toMatchObject({ status: 'fail', counterexample: { limit: 'attempts' } })
    expect(made).toBeLessThan(20)
  })

  test('by itself where nothing smaller fails, and says nothing', async () => {
    const [verdict] = await judge({}, [propertyOf(failing)])
    expect(verdict?.counterexample).toMatchObject({ input: '10', before: 1, steps: [{ title: 'tries 10', exchanges: 0 }] })
    expect(verdict?.counterexample).not.toHaveProperty('limit')
  })
})

test('what was sent between two steps belongs to the second', async () => {
  const [verdict] = await judge({}, [propertyOf(async (_, { step }, { client }) => {
    const ask = (): Promise<unknown> => client.send({ method: 'GET', path: '/x' })
    await ask()
    await step('one', async () => ({ expected: '', actual: '', findings: [] }))
    await ask()
    await step('two', async () => {
      await ask()
      return { expected: 'a', actual: 'b', findings: [finding('it', 'a', 'b')] }
    })
  })])
  expect(verdict).toMatchObject({ exchanges: [{}, {}, {}, {}], counterexample: { before: 1, steps: [{ exchanges: 1 }, { exchanges: 2 }] } })
})

function propertyOf(judged: (input: number, attempt: Attempt, world: World) => Promise<void>, shrinking: Partial<Shrinking> = {}): Check {
  return checkOf(async (world) => {
    await world.client.send({ method: 'GET', path: '/before' })
    await expectForAll(world, (fc) => fc.nat(), { count: 3, examples: [123_456], shrinking, judge: (input, attempt) => judged(input, attempt, world) })
  })
}

function checkOf(run: Check['run']): Check {
  const [check] = toChecks({ operations: [], collectionItems: [] }, [{ id: 'property/under-test', title: 'A number', sources: [], level: 'must', needs: [], run }])
  return check!
}
