/**
 * Tells HTTP/2 by its first bytes from what else may come in its place. Pure.
 *
 * @module
 */
import type { FailureCode } from '../codes.ts'
import { type Spoken, spokenIn } from '../speaks.ts'
import { FRAME } from './frames.ts'

/** A call that came to nothing. `says` tells why, in words of ours. */
export type Trouble = { code: FailureCode; says: string; speaks?: Spoken }

const HEAD_BYTES = 9

/**
 * Tells what came in place of HTTP/2; `null`: it may become HTTP/2.
 *
 * @param first the first bytes that came.
 * @param isOver no more will come.
 */
export function otherThanHttp2(first: Uint8Array, isOver: boolean): Trouble | 'http2' | null {
  if (isFrame(first)) {
    return first.length >= HEAD_BYTES ? 'http2' : null
  }
  if (isHttp1(first)) {
    return SPEAKS_HTTP1
  }
  const speaks = spokenIn(first)
  if (speaks !== null && speaks !== 'http2') {
    return { code: 'not_grpc', says: `what came is not HTTP/2: the peer speaks ${speaks}`, speaks }
  }
  return first.length < HEAD_BYTES && !isOver ? null : { code: 'not_grpc', says: 'what came is not HTTP/2' }
}

/** SETTINGS begin what an HTTP/2 server says (RFC 9113 3.4); some that refuse say GOAWAY at once. */
const isFrame = (first: Uint8Array): boolean =>
  first[0] === 0 &&
  (first[1] ?? 0) <= 0x40 &&
  (first[3] === undefined || first[3] === FRAME.settings || first[3] === FRAME.goAway) &&
  first.subarray(5, HEAD_BYTES).every((byte) => byte === 0)

const HTTP1 = 'HTTP/'
export const SPEAKS_HTTP1: Trouble = {
  code: 'not_grpc',
  says: 'the peer speaks HTTP/1.1, and no HTTP/2',
  speaks: 'http1',
}
const isHttp1 = (first: Uint8Array): boolean =>
  first.length >= HTTP1.length && Array.from(HTTP1).every((character, at) => first[at] === character.charCodeAt(0))
