import { describe, expect, it } from 'vitest'
import { httpCheck, tcpCheck } from '../../test/support/checks.ts'
import { aResult } from '../../test/support/stored.ts'
import { createSecretBox, redactResult, secretTexts } from './secrets.ts'

const TOKEN = 'Bearer abcdefgh-0123456789'

/** What is recorded of a peer that answers `body` to a check. */
function recorded(check: Parameters<typeof secretTexts>[0][number], body: string, bodyBytes = body.length): string {
  const result = aResult({ jobId: 'job_01KB0000000000000000000000' })
  if (result.http === null) throw new Error('it has HTTP evidence')
  const answered = { ...result, http: { ...result.http, bodySnippet: body, bodyBytes } }
  return redactResult(answered, secretTexts([check])).http?.bodySnippet ?? ''
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
