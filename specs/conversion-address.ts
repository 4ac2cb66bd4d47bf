import type { Url } from './collection.ts'
import type { Scope } from './conversion-scope.ts'
import { resolved } from './conversion-scope.ts'
import type { Server } from './openapi.ts'

/** Where a request goes: a server, and a path below it. */
export interface Address {
  readonly server: Server
  /** `/users/{id}`. */
  readonly template: string
  /** The template without the names of its parameters: `/users/{}`. Templates with the same shape are the same path. */
  readonly shape: string
  /** In the order of the path. */
  readonly parameters: readonly PathName[]
}

export interface PathName {
  /** As the template has it. */
  readonly name: string
  /** As the collection has it: `id` of `:id` and of `{{id}}`. */
  readonly written: string
  /** It was a `{{variable}}`, not a `:variable`. */
  readonly isVariable: boolean
}

/** Takes a URL apart. Values of server variables come from `scope`; one without a value stands for itself, as OpenAPI wants a default. */
export function toAddress(url: Url, scope: Scope): Address {
  const parameters: PathName[] = []
  const shapes: string[] = []
  const templates: string[] = []
  for (const segment of withoutRepeats(url.path)) {
    const pieces = piecesOf(segment)
    const names = pieces.map((piece) => (typeof piece === 'string' ? undefined : unusedName(piece, parameters)))
    templates.push(pieces.map((piece, at) => (typeof piece === 'string' ? encoded(piece) : `{${names[at]}}`)).join(''))
    shapes.push(pieces.map((piece) => (typeof piece === 'string' ? encoded(piece) : '{}')).join(''))
  }
  return { server: serverOf(url, scope), template: `/${templates.join('/')}`, shape: `/${shapes.join('/')}`, parameters }
}

/** `a//b///` → `a`, `b`, and an empty last segment for the slash at the end. */
function withoutRepeats(path: readonly string[]): string[] {
  const segments = path.filter((segment) => segment !== '')
  return segments.length > 0 && path.at(-1) === '' ? [...segments, ''] : segments
}

type Piece = string | { readonly written: string; readonly isVariable: boolean }

/** `:id` as a whole segment, `{{id}}` and `{id}` anywhere in it. */
function piecesOf(segment: string): Piece[] {
  if (/^:[^{}]+$/.test(segment)) return [{ written: segment.slice(1), isVariable: false }]
  const pieces: Piece[] = []
  let end = 0
  for (const match of segment.matchAll(/\{\{([^{}]+)\}\}|\{([^{}]+)\}/g)) {
    if (match.index > end) pieces.push(segment.slice(end, match.index))
    pieces.push({ written: match[1] ?? match[2] ?? '', isVariable: match[1] !== undefined })
    end = match.index + match[0].length
  }
  if (end < segment.length) pieces.push(segment.slice(end))
  return pieces
}

/** A name may stand in a template only once. */
function unusedName(piece: Exclude<Piece, string>, parameters: PathName[]): string {
  const plain = templateName(piece.written) || 'parameter'
  let name = plain
  for (let number = 2; parameters.some((other) => other.name === name); number++) name = `${plain}_${number}`
  parameters.push({ name, ...piece })
  return name
}

/** A name as it may stand between the braces of a template. */
function templateName(written: string): string {
  return written.trim().replace(/[\s/?#{}%]+/g, '_')
}

/** Characters that would end or confuse a path. What is encoded already stays as it is. */
function encoded(text: string): string {
  return text.replace(/[\s?#{}]/g, encodeURIComponent)
}

function serverOf(url: Url, scope: Scope): Server {
  if (url.host === undefined) return { url: '/' }
  const variables = new Map<string, { default: string; written: string }>()
  const templated = (text: string) => text.replace(/\{\{([^{}]*)\}\}|[{}\s]/g, (whole, written: string | undefined) => {
    if (written === undefined) return encodeURIComponent(whole)
    const plain = templateName(written) || 'variable'
    let name = plain
    for (let number = 2; (variables.get(name)?.written ?? written) !== written; number++) name = `${plain}_${number}`
    variables.set(name, { default: resolved(whole, scope) ?? (written.trim() || name), written })
    return `{${name}}`
  })
  // Postman sends http where no protocol is written. A host that is a variable usually brings its own.
  const bringsProtocol = url.host.startsWith('{{') && !/^[\w.-]+(:\d+)?(\/|$)/.test(resolved(url.host, scope) ?? '://')
  const protocol = url.protocol === undefined ? (bringsProtocol ? '' : 'http://') : `${templated(url.protocol)}://`
  const port = url.port === undefined ? '' : `:${templated(url.port)}`
  const text = `${protocol}${templated(url.host)}${port}`
  if (variables.size === 0) return { url: text }
  return { url: text, variables: Object.fromEntries([...variables].map(([name, variable]) => [name, { default: variable.default }])) }
}
