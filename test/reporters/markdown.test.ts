import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderMarkdown } from '../../reporters/index.ts'
import { fixedRun } from './fixed-run.ts'
import { hostileText, runFullOf } from './hostile-run.ts'
import { prose } from './prose.ts'

test('whatever a target sends stands in code', () => {
  const text = prose(renderMarkdown(fixedRun))
  for (const part of ['owned', 'alert', 'javascript', 'everyone', 'gnp.exe', '**bold**']) expect(text).not.toContain(part)
  expect(text.match(/<details>/g)).toHaveLength(4)
  expect(text.match(/<\/details>/g)).toHaveLength(4)
})

test('tables keep their shape and blocks their ends, whatever a target sends', () => {
  fc.assert(fc.property(hostileText, (text) => {
    const findings = [{ at: text, expected: text, actual: text, message: text }]
    const verdicts = fixedRun.verdicts.map((verdict) => ({ ...verdict, ...(verdict.status === 'fail' ? { findings, reproduce: [text] } : {}), ...(verdict.reason === undefined ? {} : { reason: text }) }))
    const left = prose(renderMarkdown({ ...fixedRun, verdicts }))
    const cells = left.split('\n').filter((line) => line.startsWith('|')).map((line) => line.match(/(?:\\.|[^|])+/g)!.length)
    expect(cells).toEqual([6, 6, 6, 4, 4, 4, 4, 4, 4, 4, 4])
    expect(left.match(/<\/?details>/g)).toHaveLength(8)
  }), { numRuns: 60 })
})

test('titles and names that look like markup stay text', () => {
  const markdown = renderMarkdown(runFullOf('<b>[x](javascript:1)</b>'))
  // A summary is a block of HTML, in which nothing is Markdown.
  const lines = prose(markdown).split('\n').filter((line) => !line.startsWith('<details><summary>'))
  expect(lines.join('\n')).not.toMatch(/(?<!\\)<\/?b>|(?<!\\)\]\(j/)
  expect(markdown).toContain('<summary>&lt;b&gt;[x](javascript:1)&lt;/b&gt; (')
})

test('a summary of thousands of failures fits into a job summary and says what is missing', () => {
  const failed = fixedRun.verdicts[1]!
  const markdown = renderMarkdown({ ...fixedRun, verdicts: Array.from({ length: 5000 }, (_, at) => ({ ...failed, check: `c/${at}` })) })
  expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024)
  expect(markdown).toContain('4900 more are in `run.json`.')
  expect(markdown).toContain('Details of 4980 more are in `run.json`.')
})
