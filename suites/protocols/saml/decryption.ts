import { constants, createDecipheriv, privateDecrypt } from 'node:crypto'
import { select, type XmlElement } from '../../xml.ts'

/** An encrypted element, decrypted: its text, and by which algorithms it was encrypted; or why it cannot be. */
export type Decrypted = { readonly text: string; readonly content: string; readonly key: string } | { readonly refusal: string }

const contents: Readonly<Record<string, { readonly name: string; readonly keyBytes: number; readonly ivBytes: number; readonly tagBytes: number }>> = {
  'http://www.w3.org/2001/04/xmlenc#aes128-cbc': { name: 'aes-128-cbc', keyBytes: 16, ivBytes: 16, tagBytes: 0 },
  'http://www.w3.org/2001/04/xmlenc#aes256-cbc': { name: 'aes-256-cbc', keyBytes: 32, ivBytes: 16, tagBytes: 0 },
  'http://www.w3.org/2009/xmlenc11#aes128-gcm': { name: 'aes-128-gcm', keyBytes: 16, ivBytes: 12, tagBytes: 16 },
  'http://www.w3.org/2009/xmlenc11#aes256-gcm': { name: 'aes-256-gcm', keyBytes: 32, ivBytes: 12, tagBytes: 16 },
}

const keyTransports = ['http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p', 'http://www.w3.org/2009/xmlenc11#rsa-oaep']
const oaepDigests: Readonly<Record<string, string>> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
}

/**
 * Decrypts an `xenc:EncryptedData` (XML Encryption 1.1, 4.4) whose key is in its own `KeyInfo` or beside it. `privateKey`: PEM. RSA with the padding
 * of PKCS #1 1.5 is refused: whoever says whether it fits is an oracle.
 */
export function decrypt(holder: XmlElement, privateKey: string): Decrypted {
  const [data, ...more] = select(holder, 'xenc:EncryptedData')
  if (!data || more.length > 0) return { refusal: `${more.length + (data ? 1 : 0)} elements EncryptedData` }
  const encryptedKeys = [...select(data, 'ds:KeyInfo/xenc:EncryptedKey'), ...select(holder, 'xenc:EncryptedKey')]
  if (encryptedKeys.length !== 1) return { refusal: `${encryptedKeys.length} elements EncryptedKey` }
  const methodOf = (element: XmlElement): string => select(element, 'xenc:EncryptionMethod')[0]?.attributes.Algorithm ?? ''
  const bytesOf = (element: XmlElement): Buffer => Buffer.from(select(element, 'xenc:CipherData/xenc:CipherValue')[0]?.text ?? '', 'base64')
  const [content, key] = [methodOf(data), methodOf(encryptedKeys[0]!)]
  const cipher = contents[content]
  if (!cipher) return { refusal: `content by ${content || 'nothing'}` }
  if (!keyTransports.includes(key)) return { refusal: `key by ${key || 'nothing'}` }
  const digest = select(encryptedKeys[0], 'xenc:EncryptionMethod/ds:DigestMethod')[0]?.attributes.Algorithm
  const oaepHash = oaepDigests[digest ?? 'http://www.w3.org/2000/09/xmldsig#sha1']
  if (oaepHash === undefined) return { refusal: `key by OAEP with ${digest}` }
  try {
    const secret = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytesOf(encryptedKeys[0]!))
    if (secret.length !== cipher.keyBytes) return { refusal: `a key of ${secret.length} bytes` }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(open(bytesOf(data), secret, cipher)), content, key }
  } catch {
    return { refusal: 'something that the key does not open' }
  }
}

function open(bytes: Buffer, secret: Buffer, { name, ivBytes, tagBytes }: (typeof contents)[string]): Buffer {
  const decipher = createDecipheriv(name as 'aes-256-gcm', secret, bytes.subarray(0, ivBytes))
  const body = bytes.subarray(ivBytes, bytes.length - tagBytes)
  if (tagBytes > 0) {
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
    return Buffer.concat([decipher.update(body), decipher.final()])
  }
  // XML Encryption 5.2.1: only the last byte of the padding says anything, the others may be chance.
  decipher.setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(body), decipher.final()])
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > 16) throw new Error('padding')
  return padded.subarray(0, padded.length - padding)
}
