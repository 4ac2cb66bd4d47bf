import type { Check } from '../../core/check.ts'
import type { Answer } from '../../core/client.ts'
import { expectNone } from '../../core/expectation.ts'
import { Blocked, type Finding } from '../../core/finding.ts'
import type { AnswerDemand } from '../../specs/contract.ts'
import type { JsonObject } from '../../core/json.ts'
import { judge } from '../../specs/judgement.ts'
import { operationOf, sourcesOf, toVariants, type Variant } from '../../specs/operations.ts'
import { createSchemaJudge, type SchemaJudge } from '../../specs/schemas.ts'
import { afterLogin } from './after-login.ts'
import { answerProperties } from './answer-properties.ts'
import { withoutCredentials, withoutSecrets } from './hygiene.ts'
import { outcomeOf } from './outcome.ts'
import { rules } from './rules/index.ts'
import { accountSemantics } from './semantics/accounts.ts'
import { discoverySemantics } from './semantics/discovery.ts'
import { tokenSemantics } from './semantics/token.ts'
import type { Provoked, Situation } from './situation.ts'

/** Everything that checks of one document share. */
interface Book {
  readonly document: JsonObject
  readonly schemas: SchemaJudge
}

/** What answers mean, where their form is not enough: written by hand, by subject. */
const semantics = [tokenSemantics, accountSemantics, discoverySemantics]

/** Families of situations that the same layer of a server refuses as it does a missing parameter. */
const likeMissing = new Set(['empty', 'repeated'])

/** The endpoint checks of a document: rules × variants, one check per demand. Pure. */
export function endpointChecks(document: JsonObject): Check[] {
  const book = { document, schemas: createSchemaJudge(document) }
  return toVariants(document).flatMap((variant) => {
    const situations = Object.values(rules).flatMap((rule) => rule(variant))
    return [
      ...situations.flatMap((situation) => checksOf(book, variant, situation)),
      ...errorContractChecks(book, variant, situations),
      ...semantics.flatMap((checks) => checks(variant)),
      ...answerProperties(variant, book.schemas),
    ]
  })
}

/** The document's demands for a situation of a variant: its own row, or that of its family. */
function demandsFor({ answers, parameters }: Variant, situation: string): Readonly<Record<string, AnswerDemand>> {
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
      const key = `${variant.id} ${situation.name}`
      const provoked = demand.afterLogin
        ? await world.once(`${key} after login`, async () => afterLogin(world, await situation.provoke(world)))
        : await world.once(key, () => situation.provoke(world))
      const { answer } = provoked
      // Another method is another operation: that it is not there says nothing of this one.
      const isThisMethod = situation.name !== 'wrong-method'
      if (isThisMethod && answer.status === 404 && optional.has(variant.id)) throw new Blocked(`${operationOf(variant)} is not there (404), and nobody has to have it`)
      if (variant.id === 'discovery-oauth' && situation.kind === 'success' && answer.status === 200 && answer.mediaType === 'text/html') throw new Blocked(`${operationOf(variant)} is answered with a page, as where any path is`)
      if (isThisMethod && [404, 405].includes(answer.status) && variant.id === 'userinfo-post' && situation.kind !== 'success') {
        throw new Blocked(`${operationOf(variant)} is not served (${answer.status}), which another check judges`)
      }
      // One fault is one accusation: what belongs to an answer of another kind is not there to be judged.
      if (demand.status === undefined && situation.kind !== 'framing' && isRefusal(answer) === (situation.kind === 'success')) {
        throw new Blocked(`${situation.subject} is answered with ${answer.status}, which another check judges`)
      }
      expectNone(world, judge(answer, demand, book.schemas), hygieneFindings(situation, provoked))
    },
  }))
}

/** Endpoints that a server may do without: no standard wants them where there is OpenID Connect's own, and no SDK asks for them. */
const optional = new Set(['discovery-oauth', 'revoke'])

/** A refusal gives nothing away. Where a demand lets a faulty request succeed, the answer is held to what a success may give. */
function hygieneFindings({ kind }: Situation, { answer, secrets, credentials }: Provoked): Finding[] {
  if (kind === 'framing') return []
  return kind === 'refusal' && isRefusal(answer) ? withoutSecrets(answer, secrets) : withoutCredentials(answer, credentials)
}

function isRefusal({ status }: Answer): boolean {
  return status >= 400
}

/** What holds for every refusal, tried on one of each kind. */
function errorContractChecks(book: Book, variant: Variant, situations: readonly Situation[]): Check[] {
  const refusals = situations.filter(({ kind, effects, name }) => kind === 'refusal' && name !== 'refused' && !effects?.length && Object.keys(demandsFor(variant, name)).length > 0)
  // Those that take a further client would keep the demand from being judged where there is none.
  const fewest = Math.min(...refusals.map(({ needs = [] }) => needs.length))
  const simple = refusals.filter(({ needs = [] }) => needs.length === fewest)
  const families = new Map(simple.map((situation) => [situation.name.split('/')[0]!, situation]))
  const samples = [...families].flatMap(([family, situation]) => (likeMissing.has(family) ? [] : [situation]))
  if (samples.length === 0) return []
  return Object.entries(variant.answers['every-error'] ?? {}).map(([name, demand]) => ({
    ...factsOf(book, variant, demand, samples),
    id: idOf(variant, 'every-error', name),
    title: `${variant.title}: every refusal ${demand.title ?? outcomeOf(demand)}`,
    async run(world) {
      let judged = 0
      for (const situation of samples) {
        const provoked = await world.once(`${variant.id} ${situation.name}`, () => situation.provoke(world)).catch(unlessBlocked)
        // Whether a success is right here is for the situation's own demands to say.
        if (!provoked || !isRefusal(provoked.answer)) continue
        // What is said of members alone is nothing that a body without any could break.
        if (provoked.answer.json === undefined && demand.body !== undefined && demand.mediaType === undefined) continue
        judged++
        expectNone(world, judge(provoked.answer, demand, book.schemas), withoutSecrets(provoked.answer, provoked.secrets))
      }
      if (judged === 0) throw new Blocked(`none of ${samples.map(({ name }) => name).join(', ')} was refused`)
    },
  }))
}

function unlessBlocked(error: unknown): undefined {
  if (!(error instanceof Blocked)) throw error
}

function factsOf({ document }: Book, variant: Variant, demand: AnswerDemand, situations: readonly Situation[]): Omit<Check, 'id' | 'title' | 'run'> {
  return {
    level: demand.level,
    profiles: demand.profiles ?? ['auth0', 'standard'],
    sources: sourcesOf(document, demand),
    needs: [...new Set([...(demand.needs ?? variant.needs), ...situations.flatMap(({ needs }) => needs ?? [])])],
    effects: [...new Set(situations.flatMap(({ effects }) => effects ?? []))],
    ...(situations.some(({ endsGrants }) => endsGrants) ? { endsGrants: true, sharesAnswers: true } : {}),
    operations: [operationOf(variant)],
    collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem],
  }
}

function idOf(variant: Variant, situation: string, demand: string): string {
  return `endpoints/${variant.id}/${situation}${demand === 'answer' ? '' : `/${demand}`}`
}
