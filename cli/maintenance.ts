import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../core/package-root.ts'
import { documentFile } from '../specs/document.ts'
import { configurationSchema, configurationSchemaFile } from './configuration-schema.ts'
import { print, warn } from './terminal.ts'

/** A file in the checkout, by its path from there, and what it should hold. */
interface GeneratedFile {
  readonly path: string
  readonly text: string
}

/** What can be generated, in the order in which one is made from the other. */
const generators: Readonly<Record<string, () => Promise<readonly GeneratedFile[]>>> = {
  async spec() {
    const { generateDocument } = await import('../specs/generate.ts')
    return [{ path: documentFile.slice(packageRoot.length + 1), text: (await generateDocument()).json }]
  },
  async schema() {
    return [{ path: configurationSchemaFile, text: configurationSchemaText() }]
  },
  async catalogue() {
    const [{ allChecks }, { catalogueOf, catalogueFiles }] = await Promise.all([import('../suites/index.ts'), import('./catalogue.ts')])
    const { list, page } = catalogueOf(allChecks())
    return [{ path: catalogueFiles.list, text: list }, { path: catalogueFiles.page, text: page }]
  },
  async coverage() {
    const [{ parse }, { allChecks }, { coverageFiles, coveragePage }] = await Promise.all([import('yaml'), import('../suites/index.ts'), import('./coverage.ts')])
    const statement = parse(readFileSync(join(packageRoot, coverageFiles.statement), 'utf8')) as Parameters<typeof coveragePage>[0]
    return [{ path: coverageFiles.page, text: coveragePage(statement, allChecks()) }]
  },
}

/** The schema of configuration files, as it is published. */
function configurationSchemaText(): string {
  return `${JSON.stringify(configurationSchema, null, 2)}\n`
}

/**
 * `node bin/maintain.js [NAME…] [--check]`: writes what is generated from the sources, or tells what is not fresh.
 * Resolves to the exit code.
 */
export async function maintain(argv: readonly string[]): Promise<number> {
  const isCheck = argv.includes('--check')
  const names = argv.filter((argument) => argument !== '--check')
  const unknown = names.find((name) => !Object.hasOwn(generators, name))
  if (unknown !== undefined) {
    warn(`Nothing is generated under the name ${unknown}; there is ${Object.keys(generators).join(', ')}.`)
    return 2
  }
  let isFresh = true
  for (const name of names.length > 0 ? names : Object.keys(generators)) {
    for (const { path, text } of await generators[name]!()) {
      const file = join(packageRoot, path)
      if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
      if (isCheck) {
        isFresh = false
        warn(`${path} is not what the sources make; run \`node bin/maintain.js ${name}\`, look at the difference and commit it.`)
      } else {
        writeFileSync(file, text)
        print(`wrote ${path}`)
      }
    }
  }
  return isFresh ? 0 : 1
}
