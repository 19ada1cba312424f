import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * The first `length` characters (5 bits each, Crockford's base 32) of SHA-256 over the parts.
 * Parts are length-prefixed, so that `['a', 'bc']` and `['ab', 'c']` differ. Synchronous on purpose:
 * planning is pure, and WebCrypto's digest is not.
 */
export function hashParts(parts: readonly (string | number | null)[], length: number): string {
  const text = parts.map((part) => (part === null ? '-' : `${String(part).length}:${part}`)).join('|')
  const digest = sha256(utf8ToBytes(text))
  let bits = 0
  let value = 0
  let out = ''
  for (const byte of digest) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5 && out.length < length) {
      bits -= 5
      out += ALPHABET[(value >>> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return out
}

/** The lowest `length` × 5 bits, in the alphabet of {@link hashParts}. At most 30 bits. */
export function toBase32(value: number, length: number): string {
  let out = ''
  for (let at = length - 1; at >= 0; at--) out += ALPHABET[(value >>> (at * 5)) & 31]
  return out
}

export const fromBase32 = (text: string): number => {
  let value = 0
  for (const char of text) value = value * 32 + ALPHABET.indexOf(char)
  return value
}

/** Hex SHA-256 of bytes or of UTF-8 text. */
export const sha256Hex = (data: Uint8Array | string): string =>
  bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data))
