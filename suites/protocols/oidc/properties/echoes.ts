import type * as FastCheck from 'fast-check'
import type { Check } from '../../../../core/check.ts'
import { expectThat, show } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import type { World } from '../../../../core/world.ts'
import { decodeJwt } from '../../../../specs/judgement.ts'
import { toChecks } from '../../../checks.ts'
import { bodyOf } from '../../../grants/token-requests.ts'
import { expectForAll } from '../../../property.ts'
import { auth0Docs, oidcCore, rfc } from '../../../sources.ts'
import { authorizationOperation, codeRequest, redeem, withConfidential, withOpenId } from '../authorization/authorizing.ts'
import { askingAgain, freshCode } from './asking.ts'

type Text = (fc: typeof FastCheck) => FastCheck.Arbitrary<string>

const authorizePage = auth0Docs('api/authentication/authorization-code-flow/authorize-application')

/** Characters of a text in a query, escapes counted as what they are: any server takes an address of two thousand. */
const longest = 1500

const printable = Array.from({ length: 95 }, (_, place) => String.fromCharCode(0x20 + place))

/** What decoders and limits stumble over, in letters of both cases; the end tells whether all of it came. */
const printableExamples = [
  'aB%2BcD%2520eF/gH?iJ==',
  'a+b&c=D#e%f;g',
  '{"returnTo":"/x?Y=1 z"}',
  // A number, a word and a time to parsers that guess types; an address to those that tidy paths.
  '00123456789012345678901', 'null', '2024-01-31T10:00:00Z', '//a/../b//./c',
  `_${printable.join('')}_`,
  ...[65, 129, 256, 513, 1025, 1400].map((length) => `${'Ab0-'.repeat(length / 4)}End.`.slice(-length)),
]

const unicodeExamples = ['zażółć-日本語-🙂-e\u0301', 'é-ñ-Å-\u212b-ﬁ', '👩‍👩‍👧-🇵🇱-𝒳', 'שלום-مرحبا', 'ß-İ-ı-Σς', '日'.repeat(150)]

const anyPrintable: Text = (fc) => fc.oneof(
  fc.string({ unit: fc.constantFrom(...printable), minLength: 1, maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...printable), minLength: 200, maxLength: 1400, size: 'max' }),
).map((text) => within(text.replace(/^ | $/g, '_')))

const anyUnicode: Text = (fc) => fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), fc.string({ unit: 'grapheme', minLength: 30, maxLength: 200, size: 'max' }))
  .map((text) => within(`_${text}_`.toWellFormed()))

/** What the application sends for itself comes back to it as it was. */
export const echoProperties: readonly Check[] = toChecks({ ...authorizationOperation }, [
  {
    id: 'protocols/oidc/properties/state',
    title: 'Any state of printable characters comes back unchanged',
    sources: [rfc(6749, '4.1.2'), rfc(6749, 'A.5'), authorizePage],
    level: 'must',
    needs: withConfidential,
    run: (world) => expectStates(world, anyPrintable, printableExamples, 4),
  },
  {
    // RFC 6749 has printable ASCII in a state only (appendix A.5): the standard says nothing of these.
    id: 'protocols/oidc/properties/state/unicode',
    title: 'Any state with characters of any language comes back unchanged',
    sources: [authorizePage],
    level: 'should',
    profiles: ['auth0'],
    needs: withConfidential,
    run: (world) => expectStates(world, anyUnicode, unicodeExamples, 4),
  },
  {
    id: 'protocols/oidc/properties/nonce',
    title: 'Any nonce of printable characters comes back unchanged in the ID token',
    sources: [oidcCore('3.1.2.1', 'AuthRequest'), oidcCore('2', 'IDToken'), authorizePage],
    level: 'must',
    operations: ['GET /authorize', 'POST /oauth/token'],
    needs: withOpenId,
    run: (world) => expectNonces(world, anyPrintable, printableExamples.filter((text) => text !== 'null' && !text.startsWith('//')), 2),
  },
  {
    id: 'protocols/oidc/properties/nonce/unicode',
    title: 'Any nonce with characters of any language comes back unchanged in the ID token',
    sources: [oidcCore('2', 'IDToken'), authorizePage],
    level: 'should',
    profiles: ['auth0'],
    operations: ['GET /authorize', 'POST /oauth/token'],
    needs: withOpenId,
    run: (world) => expectNonces(world, anyUnicode, unicodeExamples, 3),
  },
])

/** A server may refuse what it need not accept: what counts is what comes back, once a plain value has. */
async function expectStates(world: World, texts: Text, examples: readonly string[], more: number): Promise<void> {
  const ask = await askingAgain(world)
  await freshCode(ask, codeRequest(world).parameters)
  await expectForAll(world, texts, {
    count: examples.length + more,
    examples,
    async judge(state) {
      const answer = await ask(codeRequest(world, { state }).parameters)
      if (answer) expectThat(world, answer.get('state') === state, 'parameter state', show(state), answer.get('state') ?? undefined)
    },
  })
}

async function expectNonces(world: World, texts: Text, examples: readonly string[], more: number): Promise<void> {
  const ask = await askingAgain(world)
  const nonceFor = async (nonce: string): Promise<{ readonly nonce: unknown } | undefined> => {
    const { parameters, codeVerifier } = codeRequest(world, { nonce })
    const code = (await ask(parameters))?.get('code')
    if (!code) return undefined
    const claims = decodeJwt(bodyOf(await redeem(world, code, { codeVerifier })).id_token)?.claims
    return claims && { nonce: claims.nonce }
  }
  if (!(await nonceFor('conformance'))) throw new Blocked('a login with a plain nonce gives no ID token')
  await expectForAll(world, texts, {
    count: examples.length + more,
    examples,
    async judge(nonce) {
      const claims = await nonceFor(nonce)
      if (claims) expectThat(world, claims.nonce === nonce, 'claim nonce', show(nonce), claims.nonce)
    },
  })
}

/** As much of a text as an address takes. */
function within(text: string): string {
  const characters = [...text]
  let length = 0
  const end = characters.findIndex((character) => (length += encodeURIComponent(character).length) > longest)
  return end === -1 ? text : characters.slice(0, end).join('')
}
