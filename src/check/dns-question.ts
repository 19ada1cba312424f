/**
 * One question to DNS as bytes, for servers that are asked over TCP where the runtime's resolver asks over UDP.
 *
 * @module
 */

const TYPE_A = 1
const CLASS_IN = 1

/** A question for the A record of a name, with the length before it that TCP has (RFC 1035 4.1, 4.2.2). */
export function dnsQuestion(name: string): Uint8Array {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .map((label) => new TextEncoder().encode(label.slice(0, 63)))
  // An id, "recursion desired", one question
  const header = [0x50, 0x4f, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]
  const message = [...header, ...labels.flatMap((label) => [label.length, ...label]), 0, 0, TYPE_A, 0, CLASS_IN]
  return Uint8Array.from([message.length >> 8, message.length & 0xff, ...message])
}

/** Length, id and flags. */
const ANSWER_LEAST = 6

/** Tells whether what came over TCP, read as text, begins an answer to {@link dnsQuestion}. */
export const isDnsAnswer = (received: string): boolean =>
  received.length >= ANSWER_LEAST && received.slice(2, 4) === 'PO'
