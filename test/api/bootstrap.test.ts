import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../support/manual-clock.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readProblem } from '../support/read.ts'

const ADMIN_TOKEN = 'a-token-of-the-test-0123456789'

let api: TestPortolan
afterEach(() => api.close())

const as = (token: string) => ({ authorization: `Bearer ${token}` })
const make = (by: string, over: object) =>
  read<{ id: string; token: string }>(
    api.call('/v1/tokens', { json: { name: 'one', scopes: ['admin'], ...over }, headers: as(by) }),
  )

describe('PORTOLAN_ADMIN_TOKEN', () => {
  it('is warned of once when another token may do everything, and not before', async () => {
    const clock = createManualClock(Date.UTC(2026, 10, 30, 12))
    api = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN }, { clock })
    const warnings = () => api.lines.filter((line) => line.includes('bootstrap_token_still_set')).length
    const later = async () => {
      clock.advance(120_000)
      expect((await api.call('/v1/jobs', { headers: as(ADMIN_TOKEN) })).status).toBe(200)
    }
    await make(ADMIN_TOKEN, { scopes: ['tokens:write'] })
    await make(ADMIN_TOKEN, { namespaces: ['shop'] })
    await later()
    const { token } = await make(ADMIN_TOKEN, {})
    expect(warnings()).toBe(0)
    await later()
    await expect.poll(warnings).toBe(1)
    await later()
    await later()
    expect((await api.call('/v1/jobs', { headers: as(token) })).status).toBe(200)
    expect(warnings()).toBe(1)
    expect(JSON.parse(api.lines.find((line) => line.includes('bootstrap_token_still_set')) ?? '')).toMatchObject({
      level: 'warn',
      setting: 'PORTOLAN_ADMIN_TOKEN',
      why: 'tokens with the scope admin are in force: take it out of the environment, and start again',
    })
  })
})

describe.runIf(RUNTIME === 'node')('a server that asks nobody for a token', () => {
  const loopback =
    'This server listens on loopback only and asks nobody for a token. To have tokens, set PORTOLAN_ADMIN_TOKEN to a secret of at least 16 characters, and PORTOLAN_AUTH=tokens so that nothing is answered without one.'
  const none =
    'This server asks nobody for a token (PORTOLAN_AUTH=none). To have tokens, leave PORTOLAN_AUTH away or set it to tokens, and set PORTOLAN_ADMIN_TOKEN to a secret of at least 16 characters.'

  it.each([
    ['it listens on loopback', {}, loopback],
    ['it was told so', { PORTOLAN_AUTH: 'none' }, none],
    ['it was told so, whatever else it was told', { PORTOLAN_AUTH: 'none', PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN }, none],
  ])('has no tokens, and says what to set: %s', async (_name, env, detail) => {
    api = await startTestPortolan(env)
    for (const [path, init] of [
      ['/v1/tokens', { json: { name: 'one', scopes: ['plan'] } }],
      ['/v1/tokens', {}],
      ['/v1/tokens/tok_01KAXW0000EXAMPLE0000000AB', {}],
      ['/v1/tokens/tok_01KAXW0000EXAMPLE0000000AB', { method: 'DELETE' }],
    ] as const) {
      const problem = await readProblem(api.call(path, init))
      expect([problem.status, problem.code, problem.detail]).toEqual([409, 'conflict', detail])
    }
  })

  it('refuses a token that has ended, also when the first token was taken away, and warns that none is needed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portolan-bootstrap-'))
    const env = { PORTOLAN_DATABASE: join(folder, 'portolan.db') }
    const clock = createManualClock(Date.now())
    api = await startTestPortolan({ ...env, PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN }, { clock })
    const { token } = await make(ADMIN_TOKEN, {})
    const { id, token: ended } = await make(token, { scopes: ['plan'], namespaces: ['shop'] })
    await api.call(`/v1/tokens/${id}`, { method: 'DELETE', headers: as(token) })
    clock.advance(120_000)
    await api.call('/v1/whoami', { headers: as(token) })
    await expect.poll(() => api.lines.join('\n')).toContain('until PORTOLAN_AUTH=tokens is set')
    await api.close()
    api = await startTestPortolan(env)
    const statusOf = async (path: string, headers = {}) => (await api.call(path, { headers })).status
    expect([await statusOf('/v1/whoami'), await statusOf('/v1/whoami', as(ended))]).toEqual([200, 401])
    expect(await statusOf('/v1/tokens', as(token))).toBe(200)
    await rm(folder, { recursive: true })
  })

  it('lets a known token narrow whoever sends it, where it has some', async () => {
    api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN })
    const { token } = await make(ADMIN_TOKEN, { scopes: ['plan'] })
    const statusOf = async (headers: Record<string, string>) => (await api.call('/v1/jobs', { headers })).status
    expect([await statusOf({}), await statusOf(as(token)), await statusOf(as('not-one-of-ours-at-all'))]).toEqual([
      ...[200, 403, 401],
    ])
  })
})
