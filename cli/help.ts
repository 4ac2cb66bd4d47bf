import { helpOption } from './arguments.ts'
import type { Command, Option } from './command.ts'

/** Help for the whole program. */
export function programHelp(commands: readonly Command[]): string {
  const run = commands[0]!
  return `Tells whether a server answers the Auth0 Authentication API the way Auth0 does.

Usage
  conformance [ID…] [options]
  conformance COMMAND [options]

Commands
${table(commands.map(({ name, summary }) => [name, summary]))}

Options of run
${table(run.options.map(rowOf))}

  conformance COMMAND --help   shows the options of a command
  conformance --version        shows the version

${run.details ?? ''}
`
}

/** Help for one command. */
export function commandHelp({ usage, summary, options, details }: Command): string {
  return `conformance ${usage}

${summary[0]!.toUpperCase()}${summary.slice(1)}.

Options
${table([...options, helpOption].map(rowOf))}
${details === undefined ? '' : `\n${details}\n`}`
}

function rowOf({ name, short, value, help }: Option): [string, string] {
  return [`${short ? `-${short}, ` : ''}--${name}${value === undefined ? '' : ` ${value}`}`, help]
}

/** Two columns; long texts continue below themselves. */
function table(rows: readonly (readonly [string, string])[], width = 100): string {
  const first = Math.max(...rows.map(([left]) => left.length)) + 2
  return rows.map(([left, right]) => `  ${left.padEnd(first)}${wrapped(right, width - first - 2).join(`\n${' '.repeat(first + 2)}`)}`).join('\n')
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length + 1 <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
