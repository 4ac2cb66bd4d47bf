import type { JsonObject, JsonValue } from './json.ts'
import { isEmpty, isList, isObject } from './json.ts'

/** Stands where a credential stood. */
export const placeholder = '<redacted>'

/** Deeper values stop validators, which follow every member of a document. */
const levels = 100

/** A value of the collection as it may stand in an `x-` member: without credentials, and as JSON text where a validator would stumble over it. */
export function kept(value: JsonValue): JsonValue {
  return inert(withoutCredentials(value))
}

/** Members as they may stand in an `x-` member, each {@link kept}; undefined where there is none. */
export function keptMembers(members: JsonObject): JsonObject | undefined {
  if (isEmpty(members)) return undefined
  const said = Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)))
  const safe = withoutCredentials(said)
  if (!isObject(safe) || isEmpty(safe)) return undefined
  const object = Object.fromEntries(Object.entries(safe).map(([name, value]) => [name, inert(value)]))
  return isInert(object) ? object : { members: JSON.stringify(object) }
}

/** A validator follows a `$ref` wherever it stands, resolves each `$id`, and gives up on values nested deep. */
function inert(value: JsonValue): JsonValue {
  return isInert(value) ? value : JSON.stringify(value)
}

/** Keywords by which a schema points elsewhere or says where it is. Validators heed them in any object. */
const identities = new Set(['$ref', '$id', '$schema', '$anchor', '$dynamicRef', '$dynamicAnchor'])

/** Whether a value can stand in a document as it is: no part of it is a reference or an identity, and it is not nested too deep. */
export function isInert(value: JsonValue, left = levels): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (left === 0) return false
  if (isList(value)) return value.every((member) => isInert(member, left - 1))
  for (const name in value) {
    const member = value[name] ?? null
    if (typeof member === 'string' ? identities.has(name) : !isInert(member, left - 1)) return false
  }
  return true
}

/** Members of an auth that say how it works rather than who one is. Whatever else an auth says may be a credential. */
const openAttributes = new Set([
  'accessTokenUrl', 'addEmptyParamsToSign', 'addParamsToHeader', 'addTokenTo', 'algorithm', 'authUrl', 'challengeAlgorithm',
  'client_authentication', 'disableHeaderEncoding', 'disableRetryRequest', 'grant_type', 'headerPrefix', 'in', 'includeBodyHash',
  'includePayloadHash', 'isSecretBase64Encoded', 'key', 'nonceCount', 'qop', 'queryParamKey', 'realm', 'redirect_uri', 'refreshTokenUrl',
  'region', 'scope', 'service', 'signatureMethod', 'timestamp', 'tokenName', 'tokenType', 'useBrowser', 'version',
])

/** The attribute as it may be kept. A reference to a `{{variable}}` is no credential. */
export function openAttribute(type: string, name: string, value: JsonValue): JsonValue {
  // `key` is the name of the header in an API key; elsewhere it is key material.
  const isOpen = name === 'key' ? type === 'apikey' : openAttributes.has(name)
  if (isOpen || typeof value === 'boolean' || isEmpty(value)) return value
  return typeof value === 'string' && /^\{\{[^{}]*\}\}$/.test(value) ? value : placeholder
}

function withoutCredentials(value: JsonValue): JsonValue {
  if (typeof value === 'string') return withoutUserInfo(value)
  if (isList(value)) return value.map(withoutCredentials)
  if (!isObject(value)) return value
  const header = value['key']
  const isCredential = typeof header === 'string' && isCredentialHeader(header)
  return Object.fromEntries(Object.entries(value).map(([name, member]): [string, JsonValue] => {
    if (name === 'auth' && !isEmpty(member)) return [name, authWithoutCredentials(member)]
    if (name === 'passphrase' && !isEmpty(member)) return [name, placeholder]
    if (name === 'value' && value['type'] === 'secret' && !isEmpty(member)) return [name, placeholder]
    if (name === 'value' && isCredential) return [name, typeof member === 'string' ? openCredential(member) : placeholder]
    return [name, withoutCredentials(member)]
  }))
}

function authWithoutCredentials(auth: JsonValue): JsonValue {
  if (!isObject(auth)) return placeholder
  return Object.fromEntries(Object.entries(auth).map(([type, attributes]): [string, JsonValue] => {
    if (type === 'type') return [type, typeof attributes === 'string' ? attributes : placeholder]
    if (isObject(attributes)) {
      return [type, Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, openAttribute(type, name, value)]))]
    }
    if (!isList(attributes)) return [type, isEmpty(attributes) ? attributes : placeholder]
    return [type, attributes.map((entry) => {
      if (!isObject(entry)) return placeholder
      const name = typeof entry['key'] === 'string' ? entry['key'] : ''
      return Object.fromEntries(Object.entries(entry).map(([member, value]): [string, JsonValue] =>
        member === 'value' ? [member, openAttribute(type, name, value)] : [member, typeof value === 'object' ? placeholder : value]))
    })]
  }))
}

/** Whether a header's value identifies somebody. */
export function isCredentialHeader(name: string): boolean {
  return ['authorization', 'proxy-authorization'].includes(name.toLowerCase())
}

/** `{{token}}`, `{{user}}:{{password}}`; `YOUR_TOKEN_HERE`; `<token>`; `your-access-token`. */
const standIns = [
  /^(?:\{\{[^{}]*\}\}:?)+$/,
  /^[A-Z_ -]{1,40}$/,
  /^[<[][A-Za-z _-]{1,40}[>\]]$/,
  /^(?=.*(?:token|key|secret))[a-z_-]{1,20}$/i,
]

/**
 * An Authorization value as it may be kept: its scheme, and what follows only where it plainly stands for a credential
 * (`Bearer YOUR_TOKEN_HERE`).
 */
export function openCredential(value: string): string {
  const [, scheme = '', credential = ''] = /^([A-Za-z][\w-]*\s+)?([^]*)$/.exec(value.trim()) ?? []
  const isStandIn = standIns.some((pattern) => pattern.test(credential))
  return `${scheme}${isStandIn || credential === '' ? credential : placeholder}`
}

/** A URL without `user:password@`. Other texts come back as they are. */
export function withoutUserInfo(text: string): string {
  return text.replace(/(:\/\/)[^/?#@\s"'{}]+:[^/?#@\s"'{}]*@/g, `$1${placeholder}@`)
}
