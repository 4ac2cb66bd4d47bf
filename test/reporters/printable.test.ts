import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { printable, printableBlock, printableCommand, shortened } from '../../reporters/printable.ts'

describe('printable', () => {
  test.for([
    ['plain text stays', 'Grüße, 日本, 👩‍💻', 'Grüße, 日本, 👩‍💻'],
    ['line breaks and tabs are written as escapes', 'a\r\n\tb', 'a\\r\\n\\tb'],
    ['a terminal sequence is seen', '\u001b[31mred\u009b0m', '\\x1b[31mred\\u009b0m'],
    ['text direction cannot be turned', 'user\u202etxt.exe', 'user\\u202etxt.exe'],
    ['half a surrogate pair is seen', '\ud83d', '\\ud83d'],
    ['invisible tags beyond the BMP are seen', '\u{e0041}', '\\U000e0041'],
    ['a command of the GitHub runner is none any more', '##[error]x', '#\\x23[error]x'],
    ['a command of Azure Pipelines is none any more', 'x ##vso[task]', 'x #\\x23vso[task]'],
    ['a Markdown heading is no command', '## Heading', '## Heading'],
    ['a workflow command at the beginning is none any more', ' ::error::x', ' \\x3a:error::x'],
  ] as const)('%s', ([, text, shown]) => {
    expect(printable(text)).toBe(shown)
  })
})

test('a block keeps its line breaks', () => {
  expect(printableBlock('{\r\n\t"a": 1\r}\u0007')).toBe('{\n  "a": 1\n}\\x07')
})

test('a command with control characters is on one line and means the same to a shell', () => {
  const value = 'a\nb\tc\u001b[0m ##[x] \'quoted\''
  const command = `printf %s '${value.replaceAll("'", `'\\''`)}'`
  const shown = printableCommand(command)
  expect(shown).toBe(`printf %s 'a'$'\\n''b'$'\\t''c'$'\\x1b''[0m #'$'\\x23''[x] '\\''quoted'\\'''`)
  expect(execFileSync('bash', ['-c', shown], { encoding: 'utf8' })).toBe(value)
})

describe('shortened', () => {
  test.for([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['a😀b', 3, 'a…'],
  ] as const)('%s at %i is %s', ([text, length, short]) => {
    expect(shortened(text, length)).toBe(short)
  })
})
