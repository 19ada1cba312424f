/** `|` and `>`: go-yaml v2 scannerc.go yaml_parser_scan_block_scalar. */
import { isBlank, isBreak, isBreakOrEnd, isDigit } from './characters.ts'
import type { Scanner } from './scanner.ts'
import { type Token, token } from './token.ts'

const WHAT = 'a block text'

export function scanBlockScalar(scanner: Scanner): Token {
  const { text } = scanner
  const at = scanner.pos
  const isLiteral = text[at] === '|'
  scanner.pos += 1
  const { chomping, increment } = readHeader(scanner, at)
  let indent = increment === 0 ? 0 : Math.max(scanner.indent, 0) + increment
  let value = ''
  let leading = ''
  let wasBlank = false
  let { breaks, indent: found } = readBreaks(scanner, indent, at)
  indent = found
  while (scanner.column === indent && scanner.pos < text.length) {
    const isBlankLine = isBlank(text.charCodeAt(scanner.pos))
    if (!isLiteral && leading === '\n' && !wasBlank && !isBlankLine) {
      if (breaks === '') value += ' '
    } else value += leading
    value += breaks
    wasBlank = isBlankLine
    const from = scanner.pos
    while (!isBreakOrEnd(text.charCodeAt(scanner.pos))) scanner.pos += 1
    value += text.slice(from, scanner.pos)
    leading = scanner.pos < text.length ? scanner.readBreak() : ''
    breaks = readBreaks(scanner, indent, at).breaks
  }
  if (chomping !== '-') value += leading
  if (chomping === '+') value += breaks
  return token('scalar', at, value)
}

/** How the end is chomped and how far the lines are indented, in either order; 0: as the first line is. */
function readHeader(scanner: Scanner, at: number): { chomping: string; increment: number } {
  const { text } = scanner
  let chomping = ''
  let increment = 0
  for (let seen = 0; seen < 2; seen++) {
    const code = text.charCodeAt(scanner.pos)
    if ((code === 43 || code === 45) && chomping === '') chomping = text[scanner.pos] ?? ''
    else if (isDigit(code) && increment === 0) {
      if (code === 48) scanner.fail('found an indentation indicator equal to 0', WHAT, at)
      increment = code - 48
    } else break
    scanner.pos += 1
  }
  scanner.skipBlanks()
  scanner.skipComment()
  if (!isBreakOrEnd(text.charCodeAt(scanner.pos))) {
    scanner.fail('did not find expected comment or line break', WHAT, at)
  }
  if (scanner.pos < text.length) scanner.readBreak()
  return { chomping, increment }
}

/** @param given the indentation of the lines; 0: that of the first one that has any text. */
function readBreaks(scanner: Scanner, given: number, at: number): { breaks: string; indent: number } {
  const { text } = scanner
  let breaks = ''
  let deepest = 0
  for (;;) {
    while ((given === 0 || scanner.column < given) && text.charCodeAt(scanner.pos) === 32) scanner.pos += 1
    deepest = Math.max(deepest, scanner.column)
    const code = text.charCodeAt(scanner.pos)
    if (code === 9 && (given === 0 || scanner.column < given)) {
      scanner.fail('found a tab character where an indentation space is expected', WHAT, at)
    }
    if (!isBreak(code)) break
    breaks += scanner.readBreak()
  }
  return { breaks, indent: given === 0 ? Math.max(deepest, scanner.indent + 1, 1) : given }
}
