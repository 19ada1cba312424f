/**
 * The answer to one call over one connection of HTTP/2 (RFC 9113, grpc/doc/PROTOCOL-HTTP2.md).
 * Whatever a peer sends, no more is held than a frame, a block of headers and the table that it may fill. Pure.
 *
 * @module
 */
import { contentOf, errorName, FLAG, FRAME, type Frame, FrameReader, numberAt, writeFrame } from './frames.ts'
import { otherThanHttp2, SPEAKS_HTTP1, type Trouble } from './greeting.ts'
import { type Field, HeaderReader, LIST_BYTES_MAX } from './hpack.ts'
import { joined, SETTING, STREAM } from './opening.ts'

export type Headers = Record<string, string | string[]>

/** Hears of the final answer alone: interim ones are passed over (RFC 9110 15.2). */
export type CallListener = {
  /** @param isLast nothing follows. */
  onHead(status: number, headers: Headers, isLast: boolean): void
  onData(bytes: Uint8Array): void
  /** @param trailers `null`: the answer has none. */
  onEnd(trailers: Headers | null): void
  /** The peer is to be told this. */
  onReply(bytes: Uint8Array): void
}

/** The peer may send so much of a body unasked (RFC 9113 6.9.2), which is all that is wanted. */
const WINDOW_BYTES = 65_535
/** Counts everything together, frames that say nothing included. */
const HEARD_MAX_BYTES = 1024 * 1024
/** The beginning of an answer that is no frame is kept up to here, to tell what it is. */
const TELLING_BYTES = 16

type Block = { parts: Uint8Array[]; bytes: number; isLast: boolean }

export class CallReader {
  readonly #listener: CallListener
  readonly #frames = new FrameReader()
  readonly #headers = new HeaderReader()
  #beginning: Uint8Array = new Uint8Array()
  #isHttp2 = false
  /** A block of headers whose end has not come. */
  #block: Block | null = null
  #hasHead = false
  #isOver = false
  #bodyBytes = 0
  #replies = 0
  #heardBytes = 0
  #goAway: string | null = null

  constructor(listener: CallListener) {
    this.#listener = listener
  }

  /** @returns why the call has come to nothing; `null`: it has not. */
  read(bytes: Uint8Array): Trouble | null {
    this.#heardBytes += bytes.length
    if (!this.#isHttp2) {
      this.#beginning = joined([this.#beginning, bytes.subarray(0, TELLING_BYTES)]).subarray(0, TELLING_BYTES)
      const other = this.#other()
      if (other !== null) {
        return other
      }
    }
    if (this.#heardBytes > HEARD_MAX_BYTES) {
      return { code: 'response_too_large', says: `more than ${HEARD_MAX_BYTES} bytes came, and no end of the answer` }
    }
    let rest = bytes
    while (rest.length > 0 && !this.#isOver) {
      const taken = this.#frames.take(rest)
      rest = taken.rest
      const trouble =
        taken.frame === 'too_large' ? broken('a frame is larger than was agreed') : this.#frame(taken.frame)
      if (trouble !== null) {
        return trouble
      }
    }
    return null
  }

  /** The peer has ended its side, and the answer has no end. */
  end(): Trouble {
    const other = this.#isHttp2 || this.#beginning.length === 0 ? null : this.#other(true)
    const said = this.#goAway === null ? '' : ` after GOAWAY (${this.#goAway})`
    return (
      other ?? {
        code: 'connection_closed',
        says: `the peer closed the connection${said} before the answer was complete`,
      }
    )
  }

  /** Tells what came in place of HTTP/2; `null`: it is HTTP/2, or may become it. */
  #other(isOver = false): Trouble | null {
    const other = otherThanHttp2(this.#beginning, isOver)
    this.#isHttp2 = other === 'http2'
    return other === 'http2' ? null : other
  }

  #frame(frame: Frame | null): Trouble | null {
    if (frame === null) {
      return null
    }
    const { type, stream } = frame
    if (this.#block !== null && (type !== FRAME.continuation || stream !== STREAM)) {
      return broken('a block of headers is interrupted')
    }
    switch (type) {
      case FRAME.data:
        return this.#data(frame)
      case FRAME.headers:
        return this.#begun(frame)
      case FRAME.continuation:
        return this.#continued(frame)
      case FRAME.reset:
        return this.#reset(frame)
      case FRAME.settings:
        return this.#settings(frame)
      case FRAME.ping:
        return this.#ping(frame)
      case FRAME.goAway:
        return this.#leaving(frame)
      case FRAME.windowUpdate:
        return frame.payload.length === 4 && (numberAt(frame.payload, 0, 4) & 0x7fffffff) > 0
          ? null
          : broken('a WINDOW_UPDATE frame is invalid')
      case FRAME.pushPromise:
        return broken('a push was promised that was not allowed')
      default:
        return null
    }
  }

  #data(frame: Frame): Trouble | null {
    const content = contentOf(frame)
    if (frame.stream !== STREAM || !this.#hasHead || content === null) {
      return broken('a DATA frame comes where there can be none')
    }
    this.#bodyBytes += frame.payload.length
    if (this.#bodyBytes > WINDOW_BYTES) {
      return broken('more of a body comes than was allowed')
    }
    this.#listener.onData(content)
    if ((frame.flags & FLAG.endStream) !== 0) {
      this.#over(null)
    }
    return null
  }

  #begun(frame: Frame): Trouble | null {
    const content = contentOf(frame)
    if (frame.stream !== STREAM || content === null) {
      return broken('a HEADERS frame comes where there can be none')
    }
    this.#block = { parts: [content], bytes: content.length, isLast: (frame.flags & FLAG.endStream) !== 0 }
    return this.#blockEnded(frame)
  }

  #continued(frame: Frame): Trouble | null {
    const block = this.#block
    if (block === null) {
      return broken('a CONTINUATION comes where there can be none')
    }
    // Bounded in number too: each empty one costs a peer nothing
    block.parts.push(frame.payload)
    block.bytes += frame.payload.length
    if (block.bytes > LIST_BYTES_MAX || block.parts.length > PARTS_MAX) {
      return HEADERS_TOO_LARGE
    }
    return this.#blockEnded(frame)
  }

  #blockEnded({ flags }: Frame): Trouble | null {
    const block = this.#block
    if (block === null || (flags & FLAG.endHeaders) === 0) {
      return null
    }
    this.#block = null
    const fields = this.#headers.read(joined(block.parts))
    if (fields === 'too_large') {
      return HEADERS_TOO_LARGE
    }
    return fields === 'broken' ? broken('a block of headers cannot be read') : this.#fields(fields, block.isLast)
  }

  #fields(fields: readonly Field[], isLast: boolean): Trouble | null {
    const headers = headersOf(fields)
    if (headers === null) {
      return broken('a header has an invalid name')
    }
    if (this.#hasHead) {
      if (!isLast || Object.keys(headers).some((name) => name.startsWith(':'))) {
        return broken('the trailers are invalid')
      }
      this.#over(headers)
      return null
    }
    const { ':status': written, ...others } = headers
    const status = typeof written === 'string' && /^[1-9]\d\d$/.test(written) ? Number(written) : null
    if (status === null || status === 101 || Object.keys(others).some((name) => name.startsWith(':'))) {
      return broken('the header has no status')
    }
    if (status < 200) {
      return isLast ? broken('an interim answer has an end') : null
    }
    this.#hasHead = true
    this.#listener.onHead(status, others, isLast)
    if (isLast) {
      this.#over(null)
    }
    return null
  }

  #over(trailers: Headers | null): void {
    this.#isOver = true
    this.#listener.onEnd(trailers)
  }

  #reset({ stream, payload }: Frame): Trouble | null {
    if (stream !== STREAM || payload.length !== 4) {
      return broken('a RST_STREAM comes where there can be none')
    }
    const name = errorName(numberAt(payload, 0, 4))
    return name === 'HTTP_1_1_REQUIRED'
      ? SPEAKS_HTTP1
      : { code: 'connection_closed', says: `the peer reset the call (${name})` }
  }

  #settings({ flags, stream, payload }: Frame): Trouble | null {
    const isAck = (flags & FLAG.ack) !== 0
    if (stream !== 0 || payload.length % 6 !== 0 || (isAck && payload.length > 0)) {
      return broken('a SETTINGS frame is invalid')
    }
    for (let at = 0; at < payload.length; at += 6) {
      const id = numberAt(payload, at, 2)
      const value = numberAt(payload, at + 2, 4)
      const isWrong =
        (id === SETTING.enablePush && value > 1) ||
        (id === SETTING.initialWindow && value > 0x7fffffff) ||
        (id === SETTING.maxFrame && (value < 16_384 || value > 16_777_215))
      if (isWrong) {
        return broken('a setting has an invalid value')
      }
    }
    return isAck ? null : this.#reply(FRAME.settings, new Uint8Array())
  }

  #ping({ flags, stream, payload }: Frame): Trouble | null {
    if (stream !== 0 || payload.length !== 8) {
      return broken('a PING frame is invalid')
    }
    return (flags & FLAG.ack) === 0 ? this.#reply(FRAME.ping, payload) : null
  }

  /** Each reply is a write to the connection: a peer may not ask for them without end (CVE-2019-9512, -9515). */
  #reply(type: number, payload: Uint8Array): Trouble | null {
    this.#replies++
    if (this.#replies > REPLIES_MAX) {
      return {
        code: 'response_too_large',
        says: `more than ${REPLIES_MAX} PING and SETTINGS frames came, and no end of the answer`,
      }
    }
    this.#listener.onReply(writeFrame({ type, flags: FLAG.ack, stream: 0, payload }))
    return null
  }

  /** The peer takes no more calls: it may still answer this one, unless it says that it never took it (6.8). */
  #leaving({ stream, payload }: Frame): Trouble | null {
    if (stream !== 0 || payload.length < 8) {
      return broken('a GOAWAY frame is invalid')
    }
    this.#goAway = errorName(numberAt(payload, 4, 4))
    if (this.#goAway === 'HTTP_1_1_REQUIRED') {
      return SPEAKS_HTTP1
    }
    return (numberAt(payload, 0, 4) & 0x7fffffff) >= STREAM
      ? null
      : { code: 'connection_closed', says: `the peer took no call (GOAWAY, ${this.#goAway})` }
  }
}

const REPLIES_MAX = 1000

const PARTS_MAX = 64
const HEADERS_TOO_LARGE: Trouble = {
  code: 'response_too_large',
  says: `the header of the answer is larger than the limit of ${LIST_BYTES_MAX / 1024} KiB`,
}

const broken = (what: string): Trouble => ({ code: 'invalid_response', says: `the answer is broken HTTP/2: ${what}` })

/** `null`: one has a name that HTTP/2 does not allow (RFC 9113 8.2.1). */
function headersOf(fields: readonly Field[]): Headers | null {
  const headers: Headers = Object.create(null)
  for (const [name, value] of fields) {
    if (!/^:?[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
      return null
    }
    const before = headers[name]
    headers[name] = before === undefined ? value : [...(typeof before === 'string' ? [before] : before), value]
  }
  return headers
}
