import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderGithub, renderJson, renderJunit, renderMarkdown, renderTerminal } from '../../reporters/index.ts'
import { runFullOf, hostileText } from './hostile-run.ts'

const acting = /(?!\n|\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/u
const ownColors = new RegExp(`${String.fromCharCode(0x1b)}\\[(?:1|2|22|31|32|33|36|39)m`, 'g')

const formats = {
  terminal: (text: string) => renderTerminal(runFullOf(text), { color: false, columns: 80, verbose: true }),
  'terminal in colour': (text: string) => renderTerminal(runFullOf(text), { color: true, columns: 80, verbose: true }).replace(ownColors, ''),
  json: (text: string) => renderJson(runFullOf(text)),
  junit: (text: string) => renderJunit(runFullOf(text)),
  markdown: (text: string) => renderMarkdown(runFullOf(text)),
  github: (text: string) => renderGithub(runFullOf(text)),
}

describe.each(Object.entries(formats))('%s', (name, render) => {
  test('holds no character that acts but line breaks, whatever a target sends', () => {
    fc.assert(fc.property(hostileText, (text) => {
      expect(acting.exec(render(text))).toBeNull()
    }), { numRuns: 60 })
  })

  test('holds no command of a CI system but its own', () => {
    fc.assert(fc.property(hostileText, (text) => {
      const lines = render(text).split('\n')
      expect(lines.filter((line) => /##[\w.-]*\[/.test(line))).toEqual([])
      const own = name === 'github' ? /^::(?:error|warning|notice) title=[^:,\r]*::/ : /^(?!\s*::)/
      expect(lines.filter((line) => line !== '' && !own.test(line))).toEqual([])
    }), { numRuns: 60 })
  })
})

test('run.json is read back as it was', () => {
  fc.assert(fc.property(hostileText, (text) => {
    const run = runFullOf(text)
    expect(JSON.parse(renderJson(run))).toEqual(run)
  }), { numRuns: 60 })
})
