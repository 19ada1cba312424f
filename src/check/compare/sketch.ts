/**
 * Keeps of an answer, beside the evidence of every try, so that it can be compared with others: a text of megabytes
 * as hashes of its pieces, and of what may be secret (values of cookies, tokens in headers) nothing that could be read
 * back. Pure.
 *
 * @module
 */
import { hostPort } from '../../lib/address.ts'
import { toBase32 } from '../../lib/hash.ts'
import type { PlannedPath } from '../../plan/path.ts'
import { isSecretHeader } from '../http-evidence.ts'
import type { HttpExchange, Sketch } from '../network.ts'
import { withoutVolatile, wordsOf } from './pieces.ts'

/** Characters of one hash. */
export const HASH = 6

/** Characters of a body that are cut into pieces; what follows is one. */
const CUT_MAX = 128 * 1024
/** Pieces that are words, and after those, lines. */
const WORDS_MAX = 1000
const LINES_MAX = 500

/**
 * Makes the sketch of an answer.
 *
 * @param path that was dialled: its own address in an answer says which side was asked, and nothing else.
 */
export function sketchOf({ headers, body, http }: HttpExchange, path: PlannedPath, resolved: string): Sketch {
  const own = ownNames(path, resolved)
  return {
    hidden: hiddenOf(headers ?? {}),
    cookies: cookiesOf(headers?.['set-cookie']),
    body: body === null || http === null ? '' : bodyOf(body, String(headers?.['content-encoding'] ?? ''), own),
  }
}

const valuesOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

function hiddenOf(headers: NonNullable<HttpExchange['headers']>): Record<string, string> {
  const hidden: Record<string, string> = {}
  for (const name in headers) {
    if (name !== 'set-cookie' && isSecretHeader(name)) {
      hidden[name] = hashOf(valuesOf(headers[name]).join(', '))
    }
  }
  return hidden
}

/** Attributes that say the same in another moment: the cookie ends, which is all that matters. */
const ENDS = /^(?:expires|max-age)=/

/** RFC 6265 4.1: `name=value; attribute; …` */
function cookiesOf(header: string | readonly string[] | undefined): Record<string, string> {
  const cookies: Record<string, string> = {}
  for (const line of valuesOf(header)) {
    const [pair = '', ...rest] = line.split(';').map((part) => part.trim())
    const attributes = rest.map(attributeOf).filter((each) => each !== '')
    cookies[pair.split('=')[0] ?? ''] = [...new Set(attributes)].toSorted().join('; ')
  }
  return cookies
}

/** Names and the values of those that have any say the same in any case, but for a path (RFC 6265 5.2). */
function attributeOf(attribute: string): string {
  const [name = '', ...value] = attribute.split('=')
  const whole = value.length === 0 ? name.toLowerCase() : `${name.toLowerCase().trim()}=${value.join('=').trim()}`
  if (ENDS.test(whole)) {
    return whole === 'max-age=0' ? 'deleted' : 'ends'
  }
  return whole.startsWith('path=') ? whole : whole.toLowerCase()
}

/** The names by which a side is called, as they would stand in an answer; the longest first. */
export const ownNames = (
  { address, addressPort, host }: PlannedPath,
  resolved: string,
): readonly (readonly [string, string])[] => {
  const named = (name: string | null, mark: string): [string, string][] =>
    name === null || name === ''
      ? []
      : [
          [hostPort(name, addressPort, ''), mark],
          [hostPort(name, null, ''), mark],
        ]
  const hosts: [string, string][] = host === null ? [] : [[hostPort(host, addressPort, ''), hostPort(host, null, '')]]
  return [...hosts, ...named(address, '⟨address⟩'), ...(resolved === address ? [] : named(resolved, '⟨address⟩'))]
}

/** Puts the same in the place of either side's own names. */
export const withoutOwn = (text: string, own: readonly (readonly [string, string])[]): string =>
  own.reduce((left, [name, mark]) => left.replaceAll(name, mark), text)

function bodyOf(body: Uint8Array, encoding: string, own: readonly (readonly [string, string])[]): string {
  if (body.length === 0) {
    return ''
  }
  if ((encoding !== '' && encoding !== 'identity') || body.subarray(0, 1024).includes(0)) {
    return hashOf(body)
  }
  const text = new TextDecoder().decode(body)
  const shown = withoutVolatile(withoutOwn(text.slice(0, CUT_MAX), own))
  const words = wordsOf(shown)
  if (words.length <= WORDS_MAX && text.length <= CUT_MAX) {
    return words.map(hashOf).join('')
  }
  const lines = words.slice(WORDS_MAX).join('').split('\n')
  const rest = lines.slice(LINES_MAX).join('\n') + text.slice(CUT_MAX)
  return [...words.slice(0, WORDS_MAX), ...lines.slice(0, LINES_MAX), rest].map(hashOf).join('')
}

/** Splits the sketch of a body into the hashes of its pieces. */
export const piecesOf = (body: string): string[] => body.match(new RegExp(`.{${HASH}}`, 'g')) ?? []

/** 30 bits of FNV-1a: pieces of one answer are to be told from each other, and nobody gains from two that are alike. */
export function hashOf(data: string | Uint8Array): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < data.length; at++) {
    hash = Math.imul(hash ^ (typeof data === 'string' ? data.charCodeAt(at) : (data[at] ?? 0)), 0x01000193)
  }
  hash ^= hash >>> 15
  return toBase32(Math.imul(hash, 0x2c1b3c6d) >>> 2, HASH)
}
