/** Servers of HTTP/2, WebSocket and gRPC that flood: frames made by hand, in clear text with prior knowledge. */
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { serve } from '../support/servers.ts'
import { GUID } from '../support/websocket.ts'
import { drip, flood } from './over-http.ts'
import type { Target } from './target.ts'

const TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const

function frame(
  type: keyof typeof TYPE,
  { flags = 0, stream = 0, payload = Buffer.alloc(0) }: { flags?: number; stream?: number; payload?: Uint8Array } = {},
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = TYPE[type]
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

const SETTINGS = frame('settings')
/** `:status: 200` of HPACK's static table. */
const STATUS_200 = Buffer.from([0x88])
const END_STREAM = 1
const END_HEADERS = 4
const FIRST = 1

/** A literal header that is not indexed: 100 bytes of HPACK each. */
const LITERAL = Buffer.concat([Buffer.from([0x00, 4]), Buffer.from('x-aa'), Buffer.from([94]), Buffer.alloc(94, 'b')])

/** The answer to the preface and the first request. */
const speaking = (
  name: string,
  codes: Target['codes'],
  answer: (socket: Socket) => void,
  check: object = HTTP2,
): Target => ({
  ...{ name, codes, check: { ...check } },
  start: () =>
    serve((socket) => {
      socket.once('data', () => {
        socket.write(SETTINGS)
        answer(socket)
      })
    }),
})

const HTTP2 = { httpVersion: '2', scheme: 'http' }
const GRPC = { type: 'grpc', scheme: 'http' }

const headers = (flags: number, payload: Uint8Array = STATUS_200) => frame('headers', { stream: FIRST, flags, payload })

const GAVE_UP: Target['codes'] = [
  'response_timeout',
  'invalid_response',
  'connection_reset',
  'connection_closed',
  'response_too_large',
  'body_timeout',
]

const NOT_GRPC: Target['codes'] = [...GAVE_UP, 'not_grpc']

const upgraded = (name: string, codes: Target['codes'], then: (socket: Socket) => void, accept?: string): Target => ({
  ...{ name: `WebSocket, ${name}`, codes, check: { upgrade: 'websocket' } },
  start: () =>
    serve((socket) => {
      socket.once('data', (request) => {
        const key = /sec-websocket-key: (\S+)/i.exec(request.toString())?.[1] ?? ''
        const own = accept ?? acceptOf(key)
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${own}\r\n\r\n`,
        )
        then(socket)
      })
    }),
})

const acceptOf = (key: string): string => createHash('sha1').update(`${key}${GUID}`).digest('base64')

export const OVER_HTTP2: readonly Target[] = [
  speaking('HTTP/2, silent after its settings', GAVE_UP, () => undefined),
  speaking('HTTP/2, speaks HTTP/1.1', GAVE_UP, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
  speaking('HTTP/2, resets the stream again and again', GAVE_UP, (socket) =>
    flood(socket, frame('reset', { stream: FIRST, payload: Buffer.from([0, 0, 0, 8]) })),
  ),
  speaking('HTTP/2, a header that continues for ever', GAVE_UP, (socket) => {
    socket.write(headers(0))
    flood(socket, frame('continuation', { stream: FIRST, payload: LITERAL }))
  }),
  speaking('HTTP/2, continues with nothing for ever', GAVE_UP, (socket) => {
    socket.write(headers(0))
    flood(socket, frame('continuation', { stream: FIRST }))
  }),
  speaking('HTTP/2, floods with settings', GAVE_UP, (socket) =>
    flood(socket, frame('settings', { payload: Buffer.from([0, 4, 0, 1, 0, 0]) })),
  ),
  speaking('HTTP/2, floods with pings', GAVE_UP, (socket) =>
    flood(socket, frame('ping', { payload: Buffer.alloc(8) })),
  ),
  speaking('HTTP/2, a window that overflows', GAVE_UP, (socket) =>
    flood(socket, frame('window', { payload: Buffer.from([0x7f, 0xff, 0xff, 0xff]) })),
  ),
  speaking('HTTP/2, pushes what nobody asked for', GAVE_UP, (socket) =>
    flood(
      socket,
      frame('push', {
        stream: FIRST,
        flags: END_HEADERS,
        payload: Buffer.concat([Buffer.from([0, 0, 0, 2]), STATUS_200]),
      }),
    ),
  ),
  speaking('HTTP/2, goes away at once', GAVE_UP, (socket) => socket.end(frame('goaway', { payload: Buffer.alloc(8) }))),
  speaking('HTTP/2, a frame of 16 MB', GAVE_UP, (socket) => {
    const head = frame('data', { stream: FIRST })
    head.writeUIntBE(0xffffff, 0, 3)
    socket.write(head)
    flood(socket, 'x')
  }),
  speaking('HTTP/2, a header of 400 MB packed by HPACK', GAVE_UP, (socket) => {
    const indexed = Buffer.concat([
      Buffer.from([0x40, 4]),
      Buffer.from('x-aa'),
      Buffer.from([0x7f, 0x81, 0x1e]),
      Buffer.alloc(4000, 'b'),
    ])
    socket.write(headers(0, Buffer.concat([STATUS_200, indexed])))
    flood(socket, frame('continuation', { stream: FIRST, payload: Buffer.alloc(8000, 0xbe) }))
  }),
  speaking('HTTP/2, endless data of nothing', GAVE_UP, (socket) => {
    socket.write(headers(END_HEADERS))
    flood(socket, frame('data', { stream: FIRST }))
  }),
  speaking('HTTP/2, an endless body', [...GAVE_UP, 'pass'], (socket) => {
    socket.write(headers(END_HEADERS))
    flood(socket, frame('data', { stream: FIRST, payload: Buffer.alloc(8192) }))
  }),
  speaking('gRPC, silent', NOT_GRPC, () => undefined, GRPC),
  speaking(
    'gRPC, floods with pings',
    NOT_GRPC,
    (socket) => flood(socket, frame('ping', { payload: Buffer.alloc(8) })),
    GRPC,
  ),
  speaking(
    'gRPC, a message of 4 GB',
    NOT_GRPC,
    (socket) => {
      socket.write(headers(END_HEADERS))
      socket.write(frame('data', { stream: FIRST, payload: Buffer.from([0, 0xff, 0xff, 0xff, 0xff]) }))
      flood(socket, frame('data', { stream: FIRST, payload: Buffer.alloc(8192) }))
    },
    GRPC,
  ),
  speaking(
    'gRPC, ends before a message',
    [...NOT_GRPC, 'malformed_response', 'unexpected_grpc_status', 'not_serving'],
    (socket) => socket.write(headers(END_HEADERS | END_STREAM)),
    GRPC,
  ),
  upgraded('floods with frames', ['pass'], (socket) =>
    flood(socket, Buffer.concat([Buffer.from([0x82, 126, 0x10, 0]), Buffer.alloc(0x1000)])),
  ),
  upgraded('a frame of 2^63 bytes', ['pass'], (socket) => {
    socket.write(Buffer.from([0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255]))
    flood(socket, 'x')
  }),
  upgraded('floods with pings', ['pass'], (socket) => flood(socket, Buffer.from([0x89, 0]))),
  upgraded(
    'accepts another key',
    ['websocket_handshake_invalid'],
    (socket) => flood(socket, Buffer.from([0x89, 0])),
    'toad',
  ),
  {
    ...{ name: 'WebSocket, drips its handshake', codes: ['response_timeout'], check: { upgrade: 'websocket' } },
    start: () =>
      serve(
        (socket) =>
          void socket.once('data', () => drip(socket, `HTTP/1.1 101 Switching Protocols\r\nx-a: ${'b'.repeat(1000)}`)),
      ),
  },
]
