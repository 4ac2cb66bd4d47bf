import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { coveragePage, faultsOf, type Coverage } from '../../cli/coverage.ts'
import { allChecks } from '../../suites/index.ts'

const checks = allChecks()
const stated = parse(readFileSync('docs/coverage.yaml', 'utf8')) as Coverage

test('every module has checks that exist, or a reason', () => {
  expect(faultsOf(stated, checks)).toEqual([])
})

test('the page is what the statement makes', () => {
  expect(readFileSync('docs/coverage.md', 'utf8')).toBe(coveragePage(stated, checks))
})

test('what is wrong with a statement is told', () => {
  const group = (modules: Coverage['groups'][number]['modules']): Coverage['groups'] => [{ title: 'Some', modules }]
  const faulty: Coverage = {
    reasons: { idle: 'Nobody asks for it.' },
    groups: group([
      { name: 'none', proves: 'a' },
      { name: 'stale', proves: 'b', checks: ['a/b', 'a/bc'] },
      { name: 'stale', proves: 'c', checks: [], gap: 'unknown' },
    ]),
  }
  expect(faultsOf(faulty, [{ id: 'a/b/c' }])).toEqual([
    'stale is told of twice.',
    'none has neither checks nor a gap.',
    'stale names the gap unknown, which is no reason.',
    'No module has the gap idle.',
    'stale names a/bc, and there is no such check.',
  ])
  expect(() => coveragePage(faulty, [])).toThrow('docs/coverage.yaml: stale is told of twice.')
})
