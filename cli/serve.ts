import { rmSync, writeFileSync } from 'node:fs'
import type { Check } from '../core/check.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Mutant } from '../fixtures/mutants/index.ts'
import { startReferenceTenant, type ReferenceTenant, type ReferenceTenantOptions } from '../fixtures/reference/server.ts'
import type { Configuration } from '../fixtures/target/configuration.ts'
import type { Arguments } from './arguments.ts'
import { toBaseUrl } from './configuration.ts'
import { didYouMean } from './nearest.ts'
import { print } from './terminal.ts'

/** `conformance serve`: the reference tenant, until somebody ends it. */
export async function serve(given: Arguments): Promise<number> {
  if (given.flag('list-mutants')) {
    const { mutants } = await import('../fixtures/mutants/index.ts')
    const { allChecks } = await import('../suites/index.ts')
    const checks = new Map(allChecks().map((check) => [check.id, check]))
    const width = Math.max(0, ...mutants.map(({ id }) => id.length))
    print(mutants.map(({ id, title, killedBy }) => `${id.padEnd(width)}  ${title} (found by ${killedBy}${wayToSee(checks.get(killedBy))})`).join('\n'))
    return 0
  }
  const configFile = given.text('write-config')
  const mutant = given.text('mutant')
  const publicUrl = given.text('public-url')
  if (configFile !== undefined && !/\.(?:json|ya?ml)$/i.test(configFile)) {
    throw new UsageError(`--write-config writes JSON or YAML; end ${configFile} in .json or .yaml.`)
  }
  const stopped = untilStopped()
  const tenant = await start({
    port: given.number('port') ?? 0,
    ...(publicUrl === undefined ? {} : { publicUrl: toBaseUrl(publicUrl, '--public-url') }),
    ...(given.text('profile') === 'standard' ? { profile: 'standard' } : {}),
    ...(mutant === undefined ? {} : await defective(mutant)),
  })
  try {
    if (configFile !== undefined) await writeConfiguration(configFile, tenant.configuration)
    print(`ready ${tenant.url}`)
    await stopped
    return 0
  } finally {
    await tenant.close()
  }
}

async function start(options: NonNullable<Parameters<typeof startReferenceTenant>[0]>): Promise<ReferenceTenant> {
  try {
    return await startReferenceTenant(options)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new UsageError(`Port ${options.port} is taken; name another with --port, or leave it out for a free one.`)
    if (code === 'EACCES') throw new UsageError(`Port ${options.port} needs more rights; name one above 1023 with --port.`)
    throw error
  }
}

/** A check of the standards alone finds its defect only in a tenant that follows them. */
async function defective(id: string): Promise<Mutant['options'] & Pick<ReferenceTenantOptions, 'profile'>> {
  const { killedBy, options } = await findMutant(id)
  const { allChecks } = await import('../suites/index.ts')
  const isAuth0s = allChecks().find((check) => check.id === killedBy)?.profiles.includes('auth0') ?? true
  return isAuth0s ? options : { profile: 'standard', ...options }
}

async function findMutant(id: string): Promise<Mutant> {
  const { mutants } = await import('../fixtures/mutants/index.ts')
  const found = mutants.find((mutant) => mutant.id === id)
  if (found) return found
  throw new UsageError(`There is no mutant ${id}${didYouMean(id, mutants.map((mutant) => mutant.id))}; conformance serve --list-mutants shows all.`)
}

/** For its owner's eyes only: it holds client secrets and a password. */
async function writeConfiguration(file: string, configuration: Configuration): Promise<void> {
  const text = /\.json$/i.test(file) ? `${JSON.stringify(configuration, null, 2)}\n` : (await import('yaml')).stringify(configuration)
  try {
    // A file that is there already would keep its own mode.
    rmSync(file, { force: true })
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new UsageError(`${file} can't be written (${(error as NodeJS.ErrnoException).code}); name another file with --write-config.`)
  }
}

/** What a run needs beyond its defaults for this check to count. */
function wayToSee(check: Check | undefined): string {
  if (!check) return ''
  const options = [...(check.profiles.includes('auth0') ? [] : ['--profile standard']), ...(check.level === 'should' ? ['--strict'] : [])]
  return options.length > 0 ? `, with ${options.join(' ')}` : check.level === 'may' ? ', which never counts' : ''
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
}
