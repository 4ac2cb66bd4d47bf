import type { Collection, Folder, Item, Variable } from './collection.ts'

/** What `{{variables}}` mean at one place of the collection: the nearest folder that says so, then the collection. */
export type Scope = ReadonlyMap<string, string>

/** Finds the scope of an item. */
export function scopesOf(collection: Collection): (item: Item) => Scope {
  const root = extended(new Map(), collection.variables)
  const scopes = new Map<Folder, Scope>()
  const scopeOf = (folder: Folder | undefined): Scope => (folder === undefined ? root : scopes.get(folder) ?? root)
  // Folders come before their content, so the parent's scope is there.
  for (const folder of collection.folders) scopes.set(folder, extended(scopeOf(folder.parent), folder.variables))
  return (item) => extended(scopeOf(item.folder), item.variables)
}

function extended(outer: Scope, variables: readonly Variable[]): Scope {
  if (variables.length === 0) return outer
  return new Map([...outer, ...variables.map(({ key, value }): [string, string] => [key, value])])
}

const rounds = 5
const longest = 10_000

/** The text with its variables replaced, those inside values too. Undefined where one is unknown, or where they go round in circles. */
export function resolved(text: string, scope: Scope): string | undefined {
  let current = text
  for (let round = 0; round < rounds && current.includes('{{'); round++) {
    if (current.length > longest) return undefined
    current = current.replace(/\{\{([^{}]*)\}\}/g, (whole, name: string) => scope.get(name.trim()) ?? whole)
  }
  return current.includes('{{') ? undefined : current
}
