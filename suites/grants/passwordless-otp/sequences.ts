import type { Check, Source } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectNone, expectOneOf, expectThat } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'
import { decodeJwt } from '../../../specs/judgement.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'
import { required } from '../../endpoints/recipes.ts'
import { auth0Docs, oidcCore, rfc } from '../../sources.ts'
import { bodyOf, grantedFindings, refusedFindings, tokenOf } from '../token-requests.ts'

const otpGrant = 'http://auth0.com/oauth/grant-type/passwordless/otp'
const emailPage = auth0Docs('authenticate/passwordless/authentication-methods/email-otp')
const grantPage = auth0Docs('api/authentication/passwordless/authenticate-user')
const auth0Swift: Source = { name: 'Auth0.swift, AuthenticationError', url: 'https://github.com/auth0/Auth0.swift/blob/850e1a28/Auth0/AuthenticationError.swift' }
const at = 'POST /oauth/token'
const shared = { profiles: ['auth0'], needs: ['inbox', 'passwordless-email', 'passwordless-otp'], effects: ['email'] } satisfies Partial<StatedCheck>

type SentCode = Awaited<ReturnType<World['given']['oneTimeCode']>>

/** What a one-time code is still good for once others have been sent and tried. */
export const passwordlessSequences: readonly Check[] = toChecks({ operations: ['POST /passwordless/start', at], collectionItems: [] }, [
  {
    ...shared,
    id: 'grants/passwordless-otp/superseded-code',
    title: 'A one-time code is refused once a newer one was sent to the same address',
    sources: [emailPage],
    level: 'should',
    run: async (world) => expectNone(world, grantedFindings((await mistakes(world)).superseded, at)),
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/code-of-another-address',
    title: 'A one-time code that was sent to another address is refused',
    sources: [grantPage, emailPage],
    level: 'must',
    run: async (world) => expectNone(world, grantedFindings((await mistakes(world)).ofAnother, at)),
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/unlike',
    title: 'One-time codes that were sent one after another are neither the same nor do they count up',
    sources: [emailPage, rfc(6749, '10.10')],
    level: 'should',
    async run(world) {
      const { other, first, second } = await sentCodes(world)
      const codes = [other, first, second].map(({ code }) => Number(code))
      const steps = codes.slice(1).map((code, at) => Math.abs(code - codes[at]!))
      // Three codes of six digits are so near one another by chance once in ten thousand million times.
      expectThat(world, steps.some((step) => step > 9), 'codes of three messages', 'far from one another', 'the same, or a few apart')
    },
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/leading-zero',
    title: 'A one-time code is refused with a zero before it',
    sources: [grantPage, auth0Swift],
    level: 'must',
    run: async (world) => expectNone(world, grantedFindings((await almostRight(world)).zero, at)),
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/right-after-mistakes',
    title: 'After two mistakes the newest code still gives tokens',
    sources: [emailPage],
    level: 'should',
    run: async (world) => expectNone(world, refusedFindings((await mistakes(world)).right, at)),
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/verified-address',
    title: 'An address that a code was sent to and came back from counts as verified',
    sources: [oidcCore('5.1', 'StandardClaims'), auth0Docs('manage-users/user-accounts/verify-emails')],
    // That the first code verifies the address is said of one-time codes in general.
    level: 'may',
    async run(world) {
      const { right, username } = await mistakes(world)
      const { email, email_verified: verified } = decodeJwt(tokenOf(right, 'id_token'))?.claims ?? {}
      if (email === undefined) throw new Blocked('the ID token names no address')
      expectThat(world, typeof email === 'string' && email.toLowerCase() === username.toLowerCase(), 'id_token claims /email', username, email)
      expectThat(world, verified === true, 'id_token claims /email_verified', 'true', verified)
    },
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/email-claim',
    title: 'The ID token for the scope email names the address that the code was sent to',
    sources: [oidcCore('5.4', 'ScopeClaims'), auth0Docs('get-started/apis/scopes/openid-connect-scopes')],
    level: 'should',
    async run(world) {
      const { right, username } = await mistakes(world)
      const { email } = decodeJwt(tokenOf(right, 'id_token'))?.claims ?? {}
      expectThat(world, typeof email === 'string' && email.toLowerCase() === username.toLowerCase(), 'id_token claims /email', username, email)
    },
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/longer-code',
    title: 'A one-time code is refused with a digit more',
    sources: [grantPage, auth0Swift],
    level: 'must',
    run: async (world) => expectNone(world, grantedFindings((await almostRight(world)).longer, at)),
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/shorter-code',
    title: 'A one-time code is refused without its last digit',
    sources: [grantPage, auth0Swift],
    level: 'must',
    run: async (world) => expectNone(world, grantedFindings((await almostRight(world)).shorter, at)),
  },
  {
    id: 'grants/passwordless-otp/text-of-sms',
    title: 'A wrong code of a text message is refused with the text for phone numbers that SDKs compare',
    profiles: ['auth0'],
    needs: ['inbox', 'passwordless-sms', 'passwordless-otp'],
    effects: ['sms'],
    sources: [auth0Swift],
    level: 'must',
    async run(world) {
      const { username, code } = await world.given.oneTimeCode({ via: 'sms' })
      const answer = await exchange(world, username, otherCode(code, 1), 'sms')
      const { error, error_description: description } = bodyOf(answer)
      expectOneOf(world, 'body /error', error, ['invalid_grant'])
      expectOneOf(world, 'body /error_description', description, ['Wrong phone number or verification code.'])
    },
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/code-of-another-connection',
    title: 'A code that was sent by e-mail is no code of a text message',
    sources: [grantPage],
    level: 'should',
    needs: [...shared.needs, 'passwordless-sms'],
    run: async (world) => expectNone(world, grantedFindings((await attempts(world)).asText, at)),
  },
  {
    ...shared,
    id: 'grants/passwordless-otp/three-mistakes',
    title: 'After three wrong codes the right one is refused',
    sources: [emailPage],
    level: 'should',
    run: async (world) => expectNone(world, grantedFindings((await attempts(world)).afterThree, at)),
  },
])

/** A code to one address; then one to another address, and a newer one to it. */
function sentCodes(world: World): Promise<{ readonly other: SentCode; readonly first: SentCode; readonly second: SentCode }> {
  return world.once('grants/passwordless-otp codes', async () => {
    const other = await world.given.oneTimeCode({ via: 'email' })
    const first = await world.given.oneTimeCode({ via: 'email' })
    const second = await world.given.oneTimeCode({ via: 'email', username: first.username })
    return { other, first, second }
  })
}

async function differentCodes(world: World): ReturnType<typeof sentCodes> {
  const codes = await sentCodes(world)
  if (new Set([codes.other.code, codes.first.code, codes.second.code]).size < 3) throw new Blocked('two of three codes are the same')
  return codes
}

/** What comes of the wrong codes for an address, and of the right one after them. */
function mistakes(world: World): Promise<{ readonly username: string; readonly superseded: Answer; readonly ofAnother: Answer; readonly right: Answer }> {
  return world.once('grants/passwordless-otp mistakes', async () => {
    const { other, first: { username, code: old }, second: { code } } = await differentCodes(world)
    const superseded = await exchange(world, username, old)
    const ofAnother = await exchange(world, username, other.code)
    return { username, superseded, ofAnother, right: await exchange(world, username, code) }
  })
}

/** What comes of a good code at the wrong connection, and after three wrong ones. */
function attempts(world: World): Promise<{ readonly asText: Answer; readonly afterThree: Answer }> {
  return world.once('grants/passwordless-otp attempts', async () => {
    const { other: { username, code } } = await differentCodes(world)
    const asText = await exchange(world, username, code, 'sms')
    for (const attempt of [1, 2, 3]) await exchange(world, username, otherCode(code, attempt))
    return { asText, afterThree: await exchange(world, username, code) }
  })
}

/** What comes of a code with more and with fewer digits. None comes after a third mistake, when nothing would be learned. */
function almostRight(world: World): Promise<{ readonly longer: Answer; readonly shorter: Answer; readonly zero: Answer }> {
  return world.once('grants/passwordless-otp almost right', async () => {
    const { username, code } = await world.given.oneTimeCode({ via: 'email' })
    const longer = await exchange(world, username, `${code}0`)
    const shorter = await exchange(world, username, code.slice(0, -1))
    return { longer, shorter, zero: await exchange(world, username, `0${code}`) }
  })
}

function exchange(world: World, username: string, otp: string, realm: 'email' | 'sms' = 'email'): Promise<Answer> {
  const { confidential, public: open } = world.personas.clients
  const { clientId, clientSecret } = required([confidential, open].find((client) => client?.grantTypes?.includes(otpGrant)), `a client with ${otpGrant}`)
  return world.client.send({
    method: 'POST', path: '/oauth/token',
    form: { grant_type: otpGrant, client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }), username, otp, realm, scope: 'openid email' },
  })
}

/** Another code of as many digits. */
function otherCode(code: string, step: number): string {
  return code.replace(/\d$/, (last) => String((Number(last) + step) % 10))
}
