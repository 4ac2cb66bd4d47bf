import { UsageError } from '../core/usage-error.ts'
import { parseArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { commands, suiteNames } from './commands.ts'
import { commandHelp, programHelp } from './help.ts'
import { nearest } from './nearest.ts'
import { print, warn } from './terminal.ts'

/**
 * The program: runs the command that the arguments name and resolves to its exit code.
 * 0 conforms, 1 does not, 2 wrong usage or configuration, 3 could not be judged.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv)
  } catch (error) {
    if (error instanceof UsageError) {
      warn(`conformance: ${error.message}`)
      return 2
    }
    warn(`conformance: something went wrong on our side.\n${error instanceof Error ? error.stack : String(error)}`)
    return 3
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv
  if (first === '--version' || first === '-v') {
    print((await import('./run-file.ts')).packageFacts().version)
    return 0
  }
  if (first === '--help' || first === '-h') {
    print(programHelp(commands))
    return 0
  }
  if (first === 'help') return dispatch([...rest, '--help'])

  const named = commands.find(({ name }) => name === first)
  // A bare word is rather a misspelt command than the beginning of an id.
  if (!named && first !== undefined && /^[a-z]+$/i.test(first) && !suiteNames.some((name) => name === first)) {
    const [meant] = nearest(first, commands.map(({ name }) => name))
    if (meant !== undefined) throw new UsageError(`There is no command ${first} (did you mean ${meant}?); conformance --help lists them.`)
  }
  const command = named ?? commands[0]!
  const given = parseArguments(command, named ? rest : argv)
  if (given.flag('help')) {
    print(helpFor(command, named !== undefined))
    return 0
  }
  return command.execute(given)
}

function helpFor(command: Command, isNamed: boolean): string {
  return isNamed ? commandHelp(command) : programHelp(commands)
}
