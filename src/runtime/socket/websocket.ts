import { createHash, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'

/** Each connection takes another one (RFC 6455 4.1). */
export const newKey = (): string => randomBytes(16).toString('base64')

/** RFC 6455 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The value of Sec-WebSocket-Accept that belongs to a key. */
export const acceptOf = (key: string): string =>
  createHash('sha1')
    .update(key + GUID)
    .digest('base64')

/** The lines by which a request asks for WebSocket. */
export const handshakeOf = (key: string): string =>
  `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n`

/** So long a peer has to close its side. */
const CLOSING_MS = 1000
/** FIN and opcode 8; a client's frame is masked; status 1000, nothing went wrong (RFC 6455 5.2, 5.5.1, 7.4.1). */
const [CLOSE, MASKED, NORMAL] = [0x88, 0x80, 1000]

/** Says that nothing more comes, and lets the peer end the connection, as it shall (RFC 6455 7.1.1). */
export function closeWebSocket(socket: Socket): void {
  const mask = randomBytes(4)
  const status = [NORMAL >> 8, NORMAL & 0xff].map((byte, at) => byte ^ (mask[at] ?? 0))
  const timer = setTimeout(() => socket.destroy(), CLOSING_MS)
  socket.once('close', () => clearTimeout(timer))
  socket.write(Uint8Array.from([CLOSE, MASKED | status.length, ...mask, ...status]))
}
