import type { Check } from '../../core/check.ts'
import { expectNone, finding, show } from '../../core/expectation.ts'
import { Blocked, type Finding } from '../../core/finding.ts'
import type { World } from '../../core/world.ts'
import { decodeJwt } from '../../specs/judgement.ts'
import { toChecks, type StatedCheck } from '../checks.ts'
import { rfc } from '../sources.ts'
import { bodyOf, redeem } from './token-requests.ts'

/** What is good for nobody but who was given it. */
const values = {
  code: 'Authorization codes are too long and too different to be guessed',
  access_token: 'Access tokens are too long and too different to be guessed',
  refresh_token: 'Refresh tokens are too long and too different to be guessed',
} as const

type Name = keyof typeof values

/** The fewest printable characters that 128 bits take: 128 / log2(94). */
const fewestCharacters = 20
/** Two random values of that length hardly share one character; what counts upwards shares nearly all. */
const fewestDifferences = 10

/** The chance of guessing one must not be above 2^-128: it is easily seen where a value is too short for that, or counts upwards. */
export const guessing: readonly Check[] = toChecks({ operations: ['POST /oauth/token'], collectionItems: [] }, Object.entries(values).flatMap(([name, title]) =>
  (['auth0', 'standard'] as const).map((profile): StatedCheck => ({
    id: `grants/guessing/${name.replace('_', '-')}${profile === 'auth0' ? '' : '/standard'}`,
    title,
    sources: [rfc(6749, '10.10')],
    // Auth0 says of its tokens that their length may change, and nothing of the least one.
    level: profile === 'auth0' ? 'should' : 'must',
    profiles: [profile],
    needs: ['authorization-code', 'login', ...(name === 'refresh_token' ? ['refresh-token' as const] : [])],
    async run(world) {
      const [first, second] = (await twoLogins(world)).map((login) => login[name as Name])
      if (first === undefined || second === undefined) throw new Blocked(`there is no ${name}`)
      expectNone(world, tooShort(name, first), tooAlike(name, first, second))
    },
  }))))

function twoLogins(world: World): Promise<readonly Partial<Record<Name, string>>[]> {
  return world.once('grants/guessing logins', async () => {
    const logins = []
    for (let times = 0; times < 2; times++) {
      const code = await world.given.authorizationCode({ client: 'confidential', scope: 'openid offline_access' })
      const body = bodyOf(await redeem(world, 'confidential', code))
      logins.push({ code: code.code, ...Object.fromEntries((['access_token', 'refresh_token'] as const).flatMap((name) => (typeof body[name] === 'string' ? [[name, body[name]]] : []))) })
    }
    return logins
  })
}

function tooShort(name: string, value: string): Finding[] {
  return value.length >= fewestCharacters ? [] : [finding(`length of ${name}`, `${fewestCharacters} characters at least, which 128 bits take`, show(value.length))]
}

/** A value may say the same in most of its characters, and be random in one of its parts, as signed and encrypted tokens are. */
function tooAlike(name: string, first: string, second: string): Finding[] {
  // Two that say the same in the same second are one, and it takes the key to make it.
  if (first === second && isSigned(first)) return []
  const others = second.split('.')
  const differences = Math.max(...first.split('.').map((part, place) => [...part].filter((character, at) => character !== others[place]?.[at]).length))
  return differences >= fewestDifferences ? [] : [finding(`${name} of two logins`, `${fewestDifferences} characters at least that differ`, show(differences))]
}

function isSigned(token: string): boolean {
  const { alg } = decodeJwt(token)?.header ?? {}
  return typeof alg === 'string' && alg.toLowerCase() !== 'none'
}
