import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** RFC 6455 1.3. */
export const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export const acceptFor = (request: IncomingMessage): string =>
  createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64')

/** The headers of an answer of 101. */
type Handshake = (request: IncomingMessage) => Record<string, string>

export const handshake: Handshake = (request) => ({
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-accept': acceptFor(request),
})

/** How a client left: the status of its Close frame, then that its side of the connection has ended. */
export type Left = { status: number | null; masked: boolean; ended: 'FIN' | 'RST' }

/** A server of WebSocket that greets; plain requests get 200. A client that says goodbye is answered, and let go. */
export async function startWebSocketServer(answer: Handshake = handshake) {
  const left = new EventEmitter()
  const open = new Set<Socket>()
  const requests: IncomingMessage[] = []
  const server = createServer((_request, response) => void response.end('plain'))
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  server.on('upgrade', (request, socket: Socket) => {
    requests.push(request)
    const seen: Left = { status: null, masked: false, ended: 'FIN' }
    const lines = Object.entries(answer(request)).map(([name, value]) => `${name}: ${value}\r\n`)
    // The greeting comes with the header
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
    socket.write(Uint8Array.from([0x81, 2, 0x68, 0x69]))
    socket.on('error', () => {
      seen.ended = 'RST'
    })
    socket.on('data', (frame: Buffer) => {
      if (frame[0] !== 0x88) {
        return
      }
      seen.masked = ((frame[1] ?? 0) & 0x80) !== 0
      const mask = frame.subarray(2, 6)
      const status = frame.subarray(6, 8).map((byte, at) => byte ^ (mask[at] ?? 0))
      seen.status = Buffer.from(status).readUInt16BE()
      socket.end(Uint8Array.from([0x88, 2, ...status]))
    })
    socket.on('close', () => left.emit('left', seen))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    requests,
    /** Resolves with how the next client leaves. */
    left: async (): Promise<Left> => (await once(left, 'left'))[0],
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) {
        socket.destroy()
      }
      await closed
    },
  }
}
