import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../core/package-root.ts'

/** What each room may import from, besides itself. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [],
  specs: ['core'],
  suites: ['core', 'specs'],
  fixtures: ['core'],
  reporters: ['core'],
  cli: ['core', 'specs', 'suites', 'fixtures', 'reporters'],
}

/** Parts of rooms that may do more. */
const exceptions: readonly { readonly from: RegExp; readonly to: string }[] = [
  { from: /^suites\/[^/]+\.suite\.ts$/, to: 'fixtures' },
  // Judge and accused share the document, and nothing else.
  { from: /^fixtures\/reference\//, to: 'specs' },
]

/** Packages that only some files may know. */
const confined: readonly { readonly package: RegExp; readonly to: RegExp }[] = [
  { package: /^undici$/, to: /^core\/client\.ts$/ },
  { package: /^(?:vitest|@vitest\/)/, to: /^(?:suites\/[^/]+\.suite\.ts$|cli\/)/ },
  { package: /allure/, to: /^reporters\// },
  { package: /^(?:hono|@hono\/)/, to: /^fixtures\/reference\// },
  // XML parsers, each behind core/xml-gate.ts.
  { package: /^(?:xml2js|libxml2-wasm|xml-crypto|@node-saml\/)/, to: /^(?:suites\/xml\.ts|suites\/protocols\/saml\/|fixtures\/reference\/(?:federation|saml)\/)/ },
]

interface Import {
  /** From the package's folder. */
  readonly file: string
  /** A path from the package's folder, or the name of a package. */
  readonly target: string
  readonly isRelative: boolean
  /** Gone after compilation. */
  readonly isType: boolean
}

const sources = Object.keys(rooms).flatMap((room) => sourcesBelow(join(packageRoot, room)))
const imports = sources.flatMap(importsOf)
const own = imports.filter(({ isRelative }) => isRelative)

describe('the rooms', () => {
  test('have files that import one another', () => {
    expect(own.length).toBeGreaterThan(100)
    expect(own.filter(({ target }) => !existsSync(join(packageRoot, target)))).toEqual([])
  })

  test('import only what the table allows', () => {
    const forbidden = own.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)]
      return from !== to && !rooms[from]!.includes(to) && !exceptions.some((exception) => exception.from.test(file) && exception.to === to)
    })
    expect(forbidden.map(shown)).toEqual([])
  })

  test('do not import one another in circles', () => {
    const runtime = own.filter(({ isType }) => !isType)
    expect(circlesIn(runtime.map(({ file, target }) => [roomOf(file), roomOf(target)] as const).filter(([from, to]) => from !== to && from !== 'suites'))).toEqual([])
  })

  test('have no files that import one another in circles', () => {
    expect(circlesIn(own.filter(({ isType }) => !isType).map(({ file, target }) => [file, target] as const))).toEqual([])
  })

  test('keep judge and accused apart', () => {
    const reach = (start: readonly string[]): Set<string> => {
      const reached = new Set<string>()
      const open = [...start]
      for (let file = open.pop(); file !== undefined; file = open.pop()) {
        if (reached.has(file)) continue
        reached.add(file)
        open.push(...own.filter((edge) => edge.file === file && !edge.isType).map(({ target }) => target))
      }
      return reached
    }
    const accused = reach(sources.filter((file) => file.startsWith('fixtures/reference/') || file.startsWith('fixtures/mutants/')))
    expect([...accused].filter((file) => file.startsWith('suites/'))).toEqual([])
    const judge = reach(sources.filter((file) => file.startsWith('suites/')))
    expect([...judge].filter((file) => file.startsWith('fixtures/reference/') || file.startsWith('fixtures/mutants/'))).toEqual([])
  })
})

describe('packages', () => {
  const foreign = imports.filter(({ isRelative, target }) => !isRelative && !target.startsWith('node:'))
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { dependencies: Record<string, string>; peerDependencies?: Record<string, string>; devDependencies: Record<string, string> }

  test.each(confined.map((rule) => [rule.package.source, rule] as const))('%s is known only where it belongs', (_, rule) => {
    const users = foreign.filter(({ target }) => rule.package.test(target))
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter(({ file }) => !rule.to.test(file)).map(shown)).toEqual([])
  })

  /** What is needed to make the package, and does not ship. */
  const makers = /^(?:specs\/(?:generate|overlay)\.ts|cli\/(?:maintenance|catalogue)\.ts)$/

  test('that are imported are dependencies, and dependencies are imported', () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const used = new Set(foreign.filter(({ file }) => !makers.test(file)).map(({ target }) => nameOf(target)))
    // Nothing of these is left when it is compiled.
    const typesAlone = Object.keys(manifest.devDependencies).flatMap((name) => (name.startsWith('@types/') ? [name.slice('@types/'.length)] : []))
    expect([...used].filter((name) => !declared.includes(name) && !typesAlone.includes(name))).toEqual([])
    expect(Object.keys(manifest.dependencies).filter((name) => !used.has(name))).toEqual([])
  })

  test('of Node are imported with their scheme', () => {
    const bare = imports.filter(({ isRelative, target }) => !isRelative && /^(?:fs|path|url|http|https|crypto|os|util|child_process|stream)(?:\/|$)/.test(target))
    expect(bare.map(shown)).toEqual([])
  })
})

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => relative(packageRoot, join(folder, name)))
    .sort()
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(packageRoot, file), 'utf8').replace(/\/\*[^]*?\*\//g, '')
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm)
  return [...statements].map(([, type, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic!
    const isRelative = specifier.startsWith('.')
    return {
      file,
      target: isRelative ? relative(packageRoot, resolve(packageRoot, dirname(file), specifier)) : specifier,
      isRelative,
      // A dynamic import in a type position looks the same; those stand behind `import type` here.
      isType: type !== undefined,
    }
  })
}

function roomOf(file: string): string {
  return file.split('/')[0]!
}

function nameOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

function shown({ file, target }: Import): string {
  return `${file} → ${target}`
}

/** The edges that are left when everything that nothing depends on, or that depends on nothing, is taken away again and again. */
function circlesIn(edges: readonly (readonly [string, string])[]): string[] {
  let left = edges
  for (;;) {
    const froms = new Set(left.map(([from]) => from))
    const tos = new Set(left.map(([, to]) => to))
    const next = left.filter(([from, to]) => tos.has(from) && froms.has(to))
    if (next.length === left.length) return [...new Set(left.map(([from, to]) => `${from} → ${to}`))]
    left = next
  }
}
