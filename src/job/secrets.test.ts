import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { httpCheck, tcpCheck } from '../../test/support/checks.ts'
import { aResult } from '../../test/support/stored.ts'
import { createRedactor } from './redact.ts'
import { createSecretBox } from './secret-box.ts'
import { redactResult, secretTexts } from './secrets.ts'

const TOKEN = 'Bearer abcdefgh-0123456789'

/** Returns what is recorded of a peer that answers `body` to a check. */
function recorded(check: Parameters<typeof secretTexts>[0][number], body: string, bodyBytes = body.length): string {
  const result = aResult({ jobId: 'job_01KB0000000000000000000000' })
  if (result.http === null) {
    throw new Error('it has HTTP evidence')
  }
  const answered = { ...result, http: { ...result.http, bodySnippet: body, bodyBytes } }
  return redactResult(answered, createRedactor(secretTexts([check]))).http?.bodySnippet ?? ''
}

describe('what a peer says back of the secrets of a check', () => {
  const withHeader = (authorization: string) => httpCheck({ headers: { authorization } })
  const withBody = (body: string) => httpCheck({ method: 'POST', body })
  const withSend = (send: string) => tcpCheck({ queryResponse: [{ send, expect: null, startTls: false }] })

  it.each([
    ['a header', withHeader(TOKEN), `you sent ${TOKEN}!`, 'you sent [redacted]!'],
    ['the token alone', withHeader(TOKEN), 'token=abcdefgh-0123456789', 'token=[redacted]'],
    [
      'Basic credentials, decoded',
      withHeader(`Basic ${btoa('admin:hunter2-hunter2')}`),
      'admin:hunter2-hunter2',
      '[redacted]',
    ],
    [
      'their password alone',
      withHeader(`Basic ${btoa('admin:hunter2-hunter2')}`),
      'pw hunter2-hunter2',
      'pw [redacted]',
    ],
    [
      'a body as a JSON string',
      withBody('{"pw":"hunter2\n"}'),
      '{"got":"{\\"pw\\":\\"hunter2\\n\\"}"}',
      '{"got":"[redacted]"}',
    ],
    ['a value of a body', withBody('{"pw":"correct-horse"}'), 'pw is correct-horse', 'pw is [redacted]'],
    ['a value of a form, decoded or not', withBody('user=a&pw=battery%2Fstaple'), 'battery%2Fstaple', '[redacted]'],
    ['a line that is sent', withSend('AUTH correct-horse\r\n'), 'ERR AUTH correct-horse', 'ERR [redacted]'],
  ])('hides %s', (_what, check, said, expected) => {
    expect(recorded(check, said)).toBe(expected)
  })

  // S2 of trials/security.md
  const DIGEST =
    'Digest username="Mufasa", realm="toad@pond", uri="/health", nonce="dcd98b7102dd2f0e", response="6629fae49393a05397450978507c4ef1"'
  it.each([
    ['the value of a cookie', { cookie: 'sess=V4lue; theme=night' }, '{"session":"V4lue"}', '{"session":"[redacted]"}'],
    ['a cookie in quotes', { cookie: 'sess="V4lue xyz"' }, 'V4lue', '[redacted]'],
    ['key=V', { 'x-auth': 'key=s3cr3t-1' }, 'you are s3cr3t-1', 'you are [redacted]'],
    ['a parameter of Digest', { authorization: DIGEST }, 'r=6629fae49393a05397450978507c4ef1', 'r=[redacted]'],
    [
      'what is no secret of Digest',
      { authorization: DIGEST },
      'realm toad@pond for Mufasa',
      'realm toad@pond for Mufasa',
    ],
    ['slashes escaped', { 'x-auth': 'abc/def/gh' }, '"abc\\/def\\/gh"', '"[redacted]"'],
    ['a cookie with blanks', { cookie: 'sess="quo ted"' }, 'quo ted', '[redacted]'],
    ['key:V', { 'x-auth': 'key:s3cr3t-1' }, 'you are s3cr3t-1', 'you are [redacted]'],
    ['key:V in HTML', { 'x-auth': 'key:s3cr3t-1' }, '<p>s3cr3t-1</p>', '<p>[redacted]</p>'],
    ['a part between bars', { 'x-auth': 'user|s3cr3t-1|z' }, 'you are s3cr3t-1', 'you are [redacted]'],
    ['a parameter of a query', { 'x-q': 'a=b&t=s3cr3t-1&z=1' }, '<p>s3cr3t-1</p>', '<p>[redacted]</p>'],
    [
      'a part behind @ and in brackets',
      { 'x-at': 'svc@s3cr3t-1 f(t0ken-22)' },
      's3cr3t-1 t0ken-22',
      '[redacted] [redacted]',
    ],
    ['a part of a path', { 'x-path': '/a/s3cr3t-1/b?c=d' }, 'at s3cr3t-1', 'at [redacted]'],
    ['what base64 of any scheme holds', { authorization: `ApiKey ${btoa('id:s3cr3t-1')}` }, 's3cr3t-1', '[redacted]'],
    ['entities with many zeros', { 'x-auth': 'abc/defg' }, 'abc&#000000000047;def&#x00000000067;', '[redacted]'],
    [
      'bytes in a list',
      { 'x-auth': 'toadtoad' },
      '[116,111,97,100,116,111,97,100] 74:6F:61:64:74:6F:61:64',
      '[[redacted]] [redacted]',
    ],
    ['bytes spaced out', { 'x-auth': 'toadtoad' }, 'it is 74 6f 61 64 74 6f 61 64.', 'it is [redacted].'],
    ['base64 in lines', { 'x-auth': 'toad-and-frog' }, 'dG9hZC1h\r\nbmQtZnJv\r\nZw', '[redacted]w'],
    ['characters that nobody sees', { 'x-auth': 'toadtoad' }, 't\u200bo\u200badtoad', '[redacted]'],
    ['a piece of a token', { 'x-auth': 'aaaaaaaa.bbbbbbbb.cccccccc' }, 'by bbbbbbbb', 'by [redacted]'],
    ['octal and old escapes', { 'x-auth': 'ab/cd=ef' }, 'ab\\57cd\\075ef ab%u002Fcd%u003def', '[redacted] [redacted]'],
    ['another case', { 'x-auth': 'AbCdEfGh' }, 'ABCDEFGH abcdefgh', '[redacted] [redacted]'],
    ['percent in either case', { 'x-auth': 'ab/cd=ef' }, 'ab%2fcd%3def, ab%2Fcd=ef', '[redacted], [redacted]'],
    [
      'entities',
      { 'x-auth': 'a<b&c"d' },
      '<b>a&lt;b&amp;c&#34;d a&#x3c;b&#38;c&quot;d</b>',
      '<b>[redacted] [redacted]</b>',
    ],
    ['\\u escapes', { 'x-auth': 'pässword' }, 'p\\u00e4ssword \\u0070ässword', '[redacted] [redacted]'],
    ['escaped twice', { 'x-auth': 'ab/cd=ef' }, 'ab%252Fcd%253Def', '[redacted]'],
    ['hexadecimal', { 'x-auth': 'toadfrog' }, '746f616466726f67 746F616466726F67', '[redacted] [redacted]'],
  ] as const)('hides a header: %s', (_what, headers, said, expected) => {
    expect(recorded(httpCheck({ headers }), said)).toBe(expected)
  })

  it('hides secrets wherever they are put: names of headers, the location, certificates, names, quotes, messages', () => {
    const secret = 'correct-horse'
    const redactor = createRedactor(secretTexts([withHeader(`Bearer ${secret}`)]))
    const result = aResult({ jobId: 'job_01KB0000000000000000000000' })
    const hidden = redactResult(
      {
        ...result,
        http: result.http && {
          ...result.http,
          headers: { [secret]: secret, 'x-long': `${'x'.repeat(1019)}corre…` },
          location: `/?a=${secret}`,
        },
        tls: {
          subject: `CN=${secret}`,
          issuer: secret,
          altNames: [secret],
          notBefore: null,
          notAfter: null,
          authorized: true,
          authorizationError: null,
          protocol: null,
        },
        dns: {
          server: null,
          name: 'a',
          type: 'A',
          rcode: null,
          answers: [secret],
          cname: secret,
          ttl: null,
          lookup: [secret],
        },
        responder: secret,
        malformed: { flaw: 'nul', quote: `x: ${secret}`, takenBy: [] },
        failure: { code: 'internal', phase: 'response', source: 'internal', message: secret },
      },
      redactor,
    )
    expect(JSON.stringify(hidden)).not.toContain('corre')
  })

  it('hides any secret in any form, wherever it stands, and nothing of what stands beside it', () => {
    const secret = fc
      .string({ unit: fc.constantFrom(...'abcXYZ019-_.~/+=&<>"\\%é😀:'), minLength: 8, maxLength: 40 })
      .filter((text) => /^[^ ].*[^ ]$/.test(text))
    const html = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
    const forms: readonly ((text: string) => string)[] = [
      (text) => text,
      (text) => text.toUpperCase(),
      (text) => text.toLowerCase(),
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
      (text) =>
        [...text]
          .map((char) => (char < '\u007f' ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char))
          .join(''),
      encodeURIComponent,
      (text) => encodeURIComponent(text).toLowerCase(),
      (text) => encodeURIComponent(encodeURIComponent(text)),
      (text) => new URLSearchParams({ a: text }).toString().slice(2),
      html,
      (text) => html(JSON.stringify(text).slice(1, -1)),
      (text) => Buffer.from(text).toString('hex'),
      (text) => Buffer.from(text).toString('hex').toUpperCase(),
      ...['', 'x', 'xy', 'user:', 'Bearer '].flatMap((before) => [
        (text: string) => Buffer.from(`${before}${text}${before}`).toString('base64'),
        (text: string) => Buffer.from(`${before}${text}`).toString('base64url'),
      ]),
    ]
    const carriers: readonly ((text: string) => Parameters<typeof secretTexts>[0][number])[] = [
      (text) => httpCheck({ headers: { 'x-auth': text } }),
      (text) => withHeader(`Bearer ${text}`),
      (text) => withHeader(`Basic ${Buffer.from(`user:${text}`).toString('base64')}`),
      (text) => withBody(JSON.stringify({ pw: text })),
      (text) => withBody(new URLSearchParams({ user: 'a', pw: text }).toString()),
      (text) => withSend(text),
    ]
    fc.assert(
      fc.property(secret, fc.constantFrom(...forms), fc.constantFrom(...carriers), (secret, form, carrier) => {
        const said = recorded(carrier(secret), `it says: ${form(secret)}`)
        expect(said).toMatch(/^it says: .{0,11}\[redacted\]/)
        // A character of the base64 may be left at either end, which also holds bits of what stands beside
        expect(said.replaceAll('[redacted]', '').length).toBeLessThan('it says: '.length + 24)
      }),
      { numRuns: 2000 },
    )
  })

  it('costs little, however many secrets there are and whatever is said', () => {
    const words = Array.from({ length: 5000 }, (_, index) => `${'a'.repeat(4 + (index % 60))}${index}`).join(' ')
    const redactor = createRedactor(secretTexts([withBody(words), withHeader(`Bearer ${'a'.repeat(8000)}`)]))
    const startedAt = performance.now()
    for (let piece = 0; piece < 64; piece++) {
      redactor.cleanEnd('a'.repeat(1024))
    }
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  it('hides no word for what is left of a part of a secret without its escapes', () => {
    const said = recorded(withHeader('Bearer "a\\+Y=aaaaaaaa'), 'it says: "a\\+Y=aaaaaaaa, as they may')
    expect(said).toBe('it says: [redacted], as they may')
  })

  it('hides the beginning of a secret where what is kept of a long answer ends in it', () => {
    const said = `xxx ${TOKEN.slice(0, 15)}`
    expect(recorded(withHeader(TOKEN), said, 5000)).toBe('xxx [redacted]')
    expect(recorded(withHeader(TOKEN), 'it wants a Bearer')).toBe('it wants a Bearer')
  })

  it('leaves what is no secret: values that every client sends, short words, all without secrets', () => {
    const said = 'text/plain for toad, and get it'
    expect(recorded(httpCheck({ headers: { accept: 'text/plain', 'x-a': 'toad' } }), said)).toBe(said)
    expect(recorded(httpCheck({ method: 'POST', body: 'get it all from here' }), said)).toBe(said)
  })
})

describe('what is sealed', () => {
  it('opens again as it was, however large, and not by another key', async () => {
    const [box, other] = await Promise.all([
      createSecretBox(new Uint8Array(32)),
      createSecretBox(new Uint8Array(32).fill(1)),
    ])
    const text = 'é'.repeat(1_000_000)
    const sealed = await box.seal(text)
    expect((await box.open(sealed)) === text).toBe(true)
    expect(await other.open(sealed)).toBeNull()
  })
})
