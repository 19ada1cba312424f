/**
 * Writes what is sent of a call over HTTP/2 before anything is heard (RFC 9113, grpc/doc/PROTOCOL-HTTP2.md). Pure.
 *
 * @module
 */
import { FLAG, FRAME, writeFrame, writeSettings } from './frames.ts'
import { type Field, LIST_BYTES_MAX, writeBlock } from './hpack.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
export const SETTING = { enablePush: 2, initialWindow: 4, maxFrame: 5, maxHeaderList: 6 } as const
/** The one call of the connection. */
export const STREAM = 1

/** All that is sent unasked: the preface, the call and its message. A peer that speaks HTTP/2 takes it at once (3.4). */
export function openingOf(fields: readonly Field[], body: Uint8Array): Uint8Array {
  const settings = writeSettings([
    [SETTING.enablePush, 0],
    [SETTING.maxHeaderList, LIST_BYTES_MAX],
  ])
  return joined([
    Uint8Array.from(PREFACE, (character) => character.charCodeAt(0)),
    writeFrame({ type: FRAME.settings, flags: 0, stream: 0, payload: settings }),
    ...headerFrames(writeBlock(fields)),
    writeFrame({ type: FRAME.data, flags: FLAG.endStream, stream: STREAM, payload: body }),
  ])
}

/** A block in as many frames as it takes. */
function headerFrames(block: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = []
  for (let at = 0; at === 0 || at < block.length; at += PAYLOAD_SENT) {
    const payload = block.subarray(at, at + PAYLOAD_SENT)
    const type = at === 0 ? FRAME.headers : FRAME.continuation
    const flags = at + PAYLOAD_SENT >= block.length ? FLAG.endHeaders : 0
    frames.push(writeFrame({ type, flags, stream: STREAM, payload }))
  }
  return frames
}
const PAYLOAD_SENT = 16_384

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
