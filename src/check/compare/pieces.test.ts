import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePatterns, patternOf, withoutVolatile, wordsOf } from './pieces.ts'

const word = fc.stringMatching(/^[a-f]{1,3}$/)
const text = fc.array(word, { minLength: 1, maxLength: 30 })
const compared = (left: readonly (readonly string[])[], right: readonly (readonly string[])[]) =>
  comparePatterns(patternOf(left), patternOf(right))

/** The text with something new at each of the places. */
const withNoise = (words: readonly string[], places: readonly number[], noise: string) =>
  words.flatMap((each, at) => (places.includes(at) ? [`${noise}${at}`, each] : [each]))

describe('patterns', () => {
  it('finds no difference between texts that vary in the same places, whatever stands there', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(29), { maxLength: 6 }), (words, places) => {
        const tries = (side: string) => [1, 2, 3].map((nth) => withNoise(words, places, `#${side}${nth}-`))
        expect(compared(tries('l'), tries('r')).differ).toEqual([])
      }),
    )
  })

  it('finds a word that one side has and the other lacks, where neither varies', () => {
    fc.assert(
      fc.property(text, fc.nat(30), (words, place) => {
        const at = Math.min(place, words.length)
        const other = [...words.slice(0, at), '#new', ...words.slice(at)]
        const { differ } = compared([words, words, words], [other, other, other])
        expect(differ.flatMap(({ left, right }) => [...left, ...right])).toEqual(['#new'])
      }),
    )
  })

  it('takes what one side has in all tries for one more of what varies on the other', () => {
    const varying = ['visitor 1 of today', 'visitor 2 of today', 'visitor 3 of today'].map(wordsOf)
    const stable = ['visitor 7 of today', 'visitor 7 of today', 'visitor 7 of today'].map(wordsOf)
    expect(compared(varying, stable)).toEqual({ differ: [], varies: true })
  })

  it('finds another word beside one that varies', () => {
    const of = (name: string) => [1, 2, 3].map((nth) => wordsOf(`hello ${name}, you are number ${nth}`))
    expect(compared(of('shop'), of('shed')).differ).toEqual([{ after: 'hello ', left: ['shop, '], right: ['shed, '] }])
  })
})

describe('withoutVolatile', () => {
  it.each([
    ['f81d4fae-7dec-11d0-a765-00a0c91e6bf6', '⟨uuid⟩'],
    ['Sun, 06 Nov 1994 08:49:37 GMT', '⟨time⟩'],
    ['2026-11-30T13:20:30.123Z', '⟨time⟩'],
    ['1796044830', '⟨time⟩'],
    ['1796044830123', '⟨time⟩'],
    ['9f86d081884c7d659a2feaa0c55ad015', '⟨token⟩'],
    ['dBjftJeZ4CVP-mB92K27uhbUJU1p1r', '⟨token⟩'],
  ])('puts a mark in the place of %s', (value, mark) => {
    expect(withoutVolatile(`<b id="x">${value}</b>`)).toBe(`<b id="x">${mark}</b>`)
  })

  it.each(['bootstrap-5-dist-min', '2026-11-30', 'v1.24.3', '4f2a91c', 'main.3f2a8c9b.js', 'internationalization'])(
    'leaves %s as it is',
    (value) => {
      expect(withoutVolatile(value)).toBe(value)
    },
  )
})
