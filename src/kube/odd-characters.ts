/**
 * Characters that look like the space, the hyphen or the quotes of YAML and are not.
 *
 * @module
 */

/** Some look like a space, some cannot be seen at all. */
const SPACES: readonly (readonly [character: string, name: string])[] = [
  ['\u00a0', 'a no-break space'],
  ['\u00ad', 'a soft hyphen'],
  ['\u1680', 'an ogham space'],
  ['\u180e', 'a Mongolian vowel separator'],
  ['\u2000', 'an en quad'],
  ['\u2001', 'an em quad'],
  ['\u2002', 'an en space'],
  ['\u2003', 'an em space'],
  ['\u2004', 'a three-per-em space'],
  ['\u2005', 'a four-per-em space'],
  ['\u2006', 'a six-per-em space'],
  ['\u2007', 'a figure space'],
  ['\u2008', 'a punctuation space'],
  ['\u2009', 'a thin space'],
  ['\u200a', 'a hair space'],
  ['\u200b', 'a zero-width space'],
  ['\u200c', 'a zero-width non-joiner'],
  ['\u200d', 'a zero-width joiner'],
  ['\u200e', 'a left-to-right mark'],
  ['\u200f', 'a right-to-left mark'],
  ['\u202f', 'a narrow no-break space'],
  ['\u205f', 'a medium mathematical space'],
  ['\u2060', 'a word joiner'],
  ['\u3000', 'an ideographic space'],
  ['\ufeff', 'a byte order mark'],
]
/** Word processors write these in front of the items of a list. */
const DASHES: readonly (readonly [character: string, name: string])[] = [
  ['\u00b7', 'a middle dot'],
  ['\u2010', 'a hyphen of its own kind'],
  ['\u2011', 'a no-break hyphen'],
  ['\u2012', 'a figure dash'],
  ['\u2013', 'an en dash'],
  ['\u2014', 'an em dash'],
  ['\u2022', 'a bullet'],
  ['\u2212', 'a minus sign'],
]
const NAMES = new Map([...SPACES, ...DASHES])

const anyOf = (table: typeof SPACES): RegExp => new RegExp(`[${table.map(([character]) => character).join('')}]`)

export const ODD_SPACE = anyOf(SPACES)
export const ODD_DASH = anyOf(DASHES)

/** Writes `a no-break space (U+00A0)`. */
export const nameOf = (character: string): string => `${NAMES.get(character) ?? 'a character'} (${codeOf(character)})`

/** Names the first odd space of a text; `null` if it has none. */
export function oddSpaceIn(text: string): string | null {
  const found = ODD_SPACE.exec(text)
  return found === null ? null : nameOf(found[0])
}

export const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
