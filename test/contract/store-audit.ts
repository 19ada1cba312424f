import { describe, expect, it } from 'vitest'
import { parseManifests } from '../../src/kube/parse.ts'
import { newId } from '../../src/lib/id.ts'
import { type Asking, AUDIT_ACTIONS } from '../../src/record/audit.ts'
import { SYSTEM, UNBOUNDED } from '../../src/record/principal.ts'
import { type AuditFilter, listAudit, tellFailedLogin } from '../../src/store/audit.ts'
import { cancelBatch, insertBatch } from '../../src/store/batches.ts'
import { actingAs, type Store } from '../../src/store/db.ts'
import { cancelJob, insertJob } from '../../src/store/jobs.ts'
import { claimRun } from '../../src/store/schedule-runs.ts'
import { deleteSchedule, insertSchedule, updateSchedule } from '../../src/store/schedules.ts'
import { aClaim, aJob, NOW } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const SOMEBODY = { id: 'tok_1', name: 'deploy of shop' }
const ALL = { limit: 100, before: null }
const target = { cluster: 'default', namespace: 'shop', service: 'toad-svc' }
const settings = {
  ...{ name: 'smoke', cron: '@every 60s', timeZone: 'UTC', jitterMs: 0, overlap: 'skip' as const, enabled: true },
}
const NEXT = { atMs: NOW + 60_000, dueAtMs: NOW + 60_000 }

const askingAt = (atMs: number, over: Partial<Asking> = {}): Asking => ({
  ...{ actor: SOMEBODY, requestId: 'req_1', clientAddress: '192.0.2.7', now: () => atMs },
  ...over,
})

const aSchedule = () => ({
  ...settings,
  ...{ id: newId('schedule', NOW), createdAtMs: NOW, owner: 'tok_1', anchorAtMs: NOW, isBatch: false, sealed: null },
  ...{ target, next: NEXT },
})
const work = () => ({
  request: { ...aJob().request, target },
  objects: {
    source: 'manifests' as const,
    manifests: parseManifests('{apiVersion: v1, kind: List, items: []}', { pointer: '' }),
  },
  batch: null,
  hidden: {},
})
function aBatch() {
  const id = newId('batch', NOW)
  const jobs = ['toad-svc', 'frog-svc'].map((service) => ({
    job: aJob({ target: { ...target, service }, batchId: id }),
    refusal: null,
  }))
  const selection = { namespaces: ['shop'], selector: {} }
  return {
    batch: { id, createdAtMs: NOW, owner: 'tok_1', cluster: 'default', selection, labels: {}, scheduleId: null },
    jobs,
  }
}

export function auditContract(open: OpenStore): void {
  const store = opened(open)
  const asked = (atMs = NOW, over: Partial<Asking> = {}): Store =>
    actingAs(store(), { ...UNBOUNDED, id: 'tok_1', scopes: 'all' }, askingAt(atMs, over))
  const told = async (filter: AuditFilter = {}) => (await listAudit(store(), filter, ALL)).toReversed()
  const brief = async (filter: AuditFilter = {}) =>
    (await told(filter)).map(({ action, resource, before, after }) => ({ action, id: resource.id, before, after }))

  describe('a change that somebody asked for', () => {
    it('is told with who asked, where from, and what it was about', async () => {
      const job = aJob({ target, labels: { team: 'a' } })
      await insertJob(asked(), job, null, NOW)
      expect(await told()).toEqual([
        {
          id: expect.stringMatching(/^aud_[0-9A-HJKMNP-TV-Z]{26}$/),
          atMs: NOW,
          actor: { ...SOMEBODY, kind: 'token' },
          action: 'job.created',
          resource: { kind: 'job', id: job.id },
          ...{ cluster: 'default', namespace: 'shop', before: null },
          after: { target, labels: { team: 'a' } },
          ...{ requestId: 'req_1', clientAddress: '192.0.2.7' },
        },
      ])
    })

    it('is told once, however often it is asked for with one Idempotency-Key', async () => {
      const inserts = Array.from({ length: 5 }, () => insertJob(asked(), aJob({ target }), aClaim(), NOW))
      const made = await Promise.all(inserts)
      const batches = Array.from({ length: 5 }, () =>
        insertBatch(asked(NOW + 1), aBatch(), aClaim({ path: '/v1/batches' })),
      )
      const batch = await Promise.all(batches)
      const path = '/v1/schedules'
      const schedules = Array.from({ length: 5 }, () =>
        insertSchedule(asked(NOW + 2), aSchedule(), work(), aClaim({ path }), 9),
      )
      const schedule = await Promise.all(schedules)
      const ids = [made, batch, schedule].map((list) => new Set(list.map((each) => 'id' in each && each.id)))
      expect(ids.map(({ size }) => size)).toEqual([1, 1, 1])
      expect((await told()).map(({ action, resource }) => [action, resource.id])).toEqual([
        ['job.created', ...(ids[0] ?? [])],
        ['batch.created', ...(ids[1] ?? [])],
        ['schedule.created', ...(ids[2] ?? [])],
      ])
    })

    it('is of no one namespace where a comparison reaches two', async () => {
      const side = (namespace: string) => ({ kind: 'Ingress' as const, namespace, name: 'web', addresses: null })
      const none = { requests: [], ownAnswers: [], notSent: [], ignoreHeaders: [], methods: null, service: null }
      for (const [i, other] of ['shop', 'pond'].entries()) {
        const comparison = { ...none, left: side('shop'), right: side(other) }
        await insertJob(asked(NOW + i), aJob({ target, comparison }), null, NOW)
      }
      expect((await told()).map(({ action, namespace, after }) => [action, namespace, after])).toEqual(
        [
          ['shop', 'shop'],
          [null, 'pond'],
        ].map(([namespace, other]) => [
          'compare.created',
          namespace,
          {
            left: { kind: 'Ingress', namespace: 'shop', name: 'web' },
            right: { kind: 'Ingress', namespace: other, name: 'web' },
            labels: {},
          },
        ]),
      )
    })

    it('is told when a job or a batch is cancelled, and not again', async () => {
      const job = aJob({ target })
      const batch = aBatch()
      const compare = aJob({ id: newId('compare', NOW), target, alsoNamespace: 'pond' })
      await insertJob(store(), job, null, NOW)
      await insertJob(store(), compare, null, NOW)
      await insertBatch(store(), batch, null)
      for (const _time of [1, 2]) {
        await cancelJob(asked(), job.id, NOW)
        await cancelJob(asked(NOW + 1), compare.id, NOW)
        await cancelBatch(asked(NOW + 2), batch.batch.id, NOW)
        await cancelJob(asked(NOW + 3), newId('job', NOW), NOW)
      }
      expect(await brief()).toEqual([
        { action: 'job.cancelled', id: job.id, before: { status: 'queued' }, after: { status: 'cancelled' } },
        { action: 'compare.cancelled', id: compare.id, before: { status: 'queued' }, after: { status: 'cancelled' } },
        { action: 'batch.cancelled', id: batch.batch.id, before: null, after: { status: 'cancelled', jobs: 2 } },
      ])
      expect((await told()).map(({ namespace }) => namespace)).toEqual(['shop', null, 'shop'])
    })

    it('is told of a schedule from its making to its end, and where it came to nothing it is not', async () => {
      const schedule = aSchedule()
      const after = { name: 'smoke' }
      await insertSchedule(asked(), schedule, work(), null, 1, after)
      expect(await insertSchedule(asked(), aSchedule(), work(), null, 1, after)).toEqual({ outcome: 'full' })
      const change = { settings: { ...settings, name: 'other' }, timing: null, updatedAtMs: NOW, work: null }
      const both = { before: { name: 'smoke' }, after: { name: 'other' } }
      expect(await updateSchedule(asked(NOW + 1), schedule.id, 1, { ...change, told: both })).toBe(true)
      expect(await updateSchedule(asked(NOW + 2), schedule.id, 1, { ...change, told: both })).toBe(false)
      const moved = { work: { ...work(), request: { ...work().request, target: { ...target, namespace: 'pond' } } } }
      const elsewhere = { ...change, work: { ...moved, sealed: null, isBatch: false } }
      expect(await updateSchedule(asked(NOW + 3), schedule.id, 2, elsewhere)).toBe(true)
      expect(await deleteSchedule(asked(NOW + 4), schedule.id, 1)).toBe(false)
      expect(await deleteSchedule(asked(NOW + 5), schedule.id, null)).toBe(true)
      expect(await deleteSchedule(asked(NOW + 6), schedule.id, null)).toBe(false)
      const last = { name: 'other', cron: '@every 60s', enabled: true, target: { ...target, namespace: 'pond' } }
      expect(await brief()).toEqual([
        { action: 'schedule.created', id: schedule.id, before: null, after },
        { action: 'schedule.changed', id: schedule.id, ...both },
        { action: 'schedule.changed', id: schedule.id, before: null, after: null },
        { action: 'schedule.deleted', id: schedule.id, before: last, after: null },
      ])
      expect((await told()).map(({ namespace }) => namespace)).toEqual(['shop', 'shop', null, 'pond'])
    })

    it('is a run of a schedule where its job is of one', async () => {
      const job = aJob({ target, scheduleId: 'sch_1' })
      await insertJob(asked(), job, null, NOW)
      const { batch, jobs } = aBatch()
      await insertBatch(asked(NOW + 1), { batch: { ...batch, scheduleId: 'sch_2' }, jobs }, null)
      expect(await brief()).toEqual([
        { action: 'schedule.run', id: 'sch_1', before: null, after: { job: job.id } },
        { action: 'schedule.run', id: 'sch_2', before: null, after: { batch: batch.id } },
      ])
    })

    it('keeps no more than so much of a field', async () => {
      await insertJob(asked(), aJob({ target, labels: { team: 'x'.repeat(9000) } }), null, NOW)
      const [entry] = await told()
      expect(entry?.after).toMatchObject({ target, labels: { leftOut: '9011 characters of JSON' } })
    })
  })

  it('tells nothing of what the server does by itself', async () => {
    const schedule = aSchedule()
    await insertSchedule(store(), schedule, work(), null, 9)
    const run = {
      atMs: NEXT.atMs,
      next: null,
      claim: 'c',
      made: { job: aJob({ target, scheduleId: schedule.id }), refusal: null },
    }
    expect(await claimRun(store(), { id: schedule.id, version: 1 }, NEXT, run)).toBe(true)
    await insertJob(actingAs(store(), SYSTEM), aJob({ target }), null, NOW)
    expect(await told()).toEqual([])
  })

  it('is listed newest first, in pages, by actor, action, resource and time', async () => {
    const ids: string[] = []
    for (const [i, id] of ['admin', 'tok_1', 'admin', 'anonymous'].entries()) {
      const job = aJob({ target })
      await insertJob(asked(NOW + i, { actor: { id, name: id } }), job, null, NOW)
      ids.push(job.id)
    }
    await tellFailedLogin(asked(NOW + 4), { by: 'token' })
    const first = await listAudit(store(), {}, { limit: 2, before: null })
    const last = first.at(-1)
    const rest = await listAudit(
      store(),
      {},
      { limit: 9, before: { createdAtMs: last?.atMs ?? 0, id: last?.id ?? '' } },
    )
    const found = async (filter: AuditFilter) => (await told(filter)).map(({ resource }) => ids.indexOf(resource.id))
    expect([...first, ...rest].map(({ atMs }) => atMs - NOW)).toEqual([4, 3, 2, 1, 0])
    expect(await found({ actor: 'admin' })).toEqual([0, 2])
    expect(await found({ action: 'login.failed' })).toEqual([-1])
    expect(await found({ resource: ids[1] ?? '' })).toEqual([1])
    expect(await found({ fromMs: NOW + 1, toMs: NOW + 3 })).toEqual([1, 2])
    expect((await told()).map(({ actor }) => actor.kind)).toEqual(['admin', 'token', 'admin', 'anonymous', 'token'])
  })

  it('tells of failed logins the first of a minute for each address, and a hundred in all', async () => {
    const failed = (atMs: number, clientAddress: string | null) =>
      tellFailedLogin(asked(atMs, { clientAddress }), { by: 'token' })
    for (const clientAddress of ['192.0.2.1', '192.0.2.1', '192.0.2.2', null, null]) {
      await failed(NOW, clientAddress)
    }
    await failed(NOW + 59_999, '192.0.2.1')
    await failed(NOW + 60_001, '192.0.2.1')
    const addresses = (await told()).map(({ atMs, clientAddress }) => `${atMs - NOW} ${clientAddress}`)
    expect(addresses.toSorted()).toEqual(['0 192.0.2.1', '0 192.0.2.2', '0 null', '60001 192.0.2.1'])
    for (let i = 0; i < 110; i++) {
      await failed(NOW + 200_000, `198.51.100.${i}`)
    }
    expect(await listAudit(store(), { fromMs: NOW + 200_000 }, { limit: 200, before: null })).toHaveLength(100)
  })

  it('has short names for its actions', () => {
    expect(AUDIT_ACTIONS.filter((action) => !/^[a-z]+\.[a-z]+$/.test(action))).toEqual([])
  })
}
