import { BroadcastChannel } from 'node:worker_threads'
import { afterAll, inject, test } from 'vitest'
import type { Check } from '../core/check.ts'
import { prepareConnections } from '../core/client.ts'
import type { Verdict } from '../core/verdict.ts'
import type { MadeUser } from '../fixtures/target/cleaning.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import { openWorlds } from '../fixtures/world.ts'
import type { Word } from './conversation.ts'
import { allChecks } from './index.ts'

/** What a run is told from outside. Plain data, because it crosses into a worker. */
export interface Plan {
  readonly configuration: Configuration
  /** Checks to judge, in this order. */
  readonly ids: readonly string[]
  readonly seed: number
  /** How many inputs each property tries; the property's own number where absent. */
  readonly runs?: number
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Name of the channel on which the engine is heard. */
    channel: string
  }
  interface TaskMeta {
    /** What became of the check. Absent where it did not come to an end. */
    verdict?: Verdict
    /** Why the target was given up by then, where it was. */
    lost?: string
    /** Users who were made meanwhile, by whichever check. */
    users?: readonly MadeUser[]
  }
}

/** How long what is under way may take when the run is ended. */
const graceMs = 1000

// What takes long comes before it is known what is to be judged.
const checks = new Map(allChecks().map((check) => [check.id, check]))
prepareConnections()

// vitest's own signal does not reach every test: where one of many at a time ends, it forgets those that began after it.
const channel = new BroadcastChannel(inject('channel'))
let giveUp = (_reason: Error): void => {}
/** Rejects when somebody has ended the run and does not want to wait any longer. */
const ended = new Promise<never>((_, reject) => {
  giveUp = reject
})
ended.catch(() => {})
const { configuration, ids, seed, runs } = await new Promise<Plan>((resolve, reject) => {
  let isPlanned = false
  channel.onmessage = ({ data: word }: { data: Word }) => {
    if (word.plan) {
      isPlanned = true
      resolve(word.plan)
    } else if (word.end) {
      const reason = new Error('the run was ended')
      if (isPlanned) setTimeout(() => giveUp(reason), graceMs)
      else reject(reason)
    }
  }
  channel.postMessage({ isListening: true } satisfies Word)
}).catch((reason: unknown) => {
  channel.close()
  throw reason
})
const worlds = openWorlds(configuration, { seed, ...(runs === undefined ? {} : { runs }) })

afterAll(async () => {
  channel.close()
  // A target that does not answer must not hold up the end of the run.
  await Promise.race([worlds.close(), pause(graceMs)])
})

for (const check of ids.map(checkWith)) {
  test.concurrent(check.id, async ({ task, skip }) => {
    const verdict = await Promise.race([worlds.judge(check), ended]).finally(() => {
      task.meta.users = worlds.takeUsers()
    })
    task.meta.verdict = verdict
    const lost = worlds.lost()
    if (lost !== undefined) task.meta.lost = lost
    if (verdict.status === 'unsupported') skip(verdict.reason)
    if (verdict.status !== 'pass') throw new Unsatisfied(verdict)
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

function checkWith(id: string): Check {
  const check = checks.get(id)
  if (check) return check
  throw new Error(`there is no check ${id}`)
}

/** Tells the engine, and reports that read its results, that a test failed. An `AssertionError` is the target's failure, any other is ours. */
class Unsatisfied extends Error {
  constructor({ status, reason, findings }: Verdict) {
    super(reason ?? findings.map(({ at, expected, actual }) => `${at}: expected ${expected}, actual ${actual}`).join('\n'))
    this.name = status === 'fail' ? 'AssertionError' : 'Error'
    // Where in this file it was thrown helps nobody, and hundreds of stacks take time to be made readable.
    this.stack = `${this.name}: ${this.message}`
  }
}
