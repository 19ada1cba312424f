import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashParts } from './hash.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The same by another's SHA-256 and big numbers. */
function reference(parts: readonly (string | number | null)[], length: number): string {
  const text = parts.map((part) => (part === null ? '-' : `${String(part).length}:${part}`)).join('|')
  const bits = [...createHash('sha256').update(text).digest()].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return Array.from({ length }, (_, at) => ALPHABET[Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2)]).join('')
}

const parts = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer(), fc.constant(null)), {
  minLength: 1,
  maxLength: 12,
})

describe('hashParts', () => {
  it('is the start of SHA-256 over the parts, each with its length, whatever was hashed before', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 25 }), (parts, pairs) => {
        // An unpaired surrogate has no UTF-8 of its own: both sides replace it
        expect(hashParts(parts, 2 * pairs)).toBe(reference(parts, 2 * pairs))
      }),
    )
  })

  it('tells parts apart that are the same when put together', () => {
    expect(hashParts(['a', 'bc'], 20)).not.toBe(hashParts(['ab', 'c'], 20))
    expect(hashParts(['1'], 20)).toBe(hashParts([1], 20))
    expect(hashParts([null], 20)).not.toBe(hashParts(['-'], 20))
  })
})
