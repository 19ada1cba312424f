/**
 * Recognises texts without a manifest that people paste, pipe or post by mistake. It is asked only where reading failed
 * or found no Service, so that it never refuses what can be read; and nothing of the text is repeated but a line's
 * number and a word that is no secret.
 *
 * @module
 */
import { codeOf, nameOf, ODD_DASH, ODD_SPACE, oddSpaceIn } from './odd-characters.ts'
import { ROWS, type Row } from './pasted-rows.ts'

/** So many characters are looked at: at the beginning, and at the end for signs that may stand anywhere. */
const HEAD = 20_000
const TAIL = 4_000

/** Odd characters change the meaning in front of a line, or around the colon of its key. */
const ODD_PLACE = new RegExp(
  `^[^\\S\\n]*(?:-[- ]*)?${ODD_SPACE.source}|^[^"'#\\n]*:${ODD_SPACE.source}|^[^"'#\\n:]*${ODD_SPACE.source}:`,
  'm',
)
const ODD_BULLET = new RegExp(`^[ \\t]*(${ODD_DASH.source})[ \\t]+\\S`, 'm')
const SMART_QUOTE = /(?:: *|^ *- *|[[{,] *)([\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb])/m

/** Says what the text looks like, and what to send instead; `null` if it looks like nothing known. */
export function recognise(text: string): string | null {
  const start = `${text.slice(0, HEAD).trimEnd()}\n`
  return oddSpace(text) ?? known(start, ROWS, 0) ?? smartQuote(start) ?? oddBullet(text) ?? atTheEnd(text)
}

/** Names the characters that make a manifest another text than the eye sees, so that fields seem missing; `null`: none. */
export const misread = (text: string): string | null => oddSpace(text) ?? oddBullet(text)

function known(part: string, rows: readonly Row[], linesBefore: number): string | null {
  for (const { sign, unless, tell } of rows) {
    const match = sign.exec(part)
    if (match === null || unless?.test(part)) {
      continue
    }
    const indent = match[0].length - match[0].trimStart().length
    return tell(linesBefore + lineAt(part, match.index + indent), match)
  }
  return null
}

/** Messages and prompts stand at the end of a long text. */
function atTheEnd(text: string): string | null {
  const from = text.length <= HEAD ? -1 : text.indexOf('\n', text.length - TAIL)
  if (from === -1) {
    return null
  }
  const rows = ROWS.filter(({ sign, unless }) => sign.multiline && unless === undefined)
  return known(text.slice(from + 1), rows, lineAt(text, from))
}

function oddSpace(text: string): string | null {
  const match = ODD_PLACE.exec(text)
  const name = match === null ? null : oddSpaceIn(match[0])
  if (match === null || name === null) {
    return null
  }
  return `Line ${lineAt(text, match.index)} holds ${name} where a space should be. Replace it by a plain space.`
}

function oddBullet(text: string): string | null {
  const [found, character = ''] = ODD_BULLET.exec(text) ?? []
  if (found === undefined) {
    return null
  }
  const line = lineAt(text, text.indexOf(found))
  return `Line ${line} begins with ${nameOf(character)} where "-" should be. Replace it by a plain hyphen.`
}

function smartQuote(text: string): string | null {
  const match = SMART_QUOTE.exec(text)
  if (match === null) {
    return null
  }
  const line = lineAt(text, match.index)
  return `Line ${line} holds a typographic quote (${codeOf(match[1] ?? '')}), as word processors write it. Use " or '.`
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length
