import { describe, expect, it } from 'vitest'
import { type Asking, foreignTo } from './same-origin.ts'

const PUBLIC = 'https://portolan.example'
const asking = (over: Partial<Asking>): Asking => ({
  ...{ method: 'POST', path: '/v1/jobs', host: '127.0.0.1:8080', origin: undefined, secFetchSite: undefined },
  ...over,
})

describe('a request that may change something, or dials', () => {
  const ACTING: readonly Partial<Asking>[] = [
    ...['POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'QUERY'].map((method) => ({ method })),
    ...['GET', 'HEAD'].map((method) => ({ method, path: '/probe' })),
    ...['GET', 'HEAD'].map((method) => ({ method, path: '/v1/gates/argo-rollouts' })),
  ]

  const PASS: readonly [why: string, over: Partial<Asking>, publicUrl?: string][] = [
    ['no browser: curl, CI, Prometheus', {}],
    ['our own page', { secFetchSite: 'same-origin', origin: 'http://127.0.0.1:8080' }],
    ['our own page, in an older browser', { origin: 'http://127.0.0.1:8080' }],
    ['another spelling of the port', { host: 'portolan.example:443', origin: 'https://portolan.example' }],
    ['TLS that ends at a proxy', { host: 'portolan.example', origin: 'https://portolan.example' }],
    ['an IPv6 host', { host: '[::1]:8080', origin: 'http://[::1]:8080' }],
    ['a host in another case', { host: 'Portolan.example', origin: 'https://portolan.example' }],
    ['typed, or a bookmark', { secFetchSite: 'none' }],
    ['a value of a later standard says nothing', { secFetchSite: 'same-party' }],
    ['a proxy that names itself', { host: '10.0.0.7:8080', origin: PUBLIC, secFetchSite: 'same-origin' }, PUBLIC],
    ['the server itself beside its public address', { origin: 'http://127.0.0.1:8080' }, PUBLIC],
  ]
  const REFUSED: readonly [why: string, over: Partial<Asking>, publicUrl?: string][] = [
    ['another site', { secFetchSite: 'cross-site', origin: 'https://evil.example' }],
    ['another site whose Origin is hidden', { secFetchSite: 'cross-site' }],
    ['another site, in capitals', { secFetchSite: 'Cross-Site' }],
    ['a neighbour of the same site', { secFetchSite: 'same-site' }],
    ['another site, in an older browser', { origin: 'https://evil.example' }],
    ['a sandboxed frame or a file', { origin: 'null' }],
    ['an extension', { origin: 'chrome-extension://abcdefgh' }],
    ['no origin at all', { origin: '' }],
    ['another port of this host', { origin: 'http://127.0.0.1:9999' }],
    [
      'a name that only begins like ours',
      { host: 'portolan.example', origin: 'https://portolan.example.evil.example' },
    ],
    ['a name in the user part', { host: 'portolan.example', origin: 'https://portolan.example@evil.example' }],
    ['the default port of another scheme', { host: 'portolan.example:443', origin: 'http://portolan.example' }],
    ['no Host', { host: undefined, origin: 'https://portolan.example' }],
    ['a proxy that nobody has told us of', { host: '10.0.0.7:8080', origin: PUBLIC, secFetchSite: 'same-origin' }],
    ['another scheme than that of the public address', { host: '10.0.0.7', origin: 'http://portolan.example' }, PUBLIC],
  ]

  it.each(PASS)('passes: %s', (_why, over, publicUrl) => {
    expect(ACTING.map((act) => foreignTo(publicUrl ?? null, asking({ ...over, ...act })))).toEqual(
      ACTING.map(() => null),
    )
  })

  it.each(REFUSED)('is refused: %s', (_why, over, publicUrl) => {
    const answers = ACTING.map((act) => foreignTo(publicUrl ?? null, asking({ ...over, ...act })))
    expect(answers.filter((answer) => answer === null)).toEqual([])
  })

  it('says by what it is known', () => {
    expect(foreignTo(null, asking({ secFetchSite: 'cross-site', origin: 'https://evil.example' }))).toBe(
      'Sec-Fetch-Site: cross-site',
    )
    expect(foreignTo(null, asking({ origin: 'https://evil.example' }))).toBe('Origin: https://evil.example')
  })
})

it('a read that does nothing passes: what it answers is hidden from the foreign page by the browser', () => {
  const over = { secFetchSite: 'cross-site', origin: 'https://evil.example' }
  const reads = ['GET', 'HEAD'].map((method) => foreignTo(null, asking({ ...over, method })))
  expect(reads).toEqual([null, null])
})
