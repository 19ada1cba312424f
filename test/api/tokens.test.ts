import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { NewTokenSchema, RevokedTokenSchema, TokenSchema } from '../../src/api/token-schemas.ts'
import { isToken } from '../../src/lib/token.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readProblem } from '../support/read.ts'

type Made = z.output<typeof NewTokenSchema>
type Shown = z.output<typeof TokenSchema>
type Revoked = z.output<typeof RevokedTokenSchema>

const ADMIN_TOKEN = 'a-token-of-the-test-0123456789'
const METRICS_TOKEN = 'scrapes:only-0123456789'
const NOW = Date.UTC(2026, 10, 30, 12)
const MINUTE_MS = 60_000

const clock = createManualClock(NOW)
let api: TestPortolan

beforeAll(async () => {
  api = await startTestPortolan(
    { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN, PORTOLAN_METRICS_TOKEN: METRICS_TOKEN },
    { clock },
  )
})
afterAll(() => api.close())

const as = (token: string) => ({ authorization: `Bearer ${token}` })
const post = (json: unknown, by = ADMIN_TOKEN, headers = {}) =>
  api.call('/v1/tokens', { json, headers: { ...as(by), ...headers } })
const make = async (asked: object, by = ADMIN_TOKEN) => {
  const response = await post({ name: 'CI', scopes: ['jobs:read'], ...asked }, by)
  expect(response.status).toBe(201)
  return read<Made>(response)
}
const get = (path: string, by = ADMIN_TOKEN, init = {}) => api.call(path, { headers: as(by), ...init })
const revoke = (id: string, by = ADMIN_TOKEN) => get(`/v1/tokens/${id}`, by, { method: 'DELETE' })
const list = async (by = ADMIN_TOKEN) => {
  const items: Shown[] = []
  for (let path = '/v1/tokens?limit=2'; ; ) {
    const page = await read<{ items: Shown[]; nextCursor: string | null }>(get(path, by))
    items.push(...page.items)
    if (page.nextCursor === null) {
      return items
    }
    expect(page.items).toHaveLength(2)
    path = `/v1/tokens?limit=2&cursor=${page.nextCursor}`
  }
}
const statusOf = async (token: string, path = '/v1/jobs') => {
  const headers = { ...as(token), 'cf-connecting-ip': '192.0.2.9' }
  return (await api.call(path, { headers })).status
}

const REST = { namespaces: null, manifests: false, clusters: null, egressOnly: null, rateLimit: null }

describe('POST /v1/tokens', () => {
  it('shows the token once, and keeps no more of it than its beginning and a hash', async () => {
    const response = await post({ name: 'CI of the shop', scopes: ['jobs:read', 'plan'] })
    const made = await read<Made>(response)
    const { token, ...shown } = made
    expect(isToken(token)).toBe(true)
    expect([response.status, response.headers.get('location'), response.headers.get('cache-control')]).toEqual([
      ...[201, `/v1/tokens/${made.id}`, 'no-store'],
    ])
    expect(shown).toEqual({
      ...{ ...REST, id: expect.stringMatching(/^tok_[0-9A-Z]{26}$/), name: 'CI of the shop', source: 'api' },
      ...{ prefix: token.slice(0, 8), state: 'active', scopes: ['jobs:read', 'plan'], createdBy: 'admin' },
      ...{ createdAt: expect.any(String), expiresAt: null, revokedAt: null },
      ...{ lastUsedAt: null, lastUsedFrom: null },
    })
    expect(Date.parse(String(made.createdAt))).toEqual(near(clock.now()))
    expect(await read(get(`/v1/tokens/${made.id}`))).toEqual(shown)
    expect(await list()).toContainEqual(shown)
    expect(await statusOf(token)).toBe(200)
    expect(api.lines.join('\n')).not.toContain(token.slice(9))
  })

  it('keeps each bound as it was asked for; an address is the range of it alone', async () => {
    const asked = {
      ...{ scopes: ['jobs:write'], namespaces: ['shop', 'pond'], manifests: true, clusters: ['default', 'a/b:c@d'] },
      ...{ egressOnly: ['10.0.0.0/8', '192.0.2.7', 'fd00::1'], expiresAt: '2027-01-01T01:00:00+01:00' },
      rateLimit: { requestsPerMinute: 60, triesPerMinute: null },
    }
    expect(await make(asked)).toMatchObject({
      ...asked,
      ...{ egressOnly: ['10.0.0.0/8', '192.0.2.7/32', 'fd00::1/128'], expiresAt: '2027-01-01T00:00:00.000Z' },
      rateLimit: { requestsPerMinute: 60, jobsUnderWay: null, triesPerMinute: null },
    })
  })

  it('says that it sends no manifests where nothing is said of them', async () => {
    expect([await make({ namespaces: ['shop'] }), await make({ manifests: false }), await make({})]).toMatchObject([
      ...[{ manifests: false }, { manifests: false }, { manifests: false }],
    ])
  })

  it.each([
    ['namespaces and manifests without ranges', { namespaces: ['shop'], manifests: true }, '/egressOnly'],
    ['clusters and manifests without ranges', { clusters: ['a'], manifests: true }, '/egressOnly'],
    ['an end that has passed', { expiresAt: '2026-11-30T12:00:00Z' }, '/expiresAt'],
    ['an end of five digits', { expiresAt: '9999-12-31T23:59:59-23:59' }, '/expiresAt'],
  ])('refuses what cannot be: %s', async (_name, asked, pointer) => {
    const problem = await readProblem(post({ name: 'CI', scopes: ['jobs:read'], ...asked }))
    expect([problem.status, problem.code, problem.errors.map((error) => error.pointer)]).toEqual([
      ...[422, 'impossible_request', [pointer]],
    ])
  })

  it.each([
    ['a word that is no scope', { scopes: ['job:read'] }, '/scopes/0'],
    ['no scope', { scopes: [] }, '/scopes'],
    ['a scope twice', { scopes: ['plan', 'plan'] }, '/scopes'],
    ['no name', { name: '' }, '/name'],
    ['a name that moves the cursor of a terminal', { name: 'a\u001b[2J' }, '/name'],
    ['what is no namespace', { namespaces: ['Shop'] }, '/namespaces/0'],
    ['no namespace', { namespaces: [] }, '/namespaces'],
    ['a namespace twice', { namespaces: ['shop', 'shop'] }, '/namespaces'],
    ['what is no cluster', { clusters: ['a b'] }, '/clusters/0'],
    ['what is no range', { egressOnly: ['10.0.0.0/33'] }, '/egressOnly/0'],
    ['a range that nobody understands', { egressOnly: ['::ffff:10.0.0.0/8'] }, '/egressOnly/0'],
    ['an address with a zone', { egressOnly: ['fe80::1%eth0'] }, '/egressOnly/0'],
    ['a day without a time', { expiresAt: '2027-01-01' }, '/expiresAt'],
    ['a limit of nothing', { rateLimit: { requestsPerMinute: 0 } }, '/rateLimit/requestsPerMinute'],
    ['a limit that there is not', { rateLimit: { perMinute: 1 } }, '/rateLimit/perMinute'],
    ['a property that there is not', { owner: 'me' }, '/owner'],
  ])('takes no body but one that fits: %s', async (_name, asked, pointer) => {
    const problem = await readProblem(post({ name: 'CI', scopes: ['jobs:read'], ...asked }))
    expect([problem.status, problem.errors.map((error) => error.pointer)]).toEqual([400, [pointer]])
  })

  it('makes no second token for an Idempotency-Key, and shows the first no second time', async () => {
    const key = { 'idempotency-key': 'token-of-build-42' }
    const made = await read<Made>(post({ name: 'build 42', scopes: ['plan'] }, ADMIN_TOKEN, key))
    const again = await readProblem(post({ name: 'build 42', scopes: ['plan'] }, ADMIN_TOKEN, key))
    expect([
      again.status,
      again.code,
      again.detail.includes(made.id),
      JSON.stringify(again).includes(made.token),
    ]).toEqual([409, 'conflict', true, false])
    const other = await readProblem(post({ name: 'build 43', scopes: ['plan'] }, ADMIN_TOKEN, key))
    expect([other.status, other.code]).toEqual([422, 'idempotency_key_reused'])
    expect((await list()).filter(({ name }) => name.startsWith('build'))).toHaveLength(1)
    // Another's key is another's.
    const deputy = await make({ scopes: ['tokens:write', 'plan'] })
    expect((await post({ name: 'build 42', scopes: ['plan'] }, deputy.token, key)).status).toBe(201)
  })
})

describe('a token', () => {
  it('that is unknown, has expired or was revoked is a 401 that does not say which', async () => {
    const [expiring, revoked] = [await make({ expiresAt: '2026-11-30T12:10:00Z' }), await make({})]
    expect([await statusOf(expiring.token), await statusOf(revoked.token)]).toEqual([200, 200])
    await revoke(revoked.id)
    clock.advance(10 * MINUTE_MS)
    const gone = await make({})
    await revoke(gone.id)
    const tokens = [expiring.token, revoked.token, gone.token, `${revoked.token.slice(0, -1)}~`, 'not-a-token-of-ours']
    const told = await Promise.all(
      tokens.map(async (token) => {
        const response = await get('/v1/jobs', token)
        const { requestId: _own, ...problem } = await readProblem(response)
        return { problem, challenge: response.headers.get('www-authenticate') }
      }),
    )
    expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(told[0]).toMatchObject({
      problem: {
        ...{ status: 401, code: 'unauthenticated' },
        detail:
          'This token is not known here: it may be mistyped, expired or revoked. Send one that POST /v1/tokens made, or the token of PORTOLAN_ADMIN_TOKEN.',
      },
      challenge: 'Bearer realm="portolan"',
    })
    const states = new Map((await list()).map(({ id, state }) => [id, state]))
    expect([states.get(expiring.id), states.get(revoked.id)]).toEqual(['expired', 'revoked'])
  })

  it('tells when it was used last and from where, once a minute at most', async () => {
    const { id, token } = await make({})
    const used = async () => {
      const { lastUsedAt, lastUsedFrom } = await read<Shown>(get(`/v1/tokens/${id}`))
      return { atMs: lastUsedAt === null ? null : Date.parse(lastUsedAt), lastUsedFrom }
    }
    const firstMs = clock.now()
    await statusOf(token)
    await expect.poll(used).toEqual({ atMs: near(firstMs), lastUsedFrom: FROM })
    const first = await used()
    clock.advance(MINUTE_MS / 2)
    await statusOf(token)
    await statusOf(token)
    expect(await used()).toEqual(first)
    clock.advance(MINUTE_MS)
    await statusOf(token)
    await expect.poll(used).toEqual({ atMs: near(clock.now()), lastUsedFrom: FROM })
  })

  it('may be sent as the password of Basic where Bearer cannot be sent', async () => {
    const { token } = await make({ scopes: ['metrics:read', 'jobs:read'] })
    const basic = { authorization: `Basic ${btoa(`prometheus:${token}`)}` }
    const statuses = ['/metrics', '/v1/jobs'].map(async (path) => (await api.call(path, { headers: basic })).status)
    expect(await Promise.all(statuses)).toEqual([200, 401])
  })
})

const FROM = RUNTIME === 'node' ? '127.0.0.1' : '192.0.2.9'
/** Nobody can stop the clock of a Worker. */
const near = (ms: number) => (RUNTIME === 'node' ? ms : expect.closeTo(ms, -5))

describe('DELETE /v1/tokens/{id}', () => {
  it('revokes, and says how many of its schedules go on', async () => {
    const { id, token } = await make({ scopes: ['schedules:write', 'schedules:read'] })
    const job = { target: { manifests: [SERVICE] } }
    const schedule = { name: 'nightly', cron: '0 0 1 1 *', enabled: false, job }
    for (const name of ['one', 'two']) {
      const made = await api.call('/v1/schedules', { json: { ...schedule, name }, headers: as(token) })
      expect(made.status).toBe(201)
    }
    const revoked = await read<Revoked>(revoke(id))
    expect(revoked).toMatchObject({ id, state: 'revoked', schedules: 2, revokedAt: expect.any(String) })
    expect(await statusOf(token, '/v1/schedules')).toBe(401)
    expect(await read<Revoked>(revoke(id))).toEqual(revoked)
    expect(await read<Shown>(get(`/v1/tokens/${id}`))).toMatchObject({ state: 'revoked', name: 'CI' })
  })

  it.each(['tok_01KAXW0000EXAMPLE0000000AB', 'nobody', 'anonymous', 'system', "'; drop table tokens"])(
    'of what is no token is a 404: %s',
    async (id) => {
      expect((await revoke(encodeURIComponent(id))).status).toBe(404)
    },
  )
})

describe('the tokens of the environment', () => {
  it.each([
    ['admin', 'PORTOLAN_ADMIN_TOKEN', ['admin'], true],
    ['metrics', 'PORTOLAN_METRICS_TOKEN', ['metrics:read'], false],
  ])('%s is listed and cannot be revoked', async (id, name, scopes, manifests) => {
    const shown = await read<Shown>(get(`/v1/tokens/${id}`))
    expect(shown).toEqual({
      ...{ ...REST, manifests, id, name, prefix: null, source: 'environment', state: 'active', scopes },
      ...{ createdAt: null, createdBy: null, expiresAt: null, lastUsedAt: null, lastUsedFrom: null, revokedAt: null },
    })
    expect((await list()).slice(0, 2)).toContainEqual(shown)
    const problem = await readProblem(revoke(id))
    expect([problem.status, problem.code, problem.detail]).toEqual([
      ...[409, 'conflict'],
      `The token "${id}" is set by ${name} in the environment of this server, and cannot be revoked here. Take ${name} out of it, or set it to another value, and start the server again.`,
    ])
  })
})

const SERVICE = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad', namespace: 'pond' } },
  spec: { clusterIP: '10.96.0.7', selector: { app: 'toad' }, ports: [{ port: 80 }] },
}

it('takes manifests of a token that reaches everything, whatever is said of manifests', async () => {
  const json = { target: { manifests: [SERVICE] } }
  const tokens = [await make({ scopes: ['plan'] }), await make({ scopes: ['plan'], manifests: false })]
  for (const { token } of tokens) {
    expect((await api.call('/v1/plan', { json, headers: as(token) })).status).toBe(200)
  }
})

describe('the audit log', () => {
  it('tells who made which token and who revoked it, once, and nothing secret of it', async () => {
    const { id, token } = await make({ name: 'audited', namespaces: ['shop'], expiresAt: '2030-01-01T00:00:00Z' })
    clock.advance(1000)
    await revoke(id)
    await revoke(id)
    const { items } = await read<{ items: Record<string, unknown>[] }>(get(`/v1/audit?resource=${id}`))
    const common = {
      actor: { id: 'admin', name: 'admin', kind: 'admin' },
      resource: { kind: 'token', id },
      namespace: 'shop',
    }
    const after = {
      ...{ name: 'audited', prefix: token.slice(0, 8), scopes: ['jobs:read'], namespaces: ['shop'], clusters: null },
      ...{ manifests: false, egressOnly: null, rateLimit: null, expiresAt: '2030-01-01T00:00:00.000Z' },
    }
    expect(items).toMatchObject([
      { ...common, action: 'token.revoked', before: { name: 'audited', state: 'active' }, after: { state: 'revoked' } },
      { ...common, action: 'token.created', before: null },
    ])
    expect(items[1]?.after).toEqual(after)
  })
})
