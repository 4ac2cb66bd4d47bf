// `node bin/maintain.js NAME [--check]` writes (or compares) what is generated from the sources: catalogue, coverage, schema, spec.
// Not part of the published package.
import { buildWhereStale } from './build.js'

buildWhereStale()
const { maintain } = await import(new URL('../dist/cli/maintenance.js', import.meta.url).href)
process.exitCode = await maintain(process.argv.slice(2))
