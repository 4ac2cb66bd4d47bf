import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogueFiles, catalogueOf } from '../cli/catalogue.ts'
import { suiteNames } from '../cli/commands.ts'
import { capabilities } from '../core/capability.ts'
import { effects } from '../core/effect.ts'
import { packageRoot } from '../core/package-root.ts'
import { allChecks } from '../suites/index.ts'

const checks = allChecks()

/** Ids of the checks that a rule does not hold for. */
function breaking(holds: (check: (typeof checks)[number]) => boolean): string[] {
  return checks.filter((check) => !holds(check)).map(({ id }) => id)
}

describe('every check', () => {
  test('has an id of its own', () => {
    const ids = checks.map(({ id }) => id)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  })

  test('has an id that begins with its suite and is made of words', () => {
    expect(breaking(({ id }) => /^[a-z]+(?:\/[A-Za-z0-9][\w.-]*)+$/.test(id) && suiteNames.some((name) => id.startsWith(`${name}/`)))).toEqual([])
  })

  test('has a title that states a fact', () => {
    expect(breaking(({ title }) => /^[A-Z]/.test(title) && !/\b(?:should|must|test)\b|\.$|\s{2}|undefined|\[object/i.test(title))).toEqual([])
  })

  test('has a title of its own', () => {
    const titles = checks.map(({ title, profiles }) => `${title} (${profiles.join()})`)
    expect([...new Set(titles.filter((title, at) => titles.indexOf(title) !== at))]).toEqual([])
  })

  test('names at least one source, with its address', () => {
    expect(breaking(({ sources }) => sources.length > 0 && sources.every(({ name, url }) => name !== '' && URL.canParse(url) && url.startsWith('https://')))).toEqual([])
  })

  test('is of a known level, and of at least one profile', () => {
    expect(breaking(({ level, profiles }) => ['must', 'should', 'may'].includes(level) && profiles.length > 0 && profiles.every((profile) => ['auth0', 'standard'].includes(profile)))).toEqual([])
  })

  test('needs known capabilities and has known effects', () => {
    expect(breaking((check) => check.needs.every((name) => Object.hasOwn(capabilities, name)) && check.effects.every((effect) => effects.includes(effect)))).toEqual([])
  })
})

describe('the lists of checks', () => {
  const { list, page } = catalogueOf(checks)
  test.each([[catalogueFiles.list, list], [catalogueFiles.page, page]])('%s is fresh; `npm run catalogue` writes it', (file, text) => {
    expect(readFileSync(join(packageRoot, file), 'utf8')).toBe(text)
  })
})
