import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { vantageAt } from '../../src/plan/path.ts'
import { SYSTEM } from '../../src/record/principal.ts'
import { listAudit, tellFailedLogin } from '../../src/store/audit.ts'
import { actingAs } from '../../src/store/db.ts'
import { listHistory } from '../../src/store/history-results.ts'
import { listIncidents } from '../../src/store/incidents.ts'
import { getJob, insertJob } from '../../src/store/jobs.ts'
import { listResults } from '../../src/store/results.ts'
import { retain } from '../../src/store/retention.ts'
import { STEPS } from '../../src/store/rollup-steps.ts'
import { rebuildHour } from '../../src/store/rollups.ts'
import { readPoints } from '../../src/store/series.ts'
import { readServiceWindow } from '../../src/store/service-window.ts'
import { findServices, readService } from '../../src/store/services.ts'
import { DAY, HOUR, KEEP, pathOf, ran, toad } from '../support/history.ts'
import { rollupsOf } from '../support/rollups.ts'
import { aClaim, aJob, NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const A = pathOf('A')

export function retentionContract(open: OpenStore): void {
  const store = opened(open)

  async function retainAll(nowMs: number, limit = 500): Promise<number> {
    for (let steps = 0; ; steps++) {
      const { done, deleted } = await retain(store(), KEEP, nowMs, limit)
      expect(deleted).toBeLessThanOrEqual(limit * 4)
      if (done) {
        return steps
      }
    }
  }
  const count = async (table: string): Promise<number> => {
    const [row] = await store().db.all<{ n: number }>(sql.raw(`select count(*) n from ${table}`))
    return row?.n ?? 0
  }

  it('keeps the audit log as long as it is told to', async () => {
    const asked = (atMs: number) => ({
      ...{ actor: { id: 'admin', name: 'admin' }, requestId: null, clientAddress: null, now: () => atMs },
    })
    for (const atMs of [NOW, NOW + HOUR, NOW + 2 * HOUR]) {
      await tellFailedLogin(actingAs(store(), SYSTEM, asked(atMs)), { at: atMs - NOW })
    }
    const kept = async () =>
      (await listAudit(store(), {}, { limit: 9, before: null })).map(({ atMs }) => (atMs - NOW) / HOUR)
    await retainAll(NOW + 400 * DAY)
    expect(await kept()).toEqual([2, 1, 0])
    await retainAll(NOW + 400 * DAY + HOUR + 1, 1)
    expect(await kept()).toEqual([2])
  })

  it('keeps failures longer than passes, and a job as long as any of its results', async () => {
    const passing = await ran(store(), { atMs: NOW })
    const mixed = await ran(store(), {
      atMs: NOW + HOUR,
      tries: [{ pathId: A.id }, { ...REFUSED, pathId: A.id, sample: 2 }],
    })
    const fresh = await ran(store(), { atMs: NOW + 31 * DAY })
    const kept = async () =>
      Promise.all([passing, mixed, fresh].map(async ({ jobId }) => (await listResults(store(), jobId)).length))
    await retainAll(NOW + 30 * DAY)
    expect(await kept()).toEqual([1, 2, 1])
    await retainAll(NOW + 31 * DAY)
    expect(await kept()).toEqual([0, 1, 1])
    expect(await getJob(store(), passing.jobId)).toBeNull()
    expect(await getJob(store(), mixed.jobId)).toMatchObject({ id: mixed.jobId, verdict: 'fail' })
    await retainAll(NOW + 91 * DAY)
    expect(await kept()).toEqual([0, 0, 1])
    expect(await getJob(store(), mixed.jobId)).toBeNull()
    expect(await getJob(store(), fresh.jobId)).not.toBeNull()
  })

  it('answers from hours when raw results are gone, and from days when hours are, covering a little more', async () => {
    await ran(store(), { atMs: NOW + HOUR + 60_000 })
    await ran(store(), { atMs: NOW + HOUR + 120_000, tries: [{ ...REFUSED, pathId: A.id }] })
    await ran(store(), { atMs: NOW + 500 * DAY })
    const known = await toad(store())
    const window = { fromMs: NOW + HOUR + 90_000, toMs: NOW + 2 * HOUR - 1 }
    const read = async () => {
      const found = await readServiceWindow(store(), known, window, NOW)
      return [found?.fromMs, found?.toMs, found?.counts.pass, found?.counts.fail, found?.paths[0]?.failures]
    }
    const query = { pathId: null, fromMs: NOW + HOUR, toMs: NOW + 2 * HOUR, stepMs: 60_000 }
    const plot = async () => {
      const { stepMs, points } = await readPoints(store(), known, query)
      return [stepMs, points.length, points.reduce((sum, { pass, fail }) => sum + pass + fail, 0)]
    }
    const one = { connection_refused: 1 }
    expect(await read()).toEqual([window.fromMs, window.toMs, 0, 1, one])
    expect(await plot()).toEqual([60_000, 60, 2])
    await retainAll(NOW + 100 * DAY)
    expect(await read()).toEqual([NOW + HOUR, NOW + 2 * HOUR, 1, 1, one])
    expect(await plot()).toEqual([HOUR, 1, 2])
    await retainAll(NOW + 402 * DAY)
    expect(await read()).toEqual([NOW, NOW + DAY, 1, 1, one])
    expect(await plot()).toEqual([DAY, 1, 2])
  })

  it('does not rebuild an hour whose raw results are gone', async () => {
    await ran(store(), { atMs: NOW })
    await ran(store(), { atMs: NOW + 40 * DAY })
    await retainAll(NOW + 40 * DAY)
    const before = await rollupsOf(store())
    expect(await rebuildHour(store(), NOW)).toBe(false)
    expect(await rollupsOf(store())).toEqual(before)
    expect(await rebuildHour(store(), NOW + 40 * DAY)).toBe(true)
    expect(await rollupsOf(store())).toEqual(before)
  })

  it('knows that a job is gone which tested nothing, and neither rebuilds its hour nor looks for it in raw results', async () => {
    const untested = pathOf('V', { skipped: { reason: 'vantage', detail: '' } })
    await ran(store(), { atMs: NOW + 60_000, paths: [untested] })
    await ran(store(), { atMs: NOW + 40 * DAY })
    await retainAll(NOW + 40 * DAY)
    const before = await rollupsOf(store())
    expect(await rebuildHour(store(), NOW)).toBe(false)
    expect(await rollupsOf(store())).toEqual(before)
    const window = { fromMs: NOW + 30_000, toMs: NOW + HOUR - 1 }
    const found = await readServiceWindow(store(), await toad(store()), window, NOW)
    expect([found?.fromMs, found?.toMs, found?.counts.skipped]).toEqual([NOW, NOW + HOUR, 1])
  })

  it('ends what is looked at no more: a check or a vantage that two days of others on its path have left behind', async () => {
    const failing = { pathId: A.id, ...REFUSED }
    await ran(store(), { atMs: NOW, tries: [{ ...failing, check: 'renamed' }] })
    await ran(store(), { atMs: NOW, tries: [{ ...failing, check: 'nightly' }] })
    await ran(store(), { atMs: NOW, tries: [failing], job: { vantage: vantageAt('outside') } })
    await ran(store(), { atMs: NOW + DAY, tries: [{ ...failing, check: 'nightly' }] })
    const open = async () => {
      const all = await listIncidents(
        store(),
        await toad(store()),
        { fromMs: 0, toMs: null },
        { limit: 50, before: null },
      )
      const brief = all.map((one) => [one.check, one.vantage, one.endedAtMs === null ? null : one.endedAtMs - NOW])
      return brief.filter(([check]) => check !== '').toSorted()
    }
    for (const [days, gone] of [
      [2, null],
      [2.1, 0],
    ] as const) {
      await ran(store(), { atMs: NOW + days * DAY, tries: [failing] })
      await retainAll(NOW + days * DAY)
      expect(await open()).toEqual([
        ['default', 'in-cluster', null],
        ['default', 'outside', gone],
        ['nightly', 'in-cluster', null],
        ['renamed', 'in-cluster', gone],
      ])
    }
    expect((await readService(store(), await toad(store()), { fromMs: 0, toMs: null }))?.openIncidents).toBe(3)
  })

  it('leaves nothing of what is past every limit', async () => {
    const pods = ['E1', 'E2'].map((name) => pathOf(name, { kind: 'Endpoint' }))
    await ran(store(), { atMs: NOW, paths: [A, ...pods], tries: [{ ...REFUSED, pathId: A.id }, { pathId: 'pth_E1' }] })
    await ran(store(), { atMs: NOW + HOUR, paths: [A] })
    await ran(store(), { atMs: NOW + HOUR, job: { history: false, labels: { a: 'b' } } })
    await insertJob(store(), aJob({ target: { cluster: 'default', namespace: 'x', service: 'y' } }), aClaim(), NOW)
    // The newest result and job stay, so that no number comes back.
    const last = { cluster: 'default', namespace: 'other', service: 'last' }
    await ran(store(), { atMs: NOW + 1900 * DAY, job: { target: last }, paths: [pathOf('L')] })
    await retainAll(NOW + 1900 * DAY)
    expect(await findServices(store(), 'default', 'toad-svc', null)).toEqual([])
    const tables = ['results', 'services', 'paths', 'job_labels', 'incidents', 'incident_failures', 'idempotency_keys']
    expect(await Promise.all(tables.map(count))).toEqual([1, 1, 1, 0, 0, 0, 0])
    expect(await count('rollups')).toBe(2 * STEPS.length)
    expect(await count('series')).toBe(2)
    // That which never ran, and the newest.
    expect(await count('jobs')).toBe(2)
  })

  it('forgets the addresses of pods that are gone, and keeps what they did together', async () => {
    const pods = (names: readonly string[]) => names.map((name) => pathOf(name, { kind: 'Endpoint' }))
    for (let day = 0; day < 5; day++) {
      await ran(store(), { atMs: NOW + day * DAY, paths: [A, ...pods([`${day}E1`, `${day}E2`])] })
    }
    await ran(store(), { atMs: NOW + 120 * DAY, paths: [A, ...pods(['N1'])] })
    await retainAll(NOW + 120 * DAY)
    const window = await readServiceWindow(store(), await toad(store()), { fromMs: NOW, toMs: null }, NOW)
    expect(window?.paths.map(({ path, counts }) => [path.kind, counts.pass])).toEqual([
      ...[
        ['ClusterIP', 6],
        ['Endpoint', 11],
      ],
    ])
    expect(await count('paths')).toBe(3)
    expect(await count('series')).toBe(4)
  })

  it('goes on where it was, in steps of the size that it is given, and then has nothing to do', async () => {
    for (let i = 0; i < 30; i++) {
      await ran(store(), { atMs: NOW + i })
    }
    await ran(store(), { atMs: NOW + 31 * DAY })
    const steps = await retainAll(NOW + 31 * DAY, 4)
    expect(steps).toBeGreaterThan(15)
    expect(await count('results')).toBe(1)
    expect(await retainAll(NOW + 31 * DAY, 4)).toBe(0)
    const page = await listHistory(store(), await toad(store()), {}, { limit: 9, before: null })
    expect(page.map(({ result }) => result.startedAtMs)).toEqual([NOW + 31 * DAY])
  })
}
