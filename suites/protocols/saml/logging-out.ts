import { inflateRawSync } from 'node:zlib'
import type { Answer } from '../../../core/client.ts'
import { Blocked } from '../../../core/finding.ts'
import { fieldOf, readPage } from '../../../core/page.ts'
import type { World } from '../../../core/world.ts'

import { parseXml, select, type XmlElement } from '../../xml.ts'
import { cookiesAfter } from '../oidc/session.ts'
import { authnRequest, byRedirect, formOf, queryOf, signed, signedXml, signingProvider, success, type OwnMessage, type Subject } from './service-provider.ts'

/** A session at a service provider, as its assertion tells of it. */
export interface Session {
  readonly cookies: string
  readonly subject: Subject
  readonly assertion: XmlElement
}

/** What came back for a logout request, by whichever binding. */
export interface LogoutAnswer {
  readonly answer: Answer
  readonly message: LogoutMessage | undefined
}

/** A message to a service provider. */
export interface LogoutMessage {
  readonly binding: 'HTTP-POST' | 'HTTP-Redirect'
  /** Where it goes, without the parameters of the redirect binding. */
  readonly address: string
  readonly relayState: string | undefined
  readonly text: string
  readonly root: XmlElement | undefined
  /** The query of the redirect binding, as it stands in the address. */
  readonly query: string
}

/** A service provider's request to log out, as it is sent. */
export type Sending = (world: World, message: OwnMessage, relayState: string) => Promise<{ readonly path: string; readonly form?: Readonly<Record<string, string>> }>

/** Signed, by POST. */
export const signedPost: Sending = async (world, message, relayState) =>
  ({ path: logoutPath(world), form: formOf(await signedXml(message, signingProvider(world).signingKey), relayState) })

/** Signed, by redirect. */
export const signedRedirect: Sending = async (world, message, relayState) =>
  ({ path: `${logoutPath(world)}?${queryOf(signed(byRedirect(message, relayState), signingProvider(world).signingKey))}` })

/** Address of the logout, below the target's. */
export function logoutPath(world: World): string {
  return `/samlp/${signingProvider(world).clientId}/logout`
}

/** Logs in at a service provider that signs. Throws {@link Blocked} where no assertion comes of it. */
export async function openSession(world: World, provider = signingProvider(world)): Promise<Session> {
  const { answer, cookies } = await world.given.loggedIn(loginPath(world, provider))
  const assertion = select(responseOf(answer), 'saml:Assertion')[0]
  const nameId = select(assertion, 'saml:Subject/saml:NameID')[0]
  const sessionIndex = select(assertion, 'saml:AuthnStatement')[0]?.attributes.SessionIndex
  if (!assertion || !nameId || sessionIndex === undefined) throw new Blocked(`the login gave no assertion with NameID and SessionIndex: it ended with ${answer.status} at ${answer.url.pathname}`)
  return { cookies, assertion, subject: { nameId: nameId.text, format: nameId.attributes.Format, sessionIndex } }
}

/** Whether a login needs no password: a response comes at once. */
export async function isAlive(world: World, cookies: string): Promise<boolean> {
  const answer = await world.client.send({ method: 'GET', path: loginPath(world), ...(cookies === '' ? {} : { headers: { cookie: cookies } }) })
  return select(responseOf(answer), 'samlp:Status/samlp:StatusCode')[0]?.attributes.Value === success
}

/** Sends a logout request in a session, and says which cookies the browser has then. */
export async function logOut(world: World, cookies: string, message: OwnMessage, relayState: string, sending: Sending): Promise<LogoutAnswer & { readonly cookies: string }> {
  const { path, form } = await sending(world, message, relayState)
  const answer = await world.client.send({ method: form ? 'POST' : 'GET', path, headers: { cookie: cookies }, ...(form ? { form } : {}) })
  return { answer, message: messageOf(answer), cookies: cookiesAfter(cookies, answer) }
}

function loginPath(world: World, provider = signingProvider(world)): string {
  return `/samlp/${provider.clientId}?${queryOf(signed(byRedirect(authnRequest(world, provider), `relay-${world.unique()}`), provider.signingKey))}`
}

function responseOf(answer: Answer): XmlElement | undefined {
  const form = readPage(answer.body, answer.url).forms.find((candidate) => fieldOf(candidate, 'SAMLResponse') !== undefined)
  return parseXml(Buffer.from(fieldOf(form, 'SAMLResponse') ?? '', 'base64').toString('utf8'))
}

/** The message of an answer, by either binding. */
export function messageOf(answer: Answer, field: 'SAMLRequest' | 'SAMLResponse' = 'SAMLResponse'): LogoutMessage | undefined {
  const encoded = answer.location?.searchParams.get(field)
  if (answer.location && encoded) {
    const { origin, pathname, search, searchParams } = answer.location
    const text = inflated(encoded)
    return { binding: 'HTTP-Redirect', address: `${origin}${pathname}`, relayState: searchParams.get('RelayState') ?? undefined, text, root: parseXml(text), query: search.slice(1) }
  }
  const form = readPage(answer.body, answer.url).forms.find((candidate) => fieldOf(candidate, field) !== undefined)
  if (!form) return undefined
  const text = Buffer.from(fieldOf(form, field) ?? '', 'base64').toString('utf8')
  return { binding: 'HTTP-POST', address: form.action.href, relayState: fieldOf(form, 'RelayState'), text, root: parseXml(text), query: '' }
}

function inflated(encoded: string): string {
  try {
    return inflateRawSync(Buffer.from(encoded, 'base64'), { maxOutputLength: 1024 * 1024 }).toString('utf8')
  } catch {
    return ''
  }
}
