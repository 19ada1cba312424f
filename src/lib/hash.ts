import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Two characters at a time: half the pieces to put together. */
const PAIRS = Array.from({ length: 1024 }, (_, value) => `${ALPHABET[value >> 5]}${ALPHABET[value & 31]}`)

/**
 * The first `length` characters (5 bits each, Crockford's base 32; an even number, at most 50) of SHA-256 over the
 * parts. Parts are length-prefixed, so that `['a', 'bc']` and `['ab', 'c']` differ. Synchronous on purpose: planning is
 * pure, and WebCrypto's digest is not.
 */
export function hashParts(parts: readonly (string | number | null)[], length: number): string {
  let text = ''
  for (const part of parts) {
    const own = part === null ? '-' : `${String(part).length}:${part}`
    text = text === '' ? own : `${text}|${own}`
  }
  const digest = digestOf(text)
  let bits = 0
  let value = 0
  let at = 0
  let out = ''
  while (out.length < length) {
    while (bits < 10) {
      value = (value << 8) | (digest[at++] ?? 0)
      bits += 8
    }
    bits -= 10
    out += PAIRS[value >>> bits]
    value &= (1 << bits) - 1
  }
  return out
}

/** The same memory for every hash: making it anew costs more than the hash of a short text. */
const EMPTY = sha256.create()
const hasher = sha256.create()
const digest = new Uint8Array(32)
const encoder = new TextEncoder()
const SHORT = 256
/** UTF-8 takes at most three bytes for a unit of a string. */
const short = new Uint8Array(3 * SHORT)

/** Overwritten by the next call. */
function digestOf(text: string): Uint8Array {
  const bytes = text.length <= SHORT ? short.subarray(0, encoder.encodeInto(text, short).written) : encoder.encode(text)
  EMPTY._cloneInto(hasher).update(bytes).digestInto(digest)
  return digest
}

/** The lowest `length` × 5 bits, in the alphabet of {@link hashParts}. At most 30 bits. */
export function toBase32(value: number, length: number): string {
  let out = ''
  for (let at = length - 1; at >= 0; at--) {
    out += ALPHABET[(value >>> (at * 5)) & 31]
  }
  return out
}

export const fromBase32 = (text: string): number => {
  let value = 0
  for (const char of text) {
    value = value * 32 + ALPHABET.indexOf(char)
  }
  return value
}

/** Hex SHA-256 of bytes or of UTF-8 text. */
export const sha256Hex = (data: Uint8Array | string): string =>
  bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data))

/** Compares digests in a time that does not depend on where they differ. */
export function isSameDigest(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++) {
    difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  }
  return difference === 0
}
