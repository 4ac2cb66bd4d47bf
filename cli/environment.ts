import { UsageError } from '../core/usage-error.ts'

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * A value with `${NAME}` replaced by the variable NAME in every text, at any depth; `$${NAME}` stands for `${NAME}` itself.
 * Throws {@link UsageError} for a variable that is not set. An empty one counts as not set: that is how continuous integration
 * hands out a secret that does not exist.
 */
export function withEnvironment(value: unknown, environment: Environment, file: string, path: readonly string[] = []): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$(\$?)\{([^{}]*)\}/g, (whole, escape: string, name: string) => {
      if (escape) return whole.slice(1)
      const found = environment[name]
      if (found) return found
      throw new UsageError(`${file}: ${pathName(path)} needs the environment variable ${name}, which is ${found === undefined ? 'not set' : 'empty'}; set it, or write $\${${name}} where the text is meant as it stands.`)
    })
  }
  if (Array.isArray(value)) return value.map((item, index) => withEnvironment(item, environment, file, [...path, String(index)]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withEnvironment(member, environment, file, [...path, name])]))
}

/** `clients.machine.clientId`: how a member is named to a person. */
export function pathName(path: readonly string[]): string {
  return path.length === 0 ? 'the configuration' : path.join('.')
}
