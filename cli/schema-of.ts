/** JSON Schema of a type: leaving out a member, or one too many, is a compile error, so the schema can't fall behind the type. */
export type SchemaOf<T> = Described & (
  unknown extends T ? object
    : [T] extends [boolean] ? { readonly type: 'boolean' }
    : [T] extends [number] ? { readonly type: 'integer' | 'number'; readonly minimum?: number; readonly exclusiveMinimum?: number; readonly maximum?: number }
      : [T] extends [string] ? StringSchema<T>
        : [T] extends [readonly (infer Item)[]] ? { readonly type: 'array'; readonly items: SchemaOf<Item>; readonly uniqueItems?: boolean }
        : string extends keyof T ? { readonly type: 'object'; readonly propertyNames: { readonly pattern: string }; readonly additionalProperties: SchemaOf<T[keyof T]> }
          : {
              readonly type: 'object'
              readonly additionalProperties: false
              readonly required?: readonly RequiredNames<T>[]
              readonly properties: { readonly [Name in keyof T]-?: SchemaOf<Exclude<T[Name], undefined>> }
            }
)

type StringSchema<T> = string extends T
  ? { readonly type: 'string'; readonly minLength?: number; readonly pattern?: string }
  : { readonly enum: readonly T[] }

type RequiredNames<T> = { [Name in keyof T]-?: object extends Pick<T, Name> ? never : Name }[keyof T]

interface Described {
  readonly title?: string
  readonly description: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
}

/** A web address, or a variable of the environment that will be one. */
export const address = '^(?:[a-zA-Z][a-zA-Z0-9+.-]*://|.*\\$\\{)'
