/** Requests at a time, unless a configuration says otherwise. */
export const usualConcurrency = 10

/** Holds requests to a number at a time and a number per second. */
export interface Limiter {
  run<T>(task: () => Promise<T>): Promise<T>
}

/** Requests at a time that are left to a target however slow its answers get; and where there are none: it may be one endpoint alone that never answers, and others wait for it. */
const fewest = { answered: 2, unanswered: 4 }
/** What a quick answer adds to the requests at a time. Most of them are quick even where a login takes seconds. */
const increase = 0.1

/**
 * A limiter for one target. `rate` is requests per second; unlimited where absent. `slowMs`: where answers take longer, there are fewer requests at a
 * time until they are quick again: one by one a busy server answers as many, and nobody waits until it is too late.
 */
export function createLimiter(options: { readonly concurrency: number; readonly rate?: number; readonly slowMs?: number }): Limiter {
  const { concurrency, rate, slowMs = Infinity } = options
  const spacingMs = rate === undefined ? 0 : 1000 / rate
  const waiting: (() => void)[] = []
  let running = 0
  let nextStart = 0
  let limit = concurrency
  let lastCut = -Infinity

  const begin = (): void => {
    while (waiting.length > 0 && running < Math.floor(limit)) {
      running++
      waiting.shift()!()
    }
  }
  const adapt = (start: number, least: number): void => {
    const now = performance.now()
    if (now - start <= slowMs) limit = Math.min(concurrency, limit + increase)
    // Those that were under way with others before the last cut do not count again.
    else if (start > lastCut && limit > least) {
      limit = Math.max(least, limit / 2)
      lastCut = now
    }
  }

  return {
    async run(task) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        begin()
      })
      try {
        if (spacingMs > 0) {
          const start = Math.max(performance.now(), nextStart)
          nextStart = start + spacingMs
          // A timer may fire a millisecond early.
          while (performance.now() < start) await new Promise((resolve) => setTimeout(resolve, Math.ceil(start - performance.now())))
        }
        const start = performance.now()
        let least = fewest.unanswered
        try {
          const result = await task()
          least = fewest.answered
          return result
        } finally {
          adapt(start, least)
        }
      } finally {
        running--
        begin()
      }
    },
  }
}
