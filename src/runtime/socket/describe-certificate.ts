import type { X509Certificate } from 'node:crypto'
import type { TlsEvidence } from '../../check/network.ts'

/** What a certificate says of itself. */
export const describeCertificate = (
  certificate: X509Certificate,
): Pick<TlsEvidence, 'subject' | 'issuer' | 'altNames' | 'notBefore' | 'notAfter'> => ({
  subject: oneLine(certificate.subject),
  issuer: oneLine(certificate.issuer),
  altNames: certificate.subjectAltName?.split(', ').map(plainAltName) ?? [],
  notBefore: new Date(certificate.validFrom).toISOString(),
  notAfter: new Date(certificate.validTo).toISOString(),
})

/** One attribute a line; for people, one line (RFC 4514's order is the reverse; openssl's is this). */
const oneLine = (name: string): string => name.trim().replaceAll('\n', ', ')

/** `DNS:a.example` → `a.example`, `IP Address:10.0.0.1` → `10.0.0.1`; other kinds keep their label. */
const plainAltName = (altName: string): string => altName.replace(/^(DNS|IP Address):/, '')
