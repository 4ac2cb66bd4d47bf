// Compiles the sources of a checkout to dist/. Not part of the published package.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const stamp = join(dist, '.built')
const lock = join(root, 'node_modules', '.building-conformance')
const rooms = ['core', 'specs', 'suites', 'fixtures', 'reporters', 'cli']

/**
 * Compiles where dist/ is missing or older than the sources. Types are not checked here: somebody who wants to run
 * the program should not wait for that, and `npm run types` does it.
 */
export function buildWhereStale() {
  if (isFresh()) return
  const compiler = findCompiler()
  if (compiler === undefined) {
    if (existsSync(join(dist, 'cli', 'main.js'))) {
      console.error('conformance: dist/ is older than the sources and TypeScript is not installed; run `npm ci && npm run build`.')
      return
    }
    console.error('conformance: not built yet; run `npm ci && npm run build` in the checkout.')
    process.exit(3)
  }
  const release = acquireLock()
  try {
    // Another process may have built it while this one waited.
    if (!isFresh()) compile(compiler, ['--noCheck'])
  } finally {
    release()
  }
}

/** Compiles from nothing, with types checked. */
export function build() {
  const compiler = findCompiler()
  if (compiler === undefined) {
    console.error('TypeScript is not installed; run `npm ci`.')
    process.exit(3)
  }
  rmSync(dist, { recursive: true, force: true })
  compile(compiler, [])
}

function compile(compiler, options) {
  const startedAt = new Date()
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json'), ...options], { encoding: 'utf8' })
  if (status !== 0) {
    console.error(`conformance: the sources can't be compiled.\n${stdout}${stderr}`)
    process.exit(3)
  }
  removeOrphans()
  // What changed while the compiler ran is newer than its result.
  writeFileSync(stamp, '')
  utimesSync(stamp, startedAt, startedAt)
}

/** What was compiled from a source that is gone would still be found and run. */
function removeOrphans() {
  for (const file of filesBelow(dist)) {
    const source = join(root, relative(dist, file)).replace(/(?:\.d)?\.(?:ts|js)$/, '.ts')
    if (source.endsWith('.ts') && !existsSync(source)) rmSync(file)
  }
}

function isFresh() {
  if (!existsSync(stamp)) return false
  const builtMs = statSync(stamp).mtimeMs
  return [join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json'), ...rooms.flatMap((room) => [...entriesBelow(join(root, room))])]
    .every((path) => statSync(path).mtimeMs < builtMs)
}

/** Sources and folders: a folder's time changes when a file in it is removed. */
function* entriesBelow(folder) {
  if (!existsSync(folder)) return
  yield folder
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* entriesBelow(path)
    else if (entry.name.endsWith('.ts')) yield path
  }
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name))
    else yield join(folder, entry.name)
  }
}

function findCompiler() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'lib', 'tsc.js')
  } catch {
    return undefined
  }
}

/** Several processes may start at once in a checkout that is not built. A lock that is a minute old was left by one that was killed. */
function acquireLock() {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    try {
      mkdirSync(lock)
      return () => rmSync(lock, { recursive: true, force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') return () => {}
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 60_000) rmSync(lock, { recursive: true, force: true })
      else Atomics.wait(pause, 0, 0, 50)
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build()
