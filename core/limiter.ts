/** Holds requests to a number at a time and a number per second. */
export interface Limiter {
  run<T>(task: () => Promise<T>): Promise<T>
}

/** A limiter for one target. `rate` is requests per second; unlimited where absent. */
export function createLimiter(options: { readonly concurrency: number; readonly rate?: number }): Limiter {
  const { concurrency, rate } = options
  const spacingMs = rate === undefined ? 0 : 1000 / rate
  const waiting: (() => void)[] = []
  let running = 0
  let nextStart = 0
  return {
    async run(task) {
      if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
      else running++
      try {
        if (spacingMs > 0) {
          const start = Math.max(performance.now(), nextStart)
          nextStart = start + spacingMs
          // A timer may fire a millisecond early.
          while (performance.now() < start) await new Promise((resolve) => setTimeout(resolve, Math.ceil(start - performance.now())))
        }
        return await task()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running--
      }
    },
  }
}
