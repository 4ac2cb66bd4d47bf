import { parseArgs } from 'node:util'
import { UsageError } from '../core/usage-error.ts'
import type { Command, Option } from './command.ts'
import { didYouMean } from './nearest.ts'

/** What a person gave to a command, checked against its options. */
export interface Arguments {
  readonly positionals: readonly string[]
  flag(name: string): boolean
  text(name: string): string | undefined
  /** Every value of an option that takes several; empty where it was not given. */
  list(name: string): readonly string[]
  number(name: string): number | undefined
}

/** Reads the arguments of a command. Throws {@link UsageError} for what it does not know. */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const options = [...command.options, helpOption]
  const { tokens } = parseArgs({
    args: withJoinedLists(argv, options),
    // Unknown names and missing values are told by sentences of our own.
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(options.map(({ name, short, value }) =>
      [name, { type: value === undefined ? 'boolean' as const : 'string' as const, ...(short ? { short } : {}) }])),
  })

  const positionals: string[] = []
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const option = options.find(({ name }) => name === token.name)
    if (option === undefined) throw unknownOption(token.rawName, command)
    const given = valueOf(option, token.value, token.inlineValue ?? false)
    values.set(option.name, option.list ? [...values.get(option.name) ?? [], ...given] : given)
  }
  const result: Arguments = {
    positionals,
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
    number: (name) => (values.has(name) ? Number(values.get(name)![0]) : undefined),
  }
  if (!result.flag('help')) checkCount(command, positionals)
  return result
}

/** Understood by every command. */
export const helpOption: Option = { name: 'help', short: 'h', help: 'show this help' }

function valueOf(option: Option, value: string | undefined, isInline: boolean): string[] {
  const { name, choices, number, list } = option
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`--${name} takes no value; leave out "=${value}".`)
    return ['']
  }
  if (value === undefined || value === '' || (!isInline && value.length > 1 && value.startsWith('-'))) {
    throw new UsageError(`--${name} needs a value: --${name} ${option.value}.`)
  }
  const given = list ? value.split(',').map((part) => part.trim()).filter((part) => part !== '') : [value]
  for (const one of given) {
    if (choices && !choices.includes(one)) {
      throw new UsageError(`--${name} does not know "${one}"${didYouMean(one, choices)}; it takes ${choices.join(', ')}.`)
    }
    if (number) checkNumber(name, one, number)
  }
  return given
}

function checkNumber(name: string, text: string, { min, max, fraction }: NonNullable<Option['number']>): void {
  const value = Number(text)
  const fits = text.trim() !== '' && Number.isFinite(value) && value >= min && (max === undefined || value <= max) && (fraction || Number.isSafeInteger(value))
  if (fits) return
  const kind = fraction ? 'number' : 'whole number'
  throw new UsageError(`--${name} needs a ${kind}${max === undefined ? ` of at least ${min}` : ` between ${min} and ${max}`}, and "${text}" is none.`)
}

function checkCount(command: Command, positionals: readonly string[]): void {
  const { min, max, name } = command.arguments
  if (positionals.length < min) throw new UsageError(`${command.name} needs ${name}: conformance ${command.usage}.`)
  if (positionals.length > max) {
    throw new UsageError(max === 0
      ? `${command.name} takes no argument; leave out "${positionals[0]}".`
      : `${command.name} takes ${max === 1 ? `one argument` : `at most ${max} arguments`} (${name}); leave out "${positionals[max]}".`)
  }
}

function unknownOption(rawName: string, command: Command): UsageError {
  const known = [...command.options, helpOption].flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])])
  const candidates = rawName.startsWith('--') ? known.filter((name) => name.startsWith('--')) : known
  return new UsageError(`${command.name} has no option ${rawName}${didYouMean(rawName, candidates)}; conformance ${command.name} --help lists them.`)
}

/** `--allow signup email` means `--allow signup,email`: what follows a list option and is one of its values belongs to it. */
function withJoinedLists(argv: readonly string[], options: readonly Option[]): string[] {
  const joined: string[] = []
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  let open: Option | undefined
  let at = 0
  for (; at < end; at++) {
    const argument = argv[at]!
    const last = joined.at(-1)
    if (open && last !== undefined && open.choices?.includes(argument)) {
      if (last === `--${open.name}`) joined.push(argument)
      else joined[joined.length - 1] = `${last},${argument}`
      continue
    }
    // A first value that is not one of the choices is taken all the same, and refused with a sentence.
    if (open && last === `--${open.name}` && !argument.startsWith('-')) {
      joined.push(argument)
      continue
    }
    open = options.find(({ name, list, choices }) => list && choices && argument.split('=')[0] === `--${name}`)
    joined.push(argument)
  }
  return [...joined, ...argv.slice(end)]
}
