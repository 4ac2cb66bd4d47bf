import { X509Certificate } from 'node:crypto'
import { finding, show } from '../../../core/expectation.ts'
import type { Finding } from '../../../core/finding.ts'
import type { World } from '../../../core/world.ts'

/** The hosts that a target may call itself: the one it was asked at, and that of its issuer. */
export function hostsOf(world: World): string[] {
  return [...new Set([world.target.baseUrl, world.target.issuer].map((url) => new URL(url).host))]
}

/** What is wrong with a signing certificate: DER in base64, without armour. */
export function certificateFindings(text: string): Finding[] {
  const at = 'ds:X509Certificate'
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(Buffer.from(text, 'base64'))
  } catch {
    return [finding(at, 'a certificate in DER, base64', show(text.slice(0, 40)))]
  }
  const now = Date.now()
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
  return [
    ...(type === 'rsa' && (details?.modulusLength ?? 0) >= 2048 ? [] : [finding(`${at} key`, 'RSA of 2048 bits or more', `${type} ${details?.modulusLength ?? ''}`.trim())]),
    ...(Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo) ? [] : [finding(`${at} validity`, 'now', `${certificate.validFrom} to ${certificate.validTo}`)]),
  ]
}
