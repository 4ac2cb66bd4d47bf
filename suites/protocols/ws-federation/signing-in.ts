import type { Source } from '../../../core/check.ts'
import type { Answer } from '../../../core/client.ts'
import { expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked, Mismatch } from '../../../core/finding.ts'
import { fieldOf, type PageForm } from '../../../core/page.ts'
import type { WsFedClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { required } from '../../endpoints/recipes.ts'

import { elementsAt, parseXml, type XmlElement } from '../../xml.ts'
import { readTokenResponse, type Message } from '../saml/message.ts'
import { renderMessage } from '../saml/pretty.ts'
import { messageForm, visit } from '../saml/sign-on.ts'

/** Where the tenant's metadata stands (WS-Federation 3.2.2). */
export const metadataPath = '/wsfed/FederationMetadata/2007-06/FederationMetadata.xml'

/** A section of the assertions that WS-Federation tokens are. */
export function saml11(section: string): Source {
  return { name: 'SAML 1.1 Core', section, url: 'https://www.oasis-open.org/committees/download.php/3406/oasis-sstc-saml-core-1.1.pdf' }
}

/** The application that the checks sign in to. Throws {@link Blocked} where the target has none. */
export function party(world: World): WsFedClientPersona {
  return required(world.personas.clients.wsfed, 'clients.wsfed')
}

/** What the party calls itself. */
export function realmOf(world: World): string {
  return party(world).realm ?? `urn:${party(world).clientId}`
}

/** Path and query of a sign-in at the address of the client; `undefined` leaves a parameter out. */
export function signInPath(world: World, parameters: Readonly<Record<string, string | undefined>> = {}, path = `/wsfed/${party(world).clientId}`): string {
  const all: Readonly<Record<string, string | undefined>> = { wa: 'wsignin1.0', wtrealm: realmOf(world), wreply: party(world).reply, ...parameters }
  return `${path}?${new URLSearchParams(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined))}`
}

/** A sign-in that was answered with a form. */
export interface SignIn {
  readonly context: string | undefined
  readonly from: number
  readonly until: number
  readonly answer: Answer
  readonly form: PageForm
  readonly message: Message
  readonly cookies: string
}

/** The metadata, fetched once. */
export function metadataOf(world: World): Promise<{ readonly root: XmlElement | undefined; readonly body: string; readonly certificates: readonly string[] }> {
  return world.once('protocols/ws-federation metadata', async () => {
    const { body } = await world.client.send({ method: 'GET', path: metadataPath })
    const root = parseXml(body)
    return { root, body, certificates: certificatesOf(root) }
  })
}

/** The certificates of a description: DER in base64. */
export function certificatesOf(root: XmlElement | undefined): string[] {
  return elementsAt(root, 'RoleDescriptor', 'KeyDescriptor', 'KeyInfo', 'X509Data', 'X509Certificate').map(({ text }) => text.replace(/\s+/g, ''))
}

/** The main sign-in, through the login page. Its session serves the others. */
export async function signIn(world: World): Promise<SignIn> {
  return shown(world, await world.once('protocols/ws-federation sign-in', async () => {
    const context = `context-${world.unique()} <"&'> é世`
    const from = Date.now()
    const { answer, cookies } = await world.given.loggedIn(signInPath(world, { wctx: context }))
    return signInOf(world, { answer, cookies, from, context })
  }))
}

/** A further sign-in in the session of the main one, made once for each path. */
export async function furtherSignIn(world: World, path: string): Promise<SignIn> {
  const { cookies } = await signIn(world)
  return shown(world, await world.once(`protocols/ws-federation sign-in ${path}`, async () => {
    const from = Date.now()
    return signInOf(world, { answer: await visit(world, { method: 'GET', path }, cookies), cookies, from, context: undefined })
  }))
}

async function signInOf(world: World, { answer, ...rest }: Pick<SignIn, 'answer' | 'cookies' | 'from' | 'context'>): Promise<SignIn> {
  const until = Date.now()
  if (answer.status >= 500) throw new Blocked(`the sign-in ended with ${answer.status}`)
  const form = messageForm(answer, 'wresult')
  expectThat(world, form !== undefined, 'body', 'a form with wresult', `${answer.status} ${show(answer.mediaType)}`)
  const message = await readTokenResponse(fieldOf(form, 'wresult') ?? '', (await metadataOf(world)).certificates)
  if ('unreadable' in message) throw new Mismatch([finding('form input wresult', 'a RequestSecurityTokenResponse', message.unreadable)])
  return { ...rest, answer, until, form, message }
}

function shown(world: World, made: SignIn): SignIn {
  world.attach({ name: 'wresult', mediaType: 'application/xml', text: () => renderMessage(made.message) })
  const { disagreement } = made.message.verification
  if (disagreement !== undefined) throw new Error(`the two verifiers of signatures disagree: ${disagreement}`)
  return made
}
