/**
 * The text of a token, in the form that GitHub gave to its own: a prefix, 160 random bits, and a checksum, so that
 * scanners of repositories and logs find one, and tell it from what only looks like it without asking anybody.
 *
 * @module
 */

const PREFIX = 'pt_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_BYTES = 20
/** Characters of base 62 that 160 bits take. */
const RANDOM_LENGTH = 27
/** Characters of base 62 that the 32 bits of a checksum take. */
const CHECK_LENGTH = 6
const SHOWN_LENGTH = 8

/** Scanners look for this pattern. It stands in docs/guides/access.md too. */
export const TOKEN_PATTERN = /\bpt_[0-9A-Za-z]{33}\b/

const WHOLE = new RegExp(`^${PREFIX}([0-9A-Za-z]{${RANDOM_LENGTH}})([0-9A-Za-z]{${CHECK_LENGTH}})$`)

/** Makes a token that nobody can guess. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  const random = inBase62(
    bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n),
    RANDOM_LENGTH,
  )
  return `${PREFIX}${random}${checksumOf(random)}`
}

/** Tells whether a text has the form of a token and its checksum is right: any other need not be looked up. */
export function isToken(text: string): boolean {
  const [, random, checksum] = WHOLE.exec(text) ?? []
  return random !== undefined && checksumOf(random) === checksum
}

/** The beginning of a token, by which people tell theirs apart: 30 of its bits. */
export const shownPart = (token: string): string => token.slice(0, SHOWN_LENGTH)

/** CRC-32 (ISO 3309) over the characters between prefix and checksum, in base 62. */
const checksumOf = (random: string): string => inBase62(BigInt(crc32(random)), CHECK_LENGTH)

function inBase62(value: bigint, length: number): string {
  let out = ''
  for (let rest = value; out.length < length; rest /= 62n) {
    out = `${ALPHABET[Number(rest % 62n)]}${out}`
  }
  return out
}

function crc32(ascii: string): number {
  let crc = 0xffffffff
  for (const char of ascii) {
    crc ^= char.charCodeAt(0)
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    }
  }
  return (crc ^ 0xffffffff) >>> 0
}
