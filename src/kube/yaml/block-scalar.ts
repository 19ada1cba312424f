/** Scans `|` and `>` as go-yaml v2 does (scannerc.go yaml_parser_scan_block_scalar). */
import { isBlank, isBreak, isBreakOrEnd, isDigit } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { type Token, token } from './token.ts'

const WHAT = 'a block text'

export function scanBlockScalar(cursor: Cursor): Token {
  const { text } = cursor
  const at = cursor.pos
  const isLiteral = text[at] === '|'
  cursor.pos += 1
  const { chomping, increment } = readHeader(cursor, at)
  let indent = increment === 0 ? 0 : Math.max(cursor.indent, 0) + increment
  let value = ''
  let leading = ''
  let wasBlank = false
  let { breaks, indent: found } = readBreaks(cursor, indent, at)
  indent = found
  while (cursor.column === indent && cursor.pos < text.length) {
    const isBlankLine = isBlank(text.charCodeAt(cursor.pos))
    if (!isLiteral && leading === '\n' && !wasBlank && !isBlankLine) {
      if (breaks === '') {
        value += ' '
      }
    } else {
      value += leading
    }
    value += breaks
    wasBlank = isBlankLine
    const from = cursor.pos
    while (!isBreakOrEnd(text.charCodeAt(cursor.pos))) {
      cursor.pos += 1
    }
    value += text.slice(from, cursor.pos)
    leading = cursor.pos < text.length ? cursor.readBreak() : ''
    breaks = readBreaks(cursor, indent, at).breaks
  }
  if (chomping !== '-') {
    value += leading
  }
  if (chomping === '+') {
    value += breaks
  }
  return token('scalar', at, value)
}

/** Reads the chomping of the end and the indentation of the lines, in either order; 0 means that of the first line. */
function readHeader(cursor: Cursor, at: number): { chomping: string; increment: number } {
  const { text } = cursor
  let chomping = ''
  let increment = 0
  for (let seen = 0; seen < 2; seen++) {
    const code = text.charCodeAt(cursor.pos)
    if ((code === 43 || code === 45) && chomping === '') {
      chomping = text[cursor.pos] ?? ''
    } else if (isDigit(code) && increment === 0) {
      if (code === 48) {
        cursor.fail('found an indentation indicator equal to 0', WHAT, at)
      }
      increment = code - 48
    } else {
      break
    }
    cursor.pos += 1
  }
  cursor.skipBlanks()
  cursor.skipComment()
  if (!isBreakOrEnd(text.charCodeAt(cursor.pos))) {
    cursor.fail('did not find expected comment or line break', WHAT, at)
  }
  if (cursor.pos < text.length) {
    cursor.readBreak()
  }
  return { chomping, increment }
}

/** @param given is the indentation of the lines; 0 means that of the first line with text. */
function readBreaks(cursor: Cursor, given: number, at: number): { breaks: string; indent: number } {
  const { text } = cursor
  let breaks = ''
  let deepest = 0
  for (;;) {
    while ((given === 0 || cursor.column < given) && text.charCodeAt(cursor.pos) === 32) {
      cursor.pos += 1
    }
    deepest = Math.max(deepest, cursor.column)
    const code = text.charCodeAt(cursor.pos)
    if (code === 9 && (given === 0 || cursor.column < given)) {
      cursor.fail('found a tab character where an indentation space is expected', WHAT, at)
    }
    if (!isBreak(code)) {
      break
    }
    breaks += cursor.readBreak()
  }
  return { breaks, indent: given === 0 ? Math.max(deepest, cursor.indent + 1, 1) : given }
}
