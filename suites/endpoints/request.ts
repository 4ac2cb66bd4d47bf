import type { Pairs, RequestStatement } from '../../core/client.ts'
import type { Variant } from '../../specs/operations.ts'

/** Values of a variant's inputs in the order in which they are sent; a name may stand more than once. */
export type Values = readonly (readonly [name: string, value: string])[]

/** What a recipe makes: a request that a conforming target accepts, as values by parameter name. */
export interface Ingredients {
  readonly values: Values
  readonly headers?: Readonly<Record<string, string>>
}

/** Names under which secrets are sent; an answer must not repeat their values. */
const secretParameters = new Set([
  'client_secret', 'password', 'code', 'refresh_token', 'code_verifier', 'otp', 'access_token', 'id_token', 'token', 'client_assertion', 'verification_code',
])

/** Puts values where the variant wants them: path, query, or a body of the given media type. */
export function requestOf(variant: Variant, { values, headers }: Ingredients, mediaType = usualMediaType(variant)): RequestStatement {
  const placeOf = (name: string): string =>
    variant.parameters.find((parameter) => parameter.name === name)?.in ?? (mediaType === undefined ? 'query' : 'body')
  const path = values.reduce((template, [name, value]) => template.replace(`{${name}}`, encodeURIComponent(value)), variant.path)
  const query = values.filter(([name]) => placeOf(name) === 'query')
  const body = values.filter(([name]) => placeOf(name) === 'body')
  return {
    method: variant.method,
    path,
    ...(query.length > 0 ? { query } : {}),
    ...(headers ? { headers } : {}),
    ...(mediaType === undefined ? {} : encodedBody(mediaType, body)),
  }
}

/** The media type that clients of Auth0 use: forms at the OAuth endpoints, JSON elsewhere. `undefined` where there is no body. */
export function usualMediaType({ path, mediaTypes }: Pick<Variant, 'path' | 'mediaTypes'>): string | undefined {
  const usual = path.startsWith('/oauth/') ? 'application/x-www-form-urlencoded' : 'application/json'
  return mediaTypes.includes(usual) ? usual : mediaTypes[0]
}

/** The same values with one left out. */
export function without(values: Values, name: string): Values {
  return values.filter(([key]) => key !== name)
}

/** The same values with one changed; added at the end where it was not there. */
export function withValue(values: Values, name: string, value: string): Values {
  return values.some(([key]) => key === name) ? values.map(([key, old]) => [key, key === name ? value : old] as const) : [...values, [name, value]]
}

/** The value of a name, the first where it stands more than once. */
export function valueOf(values: Values, name: string): string | undefined {
  return values.find(([key]) => key === name)?.[1]
}

/** Begins a value that nobody has issued. */
export const invented = 'wrong-'

const credentialParameters = ['client_secret', 'password', 'code_verifier']

/** The secret values among those sent, and those of them that prove who sends. An error may name a code or token that was never issued. */
export function secretsIn(values: Values): { readonly secrets: string[]; readonly credentials: string[] } {
  const sent = values.filter(([name, value]) => secretParameters.has(name) && value.length >= 6)
  const credentials = sent.filter(([name]) => credentialParameters.includes(name))
  return {
    secrets: sent.filter(([name, value]) => credentialParameters.includes(name) || !value.startsWith(invented)).map(([, value]) => value),
    credentials: credentials.map(([, value]) => value),
  }
}

function encodedBody(mediaType: string, body: Values): Pick<RequestStatement, 'form' | 'json' | 'body' | 'headers'> {
  if (mediaType === 'application/x-www-form-urlencoded') return { form: body as Pairs }
  // A repeated JSON member is written twice, which JSON.stringify cannot.
  const names = body.map(([name]) => name)
  if (new Set(names).size < names.length) {
    return { body: `{${body.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`, headers: { 'content-type': 'application/json' } }
  }
  return { json: Object.fromEntries(body) }
}
