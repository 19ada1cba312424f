/** Anchors, aliases, tags and directives: go-yaml v2 scannerc.go. */
import { isBlank, isBlankOrEnd, isBreakOrEnd, isDigit, isWord } from './characters.ts'
import type { Scanner } from './scanner.ts'
import { type Token, token } from './token.ts'

const AFTER_ANCHOR = new Set('?:,]}%@`')
const URI = /[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]%]/y

function readWord(scanner: Scanner): string {
  const from = scanner.pos
  while (isWord(scanner.text.charCodeAt(scanner.pos))) scanner.pos += 1
  return scanner.text.slice(from, scanner.pos)
}

export const scanAlias = (scanner: Scanner): Token => scanName(scanner, 'alias')
export const scanAnchor = (scanner: Scanner): Token => scanName(scanner, 'anchor')

function scanName(scanner: Scanner, type: 'alias' | 'anchor'): Token {
  const at = scanner.pos
  scanner.pos += 1
  const name = readWord(scanner)
  const next = scanner.text[scanner.pos] ?? ''
  if (name === '' || !(isBlankOrEnd(scanner.text.charCodeAt(scanner.pos)) || AFTER_ANCHOR.has(next))) {
    scanner.fail('did not find expected alphabetic or numeric character', `an ${type}`, at)
  }
  return token(type, at, name)
}

export function scanTag(scanner: Scanner): Token {
  const { text } = scanner
  const at = scanner.pos
  let handle = ''
  let suffix = ''
  if (text[at + 1] === '<') {
    scanner.pos += 2
    suffix = readUri(scanner, at, '')
    if (text[scanner.pos] !== '>') scanner.fail("did not find the expected '>'", 'a tag', at)
    scanner.pos += 1
  } else {
    handle = readHandle(scanner, at, false)
    if (handle.length > 1 && handle.endsWith('!')) suffix = readUri(scanner, at, '')
    else {
      suffix = readUri(scanner, at, handle)
      handle = suffix === '' ? '' : '!'
      if (suffix === '') suffix = '!'
    }
  }
  if (!isBlankOrEnd(text.charCodeAt(scanner.pos))) {
    scanner.fail('did not find expected whitespace or line break', 'a tag', at)
  }
  return token('tag', at, handle, false, suffix)
}

/** `!`, `!!` or `!name!`; of a tag also `!name`, which is no handle but the beginning of a name. */
function readHandle(scanner: Scanner, at: number, isDirective: boolean): string {
  if (scanner.text[scanner.pos] !== '!') scanner.fail("did not find expected '!'", 'a tag', at)
  scanner.pos += 1
  const handle = `!${readWord(scanner)}`
  if (scanner.text[scanner.pos] === '!') {
    scanner.pos += 1
    return `${handle}!`
  }
  if (isDirective && handle !== '!') scanner.fail("did not find expected '!'", 'a %TAG directive', at)
  return handle
}

/** @param head what was read of it already, behind a `!`. */
function readUri(scanner: Scanner, at: number, head: string): string {
  const from = scanner.pos
  for (;;) {
    URI.lastIndex = scanner.pos
    if (!URI.test(scanner.text)) break
    scanner.pos += 1
  }
  if (head === '' && scanner.pos === from) scanner.fail('did not find expected tag URI', 'a tag', at)
  try {
    return head.slice(1) + decodeURIComponent(scanner.text.slice(from, scanner.pos))
  } catch {
    return scanner.fail('did not find URI escaped octet', 'a tag', at)
  }
}

/** A `%YAML` directive has its version as value, `%TAG` its handle and prefix. */
export function scanDirective(scanner: Scanner): Token {
  const { text } = scanner
  const at = scanner.pos
  const what = 'a directive'
  scanner.pos += 1
  const name = readWord(scanner)
  if (name === '') scanner.fail('could not find expected directive name', what, at)
  if (!isBlankOrEnd(text.charCodeAt(scanner.pos))) scanner.fail('found unexpected non-alphabetical character', what, at)
  if (name !== 'YAML' && name !== 'TAG') scanner.fail('found unknown directive name', what, at)
  scanner.skipBlanks()
  const directive = name === 'YAML' ? readVersion(scanner, at) : readTagDirective(scanner, at)
  scanner.skipBlanks()
  scanner.skipComment()
  if (!isBreakOrEnd(text.charCodeAt(scanner.pos))) {
    scanner.fail('did not find expected comment or line break', what, at)
  }
  if (scanner.pos < text.length) scanner.readBreak()
  return directive
}

function readVersion(scanner: Scanner, at: number): Token {
  const major = readNumber(scanner, at)
  if (scanner.text[scanner.pos] !== '.') scanner.fail("did not find expected digit or '.' character", '%YAML', at)
  scanner.pos += 1
  return token('version-directive', at, `${major}.${readNumber(scanner, at)}`)
}

function readNumber(scanner: Scanner, at: number): number {
  const from = scanner.pos
  while (isDigit(scanner.text.charCodeAt(scanner.pos))) scanner.pos += 1
  const digits = scanner.text.slice(from, scanner.pos)
  if (digits === '') scanner.fail('did not find expected version number', '%YAML', at)
  if (digits.length > 2) scanner.fail('found extremely long version number', '%YAML', at)
  return Number(digits)
}

function readTagDirective(scanner: Scanner, at: number): Token {
  const handle = readHandle(scanner, at, true)
  if (!isBlank(scanner.text.charCodeAt(scanner.pos))) scanner.fail('did not find expected whitespace', '%TAG', at)
  scanner.skipBlanks()
  const prefix = readUri(scanner, at, '')
  if (!isBlankOrEnd(scanner.text.charCodeAt(scanner.pos))) {
    scanner.fail('did not find expected whitespace or line break', '%TAG', at)
  }
  return token('tag-directive', at, handle, false, prefix)
}
