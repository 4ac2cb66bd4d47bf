import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** Codings on top of each other that are undone: each may be made to grow. */
const mostCodings = 3

/**
 * A body without its content codings (RFC 9110, 8.4); one that is unknown is left as it is. A target may compress without being asked to.
 * Throws where the body is not what its headers say, or grows beyond `longest` bytes.
 */
export function decoded(body: Buffer, contentEncoding: string, longest: number): Buffer {
  const limits = { maxOutputLength: longest }
  const codings = contentEncoding.toLowerCase().split(',').map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity')
  if (codings.length > mostCodings) throw new Error(`its body is encoded ${codings.length} times`)
  return codings.reduceRight((bytes, coding) => {
    if (bytes.length === 0) return bytes
    try {
      if (coding === 'gzip' || coding === 'x-gzip') return gunzipSync(bytes, limits)
      if (coding === 'br') return brotliDecompressSync(bytes, limits)
      // Some servers leave the zlib header out.
      if (coding === 'deflate') return (bytes[0]! & 0x0f) === 8 ? inflateSync(bytes, limits) : inflateRawSync(bytes, limits)
    } catch (error) {
      throw new Error(`its body can't be decoded as ${coding}: ${error instanceof Error ? error.message : String(error)}`)
    }
    return bytes
  }, body)
}
