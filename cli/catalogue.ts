import type { Check } from '../core/check.ts'

/** Where the lists of all checks lie, from the checkout's folder. */
export const catalogueFiles = { list: 'test/catalogue.txt', page: 'docs/checks.md' } as const

/** All checks as a list that a difference is easy to read in, and as a page for people. */
export function catalogueOf(checks: readonly Check[]): { readonly list: string; readonly page: string } {
  return {
    list: checks.map(({ id, level, profiles, title }) => `${id}\t${level}\t${profiles.join(' ')}\t${title}\n`).join(''),
    page: `# Checks

${checks.length} checks: what is demanded, how binding it is, and where it is written.
\`conformance explain ID\` tells more about each. This page is generated; \`npm run catalogue\` writes it.

${groups(checks).map(([operation, members]) => `## ${operation}\n\n${members.map(entryOf).join('\n')}\n`).join('\n')}`,
  }
}

function groups(checks: readonly Check[]): [string, Check[]][] {
  const byOperation = new Map<string, Check[]>()
  for (const check of checks) {
    const operation = check.operations.join(', ') || 'The target as a whole'
    byOperation.set(operation, [...byOperation.get(operation) ?? [], check])
  }
  return [...byOperation]
}

function entryOf({ id, title, level, profiles, sources }: Check): string {
  const only = profiles.length === 1 ? `, ${profiles[0]} only` : ''
  const links = sources.map(({ name, section, url }) => `[${escaped(section === undefined ? name : `${name}, ${section}`)}](${url})`)
  return `- ${escaped(title)} (${level}${only})  \n  \`${id}\` · ${links.join(' · ')}`
}

function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>]/g, '\\$&')
}
