import { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { DialTls, TlsEvidence } from '../../check/network.ts'
import { describeCertificate } from '../socket/describe-certificate.ts'

/** Making a context parses its certificates (the system's: a hundred and more): made once for each set of them. */
const contexts = new Map<string | null, SecureContext>()
const CONTEXTS_MAX = 32

/** @throws Error where `caPem` holds no certificate, or one that cannot be read. */
export function secureContext(caPem: string | null): SecureContext {
  const known = contexts.get(caPem)
  if (known) {
    return known
  }
  const made = makeContext(caPem)
  const oldest = contexts.keys().next()
  if (contexts.size >= CONTEXTS_MAX && !oldest.done) {
    contexts.delete(oldest.value)
  }
  contexts.set(caPem, made)
  return made
}

/** Without the code of OpenSSL's, which would be taken for one of the peer's certificate. */
function makeContext(caPem: string | null): SecureContext {
  try {
    if (caPem !== null) {
      assertCertificates(caPem)
    }
    return createSecureContext(caPem === null ? {} : { ca: caPem })
  } catch (cause) {
    throw new Error('no context of TLS can be made with this caPem', { cause })
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** OpenSSL takes text that is none for an empty list, trusts nobody, and the target would be blamed. */
function assertCertificates(caPem: string): void {
  const blocks = caPem.match(PEM)
  if (blocks === null) {
    throw new Error('caPem holds no certificate')
  }
  for (const block of blocks) {
    new X509Certificate(block)
  }
}

/**
 * Starts TLS over a connected socket. Never refuses the certificate itself: it is to be evidence first; the verdict
 * stands in `authorized` and `authorizationError` of {@link tlsEvidence}.
 */
export function startTls(socket: Socket, tls: DialTls, alpn: readonly string[]): TLSSocket {
  const { serverName } = tls
  return connect({
    socket,
    secureContext: secureContext(tls.caPem),
    rejectUnauthorized: false,
    ALPNProtocols: [...alpn],
    // RFC 6066 3: literal addresses are not permitted in server_name
    ...(serverName !== null && isIP(serverName) === 0 ? { servername: serverName } : {}),
    checkServerIdentity: (_host, certificate) => (serverName === null ? undefined : nameFlaw(serverName, certificate)),
  })
}

/** Node throws if no name can be read in the certificate, and would throw out of the socket's event. */
function nameFlaw(serverName: string, certificate: PeerCertificate): Error | undefined {
  try {
    return checkServerIdentity(serverName, certificate)
  } catch (cause) {
    return Object.assign(new Error('the names of the certificate cannot be read', { cause }), {
      code: 'ERR_TLS_CERT_ALTNAME_FORMAT',
    })
  }
}

/** Reads what the handshake showed from a socket that is secured. */
export function tlsEvidence(socket: TLSSocket): TlsEvidence {
  const certificate = certificateOf(socket)
  return {
    ...(certificate ? describeCertificate(certificate) : NO_CERTIFICATE),
    authorized: socket.authorized,
    authorizationError: socket.authorized ? null : String(socket.authorizationError),
    protocol: socket.getProtocol(),
  }
}

/** `undefined`: none was shown, or one that cannot be read. */
function certificateOf(socket: TLSSocket): X509Certificate | undefined {
  try {
    return socket.getPeerX509Certificate()
  } catch {
    return undefined
  }
}

const NO_CERTIFICATE = { subject: null, issuer: null, altNames: [], notBefore: null, notAfter: null }
