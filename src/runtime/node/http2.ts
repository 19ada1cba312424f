import { subscribe } from 'node:diagnostics_channel'
import type { ClientHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Client, type Dispatcher, errors } from 'undici'
import { failureOf } from '../../check/failure.ts'
import type { HttpExchange, HttpRequest } from '../../check/network.ts'
import { rounded, since, type Transport } from '../socket/attempt.ts'
import type { Headers } from '../socket/http-attempt.ts'
import { Http1Attempt } from '../socket/http1.ts'

/** Response headers together, in bytes. */
const HEADERS_MAX_BYTES = 64 * 1024

/** The client never sees a real origin: it gets a socket that is connected already, and every request has its Host. */
const PLAIN = new URL('http://portolan.invalid')
const SECURE = new URL('https://portolan.invalid')

/** One request over one new connection, of HTTP/2 where the peer agrees to it, else of HTTP/1.1. */
export const exchangeHttp2 = (
  transport: Transport,
  request: HttpRequest,
  explain: (exchange: HttpExchange) => HttpExchange | Promise<HttpExchange>,
): Promise<HttpExchange> =>
  new Promise((resolve) => new Http2Attempt(transport, request, (exchange) => resolve(explain(exchange))).start())

class Http2Attempt extends Http1Attempt implements Dispatcher.DispatchHandler {
  #isSpoken = false
  #sentAt = 0
  #firstByteAt = 0
  #stream: ClientHttp2Stream | null = null

  /** Without TLS there is nothing to agree: HTTP/2 is spoken at once (RFC 9113 3.3). */
  protected override speak(socket: Socket): void {
    if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
      super.speak(socket)
      return
    }
    this.phase = 'request'
    // The peer has hung up meanwhile; undici would ask for another connection
    if (socket.destroyed) {
      this.#onLost(socket.errored ?? new errors.SocketError('closed'))
      return
    }
    this.#isSpoken = true
    this.version = '2'
    Object.assign(socket, { alpnProtocol: 'h2', [ATTEMPT]: this })
    let lost: Error | null = null
    const client = new Client(this.request.tls ? SECURE : PLAIN, {
      // One timer of ours is over everything: undici's own would only cost
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEADERS_MAX_BYTES,
      allowH2: true,
      // A connection that ended before the request was on its way has undici ask for another: an exchange has but one.
      // One that it gets at once it greets before it has the request, which is then a packet later
      connect: (_options, callback) =>
        lost === null ? queueMicrotask(() => callback(null, socket)) : this.#onLost(lost),
    })
    client.on('disconnect', (_origin, _targets, error) => {
      lost = error
    })
    const { target, method, headers, body } = this.request
    client.dispatch({ path: target, method, headers, body, reset: true }, this)
  }

  onStream(stream: ClientHttp2Stream): void {
    this.#stream = stream
  }

  onRequestStart(): void {
    this.#sentAt = performance.now()
  }

  onRequestSent(): void {
    this.phase = 'response'
    this.#sentAt = performance.now()
  }

  /** HTTP/2 reads past the socket's stream, so that the first byte is known only now. */
  onResponseStarted(): void {
    this.#firstByteAt ||= performance.now()
    this.firstByteMs ??= since(this.#sentAt)
  }

  onResponseStart(_controller: unknown, status: number, headers: Headers): void {
    if (this.ended || status < 200) {
      return
    }
    this.arrivedAt = performance.now()
    this.begin(status, headers)
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.ended) {
      return
    }
    this.arrivedAt = performance.now()
    this.take(chunk)
  }

  onResponseEnd(): void {
    if (this.#stream?.rstCode) {
      this.finish(failureOf('CLOSED', this.phase))
      return
    }
    if (this.#firstByteAt !== 0) {
      this.downloadMs = rounded(this.arrivedAt - this.#firstByteAt)
    }
    this.finish(null, this.arrivedAt)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#onLost(error)
  }

  /** undici says all that there is to say of the connection. */
  protected override lost(error: Error): void {
    if (!this.#isSpoken) {
      super.lost(error)
    }
  }

  #onLost(error: Error): void {
    // undici calls an answer that it cannot read a socket error as well as a peer that went away
    if (error instanceof errors.HTTPParserError || error instanceof errors.SocketError) {
      this.refuse(this.socket?.readableEnded ?? true)
    } else {
      this.fail(error)
    }
  }
}

/** The key under which a socket that speaks HTTP/2 knows its attempt. */
const ATTEMPT = Symbol('attempt')

// Node and undici take a stream that the peer has cancelled for one that has ended; its `rstCode` tells, and undici
// does not hand the stream over
subscribe('http2.client.stream.created', (message) => {
  const { stream } = message as { stream: ClientHttp2Stream }
  const socket: (Socket & { [ATTEMPT]?: Http2Attempt }) | undefined = stream.session?.socket
  socket?.[ATTEMPT]?.onStream(stream)
})
