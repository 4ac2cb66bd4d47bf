import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLimiter } from '../../core/limiter.ts'

test('never more than so many at a time, and all of them in order', async () => {
  const limiter = createLimiter({ concurrency: 3 })
  let running = 0
  let most = 0
  const started: number[] = []
  await Promise.all(Array.from({ length: 20 }, (_, number) => limiter.run(async () => {
    started.push(number)
    most = Math.max(most, ++running)
    await sleep(2)
    running--
  })))
  expect(most).toBe(3)
  expect(started).toEqual([...started].sort((a, b) => a - b))
})

test('a task that fails gives its place to the next', async () => {
  const limiter = createLimiter({ concurrency: 1 })
  const results = await Promise.allSettled([1, 2, 3].map((number) => limiter.run(async () => {
    if (number === 1) throw new Error('no')
    return number
  })))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
})

test('starts keep their distance, however many may run', async () => {
  const limiter = createLimiter({ concurrency: 5, rate: 50 })
  const starts: number[] = []
  await Promise.all(Array.from({ length: 10 }, () => limiter.run(async () => {
    starts.push(performance.now())
  })))
  const gaps = starts.slice(1).map((start, at) => start - starts[at]!)
  // 20 ms apart; one that was late does not let the next come early.
  expect((starts.at(-1)! - starts[0]!)).toBeGreaterThanOrEqual(9 * 20 - 1)
  for (const [at] of gaps.entries()) expect(starts[at + 1]! - starts[0]!).toBeGreaterThanOrEqual((at + 1) * 20 - 1)
})

test('what answers slowly is asked less at a time, until it is quick again', async () => {
  const limiter = createLimiter({ concurrency: 8, slowMs: 100 })
  const mostOf = async (count: number, task: () => Promise<void>): Promise<number> => {
    let running = 0
    let most = 0
    await Promise.allSettled(Array.from({ length: count }, () => limiter.run(async () => {
      most = Math.max(most, ++running)
      await task().finally(() => running--)
    })))
    return most
  }
  for (let times = 0; times < 3; times++) {
    await mostOf(8, async () => {
      await sleep(150)
      throw new Error('no answer')
    })
  }
  expect(await mostOf(8, () => sleep(150))).toBe(4)
  expect(await mostOf(8, () => sleep(150))).toBe(2)
  await mostOf(100, async () => {})
  expect(await mostOf(16, () => sleep(1))).toBe(8)
})
