import type * as FastCheck from 'fast-check'
import type { Check } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, finding } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { toChecks } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { expectForAll } from '../../property.ts'
import { auth0Docs, recorded2021, rfc } from '../../sources.ts'
import { machineOf } from '../client-authentication.ts'
import { refusedFindings, scopesOf } from '../token-requests.ts'

type Pairs = readonly (readonly [name: string, value: string])[]
type Digits = 'upper' | 'lower'

interface FormWriting {
  readonly order: readonly string[]
  readonly overEncoded: readonly boolean[]
  readonly digits: Digits
  readonly space: string
  readonly type: string
}

const formTypes = ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=utf-8', 'application/x-www-form-urlencoded;charset=UTF-8', 'Application/X-WWW-Form-URLEncoded']
const jsonTypes = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON']
const formParser = { name: 'URL Standard', section: '5.1', url: 'https://url.spec.whatwg.org/#urlencoded-parsing' }
const documentation = auth0Docs('api/authentication/client-credential-flow/get-token')

/** However a request is written, it is answered in the same way: tried on the grant that takes nothing but a client. */
export const encodingProperties: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, [
  {
    id: 'grants/properties/encodings/form',
    title: 'A form is understood in any order and in any valid encoding of its characters',
    sources: [rfc(6749, 'B'), rfc(9110, '8.3.1'), formParser],
    level: 'must',
    needs: ['client-credentials'],
    run: (world) => expectSameAnswer<FormWriting>(world, (fc, names) => fc.record({
      order: orderOf(fc, names),
      overEncoded: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      digits: fc.constantFrom<Digits>('upper', 'lower'),
      space: fc.constantFrom('+', '%20'),
      type: fc.constantFrom(...formTypes),
    }), {
      count: 14,
      examples: (names) => [
        { order: names, overEncoded: [false], digits: 'upper', space: '%20', type: formTypes[0]! },
        { order: names, overEncoded: [false], digits: 'upper', space: '+', type: formTypes[0]! },
        { order: names, overEncoded: [false], digits: 'lower', space: '+', type: formTypes[0]! },
        { order: names, overEncoded: [true], digits: 'lower', space: '%20', type: formTypes[0]! },
        { order: names, overEncoded: [true], digits: 'upper', space: '%20', type: formTypes[0]! },
        { order: [...names].reverse(), overEncoded: [false], digits: 'upper', space: '+', type: formTypes[0]! },
        ...formTypes.slice(1).map((type) => ({ order: names, overEncoded: [false], digits: 'upper' as const, space: '+', type })),
      ],
      body: (pairs, { overEncoded, digits, space }) => {
        let at = 0
        const write = (text: string): string => Array.from(text, (character): string =>
          (character === ' ' ? space : /[\w.~*-]/.test(character) && !overEncoded[at++ % overEncoded.length] ? character : percent(character, digits))).join('')
        return pairs.map(([name, value]) => `${write(name)}=${write(value)}`).join('&')
      },
    }),
  },
  {
    id: 'grants/properties/encodings/separators',
    title: 'Separators without a parameter between them do not change a form',
    sources: [formParser],
    level: 'may',
    needs: ['client-credentials'],
    run: (world) => expectSameAnswer(world, (fc, names) => fc.record({ order: orderOf(fc, names), separators: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 6 }) }), {
      count: 5,
      examples: (names) => [{ order: names, separators: [1, 1] }, { order: names, separators: [2, 2] }],
      body: (pairs, { separators }) => pairs.map(([name, value], at) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}${'&'.repeat(separators[at % separators.length]!)}`).join(''),
    }),
  },
  {
    id: 'grants/properties/encodings/json',
    title: 'A JSON body is understood in any order, with any spacing and with any escapes',
    sources: [recorded2021, documentation, rfc(8259, '7')],
    level: 'must',
    profiles: ['auth0'],
    needs: ['client-credentials'],
    run: (world) => expectSameAnswer(world, (fc, names) => fc.record({
      order: orderOf(fc, names),
      space: fc.constantFrom('', ' ', '\n', '\t', '\r\n  '),
      escaped: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      type: fc.constantFrom(...jsonTypes),
    }), {
      count: 10,
      examples: (names) => [
        { order: names, space: '', escaped: [false], type: jsonTypes[0]! },
        { order: [...names].reverse(), space: ' ', escaped: [false], type: jsonTypes[0]! },
        { order: names, space: '\r\n  ', escaped: [true], type: jsonTypes[0]! },
        ...jsonTypes.slice(1).map((type) => ({ order: names, space: ' ', escaped: [false], type })),
      ],
      body: (pairs, { space, escaped }) => {
        let at = 0
        const write = (text: string): string => `"${Array.from({ length: text.length }, (_, place) => (escaped[at++ % escaped.length] ? unicode(text, place) : JSON.stringify(text[place]).slice(1, -1))).join('')}"`
        return `${space}{${space}${pairs.map(([name, value]) => `${write(name)}${space}:${space}${write(value)}`).join(`${space},${space}`)}${space}}${space}`
      },
    }),
  },
  {
    id: 'grants/properties/encodings/unknown-parameters',
    title: 'Parameters that nobody knows do not keep a client from its token, whatever they are called and hold',
    sources: [rfc(6749, '3.2'), documentation],
    level: 'must',
    needs: ['client-credentials'],
    async run(world) {
      const { ask, pairs } = await plainRequest(world)
      await expectForAll(world, (fc) => fc.dictionary(fc.stringMatching(/^[A-Za-z][\w.-]{0,15}$/).map((name) => `conformance_${name}`), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { minKeys: 1, maxKeys: 4 }), {
        count: 8,
        examples: [{ conformance_test: 'value' }, { conformance_grant_type: 'password', conformance_scope: 'admin' }, { 'conformance_a.b-c': '&=+%' }],
        judge: async (extra) => expectNone(world, refusedFindings(await ask([...Object.entries(extra), ...pairs].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`).join('&')), 'POST /oauth/token')),
      })
    },
  },
])

interface Writing<T> {
  readonly count: number
  readonly examples: (names: string[]) => readonly T[]
  readonly body: (pairs: Pairs, input: T) => string
}

/** The same request in other writings gets a token for the same scopes. */
async function expectSameAnswer<T extends { readonly order: readonly string[]; readonly type?: string }>(
  world: World, arbitrary: (fc: typeof FastCheck, names: string[]) => FastCheck.Arbitrary<T>, { count, examples, body }: Writing<T>,
): Promise<void> {
  const { ask, pairs, scopes } = await plainRequest(world)
  const names = pairs.map(([name]) => name)
  await expectForAll(world, (fc) => arbitrary(fc, names), {
    count,
    examples: examples(names),
    async judge(input) {
      const ordered = input.order.map((name) => pairs.find(([other]) => other === name)!)
      const answer = await ask(body(ordered, input), input.type)
      const now = scopesOf(answer) ?? scopes
      expectNone(world, refusedFindings(answer, 'POST /oauth/token'), now.join(' ') === scopes.join(' ') ? [] : [finding('body /scope', scopes.join(' ') || '(nothing)', now.join(' ') || '(nothing)')])
    },
  })
}

/** A request for as many scopes as there are, and how the target answers to it as it is usually written. */
async function plainRequest(world: World): Promise<{ readonly ask: (body: string, type?: string) => Promise<Answer>; readonly pairs: Pairs; readonly scopes: readonly string[] }> {
  const { clientId, clientSecret } = machineOf(world)
  const { audience, scopes: wanted } = required(world.personas.api, 'api')
  const pairs: Pairs = [['grant_type', 'client_credentials'], ['client_id', clientId], ['client_secret', clientSecret], ['audience', audience], ...(wanted.length > 0 ? [['scope', wanted.join(' ')] as const] : [])]
  const ask = (body: string, type = formTypes[0]!): Promise<Answer> => world.client.send({ method: 'POST', path: '/oauth/token', body, headers: { 'content-type': type } })
  let answer = await world.client.send({ method: 'POST', path: '/oauth/token', form: pairs })
  // Spaces as %20 where the target does not understand the usual plus.
  if (answer.status !== 200) answer = await ask(pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&'))
  if (answer.status !== 200) throw new Blocked(`a token can't be had in the usual way: POST /oauth/token answered ${answer.status}`)
  return { ask, pairs, scopes: scopesOf(answer) ?? [...wanted].sort() }
}

function orderOf(fc: typeof FastCheck, names: string[]): FastCheck.Arbitrary<string[]> {
  return fc.shuffledSubarray(names, { minLength: names.length })
}

function percent(character: string, digits: Digits): string {
  return Array.from(Buffer.from(character), (byte) => {
    const hex = byte.toString(16).padStart(2, '0')
    return `%${digits === 'upper' ? hex.toUpperCase() : hex}`
  }).join('')
}

function unicode(text: string, place: number): string {
  return `\\u${text.charCodeAt(place).toString(16).padStart(4, '0')}`
}
