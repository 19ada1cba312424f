import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditAction, AuditEntry } from '../../src/record/audit.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readBatch, readJob, readProblem, readSchedule } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
/** Answers nobody until it is released. */
let silent: Pod
const released = Promise.withResolvers<void>()

const TOKEN = 'a-token-of-the-test-0123456789'
const asAdmin = { authorization: `Bearer ${TOKEN}` }

beforeAll(async () => {
  const env = {
    PORTOLAN_AUTH: 'tokens',
    PORTOLAN_ADMIN_TOKEN: TOKEN,
    PORTOLAN_METRICS_TOKEN: 'metrics-only-0123456789',
  }
  ;[api, pod, silent] = await Promise.all([
    startTestPortolan(env),
    startPod('toad-xueq1'),
    startPod('silent', '127.0.0.1', async (_request, response) => {
      await released.promise
      response.end('ok')
    }),
  ])
})
afterAll(() => {
  released.resolve()
  return Promise.all([api.close(), pod.close(), silent.close()])
})

const call: TestPortolan['call'] = (path, init = {}) =>
  api.call(path, { ...init, headers: { ...asAdmin, ...(init.headers as Record<string, string>) } })

type Entry = Omit<AuditEntry, 'atMs'> & { at: string }
type Page = { items: Entry[]; nextCursor: string | null }
const auditOf = (query = '') => read<Page>(call(`/v1/audit${query}`))
/** Oldest first. */
const of = async (resource: string): Promise<Entry[]> => (await auditOf(`?resource=${resource}`)).items.toReversed()
const briefly = (entries: readonly Entry[]) =>
  entries.map(({ action, before, after }): [AuditAction, unknown, unknown] => [action, before, after])

const target = () => ({ manifests: [toadService(pod.port)] })
const job = (extra: Record<string, unknown> = {}) => ({ target: target(), paths: { include: ['ClusterIP'] }, ...extra })
const SECRET = 'super-secret-4711'
const OTHER_SECRET = 'another-secret-0815'
const checks = (authorization: string, extra: Record<string, unknown> = {}) => [
  { name: 'home', type: 'http', headers: { authorization }, ...extra },
]

describe('what is asked for over the API', () => {
  it('is told with who asked and under which request', async () => {
    const response = await call('/v1/jobs', {
      json: job({ labels: { team: 'a' } }),
      headers: { 'x-request-id': 'mine-1' },
    })
    const { id, target } = await readJob(response)
    expect(await of(id)).toEqual([
      {
        id: expect.stringMatching(/^aud_/),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        actor: { id: 'admin', name: expect.any(String), kind: 'admin' },
        action: 'job.created',
        resource: { kind: 'job', id },
        ...{ cluster: target.cluster, namespace: target.namespace, before: null },
        after: { target, labels: { team: 'a' } },
        requestId: 'mine-1',
        clientAddress:
          RUNTIME === 'node' ? '127.0.0.1' : expect.toSatisfy((it: unknown) => it === null || it === '127.0.0.1'),
      },
    ])
  })

  it('is told of a job that is cancelled, of a batch as a whole, and once where it is repeated', async () => {
    const slow = { ...job(), target: { manifests: [toadService(silent.port)] }, timeoutMs: 60_000, deadlineMs: 120_000 }
    const headers = { 'idempotency-key': 'audit-1' }
    const first = await call('/v1/jobs', { json: slow, headers })
    const { id } = await readJob(first)
    await call('/v1/jobs', { json: slow, headers })
    await call(`/v1/jobs/${id}/cancel`, { method: 'POST' })
    const batch = await readBatch(
      call('/v1/batches', { json: { target: target(), paths: { include: ['ClusterIP'] } } }),
    )
    expect((await of(id)).map(({ action }) => action)).toEqual(['job.created', 'job.cancelled'])
    expect(briefly(await of(batch.id))).toEqual([
      ['batch.created', null, { selection: { namespaces: null, selector: {} }, labels: {}, jobs: 1 }],
    ])
    for (const { id } of batch.jobs) {
      expect(await of(id)).toEqual([])
    }
  })

  it('is told of a schedule: made, changed, run out of turn and deleted, and what of it', async () => {
    const body = { name: 'smoke', cron: '@hourly', enabled: false, job: job({ checks: checks(SECRET) }) }
    const { id } = await readSchedule(call('/v1/schedules', { json: body }))
    const patch = (json: unknown, tag: number) =>
      call(`/v1/schedules/${id}`, { method: 'PATCH', json, headers: { 'if-match': `"${tag}"` } })
    await patch({ name: 'smoke test' }, 1)
    await patch({ job: job({ checks: checks(SECRET, { path: '/ready' }) }) }, 2)
    await patch({ job: job({ checks: checks(OTHER_SECRET, { path: '/ready' }) }) }, 3)
    await patch({ job: job({ checks: [{ name: 'home', type: 'http', path: '/ready' }] }) }, 4)
    const refused = await patch({ name: 'lost' }, 1)
    const run = await readJob(call(`/v1/schedules/${id}/run`, { method: 'POST' }))
    await call(`/v1/schedules/${id}`, { method: 'DELETE' })
    const entries = await of(id)
    const after = entries[0]?.after as { job: { checks: unknown[] } }
    expect(after).toMatchObject({
      ...{ name: 'smoke', cron: '@hourly', timeZone: 'UTC', jitterMs: 0, overlap: 'skip', enabled: false },
      job: { objects: { services: 1 }, checks: [{ headers: {} }], secrets: { 'home.headers': 'set' } },
    })
    expect(after.job).not.toHaveProperty('writeOnly')
    const checked = (fields: unknown) =>
      (fields as { job: { checks: { path: string | null }[] } }).job.checks.map(({ path }) => path)
    expect([entries[2]?.before, entries[2]?.after].map(checked)).toEqual([[null], ['/ready']])
    expect(Object.keys(entries[2]?.after ?? {})).toEqual(['job'])
    expect(briefly(entries).map(([action, ...rest], i) => (i === 0 || i === 2 ? [action] : [action, ...rest]))).toEqual(
      [
        ['schedule.created'],
        ['schedule.changed', { name: 'smoke' }, { name: 'smoke test' }],
        ['schedule.changed'],
        [
          'schedule.changed',
          { job: { secrets: { 'home.headers': 'set' } } },
          { job: { secrets: { 'home.headers': 'set anew' } } },
        ],
        ['schedule.changed', { job: { secrets: { 'home.headers': 'set' } } }, { job: { secrets: {} } }],
        ['schedule.run', null, { job: run.id }],
        ['schedule.deleted', expect.objectContaining({ name: 'smoke test', cron: '@hourly', enabled: false }), null],
      ],
    )
    expect(refused.status).toBe(412)
    expect(JSON.stringify(await auditOf('?limit=200'))).not.toMatch(/super-secret|another-secret/)
  })
})

describe('a token', () => {
  const make = async (json: Record<string, unknown>) =>
    read<{ id: string; token: string; prefix: string }>(call('/v1/tokens', { json }))

  it('is told when it is made and revoked, and by name where it asks, and never itself', async () => {
    const { id, token } = await make({ name: 'deploys', scopes: ['jobs:write', 'jobs:read'] })
    const asToken = { authorization: `Bearer ${token}` }
    const { id: jobId } = await readJob(api.call('/v1/jobs', { json: job(), headers: asToken }))
    await call(`/v1/tokens/${id}`, { method: 'DELETE' })
    expect((await of(jobId)).map(({ actor }) => actor)).toEqual([{ id, name: 'deploys', kind: 'token' }])
    const entries = await of(id)
    expect(entries.map(({ action, actor }) => [action, actor.kind])).toEqual([
      ['token.created', 'admin'],
      ['token.revoked', 'admin'],
    ])
    expect(entries[0]?.after).toMatchObject({ name: 'deploys', scopes: ['jobs:write', 'jobs:read'], namespaces: null })
    expect(JSON.stringify(await auditOf('?limit=200'))).not.toContain(token)
  })

  it('of one namespace is told of that one alone', async () => {
    const { token } = await make({ name: 'pond', scopes: ['audit:read'], namespaces: ['pond'] })
    const elsewhere = { ...toadService(pod.port), metadata: { name: 'toad-svc', namespace: 'pond' } }
    const { id } = await readJob(call('/v1/jobs', { json: { ...job(), target: { manifests: [elsewhere] } } }))
    const headers = { authorization: `Bearer ${token}` }
    const { items } = await read<Page>(api.call('/v1/audit?limit=200', { headers }))
    expect(items.map(({ namespace }) => namespace)).toEqual(items.map(() => 'pond'))
    expect(items.map(({ resource }) => resource.id)).toContain(id)
    const others = (await auditOf('?limit=200')).items.filter(({ namespace }) => namespace !== 'pond')
    for (const { resource } of others) {
      expect((await read<Page>(api.call(`/v1/audit?resource=${resource.id}`, { headers }))).items).toEqual([])
    }
    expect(others.length).toBeGreaterThan(3)
  })
})

describe('GET /v1/audit', () => {
  it('comes newest first, in pages, and is filtered', async () => {
    const { items, nextCursor } = await auditOf('?limit=2')
    const rest = await auditOf(`?limit=200&cursor=${nextCursor}`)
    const all = [...items, ...rest.items]
    expect(all.length).toBeGreaterThan(5)
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    )
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    const made = (await auditOf('?action=schedule.created')).items
    expect(made.map(({ action }) => action)).toEqual(['schedule.created'])
    expect((await auditOf('?actor=somebody')).items).toEqual([])
    const from = new Date(Date.parse(items[0]?.at ?? '') + 1).toISOString()
    expect((await auditOf(`?from=${from}`)).items).toEqual([])
    expect((await auditOf(`?to=${from}&limit=1`)).items).toEqual(items.slice(0, 1))
  })

  it('needs its scope, and knows its actions', async () => {
    const headers = { authorization: 'Bearer metrics-only-0123456789' }
    expect(await readProblem(api.call('/v1/audit', { headers }))).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await readProblem(call('/v1/audit?action=schedule.change'))).toMatchObject({
      ...{ status: 400, code: 'invalid_request' },
      errors: [{ pointer: '?action' }],
    })
  })
})
