import type { Answer } from '../../../core/client.ts'
import type { Check } from '../../../core/check.ts'
import { expectThat, show } from '../../../core/expectation.ts'
import { Blocked } from '../../../core/finding.ts'
import { fieldOf, readPage } from '../../../core/page.ts'
import type { World } from '../../../core/world.ts'
import { toChecks, type StatedCheck } from '../../checks.ts'

import { auth0Docs, nodeSamlp, saml } from '../../sources.ts'
import { parseXml, select } from '../../xml.ts'
import { strangersPem } from '../stranger.ts'
import { authnRequest, byRedirect, changed, formOf, queryOf, rsaSha1, signed, signedXml, signingProvider, success, type Parameters } from './service-provider.ts'

const documentation = auth0Docs('authenticate/protocols/saml/saml-sso-integrations/sign-and-encrypt-saml-requests')
const common = { level: 'must', needs: ['saml-signed-requests', 'login'], sources: [documentation, saml('bindings', '3.4.4.1')] } as const
const byPost = { ...common, sources: [documentation, saml('bindings', '3.5.4.1'), saml('core', '5.4.2')] } as const

/** An application with a signing certificate: what its key signed is answered, and nothing else. */
export const signedRequests: readonly Check[] = [
  ...toChecks({ operations: ['GET /samlp/{client_id}'], collectionItems: [] }, [
    {
      ...common,
      id: 'protocols/saml/signed-requests/redirect',
      title: 'Signed SAML requests: by redirect, with RSA and SHA-256, is answered',
      async run(world) {
        expectAnswered(world, (await signedLogin(world)).answer)
      },
    },
    {
      ...common,
      id: 'protocols/saml/signed-requests/redirect/rsa-sha1',
      title: 'Signed SAML requests: by redirect, with RSA and SHA-1, is answered',
      // Only the middleware says so, and a server that has left SHA-1 behind does no harm.
      level: 'may',
      profiles: ['auth0'],
      sources: [nodeSamlp],
      async run(world) {
        const { signingKey } = signingProvider(world)
        expectAnswered(world, await redirect(world, signed(unsignedQuery(world), signingKey, rsaSha1)))
      },
    },
    refusedByRedirect('unsigned', 'without a signature', (world) => unsignedQuery(world)),
    refusedByRedirect('other-relay-state', 'with another relay state than was signed', (world) => changed(validQuery(world), { RelayState: `other-${world.unique()}` })),
    refusedByRedirect('without-relay-state', 'without the relay state that was signed', (world) => changed(validQuery(world), { RelayState: undefined })),
    refusedByRedirect('added-relay-state', 'with a relay state where none was signed', (world) => {
      const [message, ...more] = signed(changed(unsignedQuery(world), { RelayState: undefined }), signingProvider(world).signingKey)
      return [message!, ['RelayState', `added-${world.unique()}`], ...more]
    }),
    refusedByRedirect('other-key', 'signed with another key', async (world) => signed(unsignedQuery(world), await strangersPem())),
    refusedByRedirect('other-algorithm', 'with another SigAlg than was signed', (world) => changed(validQuery(world), { SigAlg: rsaSha1 })),
    refusedByRedirect('without-algorithm', 'without SigAlg', (world) => changed(validQuery(world), { SigAlg: undefined })),
    refusedByRedirect('unknown-algorithm', 'with a SigAlg that does not exist', (world) => changed(validQuery(world), { SigAlg: 'http://www.w3.org/2000/09/xmldsig#none' })),
    refusedByRedirect('empty-signature', 'with an empty signature', (world) => changed(validQuery(world), { Signature: '' })),
    {
      ...common,
      id: 'protocols/saml/signed-requests/redirect/other-message',
      title: 'Signed SAML requests: by redirect, with the signature of another request, is refused',
      async run(world) {
        const first = validQuery(world)
        await redirect(world, first)
        const [[, message = ''] = []] = unsignedQuery(world)
        expectRefused(world, await redirect(world, changed(first, { SAMLRequest: message })))
      },
    },
  ]),
  ...toChecks({ operations: ['POST /samlp/{client_id}'], collectionItems: [] }, [
    {
      ...byPost,
      id: 'protocols/saml/signed-requests/post',
      title: 'Signed SAML requests: by POST, with RSA and SHA-256, is answered',
      async run(world) {
        const provider = signingProvider(world)
        expectAnswered(world, await post(world, await signedXml(authnRequest(world, provider), provider.signingKey)))
      },
    },
    {
      ...byPost,
      id: 'protocols/saml/signed-requests/post/unsigned',
      title: 'Signed SAML requests: by POST, without a signature, is refused',
      async run(world) {
        expectRefused(world, await post(world, authnRequest(world, signingProvider(world)).xml))
      },
    },
    {
      ...byPost,
      id: 'protocols/saml/signed-requests/post/other-key',
      title: 'Signed SAML requests: by POST, signed with another key, is refused',
      async run(world) {
        expectRefused(world, await post(world, await signedXml(authnRequest(world, signingProvider(world)), await strangersPem())))
      },
    },
    {
      ...byPost,
      id: 'protocols/saml/signed-requests/post/changed',
      title: 'Signed SAML requests: by POST, changed after it was signed, is refused',
      async run(world) {
        const provider = signingProvider(world)
        const xml = await signedXml(authnRequest(world, provider), provider.signingKey)
        expectRefused(world, await post(world, xml.replace(' Version=', ' ForceAuthn="false" Version=')))
      },
    },
    {
      ...byPost,
      id: 'protocols/saml/signed-requests/post/wrapped',
      title: 'Signed SAML requests: by POST, inside another one that is not signed, is refused',
      // Hardening: nobody's login breaks without it.
      level: 'should',
      async run(world) {
        const provider = signingProvider(world)
        const inner = await signedXml(authnRequest(world, provider), provider.signingKey)
        const forged = authnRequest(world, provider).xml.replace('</saml:Issuer>', `</saml:Issuer><samlp:Extensions>${inner}</samlp:Extensions>`)
        expectRefused(world, await post(world, forged))
      },
    },
  ]),
]

function refusedByRedirect(slug: string, what: string, query: (world: World) => Parameters | Promise<Parameters>): StatedCheck {
  return {
    ...common,
    id: `protocols/saml/signed-requests/redirect/${slug}`,
    title: `Signed SAML requests: by redirect, ${what}, is refused`,
    async run(world) {
      expectRefused(world, await redirect(world, await query(world)))
    },
  }
}

function unsignedQuery(world: World): Parameters {
  return byRedirect(authnRequest(world, signingProvider(world)), `relay ${world.unique()} "<é>&`)
}

function validQuery(world: World): Parameters {
  return signed(unsignedQuery(world), signingProvider(world).signingKey)
}

/** A login that a signed request began. */
export function signedLogin(world: World): ReturnType<World['given']['loggedIn']> {
  return world.once('protocols/saml/signed-requests/login', () => world.given.loggedIn(`/samlp/${signingProvider(world).clientId}?${queryOf(validQuery(world))}`))
}

/** Cookies of a session, with which an accepted request is answered at once. Without one nothing is, and a refusal says nothing. */
async function cookies(world: World): Promise<string> {
  const { answer, cookies: jar } = await signedLogin(world)
  if (!isSuccess(answer)) throw new Blocked(`a login with a request that is signed as it has to be ended with ${answer.status} at ${answer.url.pathname}`)
  return jar
}

async function redirect(world: World, parameters: Parameters): Promise<Answer> {
  const headers = { cookie: await cookies(world) }
  return world.client.send({ method: 'GET', path: `/samlp/${signingProvider(world).clientId}?${queryOf(parameters)}`, headers })
}

async function post(world: World, xml: string): Promise<Answer> {
  const headers = { cookie: await cookies(world) }
  return world.client.send({ method: 'POST', path: `/samlp/${signingProvider(world).clientId}`, form: formOf(xml, `relay-${world.unique()}`), headers })
}

/** With a session it is the form; a server that asks once more has taken the request as well. */
function expectAnswered(world: World, answer: Answer): void {
  const isLogin = answer.status >= 300 && answer.status < 400
  expectThat(world, isLogin || isSuccess(answer), 'body', 'a form with SAMLResponse, Success', `${answer.status} ${show(answer.mediaType)}`)
}

/** How it is refused, is left to the server: a page, or a response that says so. */
function expectRefused(world: World, answer: Answer): void {
  expectThat(world, !isSuccess(answer), 'body', 'no form with SAMLResponse, Success', 'a form with SAMLResponse, Success')
}

function isSuccess(answer: Answer): boolean {
  const form = readPage(answer.body, answer.url).forms.find((candidate) => fieldOf(candidate, 'SAMLResponse') !== undefined)
  const root = parseXml(Buffer.from(fieldOf(form, 'SAMLResponse') ?? '', 'base64').toString('utf8'))
  return select(root, 'samlp:Status/samlp:StatusCode')[0]?.attributes.Value === success
}
