/**
 * Checks what the answer to a handshake of WebSocket must hold. Pure.
 *
 * @module
 */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** The rules of RFC 6455 4.1 that an answer of 101 may break. */
export const HANDSHAKE_FLAWS = {
  upgrade: 'there is no header "Upgrade: websocket"',
  connection: 'there is no header "Connection: Upgrade"',
  accept: 'Sec-WebSocket-Accept is missing, or is not that of the key that was sent',
  extensions: 'Sec-WebSocket-Extensions names an extension that was not offered',
  protocol: 'Sec-WebSocket-Protocol names a protocol that was not offered',
} as const
export type HandshakeFlaw = keyof typeof HANDSHAKE_FLAWS

const wordsOf = (value: string | readonly string[] | undefined): readonly string[] =>
  (typeof value === 'string' ? [value] : (value ?? []))
    .flatMap((line) => line.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')

const names = (value: string | readonly string[] | undefined, token: string): boolean =>
  wordsOf(value).some((word) => word.toLowerCase() === token)

/**
 * @param accept that belongs to the key that was sent.
 * @param offered subprotocols, as they were sent.
 */
export function handshakeFlaw(headers: Headers, accept: string, offered: string | undefined): HandshakeFlaw | null {
  if (!names(headers.upgrade, 'websocket')) {
    return 'upgrade'
  }
  if (!names(headers.connection, 'upgrade')) {
    return 'connection'
  }
  if (headers['sec-websocket-accept'] !== accept) {
    return 'accept'
  }
  if (headers['sec-websocket-extensions'] !== undefined) {
    return 'extensions'
  }
  const chosen = headers['sec-websocket-protocol']
  return chosen === undefined || wordsOf(offered).some((protocol) => protocol === chosen) ? null : 'protocol'
}
