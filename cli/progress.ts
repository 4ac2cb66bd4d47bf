import { counts, type Verdict } from '../core/verdict.ts'
import { progressLine } from '../reporters/index.ts'

/** The line on a terminal that tells how far a run is. */
export interface Progress {
  add(verdict: Verdict): void
  /** Takes the line away. */
  end(): void
}

/** Between two drawings of the line. */
const pauseMs = 80

/** Progress on standard error, so that standard output holds the report alone; silent where standard error is no terminal. */
export function showProgress(total: number, { strict }: { readonly strict: boolean }): Progress {
  if (!process.stderr.isTTY) return { add: () => {}, end: () => {} }
  let judged = 0
  let failed = 0
  let drawnAt = 0
  const draw = (text: string): void => void process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`)
  draw(progressLine(judged, total, failed))
  return {
    add(verdict) {
      judged++
      if (counts(verdict, { strict })) failed++
      if (performance.now() - drawnAt < pauseMs) return
      drawnAt = performance.now()
      draw(progressLine(judged, total, failed))
    },
    end: () => draw(''),
  }
}
