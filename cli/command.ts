import type { Arguments } from './arguments.ts'

/** An option of a command. */
export interface Option {
  /** Without the dashes. */
  readonly name: string
  /** One letter that stands for it. */
  readonly short?: string
  /** What its value is called in the help; absent where it takes none. */
  readonly value?: string
  /** A phrase for the help, without a full stop. */
  readonly help: string
  /** Takes several values: repeated, joined by commas or, with `choices`, one after another. */
  readonly list?: true
  /** The only values it takes. */
  readonly choices?: readonly string[]
  /** Its value is a number in these bounds, whole unless `fraction`. */
  readonly number?: { readonly min: number; readonly max?: number; readonly fraction?: true }
}

/** One command of the command line. */
export interface Command {
  readonly name: string
  /** How it is called, after the program's name. */
  readonly usage: string
  /** What it does, as a phrase for the list of commands. */
  readonly summary: string
  /** Paragraphs and examples that follow the options in its help. */
  readonly details?: string
  readonly options: readonly Option[]
  /** How many arguments besides options it takes. */
  readonly arguments: { readonly min: number; readonly max: number; readonly name: string }
  /** Does it, and resolves to the exit code. Imports what it needs only then: help must not wait for an engine. */
  readonly execute: (given: Arguments) => Promise<number>
}
