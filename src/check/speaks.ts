/**
 * Recognises the protocol that came in place of HTTP by its first bytes. Pure.
 *
 * @module
 */

/** Protocols that are known by how they greet or complain. */
export const PROTOCOLS_SPOKEN = [
  'http1',
  'http2',
  'tls',
  'ssh',
  'smtp_or_ftp',
  'redis',
  'amqp',
  'mysql',
  'postgres',
] as const
export type Spoken = (typeof PROTOCOLS_SPOKEN)[number]

/** Bytes that are enough to tell. */
export const TELLING_BYTES = 16

const startsWith = (text: string) => (bytes: Uint8Array) =>
  bytes.length >= text.length && [...text].every((character, at) => bytes[at] === character.charCodeAt(0))

/**
 * RFC 9113 4.1, 6.5, 6.8: SETTINGS, or GOAWAY, on stream 0 begins all that an HTTP/2 server says. RFC 8446 5.1: a TLS
 * record of an alert or a handshake. RFC 4253 4.2; RFC 5321 4.2 and RFC 959 4.2; RESP's errors; AMQP 0-9-1 4.2.2;
 * MySQL's packet of a handshake, version 10; PostgreSQL's ErrorResponse.
 */
const BEGINNINGS: readonly (readonly [Spoken, (bytes: Uint8Array) => boolean])[] = [
  [
    'http2',
    (b) => b.length >= 9 && b[0] === 0 && (b[3] === 4 || b[3] === 7) && [5, 6, 7, 8].every((at) => b[at] === 0),
  ],
  ['tls', (b) => b.length >= 3 && (b[0] === 0x15 || b[0] === 0x16) && b[1] === 3 && (b[2] ?? 9) <= 4],
  ['ssh', startsWith('SSH-')],
  ['smtp_or_ftp', (b) => startsWith('220 ')(b) || startsWith('220-')(b)],
  ['redis', startsWith('-ERR ')],
  ['amqp', startsWith('AMQP')],
  ['mysql', (b) => b.length >= 6 && b[3] === 0 && b[4] === 10 && (b[5] ?? 0) >= 0x30 && (b[5] ?? 0) <= 0x39],
  ['postgres', (b) => b.length >= 6 && b[0] === 0x45 && b[1] === 0 && b[2] === 0 && b[5] === 0x53],
]

/** `null`: none that is known. */
export const spokenIn = (first: Uint8Array): Spoken | null =>
  BEGINNINGS.find(([, matches]) => matches(first))?.[0] ?? null
