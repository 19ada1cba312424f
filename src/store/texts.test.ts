import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonChunks } from './json.ts'
import { cut, hashOf } from './texts.ts'

it('cuts a text into parts that are short, whole characters, and together the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 9 }), (text, units) => {
      const parts = cut(text, units)
      expect(parts.join('')).toBe(text)
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(units)
        expect(new TextDecoder().decode(new TextEncoder().encode(part))).toBe(part)
      }
    }),
  )
})

it('cuts a list into JSON lists that are short and together the list', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 200 }), (items, units) => {
      const chunks = jsonChunks(items, units)
      expect(chunks.flatMap((chunk) => JSON.parse(chunk))).toEqual(JSON.parse(JSON.stringify(items)))
      for (const chunk of chunks) {
        expect(chunk.length <= units + 2 || JSON.parse(chunk).length === 1).toBe(true)
      }
    }),
  )
})

it('gives equal texts one hash, and others another, whether it has seen them before or not', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(hashOf(a) === hashOf(b)).toBe(a === b)
      expect(hashOf(a)).toBe(hashOf(a))
    }),
  )
})
