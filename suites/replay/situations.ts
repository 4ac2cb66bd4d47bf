import { headerValues, mediaTypeOf } from '../../core/exchange.ts'
import type { Variant } from '../../specs/operations.ts'
import type { RecordedEntry } from './har.ts'

/**
 * Whether a recorded request can have been in a situation. Some can be read off the request: a parameter is missing, empty,
 * repeated. Of the others — a wrong password, a used code — only the server knows, so they are always possible.
 */
export function isPossible(situation: string, variant: Variant, { exchange: { request }, values }: RecordedEntry): boolean {
  const [family = '', name] = situation.split('/')
  const given = (wanted: string): string[] => values.filter(([key]) => key === wanted).map(([, value]) => value)
  const concerned = variant.parameters.filter((parameter) => parameter.in !== 'path' && (name === undefined ? parameter.required : parameter.name === name)).map((parameter) => parameter.name)
  const names = name === undefined || concerned.length > 0 ? concerned : [name]
  const type = mediaTypeOf(headerValues(request.headers, 'content-type')[0])
  switch (family) {
    case 'missing': return names.some((parameter) => given(parameter).length === 0)
    case 'empty': return names.some((parameter) => given(parameter).includes(''))
    case 'repeated': return names.some((parameter) => given(parameter).length > 1)
    case 'unknown-value': {
      const known = variant.parameters.find((parameter) => parameter.name === name)?.values
      return known === undefined || given(name ?? '').some((value) => !known.includes(value))
    }
    case 'wrong-media-type': return type !== undefined && !variant.mediaTypes.includes(type)
    case 'malformed-json': return type === 'application/json' && !isJson(request.body ?? '')
    // A request by another method is none of this operation.
    case 'wrong-method': return false
    case 'no-token': return headerValues(request.headers, 'authorization').length === 0
    case 'malformed-token-header': return !/^\S+ \S+$/.test(headerValues(request.headers, 'authorization')[0] ?? '')
    default: return true
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
