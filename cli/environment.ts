import { UsageError } from '../core/usage-error.ts'

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What is known of a value from its JSON Schema: a variable is text, and some members are none. */
export interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
  readonly items?: Shape
}

/**
 * A value with `${NAME}` replaced by the variable NAME in every text, at any depth; `${NAME:-text}` is the text where there is none, and
 * `$${NAME}` stands for `${NAME}` itself. Where `shape` wants a number, a boolean or a list, a text that is nothing but variables becomes one.
 * Throws {@link UsageError} for a variable that is not set. An empty one counts as not set: that is how continuous integration
 * hands out a secret that does not exist.
 */
export function withEnvironment(value: unknown, environment: Environment, file: string, shape: Shape = {}, path: readonly string[] = []): unknown {
  if (typeof value === 'string') {
    const replaced = value.replace(/\$(\$?)\{([^{}]*)\}/g, (whole, escape: string, inner: string) => {
      if (escape) return whole.slice(1)
      const [, name = inner, instead] = /^(\w+):-([^]*)$/.exec(inner) ?? []
      const found = environment[name]
      if (found) return found
      if (instead !== undefined) return instead
      throw new UsageError(`${file}: ${pathName(path)} needs the environment variable ${name}, which is ${found === undefined ? 'not set' : 'empty'}; set it, or write $\${${name}} where the text is meant as it stands.`)
    })
    return /^(?:\$\{[^{}]*\})+$/.test(value) ? typed(replaced, shape.type) : replaced
  }
  if (Array.isArray(value)) return value.map((item, index) => withEnvironment(item, environment, file, shape.items, [...path, String(index)]))
  if (typeof value !== 'object' || value === null) return value
  const { properties = {}, additionalProperties } = shape
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined
  return Object.fromEntries(Object.entries(value).map(([name, member]) =>
    [name, withEnvironment(member, environment, file, Object.hasOwn(properties, name) ? properties[name] : others, [...path, name])]))
}

function typed(text: string, type: string | undefined): unknown {
  if (type === 'array') return text.split(',').map((item) => item.trim()).filter((item) => item !== '')
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true'
  if ((type === 'number' || type === 'integer') && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  return text
}

/** `clients.machine.clientId`: how a member is named to a person. */
export function pathName(path: readonly string[]): string {
  return path.length === 0 ? 'the configuration' : path.join('.')
}
