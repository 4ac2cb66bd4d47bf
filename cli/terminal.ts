// A reader that has seen enough (`conformance | head`) is no error, and reports are still to be written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Writes to standard output: what somebody asked for. Ends the text with a line break. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** Writes to standard error: what somebody should know. */
export function warn(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** Whether standard output shows colours: `FORCE_COLOR` and `NO_COLOR` decide before the terminal does. */
export function showsColor(): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return !NO_COLOR && TERM !== 'dumb' && process.stdout.isTTY === true
}

/** Width of standard output; 100 where it is no terminal, or one that does not know. */
export function columns(): number {
  return process.stdout.columns || 100
}
