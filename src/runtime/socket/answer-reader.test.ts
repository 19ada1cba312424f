import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerReader, type Refusal } from './answer-reader.ts'

/** Holds what a listener heard, and how the reading ended. */
type Read = {
  head: { status: number; version: string; headers: Record<string, unknown> } | null
  body: string
  isWhole: boolean
  refusal: Refusal | null
  owesMore: boolean
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

/** @param cuts where the pieces end in which it comes. */
function read(raw: Buffer, { cuts = [], ends = false, method = 'GET' }: Asked = {}): Read {
  const seen: Read = { head: null, body: '', isWhole: false, refusal: null, owesMore: false }
  const reader = new AnswerReader(method, {
    onHead(status, version, headers) {
      seen.head = { status, version, headers: { ...headers } }
    },
    onBody(bytes) {
      seen.body += Buffer.from(bytes).toString('latin1')
    },
    onEnd() {
      seen.isWhole = true
    },
  })
  const ordered = [...cuts.map((cut) => cut % (raw.length + 1)), raw.length].sort((a, b) => a - b)
  for (const [index, cut] of ordered.entries()) {
    seen.refusal ??= reader.read(raw.subarray(ordered[index - 1] ?? 0, cut))
  }
  if (ends && seen.refusal === null) {
    reader.end()
  }
  seen.owesMore = reader.owesMore
  return seen
}

type Asked = { cuts?: readonly number[]; ends?: boolean; method?: string }

const anyCuts = fc.array(fc.nat(2000), { maxLength: 12 })
const token = fc.stringMatching(/^[a-z!#$%&'*+.^_`|~\d-]{1,12}$/)
const text = fc.stringMatching(/^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?)?$/)
const fields = fc.uniqueArray(
  fc.tuple(
    token.filter((name) => !/^(content-length|transfer-encoding)$/.test(name)),
    text,
  ),
  { selector: ([name]) => name, maxLength: 6 },
)
const head = (line: string, of: readonly (readonly [string, string])[]): string =>
  `${[line, ...of.map(([name, value]) => `${name}: ${value} `)].join('\r\n')}\r\n\r\n`
const interim = fc
  .tuple(fc.constantFrom(100, 102, 103), fields)
  .map(([status, of]) => head(`HTTP/1.1 ${status} Wait`, of))

/** The ways in which a body is sent, each with the fields that say so and whether the peer must end its side. */
const inChunks = (pieces: readonly string[]): string =>
  [...pieces.filter((piece) => piece !== ''), '']
    .map((piece) => `${piece.length.toString(16)};a="b;c"\r\n${piece}${piece === '' ? 'x-trailer: 1\r\n' : ''}\r\n`)
    .join('')
const WAYS = {
  length: (pieces: readonly string[]) => ({
    said: [['content-length', String(pieces.join('').length)]] as const,
    sent: pieces.join(''),
  }),
  chunks: (pieces: readonly string[]) => ({
    said: [['transfer-encoding', 'gzip, chunked']] as const,
    sent: inChunks(pieces),
  }),
  end: (pieces: readonly string[]) => ({ said: [] as const, sent: pieces.join('') }),
}
const piece = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })

describe('an answer', () => {
  it('is read as it was written, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(
        fc.array(interim, { maxLength: 2 }),
        fc.constantFrom('1.0', '1.1'),
        fields,
        fc.constantFrom<keyof typeof WAYS>('length', 'chunks', 'end'),
        fc.array(piece, { maxLength: 4 }),
        anyCuts,
        (before, version, of, way, pieces, cuts) => {
          const { said, sent } = WAYS[way](pieces)
          const answer = `${before.join('')}${head(`HTTP/${version} 200 OK`, [...of, ...said])}${sent}`
          expect(read(bytesOf(answer), { cuts, ends: way === 'end' })).toEqual({
            head: { status: 200, version, headers: Object.fromEntries([...of, ...said]) },
            body: pieces.join(''),
            isWhole: true,
            refusal: null,
            owesMore: false,
          })
        },
      ),
    )
  })

  it('that is anything at all is read alike in whatever pieces it comes, and throws nothing', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a: b', ' c', 'content-length: 2', 'transfer-encoding: chunked', '2', '0', 'ok', '', '\0'),
    )
    const end = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r')
    fc.assert(
      fc.property(
        fc.constantFrom('HTTP/1.1 200 OK\r\n', 'HTTP/1.1 100 x\r\n\r\n', 'HTTP/9', ''),
        fc.array(fc.tuple(line, end), { maxLength: 6 }),
        anyCuts,
        fc.boolean(),
        (start, lines, cuts, ends) => {
          const raw = bytesOf([start, ...lines.flat()].join(''))
          expect(read(raw, { cuts, ends })).toEqual(read(raw, { ends }))
        },
      ),
    )
  })

  it.each([
    ['A'],
    ['HTTP/2'],
    ['HTTP/1.1 2x'],
    ['HTTP/1.1 200 OK\r\nx '],
    ['HTTP/1.1 200 OK\r\n\rx'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nz'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\noka'],
  ])('is refused as soon as it cannot be one any more, without the end of the line: %j', (begun) => {
    const raw = bytesOf(begun)
    expect(read(raw).refusal).toBe('MALFORMED')
    expect(read(raw, { cuts: Array.from(raw.keys()) }).refusal).toBe('MALFORMED')
    expect(read(raw.subarray(0, -1)).refusal).toBeNull()
  })

  it.each([
    ['blanks before a value', `x:${' '.repeat(60_000)}\x01`],
    ['blanks within a value', `x:a${' '.repeat(60_000)}\x01`],
    ['a name', 'x'.repeat(60_000)],
    ['short headers of one name', `${'a:\r\n'.repeat(15_000)}b`],
  ])('takes no longer than its length asks for: %s', (_what, lines) => {
    const raw = bytesOf(`HTTP/1.1 200 OK\r\n${lines}\r\n`)
    const startedAt = performance.now()
    expect(read(raw).refusal).toBe('MALFORMED')
    expect(read(raw, { cuts: Array.from(raw.keys()) }).refusal).toBe('MALFORMED')
    // Some 100 ms; what grows with the square of the length takes ten seconds
    expect(performance.now() - startedAt).toBeLessThan(4000)
  })

  it.each([
    ['2', false],
    ['2\r\n', true],
    ['2\r\no', true],
    ['2\r\nok', true],
    ['2\r\nok\r\n', false],
    ['2\r\nok\r\n0\r\n', true],
    ['2\r\nok\r\n0\r\n\r\n', false],
  ])('in chunks that has come up to %j owes more: %s', (body, owesMore) => {
    expect(read(bytesOf(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`)).owesMore).toBe(owesMore)
  })
})
