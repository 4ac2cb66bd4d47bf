import type { Configuration } from '../fixtures/target/configuration.ts'

export type { KnownFailure } from '../core/known-failures.ts'
export type { Configuration } from '../fixtures/target/configuration.ts'

/** A configuration as its default export: returned as it is, so that editors know its members. */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration
}
