import { loadRun } from './run-file.ts'
import type { Run } from '../core/run.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Arguments } from './arguments.ts'
import { startEngine } from './engine.ts'
import { listenForInterruption } from './interruption.ts'
import { toShard, type Shard } from './shards.ts'
import { stateTarget } from './stated-target.ts'

/** What a run has to do with others. */
export interface Context {
  readonly baseline?: Run
  readonly durations?: Run
  readonly shard?: Shard
}

/** `conformance run`: judges a target and reports. */
export async function run(given: Arguments): Promise<number> {
  // Read before anything is sent.
  const context = contextOf(given)
  const stated = await stateTarget(given)
  const interruption = listenForInterruption()
  // What comes next is loaded while the engine's thread loads what it needs.
  const engine = await startEngine(stated.concurrency)
  try {
    const { judgeTarget } = await import('./judging.ts')
    return await judgeTarget(given, { stated, context, engine, stop: interruption.signal })
  } finally {
    await engine.close()
    interruption.release()
  }
}

function contextOf(given: Arguments): Context {
  const [baseline, durations, shard] = [given.text('baseline'), given.text('durations'), given.text('shard')]
  if (durations !== undefined && shard === undefined) throw new UsageError('--durations is how the checks are divided; give --shard I/N with it, or leave it out.')
  return {
    ...(baseline === undefined ? {} : { baseline: loadRun(baseline) }),
    ...(durations === undefined ? {} : { durations: loadRun(durations) }),
    ...(shard === undefined ? {} : { shard: toShard(shard) }),
  }
}
