import { createPrivateKey, X509Certificate } from 'node:crypto'
import { whyNoCertificates } from './authorities.ts'

export type Pair = { cert: string; key: string }

/**
 * Tells why a client certificate and its key cannot be shown together; `null`: they can. Nothing of the key is told.
 */
export function whyNoPair({ cert, key }: Pair): { of: 'cert' | 'key'; why: string } | null {
  const why = whyNoCertificates(cert)
  if (why !== null) {
    return { of: 'cert', why }
  }
  if (/ENCRYPTED/.test(key)) {
    return { of: 'key', why: 'it is encrypted, and nobody is there to type a passphrase: decrypt it (openssl pkey)' }
  }
  try {
    const parsed = createPrivateKey(key)
    return new X509Certificate(cert).checkPrivateKey(parsed)
      ? null
      : { of: 'key', why: 'it is the key of another certificate' }
  } catch {
    return { of: 'key', why: 'it holds no private key that can be read (PEM)' }
  }
}
