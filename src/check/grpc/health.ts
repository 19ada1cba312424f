/**
 * The messages of the health protocol (grpc/health/v1/health.proto), and how gRPC frames messages
 * (grpc/doc/PROTOCOL-HTTP2.md). Each has one field, so that no library of protocol buffers is needed. Pure.
 *
 * @module
 */
import { HEALTH_STATUSES } from '../../plan/check.ts'
import { numberAt } from './frames.ts'

/** A longer message is no answer to be read. */
const MESSAGE_MAX_BYTES = 16 * 1024
const PREFIX_BYTES = 5

/** A message with its prefix: not compressed, and so long. */
export function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES + message.length)
  new DataView(bytes.buffer).setUint32(1, message.length)
  bytes.set(message, PREFIX_BYTES)
  return bytes
}

/** The first message of a body; `null`: not all of it is there. */
export function firstMessage(body: Uint8Array): Uint8Array | null | 'compressed' | 'too_large' {
  if (body.length < PREFIX_BYTES) {
    return null
  }
  if (body[0] !== 0) {
    return 'compressed'
  }
  const length = numberAt(body, 1, 4)
  if (length > MESSAGE_MAX_BYTES) {
    return 'too_large'
  }
  return body.length < PREFIX_BYTES + length ? null : body.subarray(PREFIX_BYTES, PREFIX_BYTES + length)
}

/** Field 1, a string; empty, it is left out, as is all of an empty message. */
export function healthRequest(service: string): Uint8Array {
  const name = new TextEncoder().encode(service)
  return name.length === 0 ? name : Uint8Array.from([0x0a, ...varint(name.length), ...name])
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Field 1, a number that names a status: by its name, or as it is where it has none. `null`: this is no such message. */
export function readHealth(message: Uint8Array): string | null {
  let status = 0
  let at = 0
  const next = (): number | null => {
    let value = 0
    for (let factor = 1; factor <= 2 ** 63; factor *= 128) {
      const byte = message[at++]
      if (byte === undefined) {
        return null
      }
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        return value
      }
    }
    return null
  }
  while (at < message.length) {
    const key = next()
    const wire = key === null ? null : key % 8
    const value = wire === WIRE.varint || wire === WIRE.bytes ? next() : 0
    if (key === null || value === null || key < 8) {
      return null
    }
    if (wire === WIRE.bytes) {
      at += value
    } else if (wire === WIRE.fixed64 || wire === WIRE.fixed32) {
      at += wire === WIRE.fixed64 ? 8 : 4
    } else if (wire !== WIRE.varint) {
      return null
    }
    if (at > message.length) {
      return null
    }
    if (key === 8) {
      status = value
    }
  }
  return HEALTH_STATUSES[status] ?? String(status)
}
