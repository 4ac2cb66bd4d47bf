import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../core/package-root.ts'

/** Modules that are loaded with a file: what it imports for its values, and what those import. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  for (const [statement, specifier] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^\n]*?\bfrom '([^']+)'|^import '([^']+)'/gm)) {
    if (/^(?:import|export) type\b/.test(statement) || specifier === undefined) continue
    const path = specifier.startsWith('.') ? join(dirname(file), specifier) : specifier
    if (seen.has(path)) continue
    seen.add(path)
    if (specifier.startsWith('.')) loadedWith(path, seen)
  }
  return seen
}

test('no Allure, no vitest and no other package is loaded where only text is reported', () => {
  const packages = [...loadedWith(join(packageRoot, 'reporters/index.ts'))].filter((path) => !path.startsWith(packageRoot) && !path.startsWith('node:'))
  expect(packages.filter((name) => name.includes('allure'))).toEqual([])
})

test('the HTML page is made without loading Allure into this process', () => {
  const packages = [...loadedWith(join(packageRoot, 'reporters/allure-html.ts'))].filter((path) => !path.startsWith(packageRoot) && !path.startsWith('node:'))
  expect(packages.filter((name) => name.includes('allure'))).toEqual([])
})
