import { describe, expect, test } from 'vitest'
import { allureMessagesOf } from '../../reporters/allure-messages.ts'
import { renderGithub, renderHtml, renderJunit, renderMarkdown, renderSarif, renderTerminal } from '../../reporters/index.ts'
import { storyOf } from '../../reporters/story.ts'
import { storyRun as run, storyVerdict as verdict } from './story-run.ts'

test('a story has a line for each step, what was expected and what came, and where it comes from', () => {
  expect(storyOf(verdict)).toEqual([
    '1. Redeem: the public client redeems code 1',
    '   expected 200 with tokens',
    '   actual   200 with tokens',
    '2. Replay: the public client redeems code 1 again',
    '   expected a refusal',
    '   actual   200 with \\x1b[31mtokens  <-- differs',
    'seed 42, path 3:0:1: input 4, made smaller 2 times, and then no more: it had taken as much time as it may',
  ])
})

describe('the story is told by', () => {
  test.each([
    ['the terminal', renderTerminal(run, { color: false, columns: 120, verbose: false })],
    ['Markdown', renderMarkdown(run)],
    ['JUnit', renderJunit(run)],
    ['HTML', renderHtml(run)],
    ['SARIF', renderSarif(run)],
    ['GitHub', renderGithub(run)],
  ])('%s, with the command that finds it again', (_, text) => {
    expect(text).toContain('1. Redeem: the public client redeems code 1')
    expect(text).toContain('expected a refusal')
    expect(text).toContain('seed 42, path 3:0:1')
    expect(text).toContain('conformance run grants/machine/codes --seed 42 --runs 50')
    expect(text).not.toContain('\u001b')
  })
})

test('the terminal names the script in the place of single requests', () => {
  const text = renderTerminal(run, { color: false, columns: 120, verbose: false, scripts: new Map([['grants/machine/codes', 'out/counterexamples/grants/machine/codes.sh']]) })
  expect(text).toContain('sh out/counterexamples/grants/machine/codes.sh')
  expect(text).not.toContain('curl -i https://tenant.example.com/3')
})

test('Allure has the steps, with their exchanges and findings inside, and the script', () => {
  const lines: string[] = []
  let depth = 0
  for (const message of allureMessagesOf(verdict, run)) {
    if (message.type === 'step_start') lines.push(`${'  '.repeat(depth++)}${message.data.name}`)
    if (message.type === 'step_metadata') lines.push(`${'  '.repeat(depth)}${message.data.parameters?.map(({ name, value }) => `${name}: ${value}`).join(', ')}`)
    if (message.type === 'step_stop') lines.push(`${'  '.repeat(--depth)}${message.data.status}`)
    if (message.type === 'attachment_content') lines.push(`${'  '.repeat(depth)}attachment ${message.data.name}`)
  }
  expect(lines).toEqual([
    'Before',
    '  POST /0 → 302', '    attachment request and response', '  passed',
    'passed',
    '1. Redeem: the public client redeems code 1',
    '  expected: 200 with tokens, actual: 200 with tokens',
    '  POST /1 → 302', '    attachment request and response', '  passed',
    '  POST /2 → 200', '    attachment request and response', '  passed',
    'passed',
    '2. Replay: the public client redeems code 1 again',
    '  expected: a refusal, actual: 200 with \\x1b[31mtokens',
    '  POST /3 → 200', '    attachment request and response', '  passed',
    '  status of the redemption: expected 4xx, actual 200',
    '  failed',
    'failed',
    'attachment curl',
    'attachment counterexample.sh',
  ])
})
