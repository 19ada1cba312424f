import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findFlaw } from './http-framing.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
const OK = 'HTTP/1.1 200 OK\r\n'

describe('findFlaw', () => {
  // Row 1 of "Situations with sockets" of the trials
  it.each([
    ['HTTP/1.1 200 OK\ncontent-length: 2\n\nok', 'line_end', 'HTTP/1.1 200 OK\\n'],
    [`${OK}x-app : toad\r\n\r\n`, 'header_name_blank', 'x-app : toad\\r\\n'],
    [`${OK}x-app: a\x1bb\r\n\r\n`, 'header_value', 'x-app: a\\x1bb\\r\\n'],
    [`${OK}set-cookie: sid=tops\x01ecret; path=/\r\n\r\n`, 'header_value', 'set-cookie: ***\\x01*** ***\\r\\n'],
    [`${OK}set cookie: sid=topsecret\r\n\r\n`, 'header_name_blank', 'set cookie: ***\\r\\n'],
    [`${OK}set-cookie: sid=1;\r\n topsecret\r\n\r\n`, 'header_folded', ' ***\\r\\n'],
    [`${OK}authorization: a\r\ntopsecret\r\n\r\n`, 'header_without_colon', '***\\r\\n'],
    [`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\n`, 'content_length_contradicted', 'content-length: 3\\r\\n'],
    [`${OK}x-long ${'x'.repeat(500)}: a\r\n\r\n`, 'header_name_blank', `x-long ${'x'.repeat(153)}…`],
    [`${OK}x-\xe2\x80\xae: \xc3\xb6\r\n\r\n`, 'header_name', 'x-\\x202e: ö\\r\\n'],
  ])('of %j is %s, and quotes %s', (answer, flaw, quote) => {
    expect(findFlaw(bytes(answer))).toMatchObject({ flaw, quote })
  })

  it.each([['SSH-2.0-OpenSSH'], [''], ['HTT'], ['HTTP/1.1 101 Switching Protocols\r\n\r\n'], ['<html>']])(
    'of %j is none: it is no HTTP, or not yet',
    (answer) => expect(findFlaw(bytes(answer))).toBeNull(),
  )

  it('finds one in whatever begins like HTTP, quotes one line of it, and never throws', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a: b', ' c', 'content-length: 2', 'transfer-encoding: chunked', '2', '', '\0'),
    )
    const end = fc.constantFrom('\r\n', '\n', '\r')
    fc.assert(
      fc.property(
        fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 100 x', 'HTTP/9'),
        fc.array(fc.tuple(line, end)),
        (start, lines) => {
          const raw = new TextEncoder().encode([start, ...lines.flat()].join(''))
          const found = findFlaw(raw)
          if (found?.quote) {
            expect(found.quote).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
            expect(found.quote.length).toBeLessThan(1000)
          }
        },
      ),
    )
  })
})
