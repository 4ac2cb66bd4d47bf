/** What a browser may load for a page that carries everything itself: nothing from anywhere. */
const policy = [
  "default-src 'none'", "script-src 'unsafe-inline' data: blob:", "style-src 'unsafe-inline' data:", 'img-src data: blob:',
  'font-src data:', 'media-src data: blob:', 'connect-src data: blob:', 'frame-src data: blob:', "form-action 'none'",
].join('; ')

/**
 * A page without the parts that call out: scripts for analytics, and any script, style, icon or frame with an address. A policy then
 * forbids the rest, so that neither a later version nor a body that a target sent can make a browser ask anybody for anything.
 * Links that a reader clicks stay.
 *
 * A page of 19 MB has some 80 tags: they are looked at one by one, and what is between them never.
 */
export function toSilentPage(html: string): string {
  // Each begins where a tag does, but for the `<` itself.
  const [start = '', ...pieces] = html.split('<')
  const kept = [start]
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at]!
    if (/^script\b/i.test(piece)) {
      const end = endOfScript(pieces, at)
      const script = pieces.slice(at, end + 1)
      const isSilent = !/^script\b[^>]*\bsrc\s*=\s*["']?(?:https?:)?\/\//i.test(piece) && !script.some((part) => part.includes('gtag('))
      kept.push(...(isSilent ? script.map((part) => `<${part}`) : [textAfterTag(pieces[end])]))
      at = end
    } else {
      kept.push(/^(?:link|iframe|img)\b[^>]*\b(?:href|src)\s*=\s*["']?(?:https?:)?\/\//i.test(piece) ? textAfterTag(piece) : `<${piece}`)
    }
  }
  return kept.join('').replace(/<head>/i, `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`)
}

/** Where the tag is that ends a script; the last piece where nothing does. */
function endOfScript(pieces: readonly string[], from: number): number {
  const end = pieces.findIndex((piece, at) => at > from && /^\/script\b/i.test(piece))
  return end === -1 ? pieces.length - 1 : end
}

function textAfterTag(piece = ''): string {
  const end = piece.indexOf('>')
  return end === -1 ? '' : piece.slice(end + 1).replace(/^\s+/, '')
}
