/**
 * Frames of HTTP/2 (RFC 9113 4.1), read as they come and written. Pure.
 *
 * @module
 */

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const FLAG = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const

export type Frame = { type: number; flags: number; stream: number; payload: Uint8Array }

/** The largest payload where nothing else was agreed (6.5.2). */
const PAYLOAD_MAX = 16_384
const HEAD_BYTES = 9

/** Takes bytes in whatever pieces they come, and holds no more than one frame. */
export class FrameReader {
  readonly #head = new Uint8Array(HEAD_BYTES)
  #headBytes = 0
  #payload: Uint8Array | null = null
  #payloadBytes = 0

  /** @returns what is left of the bytes; the frame that they complete; `too_large`: that is no frame to be read. */
  take(bytes: Uint8Array): { rest: Uint8Array; frame: Frame | null | 'too_large' } {
    let rest = bytes
    if (this.#payload === null) {
      const part = rest.subarray(0, HEAD_BYTES - this.#headBytes)
      this.#head.set(part, this.#headBytes)
      this.#headBytes += part.length
      rest = rest.subarray(part.length)
      if (this.#headBytes < HEAD_BYTES) {
        return { rest, frame: null }
      }
      const length = numberAt(this.#head, 0, 3)
      if (length > PAYLOAD_MAX) {
        return { rest, frame: 'too_large' }
      }
      this.#payload = new Uint8Array(length)
      this.#payloadBytes = 0
    }
    const payload = this.#payload
    const part = rest.subarray(0, payload.length - this.#payloadBytes)
    payload.set(part, this.#payloadBytes)
    this.#payloadBytes += part.length
    rest = rest.subarray(part.length)
    if (this.#payloadBytes < payload.length) {
      return { rest, frame: null }
    }
    this.#headBytes = 0
    this.#payload = null
    const [, , , type = 0, flags = 0] = this.#head
    return { rest, frame: { type, flags, stream: numberAt(this.#head, 5, 4) & 0x7fffffff, payload } }
  }
}

/** A number of so many bytes, the first the greatest. */
export function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let each = at; each < at + length; each++) {
    value = value * 256 + (bytes[each] ?? 0)
  }
  return value
}

const bytesOf = (value: number, length: number): number[] =>
  Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256)

export function writeFrame({ type, flags, stream, payload }: Frame): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + payload.length)
  frame.set([...bytesOf(payload.length, 3), type, flags, ...bytesOf(stream, 4)])
  frame.set(payload, HEAD_BYTES)
  return frame
}

/** The payload of a SETTINGS frame (6.5.1). */
export const writeSettings = (settings: readonly (readonly [id: number, value: number])[]): Uint8Array =>
  Uint8Array.from(settings.flatMap(([id, value]) => [...bytesOf(id, 2), ...bytesOf(value, 4)]))

/** Takes padding and priority off a DATA or HEADERS frame; `null`: it claims more padding than it holds. */
export function contentOf({ type, flags, payload }: Frame): Uint8Array | null {
  const isPadded = (flags & FLAG.padded) !== 0
  const before = (isPadded ? 1 : 0) + (type === FRAME.headers && (flags & FLAG.priority) !== 0 ? 5 : 0)
  const end = payload.length - (isPadded ? (payload[0] ?? 0) : 0)
  return before > end ? null : payload.subarray(before, end)
}

/** Section 7. */
const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const

export const errorName = (code: number): string => ERRORS[code] ?? `error ${code}`
