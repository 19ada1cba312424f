import { describe, expect, it } from 'vitest'
import {
  aDnsExpectation,
  anExpectation,
  dnsCheck,
  dnsQueryCheck,
  httpCheck,
  tcpCheck,
} from '../../test/support/checks.ts'
import { faultsOf } from './validate-check.ts'

const pointers = (check: Parameters<typeof faultsOf>[0]) => faultsOf(check).map(({ pointer }) => pointer)

describe('faultsOf', () => {
  it('finds nothing in what can be run', () => {
    const check = httpCheck({
      path: '/a%20b?c=d',
      host: '[fd00::7]:8080',
      headers: { Host: 'shop.example', 'X-Name': 'caf\u00e9', Authorization: 'Bearer x' },
      expect: anExpectation({
        failIfBodyMatchesRegexp: ['(?i)down'],
        jsonPath: [{ path: '$.a', matchesRegexp: '^b' }],
      }),
      responder: { bodyRegexp: 'hit (\\S+)' },
      tls: {
        serverName: null,
        insecureSkipVerify: false,
        caPem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
        minDaysToExpiry: null,
      },
    })
    expect(faultsOf(check)).toEqual([])
    expect(faultsOf(tcpCheck({ queryResponse: [{ send: 'a', expect: '^b', startTls: false }] }))).toEqual([])
    expect(faultsOf(httpCheck({ upgrade: 'websocket', expect: anExpectation() }))).toEqual([])
    expect(faultsOf(dnsCheck())).toEqual([])
    expect(faultsOf(dnsQueryCheck({ queryName: null, queryType: null }))).toEqual([])
    expect(faultsOf(dnsQueryCheck({ queryName: '_http._tcp.*.example.', queryType: 'SRV' }))).toEqual([])
    expect(faultsOf(dnsQueryCheck({ queryName: '.', queryType: 'NS' }))).toEqual([])
  })

  it.each(['127.0.0.1%lo', 'a%20b', 'a%', '[::1%25lo]', '[1::2::3]', '1.2.3.4.5'])(
    'refuses the host %s, of which no URL can be made',
    (host) => {
      expect([pointers(httpCheck({ host })), pointers(httpCheck({ headers: { host } }))]).toEqual([
        ['/host'],
        ['/headers/host'],
      ])
    },
  )

  it('names every field at fault, all at once', () => {
    const match = { header: 'x', regexp: '(', allowMissing: false }
    const check = httpCheck({
      path: '/a b',
      ingressPath: '/\u00fc',
      host: 'a.example\r\nx: y',
      headers: { 'Transfer-Encoding': 'chunked', 'x/y': 'a\nb', host: 'a b' },
      expect: anExpectation({
        failIfBodyMatchesRegexp: ['ok', '('],
        failIfBodyNotMatchesRegexp: ['(?=x)'],
        failIfHeaderMatches: [match],
        failIfHeaderNotMatches: [match],
        jsonPath: [{ path: '$..*..*' }, { path: '$', matchesRegexp: '[' }],
      }),
      responder: { bodyRegexp: '(' },
      tls: { serverName: null, insecureSkipVerify: false, caPem: 'trust me', minDaysToExpiry: null },
    })
    expect(pointers(check)).toEqual([
      '/headers/Transfer-Encoding',
      '/headers/x~1y',
      '/headers/host',
      '/host',
      '/path',
      '/ingressPath',
      '/expect/failIfBodyMatchesRegexp/1',
      '/expect/failIfBodyNotMatchesRegexp/0',
      '/expect/failIfHeaderMatches/0/regexp',
      '/expect/failIfHeaderNotMatches/0/regexp',
      '/expect/jsonPath/0/path',
      '/expect/jsonPath/1/matchesRegexp',
      '/responder/bodyRegexp',
      '/tls/caPem',
    ])
    expect(pointers(tcpCheck({ queryResponse: [{ send: null, expect: '(', startTls: false }] }))).toEqual([
      '/queryResponse/0/expect',
    ])
  })

  it.each([
    ['a fragment in a path', httpCheck({ path: '/a#b', ingressPath: '/#' }), ['/path', '/ingressPath']],
    [
      'what asks for the body of an answer to HEAD',
      httpCheck({
        method: 'HEAD',
        expect: anExpectation({
          failIfBodyMatchesRegexp: ['a'],
          failIfBodyNotMatchesRegexp: ['b'],
          failIfHeaderMatches: [{ header: 'x', regexp: 'c', allowMissing: true }],
          jsonPath: [{ path: '$.a' }],
        }),
        responder: { bodyRegexp: '(.*)' },
      }),
      [
        '/expect/failIfBodyMatchesRegexp',
        '/expect/failIfBodyNotMatchesRegexp',
        '/expect/jsonPath',
        '/responder/bodyRegexp',
      ],
    ],
    [
      'a step that does nothing',
      tcpCheck({ queryResponse: [{ send: null, expect: null, startTls: false }] }),
      ['/queryResponse/0'],
    ],
    [
      'what does not go with WebSocket',
      httpCheck({
        ...{ upgrade: 'websocket', method: 'POST', body: 'a', httpVersion: '2', followRedirects: true },
        headers: { 'Sec-WebSocket-Key': 'x', 'Sec-WebSocket-Protocol': 'mqtt' },
        expect: anExpectation({ validStatusCodes: [200], failIfBodyMatchesRegexp: ['a'], jsonPath: [{ path: '$.a' }] }),
        responder: { bodyRegexp: 'a' },
      }),
      [
        ...['/method', '/body', '/httpVersion', '/followRedirects', '/expect/validStatusCodes'],
        ...['/expect/failIfBodyMatchesRegexp', '/expect/jsonPath', '/responder/bodyRegexp'],
        '/headers/Sec-WebSocket-Key',
      ],
    ],
    ['a name that DNS cannot be asked for', dnsQueryCheck({ queryName: 'a..b' }), ['/queryName']],
    ['a label that is too long', dnsQueryCheck({ queryName: `${'a'.repeat(64)}.example` }), ['/queryName']],
    ['a name in another script', dnsQueryCheck({ queryName: 'kr\u00f6te.example' }), ['/queryName']],
    ['a type of no name', dnsQueryCheck({ queryName: null, queryType: 'SOA' }), ['/queryType']],
    [
      'expressions over records that RE2 does not have',
      dnsQueryCheck({ expect: aDnsExpectation({ validateAnswerRrs: { failIfNoneMatchesRegexp: ['a', '(?=b)'] } }) }),
      ['/expect/validateAnswerRrs/failIfNoneMatchesRegexp/1'],
    ],
  ])('finds %s', (_what, check, expected) => {
    expect(pointers(check)).toEqual(expected)
  })

  it('never says the value of a header', () => {
    expect(JSON.stringify(faultsOf(httpCheck({ headers: { authorization: 'SECRET\u0000' } })))).not.toContain('SECRET')
  })
})
