import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../cli/arguments.ts'
import type { Command } from '../../cli/command.ts'

const command: Command = {
  name: 'paint',
  usage: 'paint [WALL…] [options]',
  summary: 'paint walls',
  arguments: { min: 0, max: 2, name: 'WALL' },
  options: [
    { name: 'strict', help: '' },
    { name: 'output', short: 'o', value: 'FILE', help: '' },
    { name: 'allow', value: 'COLOR…', list: true, choices: ['red', 'green', 'blue'], help: '' },
    { name: 'coats', value: 'N', number: { min: 1, max: 9 }, help: '' },
    { name: 'rate', value: 'N', number: { min: 0.5, fraction: true }, help: '' },
  ],
  execute: async () => 0,
}

function parsed(...argv: string[]) {
  const given = parseArguments(command, argv)
  return { positionals: given.positionals, allow: given.list('allow'), output: given.text('output'), coats: given.number('coats'), strict: given.flag('strict') }
}

const none = { positionals: [], allow: [], output: undefined, coats: undefined, strict: false }

describe('arguments', () => {
  test('options stand anywhere, with a space or an equals sign, and by their letter', () => {
    expect(parsed('north', '--strict', '--coats=3', 'south', '-o', 'x.txt')).toEqual({ ...none, positionals: ['north', 'south'], output: 'x.txt', coats: 3, strict: true })
  })

  test.each([
    ['joined by commas', ['--allow', 'red,blue']],
    ['one after another', ['--allow', 'red', 'blue']],
    ['after an equals sign', ['--allow=red', 'blue']],
    ['repeated', ['--allow', 'red', '--allow', 'blue']],
  ])('values of a list are understood %s', (_, argv) => {
    expect(parsed(...argv, 'north')).toEqual({ ...none, positionals: ['north'], allow: ['red', 'blue'] })
  })

  test('what follows two dashes is no option', () => {
    expect(parsed('--', '--strict', 'red')).toEqual({ ...none, positionals: ['--strict', 'red'] })
  })

  test('the last of a single option counts', () => {
    expect(parsed('--coats', '2', '--coats', '5').coats).toBe(5)
  })

  test.each([
    [['--strikt'], 'paint has no option --strikt (did you mean --strict?); conformance paint --help lists them.'],
    [['--zzzzzzzz'], 'paint has no option --zzzzzzzz; conformance paint --help lists them.'],
    [['-x'], /^paint has no option -x/],
    [['--strict=no'], '--strict takes no value; leave out "=no".'],
    [['--output'], '--output needs a value: --output FILE.'],
    [['--output', '--strict'], '--output needs a value: --output FILE.'],
    [['--output='], '--output needs a value: --output FILE.'],
    [['--allow', 'rad'], '--allow does not know "rad" (did you mean red?); it takes red, green, blue.'],
    [['--allow', 'red,yellow'], '--allow does not know "yellow"; it takes red, green, blue.'],
    [['--coats', 'many'], '--coats needs a whole number between 1 and 9, and "many" is none.'],
    [['--coats', '1.5'], '--coats needs a whole number between 1 and 9, and "1.5" is none.'],
    [['--coats', '10'], '--coats needs a whole number between 1 and 9, and "10" is none.'],
    [['--rate', '0'], '--rate needs a number of at least 0.5, and "0" is none.'],
    [['a', 'b', 'c'], 'paint takes at most 2 arguments (WALL); leave out "c".'],
  ])('%j is refused with a sentence', (argv, message) => {
    expect(() => parseArguments(command, argv)).toThrow(message)
  })

  test('help is given without a look at the rest', () => {
    expect(parseArguments({ ...command, arguments: { min: 1, max: 1, name: 'WALL' } }, ['--help']).flag('help')).toBe(true)
  })
})
