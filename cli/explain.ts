import { capabilities } from '../core/capability.ts'
import type { Check } from '../core/check.ts'
import { loadDocument } from '../specs/document.ts'
import { operationOf, toVariants, type Variant } from '../specs/operations.ts'
import { allChecks } from '../suites/index.ts'
import type { Arguments } from './arguments.ts'
import { findCheck } from './selection.ts'
import { print } from './terminal.ts'

/** `conformance explain ID`: everything about one check. */
export async function explain(given: Arguments): Promise<number> {
  print(explanationOf(findCheck(allChecks(), given.positionals[0]!)))
  return 0
}

/** What a check demands, where that is written, what it takes and does, and how to see it. */
function explanationOf(check: Check): string {
  const { id, title, level, profiles, sources, needs, effects, operations, collectionItems } = check
  const variant = variantOf(id)
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['level', [level]],
    ['profiles', [profiles.join(', ')]],
    ['demanded by', sources.flatMap(({ name, section, url }) => [section === undefined ? name : `${name}, ${section}`, `  ${url}`])],
    ['about', [...operations, ...collectionItems.map((item) => `collection item ${item}`)]],
    ['needs', needs.length === 0 ? ['nothing but the target'] : needs.map((name) => `${name}: ${capabilities[name]}`)],
    ['effects', effects.length === 0 ? ['none'] : effects.map((effect) => `${effect} (run it with --allow ${effect}, or allow it in the configuration)`)],
    ...(variant ? [['a valid request', requestLines(variant)] as const] : []),
    ['see it', [`conformance run ${id} --verbose${profiles.includes('auth0') ? '' : ' --profile standard'}`]],
  ]
  const width = Math.max(...sections.map(([name]) => name.length)) + 2
  return [
    id,
    title,
    '',
    ...sections.flatMap(([name, lines]) => lines.map((line, at) => `  ${(at === 0 ? name : '').padEnd(width)}${line}`)),
  ].join('\n')
}

/** The variant that an endpoint check was made from: the longest id that its own begins with. */
function variantOf(id: string): Variant | undefined {
  return toVariants(loadDocument())
    .filter((variant) => id.startsWith(`endpoints/${variant.id}/`))
    .sort((a, b) => b.id.length - a.id.length)[0]
}

function requestLines(variant: Variant): string[] {
  const { mediaTypes, parameters } = variant
  return [
    `${operationOf(variant)}${mediaTypes.length === 0 ? '' : ` as ${mediaTypes.join(' or ')}`}`,
    ...parameters.map(({ name, in: place, required, fixed, values }) => {
      const value = fixed ?? values?.join('|')
      return `  ${name}${value === undefined ? '' : `=${value}`} (${place}${required ? '' : ', optional'})`
    }),
  ]
}
