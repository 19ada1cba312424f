import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedCache } from './bounded-cache.ts'

describe('a bounded cache', () => {
  it('keeps what stays in use, whatever else comes', () => {
    const cache = boundedCache<number>(10)
    cache.set('mine', 1)
    for (let i = 0; i < 1000; i += 1) {
      cache.set(`other ${i}`, i)
      expect(cache.get('mine')).toBe(1)
    }
  })

  it('never holds more than it may, and never a value of another key', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.array(fc.integer({ min: 0, max: 20 })), (max, keys) => {
        const cache = boundedCache<string>(max)
        for (const key of keys) {
          expect(cache.getOrMake(String(key), () => `made of ${key}`)).toBe(`made of ${key}`)
        }
        const held = Array.from({ length: 21 }, (_, key) => key).filter((key) => cache.get(String(key)) !== undefined)
        expect(held.length).toBeLessThanOrEqual(max)
      }),
    )
  })

  it('makes a value once while it holds it', () => {
    const cache = boundedCache<object>(4)
    expect(cache.getOrMake('a', () => ({}))).toBe(cache.getOrMake('a', () => ({})))
  })
})
