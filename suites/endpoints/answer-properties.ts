import type { Check, Profile } from '../../core/check.ts'
import type { Answer } from '../../core/client.ts'
import { expectNone } from '../../core/expectation.ts'
import { Blocked, type Finding } from '../../core/finding.ts'
import type { AnswerDemand } from '../../specs/contract.ts'
import { judge } from '../../specs/judgement.ts'
import { operationOf, type Variant } from '../../specs/operations.ts'
import type { SchemaJudge } from '../../specs/schemas.ts'
import { toChecks } from '../checks.ts'
import { expectForAll } from '../property.ts'
import { auth0Docs, rfc } from '../sources.ts'
import { required } from './recipes.ts'
import { requestOf, withValue, type Values } from './request.ts'
import { recipeOf } from './situation.ts'

/** What a client may ask for beside what it has to. */
interface Wish {
  /** As many scopes, in this order; none is asked for where empty. */
  readonly scopes: readonly string[]
  readonly isForApi: boolean
  readonly isJson: boolean
}

/** Grants whose requests take nothing that has to be made for them. */
const tried = new Set(['token/client-credentials', 'token/password-realm'])
const profiles = ['auth0', 'standard'] as const

/** Whatever a grant accepts, it answers as the document says: not only the one request that is usual. */
export function answerProperties(variant: Variant, schemas: SchemaJudge): Check[] {
  const recipe = recipeOf(variant)
  if (!recipe || !tried.has(variant.id)) return []
  const isForUser = variant.id !== 'token/client-credentials'
  const demandsOf = (profile: Profile) => Object.values(variant.answers.success ?? {}).filter((demand) =>
    demand.level === 'must' && (demand.body !== undefined || demand.jwt !== undefined) && !demand.afterLogin && (demand.profiles ?? profiles).includes(profile))
  return toChecks({ operations: [operationOf(variant)], collectionItems: variant.collectionItem === undefined ? [] : [variant.collectionItem] }, profiles.map((profile) => ({
    id: `endpoints/${variant.id}/any-accepted${profile === 'auth0' ? '' : '/standard'}`,
    title: `${variant.title}: whatever is asked for and granted, the answer and its tokens have the form that is documented`,
    sources: [rfc(6749, '5.1'), auth0Docs('api/authentication')],
    level: 'must',
    profiles: [profile],
    needs: [...variant.needs, ...recipe.needs],
    effects: variant.effects,
    async run(world) {
      const { scopes: ofApi = [], audience } = world.personas.api ?? {}
      const known = isForUser ? ['openid', 'profile', 'email', 'offline_access', ...ofApi.slice(0, 1)] : ofApi
      const judged = (answer: Answer, { body, jwt }: AnswerDemand): readonly Finding[] => judge(answer, { level: 'must', 'x-source': [], ...(body ? { body } : {}), ...(jwt ? { jwt } : {}) }, schemas)
      const usual = await world.client.send(requestOf(variant, await recipe.make(world)))
      // What the usual request is answered with, other checks judge: one fault is one accusation.
      const demands = demandsOf(profile).filter((demand) => judged(usual, demand).length === 0)
      if (demands.length === 0) throw new Blocked('the usual request is not answered as documented, which other checks judge')
      let accepted = 0
      await expectForAll<Wish>(world, (fc) => fc.record({
        scopes: fc.shuffledSubarray([...known, 'conformance:unknown']), isForApi: fc.boolean(), isJson: fc.boolean(),
      }), {
        count: 3,
        examples: isForUser
          ? [{ scopes: known, isForApi: true, isJson: false }, { scopes: ['profile', 'openid'], isForApi: false, isJson: true }]
          : [{ scopes: known, isForApi: true, isJson: false }, { scopes: [], isForApi: true, isJson: true }],
        async judge({ scopes, isForApi, isJson }) {
          const { values, headers } = await recipe.make(world)
          const withScope: Values = scopes.length > 0 ? withValue(values, 'scope', scopes.join(' ')) : values.filter(([name]) => name !== 'scope')
          const asked = isForApi && isForUser ? withValue(withScope, 'audience', required(audience, 'api')) : withScope
          // The standards know forms only.
          const mediaType = isJson && profile === 'auth0' ? 'application/json' : 'application/x-www-form-urlencoded'
          const answer = await world.client.send(requestOf(variant, { values: asked, ...(headers ? { headers } : {}) }, mediaType))
          if (answer.status !== 200) return
          accepted++
          expectNone(world, ...demands.map((demand) => judged(answer, demand)))
        },
      })
      if (accepted === 0) throw new Blocked('nothing was granted, whatever was asked for')
    },
  })))
}
