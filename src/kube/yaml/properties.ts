/** Scans anchors, aliases, tags and directives, as go-yaml v2 does (scannerc.go). */
import { isBlank, isBlankOrEnd, isBreakOrEnd, isDigit, isWord } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { type Token, token } from './token.ts'

const AFTER_ANCHOR = new Set('?:,]}%@`')
const URI = /[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]%]/y

function readWord(cursor: Cursor): string {
  const from = cursor.pos
  while (isWord(cursor.text.charCodeAt(cursor.pos))) {
    cursor.pos += 1
  }
  return cursor.text.slice(from, cursor.pos)
}

export const scanAlias = (cursor: Cursor): Token => scanName(cursor, 'alias')
export const scanAnchor = (cursor: Cursor): Token => scanName(cursor, 'anchor')

function scanName(cursor: Cursor, type: 'alias' | 'anchor'): Token {
  const at = cursor.pos
  cursor.pos += 1
  const name = readWord(cursor)
  const next = cursor.text[cursor.pos] ?? ''
  if (name === '' || !(isBlankOrEnd(cursor.text.charCodeAt(cursor.pos)) || AFTER_ANCHOR.has(next))) {
    cursor.fail('did not find expected alphabetic or numeric character', `an ${type}`, at)
  }
  return token(type, at, name)
}

export function scanTag(cursor: Cursor): Token {
  const { text } = cursor
  const at = cursor.pos
  let handle = ''
  let suffix = ''
  if (text[at + 1] === '<') {
    cursor.pos += 2
    suffix = readUri(cursor, at, '')
    if (text[cursor.pos] !== '>') {
      cursor.fail("did not find the expected '>'", 'a tag', at)
    }
    cursor.pos += 1
  } else {
    handle = readHandle(cursor, at, false)
    if (handle.length > 1 && handle.endsWith('!')) {
      suffix = readUri(cursor, at, '')
    } else {
      suffix = readUri(cursor, at, handle)
      handle = suffix === '' ? '' : '!'
      if (suffix === '') {
        suffix = '!'
      }
    }
  }
  if (!isBlankOrEnd(text.charCodeAt(cursor.pos))) {
    cursor.fail('did not find expected whitespace or line break', 'a tag', at)
  }
  return token('tag', at, handle, false, suffix)
}

/** Scans `!`, `!!` or `!name!`; in a tag also `!name`, which is no handle but the beginning of a name. */
function readHandle(cursor: Cursor, at: number, isDirective: boolean): string {
  if (cursor.text[cursor.pos] !== '!') {
    cursor.fail("did not find expected '!'", 'a tag', at)
  }
  cursor.pos += 1
  const handle = `!${readWord(cursor)}`
  if (cursor.text[cursor.pos] === '!') {
    cursor.pos += 1
    return `${handle}!`
  }
  if (isDirective && handle !== '!') {
    cursor.fail("did not find expected '!'", 'a %TAG directive', at)
  }
  return handle
}

/** @param head was read already, after a `!`. */
function readUri(cursor: Cursor, at: number, head: string): string {
  const from = cursor.pos
  for (;;) {
    URI.lastIndex = cursor.pos
    if (!URI.test(cursor.text)) {
      break
    }
    cursor.pos += 1
  }
  if (head === '' && cursor.pos === from) {
    cursor.fail('did not find expected tag URI', 'a tag', at)
  }
  try {
    return head.slice(1) + decodeURIComponent(cursor.text.slice(from, cursor.pos))
  } catch {
    return cursor.fail('did not find URI escaped octet', 'a tag', at)
  }
}

/** A `%YAML` directive has its version as value, `%TAG` its handle and prefix. */
export function scanDirective(cursor: Cursor): Token {
  const { text } = cursor
  const at = cursor.pos
  const what = 'a directive'
  cursor.pos += 1
  const name = readWord(cursor)
  if (name === '') {
    cursor.fail('could not find expected directive name', what, at)
  }
  if (!isBlankOrEnd(text.charCodeAt(cursor.pos))) {
    cursor.fail('found unexpected non-alphabetical character', what, at)
  }
  if (name !== 'YAML' && name !== 'TAG') {
    cursor.fail('found unknown directive name', what, at)
  }
  cursor.skipBlanks()
  const directive = name === 'YAML' ? readVersion(cursor, at) : readTagDirective(cursor, at)
  cursor.skipBlanks()
  cursor.skipComment()
  if (!isBreakOrEnd(text.charCodeAt(cursor.pos))) {
    cursor.fail('did not find expected comment or line break', what, at)
  }
  if (cursor.pos < text.length) {
    cursor.readBreak()
  }
  return directive
}

function readVersion(cursor: Cursor, at: number): Token {
  const major = readNumber(cursor, at)
  if (cursor.text[cursor.pos] !== '.') {
    cursor.fail("did not find expected digit or '.' character", '%YAML', at)
  }
  cursor.pos += 1
  return token('version-directive', at, `${major}.${readNumber(cursor, at)}`)
}

function readNumber(cursor: Cursor, at: number): number {
  const from = cursor.pos
  while (isDigit(cursor.text.charCodeAt(cursor.pos))) {
    cursor.pos += 1
  }
  const digits = cursor.text.slice(from, cursor.pos)
  if (digits === '') {
    cursor.fail('did not find expected version number', '%YAML', at)
  }
  if (digits.length > 2) {
    cursor.fail('found extremely long version number', '%YAML', at)
  }
  return Number(digits)
}

function readTagDirective(cursor: Cursor, at: number): Token {
  const handle = readHandle(cursor, at, true)
  if (!isBlank(cursor.text.charCodeAt(cursor.pos))) {
    cursor.fail('did not find expected whitespace', '%TAG', at)
  }
  cursor.skipBlanks()
  const prefix = readUri(cursor, at, '')
  if (!isBlankOrEnd(cursor.text.charCodeAt(cursor.pos))) {
    cursor.fail('did not find expected whitespace or line break', '%TAG', at)
  }
  return token('tag-directive', at, handle, false, prefix)
}
