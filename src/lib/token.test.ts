import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isToken, newToken, shownPart, TOKEN_PATTERN } from './token.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const numberOf = (text: string): bigint =>
  [...text].reduce((sum, char) => sum * 62n + BigInt(ALPHABET.indexOf(char)), 0n)

describe('a token', () => {
  const tokens = Array.from({ length: 2000 }, newToken)

  it('has 160 bits of chance and the CRC-32 of what stands between prefix and checksum, both in base 62', () => {
    for (const token of tokens) {
      expect(token).toMatch(/^pt_[0-9A-Za-z]{33}$/)
      const random = token.slice(3, 30)
      expect([numberOf(random) < 2n ** 160n, numberOf(token.slice(30))]).toEqual([true, BigInt(crc32(random))])
    }
    expect(new Set(tokens).size).toBe(tokens.length)
    // Every one of the 160 bits is set in some of them and not in others.
    const all = tokens.map((token) => numberOf(token.slice(3, 30)))
    const bits = Array.from({ length: 160 }, (_, bit) => new Set(all.map((value) => (value >> BigInt(bit)) & 1n)).size)
    expect(new Set(bits)).toEqual(new Set([2]))
  })

  it('is known by its form, and by its checksum told from one that was mistyped', () => {
    for (const token of tokens.slice(0, 50)) {
      expect([isToken(token), TOKEN_PATTERN.exec(`leaked: "${token}".`)?.[0]]).toEqual([true, token])
      for (let at = 3; at < token.length; at++) {
        const other = token[at] === 'a' ? 'b' : 'a'
        expect(isToken(token.slice(0, at) + other + token.slice(at + 1))).toBe(false)
      }
    }
  })

  it.each([
    '',
    'pt_',
    'a-token-of-the-test-0123456789',
    'ey.J.x',
    `${newToken()}0`,
    ` ${newToken()}`,
    newToken().slice(1),
  ])('is not %j', (text) => {
    expect(isToken(text)).toBe(false)
  })

  it('is shown by its first characters, which say little of it', () => {
    expect(tokens.map(shownPart).every((shown, i) => shown.length === 8 && tokens[i]?.startsWith(shown))).toBe(true)
  })
})
