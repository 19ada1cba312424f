import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'

const TOKEN = 'a-token-of-the-test-0123456789'
let open: TestPortolan
let guarded: TestPortolan

beforeAll(async () => {
  ;[open, guarded] = await Promise.all([
    startTestPortolan(),
    startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN }),
  ])
})
afterAll(() => Promise.all([open.close(), guarded.close()]))

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('where tokens are needed', () => {
  it.each([
    ['no token', {}],
    ['another token', bearer('not-the-token-of-the-test')],
    ['another scheme', { headers: { authorization: `Basic ${btoa(`admin:${TOKEN}`)}` } }],
  ])('%s is a 401 that says what to send', async (_name, init) => {
    const response = await guarded.call('/v1/jobs', init)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="portolan"')
    expect(await readProblem(response)).toMatchObject({ status: 401, code: 'unauthenticated' })
  })

  it('the admin token opens', async () => {
    expect((await guarded.call('/v1/jobs', bearer(TOKEN))).status).toBe(200)
  })

  it('health and documentation need none', async () => {
    for (const path of ['/livez', '/readyz', '/openapi.json', '/docs']) {
      expect([path, (await guarded.call(path)).status]).toEqual([path, 200])
    }
  })

  it('no token reaches the log', () => {
    expect(guarded.lines.join('\n')).not.toContain(TOKEN)
  })
})

describe('on loopback', () => {
  it('none is needed, and one is taken for what it is worth; on Workers one always is', async () => {
    const status = by('authentication', { node: 200, workers: 401 })
    expect((await fetch(`${open.url}/v1/jobs`)).status).toBe(status)
    expect((await open.call('/v1/jobs', bearer('for-another-server'))).status).toBe(status)
  })

  it('keeps the request id of a client, and makes one for others', async () => {
    const own = await open.call('/v1/jobs', { headers: { 'x-request-id': 'build-42' } })
    expect(own.headers.get('x-request-id')).toBe('build-42')
    expect((await open.call('/v1/jobs')).headers.get('x-request-id')).toMatch(/^req_[0-9A-Z]{26}$/)
  })
})
