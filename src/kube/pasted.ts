/**
 * What a text is that holds no manifest: what people paste, pipe or post by mistake. A row tells by what it is known
 * and what to send instead. Asked only where reading failed or found no Service, so that nothing that can be read is
 * ever refused by it; and nothing is repeated of the text but a line's number and a word that is no secret.
 *
 * @module
 */
import { ROWS, type Row } from './pasted-rows.ts'

/** Characters that are looked at, at the beginning and, for what may stand anywhere, at the end. */
const HEAD = 20_000
const TAIL = 4_000

/** Characters that look like a space, or like nothing, and are none to YAML. */
const ODD_SPACES: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break space',
  '\u00ad': 'a soft hyphen',
  '\u1680': 'an ogham space',
  '\u180e': 'a Mongolian vowel separator',
  '\u2000': 'an en quad',
  '\u2001': 'an em quad',
  '\u2002': 'an en space',
  '\u2003': 'an em space',
  '\u2004': 'a three-per-em space',
  '\u2005': 'a four-per-em space',
  '\u2006': 'a six-per-em space',
  '\u2007': 'a figure space',
  '\u2008': 'a punctuation space',
  '\u2009': 'a thin space',
  '\u200a': 'a hair space',
  '\u200b': 'a zero-width space',
  '\u200c': 'a zero-width non-joiner',
  '\u200d': 'a zero-width joiner',
  '\u200e': 'a left-to-right mark',
  '\u200f': 'a right-to-left mark',
  '\u202f': 'a narrow no-break space',
  '\u205f': 'a medium mathematical space',
  '\u2060': 'a word joiner',
  '\u3000': 'an ideographic space',
  '\ufeff': 'a byte order mark',
}
const ODD = new RegExp(`[${Object.keys(ODD_SPACES).join('')}]`)
/** In front of a line, or around the colon of its key: where they make another text of it. */
const ODD_PLACE = new RegExp(
  `^[^\\S\\n]*(?:-[- ]*)?${ODD.source}|^[^"'#\\n]*:${ODD.source}|^[^"'#\\n:]*${ODD.source}:`,
  'm',
)
const SMART_QUOTE = /(?:: *|^ *- *|[[{,] *)([\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb])/m

/** What the text looks like, and what to send instead; `null`: nothing known. */
export function recognise(text: string): string | null {
  const start = `${text.slice(0, HEAD).trimEnd()}\n`
  return oddSpace(text) ?? known(start, ROWS, 0) ?? smartQuote(start) ?? atTheEnd(text)
}

function known(part: string, rows: readonly Row[], linesBefore: number): string | null {
  for (const { sign, unless, tell } of rows) {
    const match = sign.exec(part)
    if (match === null || unless?.test(part)) continue
    const indent = match[0].length - match[0].trimStart().length
    return tell(linesBefore + lineAt(part, match.index + indent), match)
  }
  return null
}

/** Messages and prompts behind a long text. */
function atTheEnd(text: string): string | null {
  const from = text.length <= HEAD ? -1 : text.indexOf('\n', text.length - TAIL)
  if (from === -1) return null
  const rows = ROWS.filter(({ sign, unless }) => sign.multiline && unless === undefined)
  return known(text.slice(from + 1), rows, lineAt(text, from))
}

function oddSpace(text: string): string | null {
  const match = ODD_PLACE.exec(text)
  const character = match === null ? undefined : ODD.exec(match[0])?.[0]
  if (match === null || character === undefined) return null
  const name = `${ODD_SPACES[character]} (${codeOf(character)})`
  return `Line ${lineAt(text, match.index)} holds ${name} where a space should be. Replace it by a plain space.`
}

function smartQuote(text: string): string | null {
  const match = SMART_QUOTE.exec(text)
  if (match === null) return null
  const line = lineAt(text, match.index)
  return `Line ${line} holds a typographic quote (${codeOf(match[1] ?? '')}), as word processors write it. Use " or '.`
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
