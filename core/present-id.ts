/** The id that a check has by now, however often it was renamed. */
export function presentId(id: string, renamed: Readonly<Record<string, string>>): string {
  const seen = new Set([id])
  let current = id
  for (let next = renamed[current]; next !== undefined && !seen.has(next); next = renamed[current]) {
    seen.add(next)
    current = next
  }
  return current
}
