import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FLAWS, type Flaw } from '../../src/check/malformed.ts'
import type { HttpRequest } from '../../src/check/network.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { keeper, serve } from '../support/servers.ts'
import { httpTo } from './requests.ts'

let network: TestNetwork
const { keep, closeAll } = keeper()
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => Promise.all([network.close(), closeAll()]))

/** Each character of `answer` is one byte; the connection stays open, unless `ends`. */
type Said = { answer: string; ends?: boolean }

async function ask({ answer, ends = false }: Said, more: Partial<HttpRequest> = {}) {
  const server = await keep(
    serve((socket) => {
      socket.once('data', () => (ends ? socket.end(answer, 'latin1') : socket.write(answer, 'latin1')))
    }),
  )
  return network.http(httpTo(server, more))
}

const told = async (said: Said, more: Partial<HttpRequest> = {}) => {
  const { failure, http } = await ask(said, more)
  return failure === null ? [http?.status, http?.bodySnippet] : [failure.code, failure.phase, http?.status]
}

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`
const SIZED = 'content-length: 2\r\n\r\nok'
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

describe('http() to a peer that bends HTTP/1.1 in its header', () => {
  it.each<[string, Flaw, string]>([
    ['a status below 100', 'status_line', 'HTTP/1.1 000 Nothing\r\ncontent-length: 0\r\n\r\n'],
    ['a status of four digits', 'status_line', 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n'],
    ['a status that runs into its reason', 'status_line', `HTTP/1.1 200OK\r\n${SIZED}`],
    ['HTTP/0.9 in the status line', 'http_version', `HTTP/0.9 200 OK\r\n${SIZED}`],
    ['HTTP/2.0 in the status line', 'http_version', `HTTP/2.0 200 OK\r\n${SIZED}`],
    ['two lengths', 'content_length_contradicted', `${OK}content-length: 5\r\n${SIZED}`],
    ['a length twice', 'content_length_repeated', `${OK}content-length: 2\r\n${SIZED}`],
    ['a list of lengths', 'content_length_list', `${OK}content-length: 2, 2\r\n\r\nok`],
    ['a length beyond numbers', 'content_length_invalid', `${OK}content-length: 99999999999999999999999\r\n\r\nok`],
    ['a length below zero', 'content_length_invalid', `${OK}content-length: -2\r\n\r\nok`],
    [
      'a length below zero, twice',
      'content_length_invalid',
      `${OK}content-length: -90\r\ncontent-length: -90\r\nx-a: ${'b'.repeat(90)}\r\n\r\nok`,
    ],
    [
      'a length and chunks',
      'content_length_with_chunked',
      `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunks and a length',
      'content_length_with_chunked',
      `${OK}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n`,
    ],
    ['a length and a coding', 'content_length_with_coding', `${OK}transfer-encoding: identity\r\n${SIZED}`],
    ['lines that end in LF alone', 'line_end', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok'],
    ['a header of lines that end in LF alone', 'line_end', `${OK}x-a: b\n${SIZED}`],
    ['a folded line', 'header_folded', `${OK}x-a: b\r\n  c\r\n${SIZED}`],
    ['a blank before a name', 'header_leading_blank', `${OK} x-a: b\r\n${SIZED}`],
    ['a blank in a name', 'header_name_blank', `${OK}x a: b\r\n${SIZED}`],
    ['a blank behind a name', 'header_name_blank', `${OK}content-length : 2\r\n\r\nok`],
    ['no name', 'header_name', `${OK}: b\r\n${SIZED}`],
    ['no colon', 'header_without_colon', `${OK}garbage\r\n${SIZED}`],
    ['NUL in a name', 'nul', `${OK}x\0a: b\r\n${SIZED}`],
    ['a name that is not ASCII', 'header_name', `${OK}x-\xe9: b\r\n${SIZED}`],
    ['NUL in a value', 'nul', `${OK}x-a: b\0c\r\n${SIZED}`],
    ['CR behind the header alone', 'other', `${OK}content-length: 2\r\n\rok`],
    ['CR in a value', 'header_value', `${OK}x-a: b\rc\r\n${SIZED}`],
  ])('by %s: malformed_response, %s', async (_what, flaw, answer) => {
    for (const ends of [false, true]) {
      const { failure, http, malformed } = await ask({ answer, ends })
      expect([failure?.code, failure?.phase, http]).toEqual(['malformed_response', 'response', null])
      expect(malformed).toMatchObject({ flaw, takenBy: FLAWS[flaw].takenBy, quote: expect.any(String) })
      expect(failure?.message).toBe(`the answer is HTTP, but malformed: ${FLAWS[flaw].says}`)
    }
  })

  it.each([
    ['a body alone, as HTTP/0.9 does', '<html>hello</html>'],
    ['another protocol, without the end of a line', 'AMQP\0\0\x09\x01'],
    ['another protocol in a megabyte', 'x'.repeat(1_048_576)],
    ['101 without a header', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['101, then an answer', `HTTP/1.1 101 Switching Protocols\r\n\r\n${OK}${SIZED}`],
  ])('by %s: invalid_response', async (_what, answer) => {
    expect(await told({ answer })).toEqual(['invalid_response', 'response', undefined])
  })

  it.each([
    ['a 100 that nobody has asked for', `${CONTINUE}${OK}${SIZED}`],
    ['many of them', `${CONTINUE.repeat(3)}${OK}${SIZED}`],
    ['one behind others', `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${CONTINUE}${OK}${SIZED}`],
    ['a 103 that claims a body', `HTTP/1.1 103 Early Hints\r\ncontent-length: 5\r\n\r\n${OK}${SIZED}`],
    ['empty lines before it', `\r\n\r\n${OK}${SIZED}`],
    ['no reason', `HTTP/1.1 200\r\n${SIZED}`],
    ['an offer to upgrade', `${OK}connection: upgrade\r\nupgrade: h2c\r\n${SIZED}`],
    ['more than it promised', `${OK}${SIZED}more`],
    ['names that objects have', `${OK}__proto__: a\r\nconstructor: b\r\n${SIZED}`],
  ])('by %s: takes its answer', async (_what, answer) => {
    expect(await told({ answer })).toEqual([200, 'ok'])
  })

  it('by a 100 that comes before the answer is known: takes its answer', async () => {
    const server = await keep(
      serve((socket) => {
        socket.once('data', () => socket.write(CONTINUE, () => socket.write(`${CONTINUE}${OK}${SIZED}`)))
      }),
    )
    expect((await network.http(httpTo(server))).http).toMatchObject({ status: 200, bodySnippet: 'ok' })
  })

  it('says which version the answer is of, not what came before it', async () => {
    const { http } = await ask({ answer: `${CONTINUE}HTTP/1.0 200 OK\r\n${SIZED}` })
    expect(http?.version).toBe('1.0')
  })

  it('keeps a value without the blanks around it', async () => {
    const { headers } = await ask({ answer: `${OK}x-a:\t b\tc \t\r\nx-b: ${' '.repeat(60_000)}\r\n${SIZED}` })
    expect(headers).toEqual({ 'x-a': 'b\tc', 'x-b': '', 'content-length': '2' })
  })

  it.each([
    [60_000, [200, 'ok']],
    [66_000, ['response_too_large', 'response', undefined]],
  ])('reads headers of up to 64 KiB: %i bytes', async (bytes, expected) => {
    expect(await told({ answer: `${OK}x-a: ${'b'.repeat(bytes)}\r\n${SIZED}` })).toEqual(expected)
    const behind = `HTTP/1.1 103 Early Hints\r\n\r\n${OK}x-a: ${'b'.repeat(bytes)}\r\n`
    expect(await told({ answer: `${behind}${SIZED}` })).toEqual(expected)
  })
})

describe('http() to a peer that bends the body', () => {
  it.each<[string, Flaw, string, string]>([
    ['a chunk that is longer than it says', 'chunk_length', '2\r\nokay\r\n0\r\n\r\n', 'ok'],
    ['a size that is no number', 'chunk_size', 'zz\r\nok\r\n0\r\n\r\n', ''],
    ['a size below zero', 'chunk_size', '-5\r\nabcde\r\n0\r\n\r\n', ''],
    ['no size', 'chunk_size', '\r\nok\r\n0\r\n\r\n', ''],
    ['a size with its base', 'chunk_size', '0x2\r\nok\r\n0\r\n\r\n', ''],
    ['a blank behind a size', 'chunk_size_blank', '2 \r\nok\r\n0\r\n\r\n', ''],
    ['a size beyond numbers', 'chunk_size', 'fffffffffffffffffffff\r\nok\r\n0\r\n\r\n', ''],
    ['an extension without a name', 'chunk_extension', '2;\r\nok\r\n0\r\n\r\n', ''],
    ['an extension that is none', 'chunk_extension', '2;a:b\r\nok\r\n0\r\n\r\n', ''],
    ['lines that end in LF alone', 'chunk_line_end', '2\nok\n0\n\n', ''],
    ['a trailer that is none', 'trailer', '2\r\nok\r\n0\r\nx a: b\r\n\r\n', 'ok'],
    ['a length in the trailer', 'trailer', '2\r\nok\r\n0\r\ncontent-length: 2\r\n\r\n', 'ok'],
  ])('of chunks by %s: malformed_response, %s', async (_what, flaw, body, kept) => {
    const { failure, http, malformed } = await ask({ answer: CHUNKED + body })
    expect([failure?.code, failure?.phase, http?.status, http?.bodySnippet]).toEqual([
      ...['malformed_response', 'body', 200],
      kept,
    ])
    expect(malformed).toMatchObject({ flaw, takenBy: FLAWS[flaw].takenBy })
  })

  it('of chunks by an endless trailer: response_too_large', async () => {
    const answer = `${CHUNKED}2\r\nok\r\n0\r\n${'x-a: 0123456789\r\n'.repeat(8000)}`
    expect(await told({ answer })).toEqual(['response_too_large', 'body', 200])
  })

  it.each<[string, Said, (string | number)[]]>([
    ['chunks without the last', { answer: `${CHUNKED}2\r\nok\r\n`, ends: true }, ['connection_closed', 'body', 200]],
    [
      'chunks without the end',
      { answer: `${CHUNKED}2\r\nok\r\n0\r\n`, ends: true },
      ['connection_closed', 'body', 200],
    ],
    ['a size cut short', { answer: `${CHUNKED}2`, ends: true }, ['connection_closed', 'body', 200]],
    ['leading zeros', { answer: `${CHUNKED}000000000000000000002\r\nok\r\n000\r\n\r\n` }, [200, 'ok']],
    ['extensions', { answer: `${CHUNKED}2;a=b;c="d"\r\nok\r\n0;e\r\n\r\n` }, [200, 'ok']],
    ['bytes behind the last', { answer: `${CHUNKED}2\r\nok\r\n0\r\n\r\nmore` }, [200, 'ok']],
    [
      'chunks upon another coding',
      { answer: `${OK}transfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n` },
      [200, 'ok'],
    ],
    [
      'a coding upon chunks',
      { answer: `${OK}transfer-encoding: chunked, x\r\n\r\n2\r\nok`, ends: true },
      [200, '2\r\nok'],
    ],
    ['a word before chunks', { answer: `${OK}transfer-encoding: 1 chunked\r\n\r\nok`, ends: true }, [200, 'ok']],
    ['a coding of content', { answer: `${OK}content-encoding: gzip\r\ncontent-length: 2\r\n\r\nok` }, [200, 'ok']],
    ['no length and an end', { answer: `${OK}\r\nok`, ends: true }, [200, 'ok']],
  ])('by %s: takes it for what it is', async (_what, said, expected) => {
    expect(await told(said)).toEqual(expected)
  })

  it.each([204, 304])('of a %i, which has none: whatever its header says', async (status) => {
    const line = `HTTP/1.1 ${status} Nothing\r\n`
    expect(await told({ answer: `${line}content-length: 5\r\n\r\n` })).toEqual([status, ''])
    expect(await told({ answer: `${line}content-length: 2\r\n\r\nok` })).toEqual([status, ''])
    expect(await told({ answer: `${line}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n` })).toEqual([
      status,
      '',
    ])
  })

  it('by a body upon HEAD: it is none of the answer', async () => {
    expect(await told({ answer: `${OK}${SIZED}` }, { method: 'HEAD' })).toEqual([200, ''])
    expect(await told({ answer: `${CHUNKED}2\r\nok\r\n0\r\n\r\n` }, { method: 'HEAD' })).toEqual([200, ''])
  })

  // Node 22 reports a reset that follows the last bytes as an orderly end (docs/runtimes.md)
  it.skipIf(Number.parseInt(process.versions.node, 10) < 24)(
    'by a reset where its end would be the end: that is none',
    async () => {
      const server = await keep(
        serve((socket) => {
          socket.once('data', () => socket.write(`${OK}\r\nok`, () => socket.resetAndDestroy()))
        }),
      )
      const { failure } = await network.http(httpTo(server))
      expect([failure?.code, failure?.phase]).toEqual(['connection_reset', 'body'])
    },
  )
})

describe('http() to a peer that does not wait to be asked', () => {
  it.each<[string, (socket: Socket) => void, (string | number | undefined)[]]>([
    ['and answers', (socket) => void socket.write(`${CONTINUE}${OK}${SIZED}`), [undefined, 200, 'ok']],
    ['and answers up to its end', (socket) => void socket.end(`${OK}\r\nok`).resume(), [undefined, 200, 'ok']],
    ['and says what is no HTTP', (socket) => void socket.write('220 toad ESMTP\r\n'), ['invalid_response']],
    ['and hangs up in the header', (socket) => void socket.end(OK).resume(), ['connection_closed']],
    ['and hangs up', (socket) => void socket.end().resume(), ['connection_closed']],
  ])('%s: it is taken for what it is, and dialled once a try', async (_what, speak, expected) => {
    const server = await keep(serve(speak))
    const exchanges = await Promise.all(Array.from({ length: 10 }, () => network.http(httpTo(server))))
    const seen = exchanges.map(({ failure, http }) => [failure?.code, http?.status, http?.bodySnippet])
    expect(seen).toEqual(Array(10).fill([...expected, undefined, undefined].slice(0, 3)))
    expect(server.connections).toBe(10)
  })
})
