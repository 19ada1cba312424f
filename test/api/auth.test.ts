import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'

const TOKEN = 'a-token-of-the-test-0123456789'
const METRICS_TOKEN = 'scrapes:only-0123456789'
let open: TestPortolan
let guarded: TestPortolan

beforeAll(async () => {
  ;[open, guarded] = await Promise.all([
    startTestPortolan(),
    startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_METRICS_TOKEN: METRICS_TOKEN }),
  ])
})
afterAll(() => Promise.all([open.close(), guarded.close()]))

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const basic = (token: string) => ({ headers: { authorization: `Basic ${btoa(`prometheus:${token}`)}` } })

describe('where tokens are needed', () => {
  it.each([
    ['no token', {}],
    ['another token', bearer('not-the-token-of-the-test')],
    ['another scheme', basic(TOKEN)],
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
    expect(guarded.lines.join('\n')).not.toContain(METRICS_TOKEN)
  })
})

describe('the metrics token', () => {
  it.each([
    ['as Bearer', bearer(METRICS_TOKEN)],
    ['as the password of Basic', basic(METRICS_TOKEN)],
  ])('opens /metrics %s', async (_name, init) => {
    expect((await guarded.call('/metrics', init)).status).toBe(200)
  })

  it.each([
    ['/v1/jobs', 'jobs:read'],
    ['/v1/report', 'reports:read'],
    ['/probe?target=127.0.0.1:1&module=tcp_connect', 'jobs:write'],
    ['/v1/gates/argo-rollouts?service=toad', 'jobs:write'],
  ])('opens no other path: %s is a 403 that names the missing scope', async (path, scope) => {
    expect(await readProblem(guarded.call(path, bearer(METRICS_TOKEN)))).toMatchObject({
      status: 403,
      code: 'forbidden',
      detail: `This needs the scope ${scope}, which the token does not have: it has metrics:read. Send a token with that scope.`,
    })
  })

  it('starts nothing', async () => {
    const { status } = await guarded.call('/v1/jobs', { ...bearer(METRICS_TOKEN), json: {} })
    expect(status).toBe(403)
    expect(await (await guarded.call('/v1/jobs', bearer(TOKEN))).json()).toMatchObject({ items: [] })
  })
})

describe('where a client may be unable to send Bearer', () => {
  it.each([
    ['/metrics', 200],
    ['/probe?target=127.0.0.1:1&module=tcp_connect', 200],
    ['/v1/gates/argo-rollouts?service=toad', 200],
    ['/v1/jobs', 401],
  ])('the admin token is taken as the password of Basic: %s is a %i', async (path, status) => {
    expect((await guarded.call(path, basic(TOKEN))).status).toBe(status)
  })

  it.each([
    ['no credentials', {}],
    ['another password', basic('not-the-token-of-the-test')],
    ['a password that is empty', basic('')],
    ['no password', { headers: { authorization: `Basic ${btoa(METRICS_TOKEN.replace(':', ''))}` } }],
    ['what is not base64', { headers: { authorization: 'Basic A' } }],
    ['a metrics token that is cut short', bearer(METRICS_TOKEN.slice(0, -1))],
  ])('%s is a 401 that offers both ways', async (_name, init) => {
    const response = await guarded.call('/metrics', init)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="portolan", Basic realm="portolan"')
    expect(await readProblem(response)).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail: expect.stringContaining('the token of PORTOLAN_METRICS_TOKEN or PORTOLAN_ADMIN_TOKEN'),
    })
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
