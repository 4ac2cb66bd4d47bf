import { askSilently, logOut, openBrowser } from './browser-moves.ts'
import { authorize, redeemElsewhere, redeemRightly, redeemWrongly, replay } from './code-moves.ts'
import { clientCredentials, clientCredentialsWrongly, passwordOfAnother, passwordRightly, userinfoOfApplication } from './grant-moves.ts'
import type { Move } from './model.ts'
import { askUserinfo, refreshElsewhere, refreshEnded, refreshRightly, reuse, revokeElsewhere, revokeRightly } from './token-moves.ts'

/** What a sequence will have led to by some point, if the target conforms: enough to tell which moves can be made there. */
export interface Outlook {
  /** Codes that nobody redeemed, and those that were. */
  fresh: number
  used: number
  /** Refreshes of each login that goes on. */
  readonly logins: number[]
  ended: number
  /** Browsers of this sequence in which somebody is logged in, and those that logged out. */
  open: number
  out: number
  applicationTokens: number
  /** Beside so many logins no further one is begun. */
  readonly mostLogins: number
}

/** A kind of move, where in a sequence it says something, and what it changes. */
interface Kind {
  readonly move: Move
  readonly isPossible: (outlook: Outlook) => boolean
  readonly change?: (outlook: Outlook, pick: number) => void
}

const always = (): boolean => true
const withCode = ({ fresh }: Outlook): boolean => fresh > 0
const withUsedCode = ({ used }: Outlook): boolean => used > 0
const withLogin = ({ logins }: Outlook): boolean => logins.length > 0

// What is done to one of many is rarely what would show.
const asking = { isPossible: ({ fresh, logins, mostLogins }: Outlook) => fresh < 2 && fresh + logins.length < mostLogins, change: (outlook: Outlook) => void outlook.fresh++ }
const refreshing = { isPossible: withLogin, change: ({ logins }: Outlook, pick: number) => void logins[pick % logins.length]!++ }
const browsing = { isPossible: ({ open }: Outlook) => open < 2, change: (outlook: Outlook) => void outlook.open++ }
const loggingIn = { isPossible: ({ logins, mostLogins }: Outlook) => logins.length < mostLogins, change: ({ logins }: Outlook) => void logins.push(0) }

function ends(outlook: Outlook, pick: number): void {
  outlook.logins.splice(pick % outlook.logins.length, 1)
  outlook.ended++
}

/** Every kind of move. */
export const kinds = {
  'authorize confidential': { move: authorize('confidential'), ...asking },
  'authorize public': { move: authorize('public'), ...asking },
  'authorize other': { move: authorize('other'), ...asking },
  redeem: {
    move: redeemRightly,
    isPossible: withCode,
    change(outlook) {
      outlook.fresh--
      outlook.used++
      outlook.logins.push(0)
    },
  },
  replay: { move: replay, isPossible: withUsedCode },
  'redeem elsewhere': { move: redeemElsewhere, isPossible: withCode },
  'redeem with another redirect URI': { move: redeemWrongly('another redirect URI'), isPossible: withCode },
  'redeem with another verifier': { move: redeemWrongly('another verifier'), isPossible: withCode },
  'redeem with no verifier': { move: redeemWrongly('no verifier'), isPossible: withCode },
  refresh: { move: refreshRightly('all scopes'), ...refreshing },
  'refresh narrowed': { move: refreshRightly('openid alone'), ...refreshing },
  'refresh widened': { move: refreshRightly('more scopes'), ...refreshing },
  'refresh elsewhere': { move: refreshElsewhere, isPossible: withLogin },
  reuse: { move: reuse, isPossible: ({ logins }) => logins.some((refreshes) => refreshes > 1), change: (outlook) => ends(outlook, outlook.logins.findIndex((refreshes) => refreshes > 1)) },
  revoke: { move: revokeRightly, isPossible: withLogin, change: ends },
  'revoke elsewhere': { move: revokeElsewhere, isPossible: withLogin },
  'refresh ended': { move: refreshEnded, isPossible: ({ ended }) => ended > 0 },
  userinfo: { move: askUserinfo, isPossible: withLogin },
  'client credentials': { move: clientCredentials, isPossible: always, change: (outlook) => void outlook.applicationTokens++ },
  'client credentials with another secret': { move: clientCredentialsWrongly, isPossible: always },
  'userinfo of an application': { move: userinfoOfApplication, isPossible: ({ applicationTokens }) => applicationTokens > 0 },
  password: { move: passwordRightly, ...loggingIn },
  'password of another': { move: passwordOfAnother, isPossible: always },
  'log in': { move: openBrowser('main'), ...browsing },
  'log in as another': { move: openBrowser('second'), ...browsing },
  'log out': {
    move: logOut,
    isPossible: ({ open }) => open > 0,
    change(outlook) {
      outlook.open--
      outlook.out++
    },
  },
  'ask silently': { move: askSilently('confidential'), isPossible: ({ out }) => out > 0 },
  'ask silently for another client': { move: askSilently('public'), isPossible: ({ out }) => out > 0 },
} satisfies Record<string, Kind>

export type KindName = keyof typeof kinds

/** One move: `pick` chooses among what there is by then. */
export interface Step {
  readonly kind: KindName
  readonly pick: number
}

export type Sequence = readonly Step[]

/** How often each kind of move is made, beside the others. */
export type Weights = Readonly<Partial<Record<KindName, number>>>

/** A kind as what every kind has. */
export function kindOf(name: KindName): Kind {
  return kinds[name]
}
