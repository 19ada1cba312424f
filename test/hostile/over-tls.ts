/** Servers that hang, lie or go on in the handshake and around it. */
import { execFileSync } from 'node:child_process'
import { constants } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { LeafOptions } from '../support/certificates.ts'
import { BEHAVIOURS, serve, serveHttp } from '../support/servers.ts'
import { drip, flood } from './over-http.ts'
import type { Target } from './target.ts'

const DAY_MS = 86_400_000
const TLS = { scheme: 'https', tls: { serverName: 'toad.example' } } as const
const UNVERIFIED = { scheme: 'https', tls: { insecureSkipVerify: true } } as const

const shaking = (name: string, codes: Target['codes'], onConnection: (socket: Socket) => void): Target => ({
  ...{ name: `TLS, ${name}`, codes, check: TLS },
  start: () => serve(onConnection),
})

const onHello =
  (answer: (socket: Socket) => void) =>
  (socket: Socket): void =>
    void socket.once('data', () => answer(socket))

/** A record of the handshake that announces more than ever comes. */
const RECORD = Buffer.from([22, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff])
/** A fatal alert: handshake_failure. */
const ALERT = Buffer.from([21, 3, 3, 0, 2, 2, 40])
/** A warning, which may come again and again. */
const WARNING = Buffer.from([21, 3, 3, 0, 2, 1, 90])

const certified = (name: string, codes: Target['codes'], options: LeafOptions | 'self-signed'): Target => ({
  ...{ name: `TLS, ${name}`, codes, check: TLS },
  start: async (authority) => {
    const tls = await (options === 'self-signed' ? authority.selfSigned() : authority.issue(options))
    return serveHttp((_request, response) => void response.end('ok'), { tls })
  },
})

/** After a good handshake. */
const within = (
  name: string,
  codes: Target['codes'],
  onConnection: (socket: TLSSocket) => void,
  options: object = {},
): Target => ({
  ...{ name: `TLS, ${name}`, codes, check: UNVERIFIED },
  start: async (authority) =>
    serve((socket) => onConnection(socket as TLSSocket), { tls: { ...(await authority.issue()), ...options } }),
})

export const OVER_TLS: readonly Target[] = [
  shaking('silent', ['tls_timeout'], BEHAVIOURS.silent),
  shaking(
    'speaks HTTP',
    ['tls_not_spoken'],
    onHello((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  ),
  shaking(
    'closes on the hello',
    ['tls_handshake_failed'],
    onHello((socket) => socket.end()),
  ),
  shaking(
    'resets on the hello',
    ['tls_handshake_failed', 'connection_reset'],
    onHello((socket) => socket.resetAndDestroy()),
  ),
  shaking(
    'refuses by an alert',
    ['tls_handshake_failed'],
    onHello((socket) => socket.end(ALERT)),
  ),
  shaking(
    'warns for ever',
    ['tls_handshake_failed', 'tls_timeout'],
    onHello((socket) => flood(socket, WARNING)),
  ),
  shaking(
    'drips a record',
    ['tls_timeout'],
    onHello((socket) => drip(socket, `\x16\x03\x03\x40\x00${'\x02'.repeat(1000)}`)),
  ),
  shaking(
    'a handshake message of 16 MB',
    ['tls_handshake_failed', 'tls_timeout'],
    onHello((socket) => flood(socket, Buffer.concat([RECORD, Buffer.alloc(0x4000 - 4)]))),
  ),
  shaking(
    'floods with noise',
    ['tls_not_spoken', 'tls_handshake_failed'],
    onHello((socket) => flood(socket, 'ribbit')),
  ),
  certified('a certificate that has expired', ['certificate_expired'], { notAfterMs: Date.now() - DAY_MS / 2 }),
  certified('a certificate of tomorrow', ['certificate_not_yet_valid'], { notBeforeMs: Date.now() + DAY_MS }),
  certified('a certificate of nobody', ['certificate_untrusted'], 'self-signed'),
  within('silent after the handshake', ['response_timeout'], () => undefined),
  within('hangs up after the handshake', ['connection_reset', 'connection_closed'], (socket) => socket.destroy()),
  within('an endless body', ['pass', 'response_too_large'], (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      flood(socket, 'x')
    }),
  ),
  within(
    'asks for a new handshake again and again (TLS 1.2)',
    ['response_timeout', 'connection_reset', 'connection_closed', 'tls_handshake_failed'],
    (socket) => {
      const again = (): void => void (socket.destroyed || socket.renegotiate({}, () => setImmediate(again)))
      socket.once('data', again)
    },
    { maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION },
  ),
  {
    name: 'TLS, a certificate with 5,000 names',
    codes: ['certificate_untrusted', 'tls_handshake_failed'],
    check: TLS,
    start: async () => serveHttp((_request, response) => void response.end('ok'), { tls: manyNames(5000) }),
  },
]

function manyNames(count: number): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-names-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const names = Array.from({ length: count }, (_, at) => `DNS:n${at}.toad.example`).join(',')
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=toad.example',
  ]
  execFileSync('openssl', [...made, '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  const pem = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  rmSync(folder, { recursive: true })
  return pem
}
