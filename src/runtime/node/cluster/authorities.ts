import { X509Certificate } from 'node:crypto'
import { ApiError, whyUnreadable } from './api-error.ts'
import { createFileText } from './file-text.ts'

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Tells why a text is no list of certificates; `null`: it is one. OpenSSL takes any text for an empty list. */
export function whyNoCertificates(pem: string): string | null {
  const blocks = pem.match(PEM)
  if (blocks === null) {
    return 'it holds no certificate (PEM, -----BEGIN CERTIFICATE-----)'
  }
  try {
    for (const block of blocks) {
      new X509Certificate(block)
    }
    return null
  } catch {
    return 'it holds a certificate that cannot be read'
  }
}

/** Reads the authorities from a file, again when it changes. */
export function authoritiesIn(server: string, path: string): () => Promise<string> {
  const file = createFileText(path)
  let good: string | null = null
  return async () => {
    const refuse = (why: string) =>
      new ApiError('credentials', `${server}: the certificates of its authority are in ${path}: ${why}`)
    const pem = await file.read().catch((error: unknown) => {
      throw refuse(whyUnreadable(error))
    })
    if (pem !== good) {
      const why = whyNoCertificates(pem)
      if (why !== null) {
        throw refuse(why)
      }
      good = pem
    }
    return pem
  }
}
