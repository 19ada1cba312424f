import { describe, expect, it } from 'vitest'
import { newId } from '../../src/lib/id.ts'
import type { Rejection } from '../../src/record/discovery.ts'
import {
  changeManaged,
  keepRejected,
  listManaged,
  listRejected,
  type Managed,
  makeManaged,
  readDiscovered,
  removeAllManaged,
  removeManaged,
  type WantedSchedule,
} from '../../src/store/managed-schedules.ts'
import { getSchedule, getScheduledWork, listSchedules } from '../../src/store/schedules.ts'
import { aRequest } from '../support/request.ts'
import { NOW } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

function wanted(service: string, over: Partial<WantedSchedule> = {}): WantedSchedule {
  const target = { cluster: 'default', namespace: 'pond', service }
  return {
    ...{ id: newId('schedule', NOW), namespace: 'pond', service, name: `pond/${service}`, owner: 'discovery' },
    ...{ cron: '@every 5m', anchorAtMs: NOW, next: { atMs: NOW + 7000, dueAtMs: NOW + 7000 }, wish: 'first' },
    work: {
      request: aRequest({ target, madeBy: 'discovery' }),
      objects: { source: 'cluster' },
      batch: null,
      hidden: {},
    },
    ...over,
  }
}

const rejection = (annotation: string): Rejection => ({
  object: 'Service/pond/toad',
  annotation,
  field: null,
  detail: 'no',
})
const PAGE = { limit: 100, before: null }

export function managedContract(open: OpenStore): void {
  const store = opened(open)
  const make = (list: readonly WantedSchedule[], limit = 1000) =>
    makeManaged(store(), 'default', list, { nowMs: NOW, limit })
  const managed = async (): Promise<Managed[]> =>
    (await listManaged(store(), 'default')).toSorted((a, b) => (a.service < b.service ? -1 : 1))
  const one = async (): Promise<Managed> => {
    const [first] = await managed()
    if (first === undefined) {
      throw new Error('there is none')
    }
    return first
  }

  it('makes schedules that are as others are', async () => {
    const toad = wanted('toad')
    expect(await make([toad, wanted('frog')])).toEqual([
      { namespace: 'pond', service: 'toad' },
      { namespace: 'pond', service: 'frog' },
    ])
    expect(await getSchedule(store(), toad.id)).toEqual({
      ...{ id: toad.id, name: 'pond/toad', owner: 'discovery', cron: '@every 5m', timeZone: 'UTC', jitterMs: 0 },
      ...{ overlap: 'skip', enabled: true, anchorAtMs: NOW, version: 1, createdAtMs: NOW, updatedAtMs: NOW },
      ...{ target: toad.work.request.target, isBatch: false, sealed: null, next: toad.next, last: null },
      ...{ failures: 0, failingSinceMs: null, managedBy: 'discovery', leftOut: null, missed: null },
    })
    expect(await getScheduledWork(store(), toad.id)).toEqual(toad.work)
    expect((await listSchedules(store(), PAGE, { managedBy: 'discovery' })).map(({ id }) => id)).toContain(toad.id)
    expect(await listSchedules(store(), PAGE, { managedBy: 'none' })).toEqual([])
  })

  it('makes one for each Service, however many processes want it', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => make([wanted('toad'), wanted('frog')])))
    expect(
      made
        .flat()
        .map(({ service }) => service)
        .toSorted(),
    ).toEqual(['frog', 'toad'])
    expect((await managed()).map(({ service, wish }) => `${service} ${wish}`)).toEqual(['frog first', 'toad first'])
    for (const { id, service } of await managed()) {
      expect((await getScheduledWork(store(), id))?.request.target.service).toBe(service)
    }
  })

  it('makes no more than the limit of schedules leaves room for', async () => {
    expect(await make([wanted('a'), wanted('b'), wanted('c')], 2)).toHaveLength(2)
    expect(await make([wanted('c')], 2)).toEqual([])
    expect((await managed()).map(({ service }) => service)).toEqual(['a', 'b'])
    await removeManaged(store(), [(await one()).id])
    expect(await make([wanted('c')], 2)).toEqual([{ namespace: 'pond', service: 'c' }])
  })

  describe('a change', () => {
    const asked = { ...aRequest(), samples: 3 }
    const second = (over: Partial<WantedSchedule> = {}) =>
      wanted('toad', { wish: 'second', work: { ...wanted('toad').work, request: asked }, ...over })

    it('keeps the run to come where it occurs as before, and has another where it does not', async () => {
      await make([wanted('toad')])
      const later = { atMs: NOW + 99_000, dueAtMs: NOW + 99_000 }
      const before = await one()
      await changeManaged(store(), [{ before, wanted: second({ anchorAtMs: NOW + 5, next: later }) }], NOW + 1)
      expect(await getSchedule(store(), before.id)).toMatchObject({
        ...{ version: 2, anchorAtMs: NOW, next: { atMs: NOW + 7000 }, updatedAtMs: NOW + 1, createdAtMs: NOW },
      })
      const { request } = (await getScheduledWork(store(), before.id)) ?? {}
      expect(request?.samples).toBe(3)
      const third = second({ wish: 'third', cron: '@every 60s', anchorAtMs: NOW + 5, next: later })
      await changeManaged(store(), [{ before: await one(), wanted: third }], NOW + 2)
      expect(await getSchedule(store(), before.id)).toMatchObject({
        ...{ version: 3, cron: '@every 60s', anchorAtMs: NOW + 5, next: later },
      })
    })

    it('is made once, by whichever process comes first', async () => {
      await make([wanted('toad')])
      const before = await one()
      const changed = await Promise.all(
        Array.from({ length: 5 }, () => changeManaged(store(), [{ before, wanted: second() }], NOW + 1)),
      )
      expect(changed.flat()).toEqual([{ namespace: 'pond', service: 'toad' }])
      expect((await getSchedule(store(), before.id))?.version).toBe(2)
      expect((await getScheduledWork(store(), before.id))?.request.samples).toBe(3)
    })
  })

  it('removes schedules with what they ask for, and nothing that it did not make', async () => {
    await make([wanted('toad'), wanted('frog')])
    const [frog, toad] = await managed()
    expect(await removeManaged(store(), [frog?.id ?? '', 'sch_none'])).toEqual([{ namespace: 'pond', service: 'frog' }])
    expect(await managed()).toEqual([toad])
    expect(await removeAllManaged(store())).toBe(1)
    expect(await removeAllManaged(store())).toBe(0)
    expect(await listSchedules(store(), PAGE)).toEqual([])
  })

  it('keeps what is refused, and says which process has changed it', async () => {
    const toad = { namespace: 'pond', service: 'toad', rejected: [rejection('portolan.dev/every')] }
    const pond = { namespace: 'pond', service: '', rejected: [rejection('portolan.dev/job')] }
    expect(await keepRejected(store(), 'default', [toad, pond])).toHaveLength(2)
    expect(await keepRejected(store(), 'default', [toad])).toEqual([])
    expect((await listRejected(store(), 'default')).toSorted((a, b) => (a.service < b.service ? -1 : 1))).toEqual([
      pond,
      toad,
    ])
    expect(await readDiscovered(store(), null, 'pond', 'toad')).toEqual({
      ...{ schedule: null, rejected: [...toad.rejected, ...pond.rejected] },
    })
    expect(await readDiscovered(store(), null, 'lake', 'toad')).toBeNull()
    expect(await readDiscovered(store(), 'other', 'pond', 'toad')).toBeNull()
    await make([wanted('frog')])
    expect(await readDiscovered(store(), 'default', 'pond', 'frog')).toEqual({
      ...{ schedule: (await one()).id, rejected: pond.rejected },
    })
    expect(await keepRejected(store(), 'default', [{ ...toad, rejected: [] }])).toEqual([])
    expect(await listRejected(store(), 'default')).toEqual([pond])
  })
}
