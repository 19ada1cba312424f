/** Scalars in quotes and without: go-yaml v2 scannerc.go yaml_parser_scan_flow_scalar and …_plain_scalar. */
import { isBlank, isBlankOrEnd, isBreak } from './characters.ts'
import type { Scanner } from './scanner.ts'
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

export function scanQuoted(scanner: Scanner): Token {
  const { text } = scanner
  const at = scanner.pos
  const isSingle = text[at] === "'"
  const quote = isSingle ? 39 : 34
  scanner.pos += 1
  let value = ''
  for (;;) {
    if (scanner.atDocumentIndicator()) scanner.fail('found unexpected document indicator', 'a quoted text', at)
    if (scanner.pos >= text.length) scanner.fail('found unexpected end of stream', 'a quoted text', at)
    let isFolded = false
    let from = scanner.pos
    for (;;) {
      const code = text.charCodeAt(scanner.pos)
      if (isBlankOrEnd(code)) break
      if (code === quote) {
        if (!isSingle || text.charCodeAt(scanner.pos + 1) !== quote) break
        value += text.slice(from, scanner.pos + 1)
        scanner.pos += 2
        from = scanner.pos
      } else if (code === 92 && !isSingle) {
        value += text.slice(from, scanner.pos)
        isFolded = isBreak(text.charCodeAt(scanner.pos + 1))
        if (isFolded) {
          scanner.pos += 1
          scanner.readBreak()
        } else value += readEscape(scanner, at)
        from = scanner.pos
        if (isFolded) break
      } else scanner.pos += 1
    }
    value += text.slice(from, scanner.pos)
    if (text.charCodeAt(scanner.pos) === quote) break
    value += readSpace(scanner, isFolded)
  }
  scanner.pos += 1
  return token('scalar', at, value)
}

/** White space within quotes: kept within a line, folded where lines break. */
function readSpace(scanner: Scanner, isFolded: boolean): string {
  const { text } = scanner
  const from = scanner.pos
  scanner.skipBlanks()
  if (!isFolded && !isBreak(text.charCodeAt(scanner.pos))) return text.slice(from, scanner.pos)
  const first = isFolded ? '' : scanner.readBreak()
  let more = ''
  for (;;) {
    scanner.skipBlanks()
    if (!isBreak(text.charCodeAt(scanner.pos))) break
    more += scanner.readBreak()
  }
  if (first === '\n') return more === '' ? ' ' : more
  return first + more
}

function readEscape(scanner: Scanner, at: number): string {
  const { text } = scanner
  const letter = text[scanner.pos + 1] ?? ''
  const plain = ESCAPES[letter]
  if (plain !== undefined) {
    scanner.pos += 2
    return plain
  }
  const length = CODE_LENGTHS[letter]
  if (length === undefined) scanner.fail('found unknown escape character', 'a quoted text', at)
  const digits = text.slice(scanner.pos + 2, scanner.pos + 2 + length)
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    scanner.fail('did not find expected hexadecimal number', 'a quoted text', at)
  }
  const code = Number.parseInt(digits, 16)
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    scanner.fail('found invalid Unicode character escape code', 'a quoted text', at)
  }
  scanner.pos += 2 + length
  return String.fromCodePoint(code)
}

export function scanPlain(scanner: Scanner): Token {
  const { text } = scanner
  const at = scanner.pos
  const indent = scanner.indent + 1
  let value = ''
  /** White space since the last character: what it becomes if another one follows. */
  let space = ''
  let hasBreak = false
  for (;;) {
    if (scanner.atDocumentIndicator() || text.charCodeAt(scanner.pos) === 35) break
    const from = scanner.pos
    scanner.pos = endOfRun(text, from, scanner.flowLevel > 0)
    if (scanner.pos > from) {
      value += space + text.slice(from, scanner.pos)
      space = ''
      hasBreak = false
    }
    const code = text.charCodeAt(scanner.pos)
    if (!(isBlank(code) || isBreak(code))) break
    let first = ''
    let more = ''
    const blanks = scanner.pos
    scanner.skipBlanks()
    if (!isBreak(text.charCodeAt(scanner.pos))) space = text.slice(blanks, scanner.pos)
    else {
      first = scanner.readBreak()
      hasBreak = true
      for (;;) {
        skipIndent(scanner, indent, at)
        if (!isBreak(text.charCodeAt(scanner.pos))) break
        more += scanner.readBreak()
      }
      space = first === '\n' ? (more === '' ? ' ' : more) : first + more
    }
    if (scanner.flowLevel === 0 && scanner.column < indent) break
  }
  if (hasBreak) scanner.simpleKeyAllowed = true
  return token('scalar', at, value, true)
}

/** Where the characters end that are neither white space nor an indicator. */
function endOfRun(text: string, from: number, inFlow: boolean): number {
  let pos = from
  for (;;) {
    const code = text.charCodeAt(pos)
    // Letters and digits, for most of the time that reading takes.
    if ((code >= 97 && code <= 122) || (code >= 45 && code <= 57)) pos += 1
    else if (isBlankOrEnd(code)) return pos
    else if (code === 58 && isBlankOrEnd(text.charCodeAt(pos + 1))) return pos
    else if (inFlow && FLOW_INDICATORS.has(code)) return pos
    else pos += 1
  }
}

/** `,` `?` `[` `]` `{` `}` */
const FLOW_INDICATORS: ReadonlySet<number> = new Set([44, 63, 91, 93, 123, 125])

function skipIndent(scanner: Scanner, indent: number, at: number): void {
  for (;;) {
    const code = scanner.text.charCodeAt(scanner.pos)
    if (!isBlank(code)) return
    if (code === 9 && scanner.column < indent) {
      scanner.fail('found a tab character that violates indentation', 'a text', at)
    }
    scanner.pos += 1
  }
}
