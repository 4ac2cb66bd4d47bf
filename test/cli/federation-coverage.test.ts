import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { faultsOf, type Coverage } from '../../cli/coverage.ts'
import { allChecks } from '../../suites/index.ts'

const checks = allChecks()
const stated = parse(readFileSync('docs/federation-coverage.yaml', 'utf8')) as Coverage

test('every demand on SAML and WS-Federation has checks that exist, or a reason', () => {
  expect(faultsOf(stated, checks)).toEqual([])
})

test('every check of these protocols is told of', () => {
  const told = stated.groups.flatMap(({ modules }) => modules).flatMap(({ checks: covering = [] }) => covering)
  const others = checks.map(({ id }) => id).filter((id) => /^protocols\/(?:saml|ws-federation)\//.test(id) && !told.some((one) => id === one || id.startsWith(`${one}/`)))
  expect(others).toEqual([])
})
