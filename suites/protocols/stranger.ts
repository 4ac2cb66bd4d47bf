import { generateKeyPairSync, type KeyObject } from 'node:crypto'

let made: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined

/** An RSA key that no target knows. Made once: it takes a while. */
export function strangersKeys(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  made ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
  return made
}

/** The same as PKCS #8 PEM. */
export function strangersPem(): string {
  return strangersKeys().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
