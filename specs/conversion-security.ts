import type { Auth } from './collection.ts'
import { keptMembers, openAttribute, placeholder } from './conversion-kept.ts'
import { pascalCase, uniqueNames } from './conversion-names.ts'
import type { Scope } from './conversion-scope.ts'
import { resolved } from './conversion-scope.ts'
import type { JsonValue } from './json.ts'
import { defined } from './json.ts'
import type { OAuthFlow, SecurityRequirement, SecurityScheme } from './openapi.ts'

/** Collects the security schemes of a document while auths are turned into requirements. Equal auths share one scheme. */
export interface SecurityRegistry {
  /** What an auth demands; nothing for `noauth`. `place` is for notes. */
  fromAuth(auth: Auth, scope: Scope, place: string): SecurityRequirement[]
  /** What an Authorization header demands that stands in a request as text. */
  fromHeader(value: string, scope: Scope): SecurityRequirement[]
  schemes(): Record<string, SecurityScheme>
}

/** A registry that adds to `notes` what cannot be said, and that credentials were left out. */
export function securityRegistry(notes: string[]): SecurityRegistry {
  const known = new Map<string, string>()
  const schemes = new Map<string, SecurityScheme>()
  const nameOf = uniqueNames()

  const register = (wanted: string, scheme: SecurityScheme, onFirst: () => void = () => {}): string => {
    const key = JSON.stringify(scheme)
    let name = known.get(key)
    if (name === undefined) {
      name = nameOf(wanted)
      known.set(key, name)
      schemes.set(name, scheme)
      onFirst()
    }
    return name
  }

  return {
    fromAuth(auth, scope, place) {
      if (auth.type === 'noauth') return []
      const text = (name: string): string | undefined => {
        const value = auth.attributes.get(name)
        return typeof value === 'string' && value !== '' ? resolved(value, scope) ?? value : undefined
      }
      const { scheme, scopes, lack } = schemeOf(auth.type, text)
      if (scheme === undefined) {
        notes.push(`${place}: ${auth.type} auth ${lack}; it is kept under x-postman.`)
        return []
      }
      const open = [...auth.attributes].map(([name, value]): [string, JsonValue] => [name, openAttribute(auth.type, name, value)])
      const attributes = keptMembers(Object.fromEntries(open))
      const written: SecurityScheme = { ...scheme, 'x-postman-auth': defined({ type: auth.type, attributes }) }
      const name = register(schemeName(auth.type), written, () => {
        if (lack !== undefined) notes.push(`${place}: ${auth.type} auth ${lack}.`)
        if (open.some(([, value]) => value === placeholder)) {
          notes.push(`${place}: credentials of its ${auth.type} auth are left out; ${placeholder} stands for them.`)
        }
      })
      return [Object.fromEntries([[name, scopes ?? []]])]
    },
    fromHeader(value, scope) {
      const scheme = /^([A-Za-z][\w-]*)\s+\S/.exec((resolved(value, scope) ?? value).trim())?.[1]
      const name = scheme === undefined
        ? register('authorization', { type: 'apiKey', in: 'header', name: 'Authorization' })
        : register(schemeName(scheme.toLowerCase()), { type: 'http', scheme: scheme.toLowerCase() })
      return [Object.fromEntries([[name, []]])]
    },
    schemes: () => Object.fromEntries(schemes),
  }
}

function schemeName(type: string): string {
  const name = pascalCase(type)
  return name === '' ? 'auth' : name.charAt(0).toLowerCase() + name.slice(1)
}

interface Expressed {
  /** Absent where there is not enough to make one. */
  readonly scheme?: SecurityScheme
  readonly scopes?: string[]
  /** What cannot be said, as the end of a sentence about the auth. */
  readonly lack?: string
}

type Reader = (name: string) => string | undefined

const bearer: SecurityScheme = { type: 'http', scheme: 'bearer' }

/** How OpenAPI says each auth type of Postman. Others are carried by a header that a client must compute, which is all that is said of them. */
const expressions: Readonly<Record<string, (text: Reader) => Expressed>> = {
  basic: () => ({ scheme: { type: 'http', scheme: 'basic' } }),
  bearer: () => ({ scheme: bearer }),
  digest: () => ({ scheme: { type: 'http', scheme: 'digest' } }),
  oauth1: () => ({ scheme: { type: 'http', scheme: 'oauth' } }),
  asap: () => ({ scheme: { ...bearer, bearerFormat: 'JWT' } }),
  jwt: (text) => (/^query/i.test(text('addTokenTo') ?? '')
    ? { scheme: { type: 'apiKey', in: 'query', name: text('queryParamKey') ?? 'token' } }
    : { scheme: { ...bearer, bearerFormat: 'JWT' } }),
  apikey: (text) => {
    const name = text('key')
    if (name === undefined) return { lack: 'names no header or parameter' }
    return { scheme: { type: 'apiKey', in: /^query/i.test(text('in') ?? '') ? 'query' : 'header', name } }
  },
  oauth2,
}

function schemeOf(type: string, text: Reader): Expressed {
  const expression = Object.hasOwn(expressions, type) ? expressions[type] : undefined
  return expression?.(text) ?? {
    scheme: { type: 'apiKey', in: 'header', name: 'Authorization' },
    lack: 'cannot be said in OpenAPI; the document names the Authorization header and keeps the rest as x-postman-auth',
  }
}

function oauth2(text: Reader): Expressed {
  const authorizationUrl = text('authUrl')
  const tokenUrl = text('accessTokenUrl')
  const refreshUrl = text('refreshTokenUrl')
  const names = (text('scope') ?? '').split(/[\s,]+/).filter((name) => name !== '')
  const scopes = Object.fromEntries(names.map((name) => [name, '']))
  const grant = text('grant_type') ?? 'authorization_code'
  const flow = (name: string, needed: Record<string, string | undefined>): Expressed => {
    if (Object.values(needed).some((url) => url === undefined)) {
      return { scheme: bearer, lack: 'does not name the URLs that OpenAPI wants; it is described as a bearer token' }
    }
    const written = defined({ ...needed, refreshUrl, scopes }) as OAuthFlow
    return { scheme: { type: 'oauth2', flows: { [name]: written } }, scopes: names }
  }
  switch (grant) {
    case 'implicit':
      return flow('implicit', { authorizationUrl })
    case 'password_credentials':
      return flow('password', { tokenUrl })
    case 'client_credentials':
      return flow('clientCredentials', { tokenUrl })
    default:
      return flow('authorizationCode', { authorizationUrl, tokenUrl })
  }
}

/** The requirements of an operation that several requests share: any of theirs will do. Undefined where all take over what the document demands. */
export function mergedSecurity(
  lists: readonly (readonly SecurityRequirement[] | undefined)[],
  inherited: readonly SecurityRequirement[] | undefined,
): SecurityRequirement[] | undefined {
  if (lists.every((list) => list === undefined)) return undefined
  const effective = lists.map((list) => list ?? inherited ?? [])
  if (effective.every((list) => list.length === 0)) return []
  // Beside requests that demand something, one that demands nothing is an alternative of its own.
  const all = effective.flatMap((list): readonly SecurityRequirement[] => (list.length === 0 ? [{}] : list))
  return [...new Map(all.map((requirement) => [JSON.stringify(requirement), requirement])).values()]
}
