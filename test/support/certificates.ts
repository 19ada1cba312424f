/**
 * A certificate authority and leaves, made in the process: what a test needs of each fault, and no files.
 *
 * @module
 */
// The x509 library's dependency injection needs it
import type { webcrypto } from 'node:crypto'
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

cryptoProvider.set(crypto)

const DAY_MS = 86_400_000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** PEM texts for a TLS server. */
export type ServerCertificate = { cert: string; key: string }

export type LeafOptions = {
  /** Default: the first of the names. */
  subject?: string
  /** Names and IP addresses; default `toad.example` and `127.0.0.1`. */
  altNames?: readonly string[]
  notBeforeMs?: number
  notAfterMs?: number
  /** Default: of a server. */
  usage?: 'server' | 'client'
}

export type Authority = {
  /** PEM: what a client trusts. */
  caPem: string
  issue(options?: LeafOptions): Promise<ServerCertificate>
  /** A leaf that signed itself, which this authority knows nothing of. */
  selfSigned(options?: LeafOptions): Promise<ServerCertificate>
}

/** @param commonName tells two authorities of one test apart. */
export async function createAuthority(commonName = 'Portolan test CA'): Promise<Authority> {
  const keys = await newKeys()
  const name = `CN=${commonName}`
  const ca = await X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return {
    caPem: ca.toString('pem'),
    async issue(options = {}) {
      const leaf = await newKeys()
      const certificate = await X509CertificateGenerator.create({
        ...describe(options),
        subject: subjectOf(options),
        issuer: name,
        publicKey: leaf.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
      })
      return toPem(certificate, leaf.privateKey)
    },
    async selfSigned(options = {}) {
      const leaf = await newKeys()
      const certificate = await X509CertificateGenerator.createSelfSigned({
        ...describe(options),
        name: subjectOf(options),
        keys: leaf,
        signingAlgorithm: ALGORITHM,
      })
      return toPem(certificate, leaf.privateKey)
    },
  }
}

const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

const namesOf = ({ altNames = ['toad.example', '127.0.0.1'] }: LeafOptions) => altNames
const subjectOf = (options: LeafOptions) => options.subject ?? `CN=${namesOf(options)[0] ?? 'nobody'}`

const alternativeNames = (names: readonly string[]) =>
  new SubjectAlternativeNameExtension(
    names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
  )

const describe = (options: LeafOptions) => ({
  notBefore: new Date(options.notBeforeMs ?? Date.now() - DAY_MS),
  notAfter: new Date(options.notAfterMs ?? Date.now() + 30 * DAY_MS),
  extensions: [
    new BasicConstraintsExtension(false),
    new ExtendedKeyUsageExtension([
      options.usage === 'client' ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth,
    ]),
    ...(namesOf(options).length === 0 ? [] : [alternativeNames(namesOf(options))]),
  ],
})

export async function toPem(certificate: X509Certificate, privateKey: webcrypto.CryptoKey): Promise<ServerCertificate> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})(?=.)/g, '$1\n')}\n-----END PRIVATE KEY-----\n`
  return { cert: certificate.toString('pem'), key }
}
