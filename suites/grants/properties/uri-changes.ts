import { swappedCase } from './changes.ts'

/** A change of a redirect URI. Those that RFC 3986 6.2 calls equivalent in scheme and host are left out: letters there may be in any case. */
export interface UriChange {
  readonly kind: string
  /** `undefined` where there is nothing to change that way. `at` chooses the place. */
  readonly of: (uri: string, at: number) => string | undefined
  /** It is not known whether Auth0 looks at this part. */
  readonly isStandardOnly?: true
}

export const uriChanges: readonly UriChange[] = [
  { kind: 'path character deleted', of: inPath((path, at) => path.slice(0, at) + path.slice(at + 1)) },
  { kind: 'path character inserted', of: inPath((path, at) => `${path.slice(0, at + 1)}x${path.slice(at + 1)}`) },
  { kind: 'path character in the other case', of: inPath((path, at) => path.slice(0, at) + swappedCase(path[at] ?? '') + path.slice(at + 1)) },
  { kind: 'path in the other case', of: inPath((path) => swappedCase(path)) },
  { kind: 'character at the end', of: inPath((path) => `${path}x`) },
  { kind: 'character at the end missing', of: inPath((path) => path.slice(0, -1)) },
  { kind: 'slash at the end', of: inPath((path) => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`)) },
  { kind: 'segment more', of: inPath((path) => `${path.replace(/\/$/, '')}/x`) },
  { kind: 'segment that leads out', of: inPath((path) => `${path.replace(/\/$/, '')}/../x`) },
  { kind: 'slash doubled', of: inPath((path) => `/${path}`) },
  { kind: 'percent-encoded character', of: inPath((path, at) => path.slice(0, at) + encoded(path[at] ?? '') + path.slice(at + 1)), isStandardOnly: true },
  { kind: 'another port', of: (uri) => changedUrl(uri, (url) => (isLoopback(url) ? undefined : void (url.port = url.port === '4443' ? '4444' : '4443'))) },
  { kind: 'another host', of: (uri) => changedUrl(uri, (url) => void (url.hostname = 'conformance.example')) },
  { kind: 'longer host', of: (uri) => changedUrl(uri, (url) => void (url.hostname = `${url.hostname}.conformance.example`)) },
  { kind: 'host with the same end', of: (uri) => changedUrl(uri, (url) => (/^[\d.]+$|^\[/.test(url.hostname) ? undefined : void (url.hostname = `x${url.hostname}`))) },
  { kind: 'another scheme', of: (uri) => (/^https?:/.test(uri) ? (uri.startsWith('https:') ? `http:${uri.slice(6)}` : `https:${uri.slice(5)}`) : undefined) },
  { kind: 'user name', of: (uri) => (/^https?:\/\//.test(uri) ? uri.replace('://', '://conformance@') : undefined), isStandardOnly: true },
  { kind: 'query', of: (uri) => `${uri}${uri.includes('?') ? '&' : '?'}conformance=1`, isStandardOnly: true },
  { kind: 'fragment', of: (uri) => `${uri}#conformance`, isStandardOnly: true },
]

/** Changes the path of an address that has one; of its characters the slash at its beginning stays. */
function inPath(change: (path: string, at: number) => string): UriChange['of'] {
  return (uri, at) => {
    const [, before, path, after] = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)(\/[^?#]+)(.*)$/i.exec(uri) ?? []
    if (before === undefined || path === undefined || after === undefined) return undefined
    const changed = before + change(path, 1 + (at % (path.length - 1))) + after
    return changed === uri ? undefined : changed
  }
}

function changedUrl(uri: string, change: (url: URL) => void | undefined): string | undefined {
  if (!/^https?:/.test(uri)) return undefined
  const url = new URL(uri)
  change(url)
  return url.href === new URL(uri).href ? undefined : url.href
}

function encoded(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Of a loopback address, a native application may choose the port (RFC 8252, 7.3). */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
