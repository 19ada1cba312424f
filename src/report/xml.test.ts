import fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { xmlAttribute, xmlText } from './xml.ts'

/** XML 1.0, section 2.2: what may occur at all. */
const XML_CHARS = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
})

describe('xmlText and xmlAttribute', () => {
  const VALID = hostileString.filter((text) => XML_CHARS.test(text))

  it('give back the very text through a parser', () => {
    fc.assert(
      fc.property(VALID, (text) => {
        const read = parser.parse(`<a b="${xmlAttribute(text)}">x${xmlText(text)}</a>`).a
        expect(read).toEqual({ '@b': text, '#': `x${text}` })
      }),
    )
  })

  it('spell out what XML 1.0 cannot hold', () => {
    expect(xmlText('a\0b\u001bc\ufffe')).toBe('a\\u{0}b\\u{1b}c\\u{fffe}')
  })
})
