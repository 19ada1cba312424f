/** Bytes that are nearly HTTP/1.1, or not at all: what reaches a port that anybody can reach. */
import fc from 'fast-check'

const END = '\r\n\r\n'
const request = (line: string, ...fields: string[]): string => [line, 'Host: x', ...fields].join('\r\n') + END

const TEXTS: readonly string[] = [
  '',
  '\r\n\r\n\r\n\r\n',
  '\n',
  '\0'.repeat(100),
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET /livez\r\n',
  'GET /livez HTTP/2.0\r\nHost: x\r\n\r\n',
  'get /livez HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET  /livez  HTTP/1.1\r\nHost: x\r\n\r\n',
  'BREW /livez HTCPCP/1.0\r\n\r\n',
  'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET http://evil.example/v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET //evil.example/v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /\x01\x7f HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /ä€ HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
  'GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n',
  'GET /livez HTTP/1.1\r\nHost : x\r\n\r\n',
  'GET /livez HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n',
  'GET /livez HTTP/1.1\nHost: x\n\n',
  request(
    'GET /livez HTTP/1.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: eA==',
    'Sec-WebSocket-Version: 13',
  ),
  request(
    'GET /livez HTTP/1.1',
    'Upgrade: h2c',
    'Connection: Upgrade, HTTP2-Settings',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
  ),
  request('GET /livez HTTP/1.1', 'Expect: toad'),
  request('POST /v1/plan HTTP/1.1', 'Expect: 100-continue', 'Content-Type: application/json', 'Content-Length: 2') +
    '{}',
  `${request('POST /v1/plan HTTP/1.1', 'Content-Length: 5', 'Content-Length: 2')}{}`,
  `${request('POST /v1/plan HTTP/1.1', 'Content-Length: -1')}{}`,
  `${request('POST /v1/plan HTTP/1.1', 'Content-Length: 2, 2')}{}`,
  `${request('POST /v1/plan HTTP/1.1', 'Content-Length: 99999999999999999999')}{}`,
  `${request('POST /v1/plan HTTP/1.1', 'Content-Length: 100', 'Content-Type: application/json')}{}`,
  `${request('POST /v1/plan HTTP/1.1', 'Content-Length: 2', 'Transfer-Encoding: chunked')}0\r\n\r\n{}`,
  `${request('POST /v1/plan HTTP/1.1', 'Transfer-Encoding: chunked, toad')}0\r\n\r\n`,
  `${request('POST /v1/plan HTTP/1.1', 'Transfer-Encoding: gzip')}x`,
  `${request('POST /v1/plan HTTP/1.1', 'Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`,
  `${request('POST /v1/plan HTTP/1.1', 'Transfer-Encoding: chunked')}ffffffffffffffff\r\n{}\r\n0\r\n\r\n`,
  `${request('POST /v1/plan HTTP/1.1', 'Transfer-Encoding: chunked')}2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  request('POST /v1/plan HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Type: application/json') +
    '2\r\n{}\r\n0\r\nX: y\r\n\r\n',
  `${request('POST /v1/plan HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Type: application/json')}2\r\n{}\r\n`,
  `${request('GET /livez HTTP/1.1', 'Content-Length: 4')}toadGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n`,
  request('GET /livez HTTP/1.1').repeat(50),
  request('GET /livez HTTP/1.1', ...Array.from({ length: 3000 }, (_, at) => `x${at}: y`)),
  request('GET /livez HTTP/1.1', `x: ${'y'.repeat(20_000)}`),
  request(`GET /${'a'.repeat(20_000)} HTTP/1.1`),
  request('GET /livez HTTP/1.1', ': empty'),
  request('GET /livez HTTP/1.1', 'no colon'),
  request('GET /livez HTTP/1.1', 'x: \x00'),
  request('GET /livez HTTP/1.1', 'x(y): z'),
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00',
  'SSH-2.0-toad\r\n',
  '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'.padEnd(170, 'x'),
  'STATS\r\nQUIT\r\n',
]

/** One of them, at times with bytes changed, cut short, or sent after a good request. */
export const wireBytes: fc.Arbitrary<Uint8Array> = fc
  .record({
    text: fc.constantFrom(...TEXTS),
    changed: fc.option(fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 255 })), { maxLength: 3 }), { freq: 2 }),
    cut: fc.option(fc.nat({ max: 200 }), { freq: 3 }),
    isSecond: fc.boolean(),
  })
  .map(({ text, changed, cut, isSecond }) => {
    const bytes = Buffer.from(isSecond ? request('GET /livez HTTP/1.1') + text : text, 'latin1')
    for (const [at, byte] of changed ?? []) {
      if (at < bytes.length) {
        bytes[at] = byte
      }
    }
    return bytes.subarray(0, cut === null ? bytes.length : Math.max(0, bytes.length - cut))
  })
