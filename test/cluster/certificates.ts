import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority, type LeafOptions, type ServerCertificate } from '../support/certificates.ts'

/** Files in PEM. */
export type CertificateFiles = { cert: string; key: string }

export type Secrets = {
  /** Portolan is told to trust the authority in this file. */
  authorityFile: string
  /** The certificate that a Secret holds; `null`: there is no such Secret. */
  read(name: string | null): CertificateFiles | null
  /** A controller shows this self-signed certificate for hosts that no Secret is for. */
  fallback: CertificateFiles
  /** `by` another authority than the trusted one. */
  issue(name: string, leaf: LeafOptions, by?: 'trusted' | 'stranger'): Promise<CertificateFiles>
}

/** As ingress-nginx calls the one that it makes for itself. */
const CONTROLLERS_OWN = 'O=Acme Co, CN=Kubernetes Ingress Controller Fake Certificate'

/** Stands for the Secrets of the cluster, which the Kubernetes objects only name. */
export async function createSecrets(folder: string): Promise<Secrets> {
  mkdirSync(folder, { recursive: true })
  const [trusted, stranger] = await Promise.all([createAuthority(), createAuthority('CA that nobody trusts')])
  const secrets = new Map<string, CertificateFiles>()
  let written = 0
  const write = (certificate: ServerCertificate): CertificateFiles => {
    // A name of its own each time: who uses it sees that it is another.
    const stem = join(folder, String(++written))
    const files = { cert: `${stem}.crt`, key: `${stem}.key` }
    writeFileSync(files.cert, certificate.cert)
    writeFileSync(files.key, certificate.key)
    return files
  }
  const authorityFile = join(folder, 'authority.crt')
  writeFileSync(authorityFile, trusted.caPem)
  return {
    authorityFile,
    fallback: write(await trusted.selfSigned({ subject: CONTROLLERS_OWN, altNames: ['ingress.local'] })),
    read: (name) => (name === null ? null : (secrets.get(name) ?? null)),
    async issue(name, leaf, by = 'trusted') {
      const files = write(await (by === 'trusted' ? trusted : stranger).issue(leaf))
      secrets.set(name, files)
      return files
    },
  }
}
