import type { Check } from '../../core/check.ts'
import type { Answer } from '../../core/client.ts'
import { expectNone } from '../../core/expectation.ts'
import { Blocked, type Finding } from '../../core/finding.ts'
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
import type { Provoked, Situation } from './situation.ts'

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
      const provoked = await world.once(`${variant.id} ${situation.name}`, () => situation.provoke(world))
      const { answer } = provoked
      if (answer.status === 404 && optionalInStandards.has(variant.id) && demand.profiles?.join() === 'standard') {
        throw new Blocked(`${operationOf(variant)} is not there (404), which the standards leave to the server`)
      }
      expectNone(judge(answer, demand, book.schemas), hygieneFindings(situation, provoked))
    },
  }))
}

/** Endpoints that a server may do without. Auth0 has them. */
const optionalInStandards = new Set(['discovery-oauth', 'revoke'])

/** A refusal gives nothing away. Where a demand lets a faulty request succeed, the answer is held to what a success may give. */
function hygieneFindings({ kind }: Situation, { answer, secrets, credentials }: Provoked): Finding[] {
  if (kind === 'framing') return []
  return kind === 'refusal' && isRefusal(answer) ? withoutSecrets(answer, secrets) : withoutCredentials(answer, credentials)
}

function isRefusal({ status }: Answer): boolean {
  return status >= 400
}

/** What holds for every refusal, tried on a few of different kinds. */
function errorContractChecks(book: Book, variant: Variant, situations: readonly Situation[]): Check[] {
  const refusals = situations.filter(({ kind, effects, name }) => kind === 'refusal' && name !== 'refused' && !effects?.length && Object.keys(demandsFor(variant, name)).length > 0)
  // Those that take a further client would keep the demand from being judged where there is none.
  const fewest = Math.min(...refusals.map(({ needs = [] }) => needs.length))
  const simple = refusals.filter(({ needs = [] }) => needs.length === fewest)
  const families = [...new Map(simple.map((situation) => [situation.name.split('/')[0], situation])).values()]
  if (families.length === 0) return []
  // The first, the last, and those between: the rules come in the order of the layers that refuse.
  const samples = [...new Set(Array.from({ length: errorSamples }, (_, index) => families[Math.round((index * (families.length - 1)) / (errorSamples - 1))]!))]
  return Object.entries(variant.answers['every-error'] ?? {}).map(([name, demand]) => ({
    ...factsOf(book, variant, demand, samples),
    id: idOf(variant, 'every-error', name),
    title: `${variant.title}: every refusal ${demand.title ?? outcomeOf(demand)}`,
    async run(world) {
      let refusals = 0
      for (const situation of samples) {
        const { answer, secrets } = await world.once(`${variant.id} ${situation.name}`, () => situation.provoke(world))
        // Whether it may be one is for the situation's own demands to say.
        if (!isRefusal(answer)) continue
        refusals++
        expectNone(judge(answer, demand, book.schemas), withoutSecrets(answer, secrets))
      }
      if (refusals === 0) throw new Blocked(`none of ${samples.map(({ name }) => name).join(', ')} is refused`)
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
