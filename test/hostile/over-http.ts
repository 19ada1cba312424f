/** Servers of HTTP/1.1 that drip, flood, lie and explode. */
import type { Socket } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { BEHAVIOURS, type Behaviour, deafPort, serve, serveHttp } from '../support/servers.ts'
import type { Target } from './target.ts'

const behaving = (behaviour: Behaviour, ...codes: Target['codes']): Target => ({
  name: `HTTP, ${behaviour}`,
  codes,
  start: () => serve(BEHAVIOURS[behaviour]),
})

/** After the request has come. */
const answering = (name: string, codes: Target['codes'], answer: (socket: Socket) => void): Target => ({
  name: `HTTP, ${name}`,
  codes,
  start: () => serve((socket) => void socket.once('data', () => answer(socket))),
})

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`
const DRIP_MS = 20

/** A byte at a time, for ever: whatever is said, its end never comes. */
export function drip(socket: Socket, text: string): void {
  let at = 0
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ' '), DRIP_MS)
  socket.on('close', () => clearInterval(timer))
}

/** Others of this process want to answer, too. */
const PIECES_A_TURN = 8

/** As fast as the peer reads, until it hangs up. */
export function flood(socket: Socket, piece: string | Uint8Array): void {
  const bytes = Buffer.from(piece)
  const many = Buffer.concat(Array.from({ length: Math.max(1, Math.ceil(16_384 / bytes.length)) }, () => bytes))
  const pump = (): void => {
    for (let turn = 0; turn < PIECES_A_TURN && !socket.destroyed; turn++) {
      if (!socket.write(many)) {
        return
      }
    }
    setImmediate(pump)
  }
  socket.on('drain', pump)
  pump()
}

const BOMB_BYTES = 64 * 1024 * 1024

/** A small body that says that it is a large one. Portolan asks for none and unpacks none: what counts is what comes. */
const bomb = (encoding: 'gzip' | 'br', pack: (bytes: Uint8Array) => Uint8Array): Target => ({
  name: `HTTP, ${BOMB_BYTES / 1024 / 1024} MiB as ${encoding}`,
  codes: ['pass'],
  start: () => {
    const packed = pack(Buffer.alloc(BOMB_BYTES))
    return serveHttp((_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(packed))
  },
})

const redirecting = (
  name: string,
  code: 'too_many_redirects' | 'redirect_loop' | 'malformed_response',
  to: (hop: number) => string,
): Target => ({
  name: `HTTP, ${name}`,
  codes: [code],
  check: { followRedirects: true },
  // Ten exchanges, and each takes its turn.
  timeoutMs: 5000,
  start: () => {
    let hops = 0
    return serveHttp((_request, response) => void response.writeHead(302, { location: to(++hops) }).end())
  },
})

/** A body that costs much to judge by what the check expects. */
const costly = (name: string, codes: Target['codes'], body: string, expect: object): Target => ({
  name: `HTTP, ${name}`,
  codes,
  check: { expect },
  start: () => serveHttp((_request, response) => void response.end(body)),
})

const MIB = 1024 * 1024
const DEEP = 100_000

export const OVER_HTTP: readonly Target[] = [
  { name: 'TCP, nobody takes the connection', codes: ['connect_timeout'], start: deafPort },
  behaving('silent', 'response_timeout'),
  behaving('reset', 'connection_reset'),
  behaving('resetOnRequest', 'connection_reset'),
  behaving('close', 'connection_closed', 'connection_reset'),
  behaving('closeOnRequest', 'connection_closed'),
  behaving('closeInHeader', 'connection_closed'),
  behaving('closeInBody', 'connection_closed'),
  behaving('closeInChunk', 'connection_closed'),
  behaving('resetInBody', 'connection_reset'),
  behaving('garbage', 'invalid_response'),
  behaving('badHttp', 'malformed_response'),
  behaving('upgrade', 'invalid_response'),
  behaving('slowHeader', 'response_timeout'),
  behaving('slowBody', 'body_timeout'),
  behaving('endlessHeader', 'response_too_large'),
  behaving('endlessInterim', 'response_timeout', 'response_too_large'),
  // A body that goes on is a stream: what came of it is judged.
  behaving('endlessBody', 'pass'),
  behaving('hugeHeader', 'response_too_large'),
  answering('drips its status line', ['response_timeout'], (socket) =>
    drip(socket, 'HTTP/1.1 200 OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO'),
  ),
  answering('drips its header', ['response_timeout'], (socket) => {
    socket.write(OK)
    drip(socket, 'x-a: b\r\n')
  }),
  answering('drips its body', ['pass', 'body_timeout'], (socket) => {
    socket.write(`${OK}content-length: 100000\r\n\r\n`)
    drip(socket, 'toad')
  }),
  answering('drips interim answers', ['response_timeout'], (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n')),
  answering('endless chunks of a byte', ['pass', 'response_too_large'], (socket) => {
    socket.write(CHUNKED)
    flood(socket, '1\r\nx\r\n')
  }),
  answering(
    'a chunk of an endless size line',
    ['malformed_response', 'invalid_response', 'response_too_large'],
    (socket) => {
      socket.write(CHUNKED)
      flood(socket, '0')
    },
  ),
  answering(
    'an endless chunk extension',
    ['malformed_response', 'invalid_response', 'response_too_large'],
    (socket) => {
      socket.write(`${CHUNKED}1;`)
      flood(socket, 'a')
    },
  ),
  answering('a chunk beyond all numbers', ['malformed_response', 'invalid_response'], (socket) => {
    socket.write(`${CHUNKED}ffffffffffffffffff\r\n`)
    flood(socket, 'x')
  }),
  answering('endless trailers', ['response_too_large', 'malformed_response'], (socket) => {
    socket.write(`${CHUNKED}2\r\nok\r\n0\r\n`)
    flood(socket, 'x-more: more\r\n')
  }),
  answering('an endless status line', ['response_too_large', 'invalid_response', 'malformed_response'], (socket) => {
    socket.write('HTTP/1.1 200 ')
    flood(socket, 'O')
  }),
  answering(
    'endless empty lines',
    ['response_timeout', 'response_too_large', 'invalid_response', 'malformed_response'],
    (socket) => flood(socket, '\r\n'),
  ),
  answering('a thousand cookies', ['response_too_large'], (socket) =>
    socket.end(`${OK}${`set-cookie: a=${'b'.repeat(100)}\r\n`.repeat(1000)}\r\nok`),
  ),
  answering('a length and chunks', ['malformed_response'], (socket) =>
    socket.end(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
  ),
  bomb('gzip', gzipSync),
  bomb('br', (bytes) => brotliCompressSync(bytes, { params: { 1: 5 } })),
  redirecting('endless redirects', 'too_many_redirects', (hop) => `/${hop}`),
  redirecting('a redirect to itself', 'redirect_loop', () => '/'),
  costly('JSON, 100,000 deep', ['unexpected_body', 'expectation_too_costly'], '['.repeat(DEEP) + ']'.repeat(DEEP), {
    jsonPath: [{ path: '$..a', equals: 1 }],
  }),
  costly(
    'a body that a regular expression dwells on',
    ['unexpected_body', 'expectation_too_costly'],
    'a'.repeat(MIB / 4),
    {
      failIfBodyNotMatchesRegexp: ['(a|b)*a(a|b){20}[cd]'],
    },
  ),
  costly(
    'JSON that a JSONPath multiplies',
    ['unexpected_body', 'expectation_too_costly'],
    JSON.stringify({ a: Array.from({ length: 20_000 }, (_, at) => ({ at })) }),
    {
      jsonPath: [{ path: '$..*[?@.at > 1]', equals: 'toad' }],
    },
  ),
]
