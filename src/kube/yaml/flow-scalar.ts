/** Scans scalars with and without quotes, as go-yaml v2 does (scannerc.go yaml_parser_scan_flow_scalar, …_plain_scalar). */
import { isBlank, isBlankOrEnd, isBreak } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { type Token, token } from './token.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}
const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

export function scanQuoted(cursor: Cursor): Token {
  const { text } = cursor
  const at = cursor.pos
  const isSingle = text[at] === "'"
  const quote = isSingle ? 39 : 34
  cursor.pos += 1
  let value = ''
  for (;;) {
    if (cursor.atDocumentIndicator()) {
      cursor.fail('found unexpected document indicator', 'a quoted text', at)
    }
    if (cursor.pos >= text.length) {
      cursor.fail('found unexpected end of stream', 'a quoted text', at)
    }
    let isFolded = false
    let from = cursor.pos
    for (;;) {
      const code = text.charCodeAt(cursor.pos)
      if (isBlankOrEnd(code)) {
        break
      }
      if (code === quote) {
        if (!isSingle || text.charCodeAt(cursor.pos + 1) !== quote) {
          break
        }
        value += text.slice(from, cursor.pos + 1)
        cursor.pos += 2
        from = cursor.pos
      } else if (code === 92 && !isSingle) {
        value += text.slice(from, cursor.pos)
        isFolded = isBreak(text.charCodeAt(cursor.pos + 1))
        if (isFolded) {
          cursor.pos += 1
          cursor.readBreak()
        } else {
          value += readEscape(cursor, at)
        }
        from = cursor.pos
        if (isFolded) {
          break
        }
      } else {
        cursor.pos += 1
      }
    }
    value += text.slice(from, cursor.pos)
    if (text.charCodeAt(cursor.pos) === quote) {
      break
    }
    value += readSpace(cursor, isFolded)
  }
  cursor.pos += 1
  return token('scalar', at, value)
}

/** White space within quotes is kept within a line, and folded where lines break. */
function readSpace(cursor: Cursor, isFolded: boolean): string {
  const { text } = cursor
  const from = cursor.pos
  cursor.skipBlanks()
  if (!isFolded && !isBreak(text.charCodeAt(cursor.pos))) {
    return text.slice(from, cursor.pos)
  }
  const first = isFolded ? '' : cursor.readBreak()
  let more = ''
  for (;;) {
    cursor.skipBlanks()
    if (!isBreak(text.charCodeAt(cursor.pos))) {
      break
    }
    more += cursor.readBreak()
  }
  if (first === '\n') {
    return more === '' ? ' ' : more
  }
  return first + more
}

function readEscape(cursor: Cursor, at: number): string {
  const { text } = cursor
  const letter = text[cursor.pos + 1] ?? ''
  const plain = ESCAPES[letter]
  if (plain !== undefined) {
    cursor.pos += 2
    return plain
  }
  const length = CODE_LENGTHS[letter]
  if (length === undefined) {
    cursor.fail('found unknown escape character', 'a quoted text', at)
  }
  const digits = text.slice(cursor.pos + 2, cursor.pos + 2 + length)
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    cursor.fail('did not find expected hexadecimal number', 'a quoted text', at)
  }
  const code = Number.parseInt(digits, 16)
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    cursor.fail('found invalid Unicode character escape code', 'a quoted text', at)
  }
  cursor.pos += 2 + length
  return String.fromCodePoint(code)
}

export function scanPlain(cursor: Cursor): Token {
  const { text } = cursor
  const at = cursor.pos
  const indent = cursor.indent + 1
  let value = ''
  /** The text that the white space since the last character becomes if another one follows. */
  let space = ''
  let hasBreak = false
  for (;;) {
    if (cursor.atDocumentIndicator() || text.charCodeAt(cursor.pos) === 35) {
      break
    }
    const from = cursor.pos
    cursor.pos = endOfRun(text, from, cursor.flowLevel > 0)
    if (cursor.pos > from) {
      value += space + text.slice(from, cursor.pos)
      space = ''
      hasBreak = false
    }
    const code = text.charCodeAt(cursor.pos)
    if (!(isBlank(code) || isBreak(code))) {
      break
    }
    let first = ''
    let more = ''
    const blanks = cursor.pos
    cursor.skipBlanks()
    if (!isBreak(text.charCodeAt(cursor.pos))) {
      space = text.slice(blanks, cursor.pos)
    } else {
      first = cursor.readBreak()
      hasBreak = true
      for (;;) {
        skipIndent(cursor, indent, at)
        if (!isBreak(text.charCodeAt(cursor.pos))) {
          break
        }
        more += cursor.readBreak()
      }
      space = first === '\n' ? (more === '' ? ' ' : more) : first + more
    }
    if (cursor.flowLevel === 0 && cursor.column < indent) {
      break
    }
  }
  if (hasBreak) {
    cursor.simpleKeyAllowed = true
  }
  return token('scalar', at, value, true)
}

/** Finds the end of the characters that are neither white space nor an indicator. */
function endOfRun(text: string, from: number, inFlow: boolean): number {
  let pos = from
  for (;;) {
    const code = text.charCodeAt(pos)
    // Most characters are letters and digits: this branch takes most of the time of reading.
    if ((code >= 97 && code <= 122) || (code >= 45 && code <= 57)) {
      pos += 1
    } else if (isBlankOrEnd(code)) {
      return pos
    } else if (code === 58 && isBlankOrEnd(text.charCodeAt(pos + 1))) {
      return pos
    } else if (inFlow && FLOW_INDICATORS.has(code)) {
      return pos
    } else {
      pos += 1
    }
  }
}

/** `,` `?` `[` `]` `{` `}` */
const FLOW_INDICATORS: ReadonlySet<number> = new Set([44, 63, 91, 93, 123, 125])

function skipIndent(cursor: Cursor, indent: number, at: number): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.pos)
    if (!isBlank(code)) {
      return
    }
    if (code === 9 && cursor.column < indent) {
      cursor.fail('found a tab character that violates indentation', 'a text', at)
    }
    cursor.pos += 1
  }
}
