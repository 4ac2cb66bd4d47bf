import type { Exchange, HeaderList } from '../core/exchange.ts'
import { printable, printableBlock, shortened } from './printable.ts'
import { durationInWords, exchangeName } from './wording.ts'

/** Characters and lines of a body that a report shows; run.json holds all that was kept. */
const longestBody = 4000
const mostLines = 60

/** An exchange as curl would tell it: what was sent behind `>`, what came back behind `<`. */
export function transcriptOf(exchange: Exchange): string[] {
  const { request, response, failure, durationMs } = exchange
  return [
    `${exchangeName(exchange)} in ${durationInWords(durationMs)}`,
    ...prefixed('>', [printable(`${request.method} ${request.url}`), ...headerLines(request.headers), ...bodyLines(request.body)]),
    ...prefixed('<', response
      ? [String(response.status), ...headerLines(response.headers), ...bodyLines(response.body, response.fullLength)]
      : [printable(failure ?? 'no answer')]),
  ]
}

function headerLines(headers: HeaderList): string[] {
  return headers.map(([name, value]) => printable(`${name}: ${value}`))
}

function bodyLines(body: string | undefined, fullLength?: number): string[] {
  if (body === undefined || body === '') return []
  const shown = shortened(body, longestBody)
  const lines = printableBlock(shown).split('\n')
  const cut = shown.length < body.length || lines.length > mostLines || fullLength !== undefined
  return ['', ...lines.slice(0, mostLines), ...(cut ? [`(cut here; ${fullLength ?? Buffer.byteLength(body)} bytes in all)`] : [])]
}

function prefixed(mark: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${mark} ${line}`.trimEnd())
}
