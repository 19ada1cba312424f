import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { visible, visibleLines, wrap } from './visible.ts'

describe('visible', () => {
  it('spells out what a terminal would act on', () => {
    expect(visible('\u001b[2J\rPASS\n\u009b31m')).toBe('\\u{1b}[2J\\u{d}PASS\\u{a}\\u{9b}31m')
  })

  it('spells out what turns or hides text', () => {
    expect(visible('a\u202eb\u2066c\u200bd\u00ade\u2028f\ud800')).toBe(
      'a\\u{202e}b\\u{2066}c\\u{200b}d\\u{ad}e\\u{2028}f\\u{d800}',
    )
  })

  it('keeps letters of every script, and emoji', () => {
    expect(visible('Kröte 蛙 ضفدع 🐸')).toBe('Kröte 蛙 ضفدع 🐸')
  })

  it('leaves printable ASCII alone, and nothing else without a glyph', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => visible(text) === text))
    fc.assert(fc.property(hostileString, (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(visible(text))))
  })
})

describe('visibleLines', () => {
  it('keeps line breaks of both kinds and no lone carriage return', () => {
    expect(visibleLines('a\nb\r\nc\rd')).toEqual(['a', 'b', 'c\\u{d}d'])
  })
})

describe('wrap', () => {
  it('loses no word, and goes beyond the width only for a single word', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const lines = wrap(text, width)
        expect(lines.join(' ')).toBe(text)
        expect(lines.filter((line) => line.length > width && line.includes(' '))).toEqual([])
      }),
    )
  })
})
