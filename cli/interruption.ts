import { warn } from './terminal.ts'

/** Somebody who wants the run to end. */
export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Hands the signals back to Node. */
  release(): void
}

/** The first signal asks for an early end, with reports of what was judged; the second ends the process at once. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    warn('\nStopping. What was judged will be reported; once more to quit at once.')
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return { signal: controller.signal, release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) }
}
