import type { Answer, RequestStatement } from '../../../core/client.ts'
import { expectThat, finding, show } from '../../../core/expectation.ts'
import { Blocked, Mismatch } from '../../../core/finding.ts'
import { fieldOf, readPage, type PageForm } from '../../../core/page.ts'
import type { SamlClientPersona } from '../../../core/persona.ts'
import type { World } from '../../../core/world.ts'
import { required } from '../../endpoints/recipes.ts'

import { elementsAt, parseXml, type XmlElement } from '../../xml.ts'
import { asksToLogIn } from '../oidc/authorization/browser.ts'
import { cookiesAfter } from '../oidc/session.ts'
import { readResponse, type Message } from './message.ts'
import { renderMessage } from './pretty.ts'
import { authnRequest, byRedirect, formOf, queryOf, type OwnMessage } from './service-provider.ts'

/** The application that the checks log in to. Throws {@link Blocked} where the target has none. */
export function provider(world: World): SamlClientPersona {
  return required(world.personas.clients.saml, 'clients.saml')
}

/** Path and query of a request by redirect. */
export function redirectPath({ clientId }: SamlClientPersona, message: OwnMessage, relayState: string): string {
  return `/samlp/${clientId}?${queryOf(byRedirect(message, relayState))}`
}

/** A login that was answered with a form. */
export interface SignOn {
  readonly request: OwnMessage | undefined
  readonly relayState: string | undefined
  /** Milliseconds by our clock: before the request, and after the answer. */
  readonly from: number
  readonly until: number
  readonly answer: Answer
  readonly form: PageForm
  readonly message: Message
  readonly cookies: string
}

/** The metadata, fetched once. */
export function metadataOf(world: World): Promise<{ readonly answer: Answer; readonly root: XmlElement | undefined; readonly certificates: readonly string[] }> {
  return world.once('protocols/saml metadata', async () => {
    const answer = await world.client.send({ method: 'GET', path: `/samlp/metadata/${provider(world).clientId}` })
    const root = parseXml(answer.body)
    const keys = elementsAt(root, 'IDPSSODescriptor', 'KeyDescriptor').filter(({ attributes }) => (attributes.use ?? 'signing') === 'signing')
    return { answer, root, certificates: keys.flatMap((key) => elementsAt(key, 'KeyInfo', 'X509Data', 'X509Certificate')).map(({ text }) => text.replace(/\s+/g, '')) }
  })
}

/** The main login: by redirect, through the login page. Its session serves the others. */
export async function signOn(world: World): Promise<SignOn> {
  return shown(world, await world.once('protocols/saml sign-on', async () => {
    const request = authnRequest(world, provider(world))
    const relayState = `relay-${world.unique()}`
    const from = Date.now()
    const { answer, cookies } = await world.given.loggedIn(redirectPath(provider(world), request, relayState))
    return signOnOf(world, { answer, cookies, from, request, relayState })
  }))
}

/** A further login in the session of the main one, made once for each name. */
export async function furtherSignOn(world: World, name: string, make: () => { readonly statement: RequestStatement; readonly request?: OwnMessage; readonly relayState?: string }): Promise<SignOn> {
  const { cookies } = await signOn(world)
  return shown(world, await world.once(`protocols/saml sign-on ${name}`, async () => {
    const { statement, request, relayState } = make()
    const from = Date.now()
    const answer = statement.method === 'GET' ? await answerToUser(world, statement.path) : await visit(world, statement, cookies)
    // Whether it is served by POST, and whether a session is used again, is for others to judge.
    if (statement.method === 'POST' && [404, 405, 501].includes(answer.status)) throw new Blocked(`POST ${answer.url.pathname} answered ${answer.status}, which another check judges`)
    if (waitsForUser(answer)) throw new Blocked('the session of a login is not used again')
    return signOnOf(world, { answer, cookies, from, request, relayState })
  }))
}

/** What a user who is logged in gets who is sent to `path`: in the session of the main login, or where that is not used again, after another login. */
export async function answerToUser(world: World, path: string): Promise<Answer> {
  const { cookies } = await signOn(world)
  const answer = await visit(world, { method: 'GET', path }, cookies)
  return waitsForUser(answer) ? (await world.given.loggedIn(path)).answer : answer
}

function waitsForUser(answer: Answer): boolean {
  return answer.status === 200 && messageForm(answer, 'SAMLResponse') === undefined && asksToLogIn(answer)
}

/** By POST, in the session of the main login. */
export function signOnByPost(world: World): Promise<SignOn> {
  return furtherSignOn(world, 'by POST', () => {
    const request = authnRequest(world, provider(world))
    const relayState = `relay-${world.unique()}`
    return { request, relayState, statement: { method: 'POST', path: `/samlp/${provider(world).clientId}`, form: formOf(request.xml, relayState) } }
  })
}

/** Begun by the identity provider, in the session of the main login. */
export function signOnUnasked(world: World): Promise<SignOn> {
  return furtherSignOn(world, 'unasked', () => ({ statement: { method: 'GET', path: `/samlp/${provider(world).clientId}` } }))
}

/** Sends a request with the cookies of a session, and follows redirects inside the target. */
export async function visit(world: World, statement: RequestStatement, cookies: string): Promise<Answer> {
  let jar = cookies
  const ask = async (one: RequestStatement): Promise<Answer> => {
    const answer = await world.client.send({ ...one, headers: { ...one.headers, ...(jar === '' ? {} : { cookie: jar }) } })
    jar = cookiesAfter(jar, answer)
    return answer
  }
  let answer = await ask(statement)
  for (let hops = 0; hops < 6 && answer.status >= 300 && answer.status < 400; hops++) {
    const { location } = answer
    if (!location || location.origin !== new URL(world.target.baseUrl).origin) break
    answer = await ask({ method: 'GET', path: location.href })
  }
  return answer
}

/** The form of a page that carries a message. */
export function messageForm(answer: Answer, field: string): PageForm | undefined {
  return readPage(answer.body, answer.url).forms.find((form) => fieldOf(form, field) !== undefined)
}

async function signOnOf(world: World, { answer, ...rest }: Pick<SignOn, 'answer' | 'cookies' | 'from' | 'request' | 'relayState'>): Promise<SignOn> {
  const until = Date.now()
  if (answer.status >= 500) throw new Blocked(`the login ended with ${answer.status}`)
  const form = messageForm(answer, 'SAMLResponse')
  expectThat(world, form !== undefined, 'body', 'a form with SAMLResponse', `${answer.status} ${show(answer.mediaType)}`)
  const message = await readResponse(fieldOf(form, 'SAMLResponse') ?? '', (await metadataOf(world)).certificates)
  if ('unreadable' in message) {
    throw new Mismatch([finding('form input SAMLResponse', 'a samlp:Response in base64', message.unreadable)])
  }
  return { ...rest, answer, until, form, message }
}

/** Two verifiers that disagree accuse nobody: it is ours to find out who is wrong. */
function shown(world: World, made: SignOn): SignOn {
  world.attach({ name: made.request ? 'SAMLResponse' : 'SAMLResponse, unasked', mediaType: 'application/xml', text: () => renderMessage(made.message) })
  const { disagreement } = made.message.verification
  if (disagreement !== undefined) throw new Error(`the two verifiers of signatures disagree: ${disagreement}`)
  return made
}
