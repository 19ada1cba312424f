import { describe, expect, it } from 'vitest'
import { parseManifests } from '../../src/kube/parse.ts'
import { newId } from '../../src/lib/id.ts'
import type { ScheduledWork } from '../../src/record/schedule.ts'
import type { Store } from '../../src/store/db.ts'
import type { IdempotencyClaim } from '../../src/store/idempotency.ts'
import { listJobs, newestJobs } from '../../src/store/jobs.ts'
import { PART_UNITS } from '../../src/store/json.ts'
import { countSchedules } from '../../src/store/metrics-reads.ts'
import { claimRun, dueSchedules, firstDue, listPlanned, setNextRuns } from '../../src/store/schedule-runs.ts'
import {
  deleteSchedule,
  getSchedule,
  getScheduledRequest,
  getScheduledWork,
  insertSchedule,
  listSchedules,
  type NewSchedule,
  updateSchedule,
} from '../../src/store/schedules.ts'
import { aClaim, aJob, NOW } from '../support/stored.ts'
import { claimed, finish, opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const MANIFEST = '{apiVersion: v1, kind: Service, metadata: {name: toad-svc}, spec: {ports: [{port: 80}]}}'
const NEXT = { atMs: NOW + 60_000, dueAtMs: NOW + 61_000 }
const LATER = { atMs: NOW + 120_000, dueAtMs: NOW + 121_000 }

function aNewSchedule(over: Partial<NewSchedule> = {}): NewSchedule {
  const createdAtMs = over.createdAtMs ?? NOW
  return {
    ...{ id: newId('schedule', createdAtMs), createdAtMs, owner: 'admin', name: 'smoke', cron: '@every 60s' },
    ...{ timeZone: 'UTC', jitterMs: 2000, overlap: 'skip', enabled: true, anchorAtMs: NOW, isBatch: false },
    target: { cluster: 'default', namespace: null, service: 'toad-svc' },
    ...{ sealed: 'sealed.secrets', next: NEXT },
    ...over,
  }
}

function someWork(over: Partial<ScheduledWork> = {}): ScheduledWork {
  const manifests = parseManifests(MANIFEST, { pointer: '' })
  return {
    request: aJob().request,
    objects: { source: 'manifests', manifests },
    batch: null,
    hidden: { home: ['headers'] },
    ...over,
  }
}

async function inserted(store: Store, over: Partial<NewSchedule> = {}): Promise<NewSchedule> {
  const schedule = aNewSchedule(over)
  await insertSchedule(store, schedule, someWork(), null, LIMIT)
  return schedule
}

const LIMIT = 1000
const at = (schedule: NewSchedule) => ({ id: schedule.id, version: 1 })
const jobOf = (schedule: NewSchedule, createdAtMs = NOW) => aJob({ scheduleId: schedule.id, createdAtMs })

export function schedulesContract(open: OpenStore): void {
  const store = opened(open)

  describe('a schedule', () => {
    it('comes back as it went in, its objects apart and whole however large', async () => {
      const schedule = aNewSchedule()
      const { objects } = parseManifests(MANIFEST, { pointer: '' })
      const ignored = [{ object: 'ConfigMap/large', reason: 'é'.repeat(PART_UNITS * 2) }]
      const large = someWork({ objects: { source: 'manifests', manifests: { objects, ignored } } })
      expect(await insertSchedule(store(), schedule, large, null, LIMIT)).toEqual({
        outcome: 'created',
        id: schedule.id,
      })
      expect(await getSchedule(store(), schedule.id)).toEqual({
        ...schedule,
        ...{ version: 1, updatedAtMs: NOW, last: null, failures: 0, failingSinceMs: null, managedBy: null },
        ...{ leftOut: null, missed: null },
      })
      expect(await getScheduledWork(store(), schedule.id)).toEqual(large)
      const { objects: counts, request } = (await getScheduledRequest(store(), schedule.id)) ?? {}
      expect([counts?.services, counts?.pods, 'objects' in (request ?? {})]).toEqual([1, 0, false])
      expect(await getSchedule(store(), 'sch_none')).toBeNull()
    })

    it('is made once by an Idempotency-Key', async () => {
      const made = await Promise.all(
        Array.from({ length: 10 }, () => insertSchedule(store(), aNewSchedule(), someWork(), aClaim(), LIMIT)),
      )
      expect(new Set(made.map((one) => ('id' in one ? one.id : null))).size).toBe(1)
      expect(await listSchedules(store(), { limit: 50, before: null })).toHaveLength(1)
    })

    it('is not made beyond the limit, however many are asked for at once, and a replay is none more', async () => {
      const insert = (claim: IdempotencyClaim | null) => insertSchedule(store(), aNewSchedule(), someWork(), claim, 3)
      const first = await insert(aClaim())
      const made = await Promise.all(Array.from({ length: 5 }, () => insert(null)))
      expect(made.map(({ outcome }) => outcome).toSorted()).toEqual(['created', 'created', 'full', 'full', 'full'])
      expect(await insert(aClaim())).toEqual({ ...first, outcome: 'replayed' })
      const other = aClaim({ key: 'other' })
      expect(await insert(other)).toEqual({ outcome: 'full' })
      const [newest] = await listSchedules(store(), { limit: 50, before: null })
      expect(await deleteSchedule(store(), newest?.id ?? '', null)).toBe(true)
      const again = await insert(other)
      if (again.outcome !== 'created') {
        throw new Error(`there is room, but: ${again.outcome}`)
      }
      expect((await getScheduledWork(store(), again.id))?.request.samples).toBe(1)
    })

    it('is changed by one of many, and its work as a whole', async () => {
      const schedule = await inserted(store())
      const request = { ...someWork().request, samples: 7, target: { cluster: 'east', namespace: 'a', service: null } }
      const change = (name: string) =>
        updateSchedule(store(), schedule.id, 1, {
          settings: { ...schedule, name },
          timing: null,
          updatedAtMs: NOW + 5,
          work: { work: someWork({ request }), sealed: null, isBatch: true },
        })
      const changed = await Promise.all(['a', 'b', 'c'].map(change))
      expect(changed.filter(Boolean)).toHaveLength(1)
      expect(await getSchedule(store(), schedule.id)).toMatchObject({
        ...{ name: ['a', 'b', 'c'][changed.indexOf(true)], version: 2, updatedAtMs: NOW + 5, next: NEXT },
        ...{ isBatch: true, sealed: null, target: { cluster: 'east', namespace: 'a', service: null } },
      })
      expect((await getScheduledWork(store(), schedule.id))?.request.samples).toBe(7)
    })

    it('is gone with all that it was', async () => {
      const schedule = await inserted(store())
      await claimRun(store(), at(schedule), NEXT, { atMs: NEXT.atMs, next: null, claim: 'c', made: null })
      expect(await deleteSchedule(store(), schedule.id, 2)).toBe(false)
      expect(await deleteSchedule(store(), schedule.id, 1)).toBe(true)
      expect(await deleteSchedule(store(), schedule.id, null)).toBe(false)
      expect(await getSchedule(store(), schedule.id)).toBeNull()
      expect(await getScheduledRequest(store(), schedule.id)).toBeNull()
      expect(await getScheduledWork(store(), schedule.id)).toBeNull()
      expect(await listPlanned(store(), 0, 10)).toEqual({ schedules: [], cursor: null })
    })

    it('is listed newest first, page by page', async () => {
      const ids = []
      for (const ms of [1, 2, 3]) {
        ids.unshift((await inserted(store(), { createdAtMs: NOW + ms })).id)
      }
      const first = await listSchedules(store(), { limit: 2, before: null })
      const last = first.at(-1)
      const rest = last ? await listSchedules(store(), { limit: 2, before: last }) : []
      expect([...first, ...rest].map(({ id }) => id)).toEqual(ids)
    })
  })

  describe('what is due', () => {
    it('comes in order, paused schedules left out', async () => {
      const second = await inserted(store(), { next: { atMs: NOW, dueAtMs: NOW + 20 } })
      const first = await inserted(store(), { next: { atMs: NOW, dueAtMs: NOW + 10 } })
      await inserted(store(), { enabled: false, next: null })
      const due = await dueSchedules(store(), NOW + 20, 10)
      expect(due.map(({ schedule, busy }) => [schedule.id, busy])).toEqual([
        [first.id, false],
        [second.id, false],
      ])
      expect(await dueSchedules(store(), NOW + 20, 1)).toHaveLength(1)
      expect(await dueSchedules(store(), NOW + 9, 10)).toEqual([])
      expect(await firstDue(store(), NOW)).toEqual({ atMs: NOW + 10, waiting: false })
      expect(await firstDue(store(), NOW + 10)).toEqual({ atMs: NOW + 20, waiting: true })
      expect(await firstDue(store(), NOW + 20)).toEqual({ atMs: null, waiting: true })
    })

    it('waits, or is busy, for as long as a job of its last run has not ended', async () => {
      const skip = await inserted(store())
      const queue = await inserted(store(), { overlap: 'queue' })
      const jobs = [jobOf(skip), jobOf(queue)]
      for (const [i, schedule] of [skip, queue].entries()) {
        const job = jobs[i] ?? aJob()
        await claimRun(store(), at(schedule), NEXT, {
          atMs: NEXT.atMs,
          next: LATER,
          claim: job.id,
          made: { job, refusal: null },
        })
      }
      const due = async () =>
        (await dueSchedules(store(), LATER.dueAtMs, 10)).map(({ schedule, busy }) => [schedule.id, busy])
      expect(await due()).toEqual([[skip.id, true]])
      for (const { id } of jobs) {
        await finish(store(), await claimed(store(), id))
      }
      expect(await due()).toEqual([
        [skip.id, false],
        [queue.id, false],
      ])
    })
  })

  describe('an occurrence', () => {
    it('is claimed by one of many, with all that its run makes', async () => {
      const schedule = await inserted(store())
      const jobs = Array.from({ length: 10 }, () => jobOf(schedule))
      const claims = await Promise.all(
        jobs.map((job) =>
          claimRun(store(), at(schedule), NEXT, {
            atMs: NEXT.atMs,
            next: LATER,
            claim: job.id,
            made: { job, refusal: null },
          }),
        ),
      )
      const won = jobs.filter((_, i) => claims[i])
      expect(won).toHaveLength(1)
      const made = await listJobs(store(), { scheduleId: schedule.id }, { limit: 50, before: null })
      expect(made.map(({ id }) => id)).toEqual(won.map(({ id }) => id))
      expect(await getSchedule(store(), schedule.id)).toMatchObject({
        ...{ version: 1, next: LATER, failures: 0 },
        last: { atMs: NEXT.atMs, outcome: 'started', problem: null },
      })
      expect((await newestJobs(store(), [schedule.id, 'sch_none'])).get(schedule.id)?.id).toBe(won[0]?.id)
    })

    it('that has been run is not run again, and does not come up again', async () => {
      const schedule = await inserted(store())
      const run = (claim: string, next: typeof NEXT) =>
        claimRun(store(), at(schedule), NEXT, {
          atMs: NEXT.atMs,
          next,
          claim,
          made: { job: jobOf(schedule), refusal: null },
        })
      expect(await run('a', NEXT)).toBe(true)
      expect(await run('b', LATER)).toBe(false)
      expect((await getSchedule(store(), schedule.id))?.next).toEqual(LATER)
      expect(await listJobs(store(), { scheduleId: schedule.id }, { limit: 50, before: null })).toHaveLength(1)
    })

    it('that could not be run is counted until one can', async () => {
      const schedule = await inserted(store())
      const problem = { code: 'secrets_unreadable', title: 't', detail: 'd', status: 500 }
      const run = (atMs: number, made: Parameters<typeof claimRun>[3]['made']) =>
        claimRun(store(), at(schedule), NEXT, { atMs, next: NEXT, claim: `c${atMs}`, made })
      for (const atMs of [1, 2]) {
        await run(atMs, { problem })
      }
      await run(3, null)
      expect(await getSchedule(store(), schedule.id)).toMatchObject({
        ...{ failures: 2, failingSinceMs: 1, last: { atMs: 3, outcome: 'skipped', problem: null } },
        leftOut: { runs: 1, lastAtMs: 3 },
      })
      await run(4, { job: jobOf(schedule), refusal: null })
      expect(await getSchedule(store(), schedule.id)).toMatchObject({ failures: 0, failingSinceMs: null })
    })

    it('are counted by how they do, for metrics', async () => {
      await inserted(store(), { enabled: false, next: null })
      await inserted(store())
      for (const _ of [1, 2]) {
        const failing = await inserted(store())
        const problem = { code: 'secrets_unreadable', title: 't', detail: 'd', status: 500 }
        await claimRun(store(), at(failing), NEXT, {
          atMs: NEXT.atMs,
          next: NEXT,
          claim: failing.id,
          made: { problem },
        })
      }
      expect(await countSchedules(store())).toEqual({ active: 1, failing: 2, paused: 1 })
    })

    it('keeps its key among the newest hundred', async () => {
      const schedule = await inserted(store())
      let attempt = 0
      const run = (atMs: number) =>
        claimRun(store(), at(schedule), NEXT, { atMs, next: NEXT, claim: `${attempt++}`, made: null })
      for (let atMs = 1; atMs <= 101; atMs++) {
        expect(await run(atMs)).toBe(true)
      }
      expect([await run(1), await run(2), await run(101)]).toEqual([true, false, false])
    })

    it('to come can be moved, unless it is another one by now', async () => {
      const schedule = await inserted(store())
      await setNextRuns(store(), [{ schedule: at(schedule), seen: LATER, next: { atMs: 1, dueAtMs: 2 } }])
      expect((await getSchedule(store(), schedule.id))?.next).toEqual(NEXT)
      await setNextRuns(store(), [{ schedule: at(schedule), seen: NEXT, next: { atMs: 1, dueAtMs: 2 } }])
      expect((await getSchedule(store(), schedule.id))?.next).toEqual({ atMs: 1, dueAtMs: 2 })
    })
  })
}
