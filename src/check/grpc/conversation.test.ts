import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CallReader, type Headers } from './conversation.ts'
import { FLAG, FRAME, FrameReader, writeFrame, writeSettings } from './frames.ts'
import type { Trouble } from './greeting.ts'
import { type Field, HeaderReader, writeBlock } from './hpack.ts'
import { readHuffman } from './huffman.ts'
import { openingOf } from './opening.ts'

type Heard = { head: [number, Headers] | null; body: number[]; trailers: Headers | null | undefined; replies: number }

/** @param cuts where the pieces end in which it comes. */
function read(bytes: Uint8Array, cuts: readonly number[] = []): Heard & { trouble: Trouble | null; end: Trouble } {
  const heard: Heard = { head: null, body: [], trailers: undefined, replies: 0 }
  const reader = new CallReader({
    onHead(status, headers) {
      heard.head = [status, { ...headers }]
    },
    onData: (data) => void heard.body.push(...data),
    onEnd(trailers) {
      heard.trailers = trailers && { ...trailers }
    },
    onReply: () => void heard.replies++,
  })
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  let trouble: Trouble | null = null
  for (const [at, end] of ends.entries()) {
    trouble ??= reader.read(bytes.subarray(ends[at - 1] ?? 0, end))
  }
  return { ...heard, trouble, end: reader.end() }
}

const whole = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))
const frame = (type: number, flags: number, payload: Uint8Array | number[] = [], stream = 1): Uint8Array =>
  writeFrame({ type, flags, stream, payload: Uint8Array.from(payload) })
const settings = frame(FRAME.settings, 0, writeSettings([[3, 100]]), 0)
const head = (fields: Field[], flags: number = FLAG.endHeaders) => frame(FRAME.headers, flags, writeBlock(fields))
const OK = head([
  [':status', '200'],
  ['content-type', 'application/grpc'],
])
const after = (...frames: Uint8Array[]) => whole([settings, ...frames])

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/)
const value = fc.string({
  unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
})
const fields = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 8 })
const cuts = fc.array(fc.nat(4000), { maxLength: 12 })

describe('an answer over HTTP/2', () => {
  it('is read as it was written, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fields, fields, fc.uint8Array({ maxLength: 400 }), cuts, (of, trailers, body, at) => {
        const ended = frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, writeBlock(trailers))
        const bytes = after(head([[':status', '200'], ...of]), frame(FRAME.data, 0, body), ended)
        expect(read(bytes, at)).toMatchObject({
          head: [200, Object.fromEntries(of)],
          body: [...body],
          trailers: Object.fromEntries(trailers),
          trouble: null,
          replies: 1,
        })
      }),
    )
  })

  it('that is anything at all is read alike in whatever pieces it comes, and throws nothing', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.integer({ min: 0, max: 12 }), fc.nat(255), fc.uint8Array({ maxLength: 40 }), fc.nat(3))
        .map(([type, flags, payload, stream]) => frame(type, flags, payload, stream)),
      fc.constant(OK),
    )
    fc.assert(
      fc.property(fc.boolean(), fc.array(any, { maxLength: 6 }), cuts, (greets, parts, at) => {
        const bytes = whole(greets ? [settings, ...parts] : parts)
        const { replies: _replies, ...pieces } = read(bytes, at)
        const { replies: _all, ...once } = read(bytes)
        expect(pieces).toEqual(once)
      }),
    )
  })

  it.each<[string, Uint8Array, Partial<Trouble>]>([
    [
      'HTTP/1.1',
      whole([...'HTTP/1.1 400 Bad'].map((c) => Uint8Array.of(c.charCodeAt(0)))),
      { code: 'not_grpc', speaks: 'http1' },
    ],
    ['an alert of TLS', Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70), { code: 'not_grpc', speaks: 'tls' }],
    ['garbage', Uint8Array.from({ length: 20 }, () => 0x7f), { code: 'not_grpc' }],
    ['a frame that is too large', after(Uint8Array.of(0, 0x40, 1, 0, 0, 0, 0, 0, 1)), { code: 'invalid_response' }],
    ['a body before its header', after(frame(FRAME.data, 0, [1])), { code: 'invalid_response' }],
    ['headers that cannot be read', after(frame(FRAME.headers, FLAG.endHeaders, [0xff])), { code: 'invalid_response' }],
    ['headers without a status', after(head([['a', 'b']])), { code: 'invalid_response' }],
    ['a push', after(frame(FRAME.pushPromise, 0, [0, 0, 0, 2])), { code: 'invalid_response' }],
    [
      'an interrupted block',
      after(frame(FRAME.headers, 0, writeBlock([[':status', '200']])), frame(FRAME.ping, 0, Array(8).fill(0), 0)),
      { code: 'invalid_response' },
    ],
    ['trailers that end nothing', after(OK, head([['grpc-status', '0']])), { code: 'invalid_response' }],
    [
      'RST_STREAM',
      after(frame(FRAME.reset, 0, [0, 0, 0, 7])),
      { code: 'connection_closed', says: 'the peer reset the call (REFUSED_STREAM)' },
    ],
    [
      'GOAWAY for the call',
      after(frame(FRAME.goAway, 0, [0, 0, 0, 0, 0, 0, 0, 11], 0)),
      { code: 'connection_closed', says: 'the peer took no call (GOAWAY, ENHANCE_YOUR_CALM)' },
    ],
    ['a demand for HTTP/1.1', after(frame(FRAME.reset, 0, [0, 0, 0, 13])), { code: 'not_grpc', speaks: 'http1' }],
    [
      'headers without end',
      after(
        frame(FRAME.headers, 0),
        ...Array.from({ length: 5 }, () => frame(FRAME.continuation, 0, Array(16_000).fill(0))),
      ),
      { code: 'response_too_large' },
    ],
    [
      'empty pieces of headers without end',
      after(frame(FRAME.headers, 0), ...Array.from({ length: 70 }, () => frame(FRAME.continuation, 0))),
      { code: 'response_too_large' },
    ],
    [
      'PING without end',
      after(...Array.from({ length: 62_000 }, () => frame(FRAME.ping, FLAG.ack, Array(8).fill(0), 0))),
      { code: 'response_too_large' },
    ],
    [
      'PING that wants answers without end, each a write to the connection',
      after(...Array.from({ length: 1_001 }, () => frame(FRAME.ping, 0, Array(8).fill(0), 0))),
      { code: 'response_too_large' },
    ],
    [
      'SETTINGS that want answers without end',
      after(...Array.from({ length: 1_001 }, () => frame(FRAME.settings, 0, [], 0))),
      { code: 'response_too_large' },
    ],
  ])('is refused: %s', (_what, bytes, trouble) => {
    expect(read(bytes).trouble).toMatchObject(trouble)
  })

  it('that ends before its end is cut, with the reason that the peer gave', () => {
    expect(read(after(OK)).end.code).toBe('connection_closed')
    const leaving = after(OK, frame(FRAME.goAway, 0, [0, 0, 0, 1, 0, 0, 0, 2], 0))
    expect(read(leaving)).toMatchObject({ trouble: null, end: { says: expect.stringContaining('INTERNAL_ERROR') } })
  })
})

describe('headers', () => {
  it('that name a large entry again and again are too large', () => {
    const large = [0x40, 1, 0x61, 0x7f, 0xa1, 0x1e, ...Array(4000).fill(0x62)]
    expect(new HeaderReader().read(Uint8Array.from([...large, ...Array(20).fill(0xbe)]))).toBe('too_large')
  })

  it('are read as RFC 7541 writes them, with its table (C.6.1, C.6.2)', () => {
    const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    const reader = new HeaderReader()
    expect(
      reader.read(
        bytes(
          '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
        ),
      ),
    ).toEqual([
      [':status', '302'],
      ['cache-control', 'private'],
      ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
      ['location', 'https://www.example.com'],
    ])
    expect(reader.read(bytes('4883640effc1c0bf'))).toMatchObject([
      [':status', '307'],
      ['cache-control', 'private'],
      {},
      {},
    ])
    expect(readHuffman(bytes('f1e3c2e5f23a6ba0ab90f4ff'))).toBe('www.example.com')
    expect(readHuffman(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toBeNull()
  })

  it('of a call go out in as many frames as they take', () => {
    const long: Field[] = [['x-long', 'a'.repeat(40_000)]]
    let rest = openingOf(long, new Uint8Array()).subarray(24)
    const reader = new FrameReader()
    const parts: number[] = []
    while (rest.length > 0) {
      const taken = reader.take(rest)
      rest = taken.rest
      if (taken.frame !== null && taken.frame !== 'too_large' && [1, 9].includes(taken.frame.type)) {
        parts.push(...taken.frame.payload)
      }
    }
    expect(new HeaderReader().read(Uint8Array.from(parts))).toEqual(long)
  })
})
