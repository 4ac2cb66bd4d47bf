import type { Check } from '../../core/check.ts'
import { expectNone } from '../../core/expectation.ts'
import type { AnswerDemand } from '../../specs/contract.ts'
import type { JsonObject } from '../../specs/document.ts'
import { judge } from '../../specs/judgement.ts'
import { operationOf, sourcesOf, toVariants, type Variant } from '../../specs/operations.ts'
import { createSchemaJudge, type SchemaJudge } from '../../specs/schemas.ts'
import { withoutCredentials, withoutSecrets } from './hygiene.ts'
import { outcomeOf } from './outcome.ts'
import { rules } from './rules/index.ts'
import { accountSemantics } from './semantics/accounts.ts'
import { discoverySemantics } from './semantics/discovery.ts'
import { samlSemantics } from './semantics/saml.ts'
import { tokenSemantics } from './semantics/token.ts'
import { wsFedSemantics } from './semantics/wsfed.ts'
import type { Situation } from './situation.ts'

/** Everything that checks of one document share. */
interface Book {
  readonly document: JsonObject
  readonly schemas: SchemaJudge
}

/** What answers mean, where their form is not enough: written by hand, by subject. */
const semantics = [tokenSemantics, accountSemantics, discoverySemantics, samlSemantics, wsFedSemantics]

/** Situations of a variant that its every-error demands are tried on. */
const errorSamples = 3

/** The endpoint checks of a document: rules × variants, one check per demand. Pure. */
export function endpointChecks(document: JsonObject): Check[] {
  const book = { document, schemas: createSchemaJudge(document) }
  return toVariants(document).flatMap((variant) => {
    const situations = Object.values(rules).flatMap((rule) => rule(variant))
    return [
      ...situations.flatMap((situation) => checksOf(book, variant, situation)),
      ...errorContractChecks(book, variant, situations),
      ...semantics.flatMap((checks) => checks(variant)),
    ]
  })
}

/** The document's demands for a situation of a variant: its own row, or that of its family. */
export function demandsFor({ answers, parameters }: Variant, situation: string): Readonly<Record<string, AnswerDemand>> {
  const [family = '', name] = situation.split('/')
  // What the family says of a missing parameter, it says of required ones.
  const isFamily = !['missing', 'empty', 'repeated'].includes(family) || parameters.some((parameter) => parameter.name === name && parameter.required)
  const row = answers[situation] ?? (isFamily ? answers[family] : undefined)
  if (row) return row
  // Another encoding and an unknown parameter change nothing about what a valid request is answered with.
  return /-encoding$|^unknown-parameter$/.test(situation) ? (answers.success ?? {}) : {}
}

function checksOf(book: Book, variant: Variant, situation: Situation): Check[] {
  return Object.entries(demandsFor(variant, situation.name)).map(([name, demand]) => ({
    ...factsOf(book, variant, demand, [situation]),
    id: idOf(variant, situation.name, name),
    title: `${variant.title}: ${situation.subject} ${demand.title ?? outcomeOf(demand)}`,
    async run(world) {
      const { answer, secrets, credentials } = await world.once(`${variant.id} ${situation.name}`, () => situation.provoke(world))
      const own = situation.kind === 'refusal' ? withoutSecrets(answer, secrets) : situation.kind === 'success' ? withoutCredentials(answer, credentials) : []
      expectNone(judge(answer, demand, book.schemas), own)
    },
  }))
}

/** What holds for every refusal, tried on a few of different kinds. */
function errorContractChecks(book: Book, variant: Variant, situations: readonly Situation[]): Check[] {
  const refusals = situations.filter(({ kind, effects, name }) => kind === 'refusal' && name !== 'refused' && !effects?.length && Object.keys(demandsFor(variant, name)).length > 0)
  const families = [...new Map(refusals.map((situation) => [situation.name.split('/')[0], situation])).values()]
  if (families.length === 0) return []
  // The first, the last, and those between: the rules come in the order of the layers that refuse.
  const samples = [...new Set(Array.from({ length: errorSamples }, (_, index) => families[Math.round((index * (families.length - 1)) / (errorSamples - 1))]!))]
  return Object.entries(variant.answers['every-error'] ?? {}).map(([name, demand]) => ({
    ...factsOf(book, variant, demand, samples),
    id: idOf(variant, 'every-error', name),
    title: `${variant.title}: every refusal ${demand.title ?? outcomeOf(demand)}`,
    async run(world) {
      for (const situation of samples) {
        const { answer, secrets } = await world.once(`${variant.id} ${situation.name}`, () => situation.provoke(world))
        expectNone(judge(answer, demand, book.schemas), withoutSecrets(answer, secrets))
      }
    },
  }))
}

function factsOf({ document }: Book, variant: Variant, demand: AnswerDemand, situations: readonly Situation[]): Omit<Check, 'id' | 'title' | 'run'> {
  return {
    level: demand.level,
    profiles: demand.profiles ?? ['auth0', 'standard'],
    sources: sourcesOf(document, demand),
    needs: [...new Set([...(demand.needs ?? variant.needs), ...situations.flatMap(({ needs }) => needs ?? [])])],
    effects: [...new Set(situations.flatMap(({ effects }) => effects ?? []))],
    operations: [operationOf(variant)],
    collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem],
  }
}

function idOf(variant: Variant, situation: string, demand: string): string {
  return `endpoints/${variant.id}/${situation}${demand === 'answer' ? '' : `/${demand}`}`
}
