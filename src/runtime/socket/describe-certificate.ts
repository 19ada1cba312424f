import type { X509Certificate } from 'node:crypto'
import type { TlsEvidence } from '../../check/network.ts'

/**
 * Reads what a certificate says of itself. A part that is missing or cannot be read is `null`: a peer may show
 * anything.
 */
export const describeCertificate = (
  certificate: X509Certificate,
): Pick<TlsEvidence, 'subject' | 'issuer' | 'altNames' | 'notBefore' | 'notAfter'> => ({
  subject: oneLine(read(() => certificate.subject)),
  issuer: oneLine(read(() => certificate.issuer)),
  altNames: altNamesIn(read(() => certificate.subjectAltName)),
  notBefore: instantOf(read(() => certificate.validFrom)),
  notAfter: instantOf(read(() => certificate.validTo)),
})

/** OpenSSL decodes each part when it is asked for, and may then find that it is none. */
function read(part: () => string | undefined): string | null {
  try {
    return part() ?? null
  } catch {
    return null
  }
}

/** Characters of a name, and names, that are kept: a certificate may hold 100 kB of them. */
const NAME_MAX = 512
const ALT_NAMES_MAX = 100

/** One attribute a line; for people, one line (RFC 4514's order is the reverse; openssl's is this). */
const oneLine = (name: string | null): string | null => cut(name?.trim().replaceAll('\n', ', ') ?? '') || null

/** `DNS:a.example` → `a.example`, `IP Address:10.0.0.1` → `10.0.0.1`; other kinds keep their label. */
const altNamesIn = (names: string | null): string[] =>
  (names ?? '')
    .split(', ')
    .filter((name) => name !== '')
    .slice(0, ALT_NAMES_MAX)
    .map((name) => cut(name.replace(/^(DNS|IP Address):/, '')))

const cut = (text: string): string => (text.length > NAME_MAX ? `${text.slice(0, NAME_MAX)}…` : text)

/** `null`: `Bad time value`, as OpenSSL prints what is no time. */
function instantOf(time: string | null): string | null {
  const at = new Date(time ?? '')
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}
