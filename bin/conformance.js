#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a sentence and not a syntax error.
import { existsSync } from 'node:fs'
import module from 'node:module'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`conformance: needs Node 20.19 or newer, and this is ${process.version}.`)
  process.exit(2)
}

// A failure on our side must not look like a verdict on the target, which is what exit code 1 says.
const giveUp = (error) => {
  console.error(`conformance: something went wrong on our side.\n${error?.stack ?? error}`)
  process.exit(3)
}
process.on('uncaughtException', giveUp).on('unhandledRejection', giveUp)

// Only a checkout has build.js; the package comes compiled.
const build = new URL('build.js', import.meta.url)
if (existsSync(build)) (await import(build.href)).buildWhereStale()

// Asked for through the default export: Node 20 has no such name, and a missing named import is a syntax error.
module.enableCompileCache?.()
const { main } = await import(new URL('../dist/cli/main.js', import.meta.url).href)
const exitCode = await main(process.argv.slice(2))
// Whatever a run left open must not keep the process alive; what was printed must arrive first.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))))
process.exit(exitCode)
