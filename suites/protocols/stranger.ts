import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

interface Keys {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

let made: Promise<Keys> | undefined

/** An RSA key that no target knows. Made once, on another thread: it takes a while, and other checks go on meanwhile. */
export function strangersKeys(): Promise<Keys> {
  made ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return made
}

/** The private one as PKCS #8 PEM. */
export async function strangersPem(): Promise<string> {
  return (await strangersKeys()).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
