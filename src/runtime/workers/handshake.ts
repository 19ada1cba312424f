/**
 * Why a TLS handshake failed. The runtime does not say, but the peer does: up to TLS 1.2 it sends its certificate in
 * clear text (RFC 5246 7.4.2), so that a handshake need only be begun to see it.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { connect, isIP } from 'node:net'
import type { Failure, FailureCode } from '../../check/codes.ts'
import { failure, failureOf } from '../../check/failure.ts'
import type { DialOptions, TlsEvidence } from '../../check/network.ts'
import { describeCertificate } from '../socket/describe-certificate.ts'
import { edgeTransport } from './transport.ts'

/** A second look at the handshake shows the peer's certificate, or why there is none to see. */
export type Handshake = { certificate: X509Certificate } | { failure: Failure }

/** @param to `serverName`: as the first handshake had it. */
export function inspectHandshake(to: DialOptions & { serverName: string | null }): Promise<Handshake> {
  const { address, port, serverName, timeoutMs, signal } = to
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const reader = createReader()
    const end = (handshake: Handshake) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
      resolve(handshake)
    }
    const fail = (code: string) => end({ failure: failureOf(code, 'tls') })
    const timer = setTimeout(() => fail('TIMEOUT'), Math.ceil(timeoutMs))
    const abort = () => fail('UNSAID')
    signal.addEventListener('abort', abort)
    // Read in the clear: an error here is the connection's
    socket.on('error', (error) => fail(edgeTransport.codeOf(error, socket.connecting ? 'connect' : 'response')))
    socket.once('end', () => fail('CLOSED'))
    socket.once('connect', () => socket.write(clientHello(serverName)))
    socket.on('data', (chunk: Buffer) => {
      const seen = reader(chunk)
      if (seen === 'nothing yet') {
        return
      }
      if (seen === 'no TLS') {
        end({ failure: failure('tls_not_spoken', 'tls') })
      } else if (seen === 'refused') {
        fail('UNSAID')
      } else {
        end(certificateIn(seen) ?? { failure: failureOf('UNSAID', 'tls') })
      }
    })
  })
}

/** `null`: it cannot be read. */
function certificateIn(der: Buffer): Handshake | null {
  try {
    return { certificate: new X509Certificate(der) }
  } catch {
    return null
  }
}

/**
 * Finds in the certificate itself why a verified handshake failed; if it shows nothing, nobody trusts its issuer.
 *
 * @param name that was asked for, or an address.
 */
export function judgeCertificate(
  certificate: X509Certificate,
  name: string,
  nowMs: number,
): { tls: TlsEvidence; failure: Failure } {
  const { issuer, subject, notBefore, notAfter } = describeCertificate(certificate)
  const code: FailureCode =
    Date.parse(notAfter ?? '') < nowMs
      ? 'certificate_expired'
      : Date.parse(notBefore ?? '') > nowMs
        ? 'certificate_not_yet_valid'
        : issuer !== subject && !isNamedIn(certificate, name)
          ? 'certificate_name_mismatch'
          : 'certificate_untrusted'
  const tls: TlsEvidence = {
    ...describeCertificate(certificate),
    authorized: false,
    authorizationError: null,
    protocol: null,
  }
  return { tls, failure: failure(code, 'tls') }
}

function isNamedIn(certificate: X509Certificate, name: string): boolean {
  try {
    return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
  } catch {
    return false
  }
}

const [ALERT, HANDSHAKE] = [21, 22]
const [SERVER_HELLO_DONE, CERTIFICATE] = [14, 11]
/** A chain of certificates is shorter. */
const RECEIVED_MAX = 128 * 1024

/** Takes what comes; answers the peer's own certificate (DER) as soon as it is there. */
function createReader(): (chunk: Buffer) => Buffer | 'nothing yet' | 'no TLS' | 'refused' {
  let received: Buffer = Buffer.alloc(0)
  let messages: Buffer = Buffer.alloc(0)
  return (chunk) => {
    received = Buffer.concat([received, chunk])
    for (;;) {
      const [type, major] = received
      if (type !== undefined && type !== ALERT && type !== HANDSHAKE) {
        return 'no TLS'
      }
      if (major !== undefined && major !== 3) {
        return 'no TLS'
      }
      if (type === ALERT) {
        return 'refused'
      }
      if (received.length < 5 || received.length < 5 + received.readUInt16BE(3)) {
        break
      }
      const next = 5 + received.readUInt16BE(3)
      messages = Buffer.concat([messages, received.subarray(5, next)])
      received = received.subarray(next)
    }
    while (messages.length >= 4) {
      const next = 4 + messages.readUIntBE(1, 3)
      if (messages.length < next) {
        break
      }
      if (messages[0] === SERVER_HELLO_DONE) {
        return 'refused'
      }
      // The list's length, then that of the first certificate
      if (messages[0] === CERTIFICATE && next > 10) {
        return messages.subarray(10, 10 + messages.readUIntBE(7, 3))
      }
      messages = messages.subarray(next)
    }
    return received.length + messages.length > RECEIVED_MAX ? 'refused' : 'nothing yet'
  }
}

/** Those that servers of TLS 1.2 have, the strongest first (RFC 5289, 7905, 5246). */
const CIPHER_SUITES = [
  0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
]
const GROUPS = [0x001d, 0x0017, 0x0018, 0x0019]
const SIGNATURES = [0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203]

/** RFC 5246 7.4.1.2: no version above 1.2 is offered. */
function clientHello(serverName: string | null): Buffer {
  const name = serverName !== null && isIP(serverName) === 0 ? Buffer.from(serverName) : null
  const extensions = Buffer.concat([
    // RFC 6066 3: a list of one host name
    ...(name ? [extension(0x0000, sized(2, Buffer.concat([Buffer.of(0), sized(2, name)])))] : []),
    extension(0x000a, sized(2, numbers(GROUPS))),
    extension(0x000b, sized(1, Buffer.of(0))),
    extension(0x000d, sized(2, numbers(SIGNATURES))),
    // RFC 7627, without which some servers refuse
    extension(0x0017, Buffer.alloc(0)),
  ])
  const hello = Buffer.concat([
    numbers([0x0303]),
    crypto.getRandomValues(Buffer.alloc(32)),
    sized(1, Buffer.alloc(0)),
    sized(2, numbers(CIPHER_SUITES)),
    sized(1, Buffer.of(0)),
    sized(2, extensions),
  ])
  const message = Buffer.concat([Buffer.of(1), sized(3, hello)])
  return Buffer.concat([Buffer.of(HANDSHAKE), numbers([0x0301]), sized(2, message)])
}

const extension = (type: number, body: Buffer): Buffer => Buffer.concat([numbers([type]), sized(2, body)])

const numbers = (values: readonly number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.of(value >> 8, value & 0xff)))

/** With its length in so many bytes before it. */
function sized(bytes: number, body: Buffer): Buffer {
  const length = Buffer.alloc(bytes)
  length.writeUIntBE(body.length, 0, bytes)
  return Buffer.concat([length, body])
}
