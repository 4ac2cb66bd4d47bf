import type { Check } from '../core/check.ts'

/** What is told of the modules of the OpenID Foundation's conformance suite, and the page that is made of it, from the checkout's folder. */
export const coverageFiles = { statement: 'docs/coverage.yaml', page: 'docs/coverage.md' } as const

/** What stands in the statement. */
export interface Coverage {
  /** Why something is not judged, by the name that modules refer to. */
  readonly reasons: Readonly<Record<string, string>>
  readonly groups: readonly { readonly title: string; readonly modules: readonly CoveredModule[] }[]
}

/** One module of theirs: with checks, with the reason why there are none, or with both where a part is left. */
export interface CoveredModule {
  readonly name: string
  /** A clause in our words. */
  readonly proves: string
  /** Ids of checks, or the beginning of some ids up to a slash. */
  readonly checks?: readonly string[]
  /** A key of the reasons. */
  readonly gap?: string
}

/** What is wrong with a statement, one sentence each: a module is told of once and has checks or a reason, every check and reason is there. */
export function faultsOf({ reasons, groups }: Coverage, checks: readonly Pick<Check, 'id'>[]): string[] {
  const modules = groups.flatMap((group) => group.modules)
  const names = modules.map(({ name }) => name)
  const used = new Set(modules.map(({ gap }) => gap))
  return [
    ...names.filter((name, index) => names.indexOf(name) < index).map((name) => `${name} is told of twice.`),
    ...modules.filter((module) => !module.checks?.length && module.gap === undefined).map(({ name }) => `${name} has neither checks nor a gap.`),
    ...modules.filter(({ gap }) => gap !== undefined && !Object.hasOwn(reasons, gap)).map(({ name, gap }) => `${name} names the gap ${gap}, which is no reason.`),
    ...Object.keys(reasons).filter((reason) => !used.has(reason)).map((reason) => `No module has the gap ${reason}.`),
    ...modules.flatMap(({ name, checks: covering = [] }) =>
      covering.filter((id) => !checks.some((check) => check.id === id || check.id.startsWith(`${id}/`))).map((id) => `${name} names ${id}, and there is no such check.`)),
  ]
}

/** The page. Throws where the statement has a fault. */
export function coveragePage(coverage: Coverage, checks: readonly Pick<Check, 'id'>[]): string {
  const [fault] = faultsOf(coverage, checks)
  if (fault !== undefined) throw new Error(`${coverageFiles.statement}: ${fault}`)
  const { reasons, groups } = coverage
  const modules = groups.flatMap((group) => group.modules)
  const count = (applies: (module: CoveredModule) => boolean): number => modules.filter(applies).length
  return `# Coverage of the OpenID Foundation's conformance suite

Which checks judge what its server modules prove, and why some of it is not judged. Of ${modules.length} modules, ${count(({ checks: own, gap }) => own !== undefined && gap === undefined)} are covered,
${count(({ checks: own, gap }) => own !== undefined && gap !== undefined)} in part and ${count(({ checks: own }) => own === undefined)} not. This page is generated from \`${coverageFiles.statement}\`; \`node bin/maintain.js coverage\` writes it.

${groups.map(({ title, modules: members }) => `## ${title}\n\n${table(members, reasons)}\n`).join('\n')}`
}

function table(modules: readonly CoveredModule[], reasons: Coverage['reasons']): string {
  const rows = modules.map(({ name, proves, checks = [], gap }) => {
    const judged = [...checks.map((id) => `\`${id}\``), ...(gap === undefined ? [] : [checks.length > 0 ? `Not all: ${reasons[gap]}` : reasons[gap]])]
    return `| \`${name}\` | ${proves} | ${judged.join('<br>')} |`
  })
  return ['| module | proves that | judged by |', '| --- | --- | --- |', ...rows].join('\n')
}
