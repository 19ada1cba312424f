import type { Failure } from '../../check/codes.ts'
import type { BodyCut, HttpRequest } from '../../check/network.ts'
import { joined } from './heard.ts'

/** Content that is sent as it comes to be, without end (HTML standard 9.2; RFC 2046 5.1 as cameras use it). */
const STREAM = /^(?:text\/event-stream|multipart\/x-mixed-replace)\b/i
/** A body that has said nothing for so long stands still. */
const STILL_MS = 1000

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>
type Asked = Pick<HttpRequest, 'bodyLimitBytes' | 'streamMs' | 'timeoutMs'>

/** Keeps a body up to the limits of its request, and knows what ended the reading. */
export class AnswerBody {
  readonly #asked: Asked
  #chunks: Uint8Array[] = []
  #bytes = 0
  /** The length that the header promises. */
  #announced: string | null = null
  #timer: NodeJS.Timeout | undefined
  /** Why it was not read to its end; `null`: it was, or nothing was read. */
  cut: BodyCut | null = null

  constructor(asked: Asked) {
    this.#asked = asked
  }

  /**
   * @param stop the header has come, and this is called when a body without an announced end was read for long enough.
   */
  begin(headers: Headers, stop: () => void): void {
    const { streamMs } = this.#asked
    const length = headers['content-length']
    this.#announced = typeof length === 'string' && /^\d{1,20}$/.test(length) ? length : null
    if (length !== undefined || streamMs === null) {
      return
    }
    this.#timer = setTimeout(stop, STREAM.test(String(headers['content-type'] ?? '')) ? 0 : streamMs)
  }

  /** @returns whether it is within the limit. */
  take(chunk: Uint8Array): boolean {
    const room = this.#asked.bodyLimitBytes - this.#bytes
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk
    this.#bytes += kept.length
    this.#chunks.push(kept)
    if (kept !== chunk) {
      this.cut = 'limit'
    }
    return kept === chunk
  }

  /** Tells whether nobody needs more of the body than has come. */
  get isOptional(): boolean {
    return this.#asked.streamMs !== null
  }

  /**
   * Tells whether the part that has come will do now that the time is over: no more was announced, or it was still
   * coming.
   *
   * @param owesMore a piece of it was announced and has not come whole.
   */
  isEnough(silentMs: number, owesMore: boolean): boolean {
    if (!this.isOptional) {
      return false
    }
    return (this.#announced === null && !owesMore) || silentMs < Math.min(STILL_MS, this.#asked.timeoutMs / 2)
  }

  /** A failure in the words that fit: how much was promised, where the connection ended before it had come. */
  worded(failure: Failure | null): Failure | null {
    if (failure?.code !== 'connection_closed' || failure.phase !== 'body') {
      return failure
    }
    const promised =
      this.#announced === null ? 'before its end' : `of the ${this.#announced} that Content-Length promises`
    return { ...failure, message: `the answer ended after ${this.#bytes} bytes of its body, ${promised}` }
  }

  /** Lets go of the timer. */
  end(): Uint8Array {
    clearTimeout(this.#timer)
    return joined(this.#chunks, this.#bytes)
  }
}
