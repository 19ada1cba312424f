import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { SKETCH_ERROR } from '../../src/store/latency-sketch.ts'
import { retain } from '../../src/store/retention.ts'
import { rebuildHour } from '../../src/store/rollups.ts'
import {
  countStandings,
  placeOf,
  readLately,
  type ServiceFilter,
  type ServicePage,
} from '../../src/store/service-list.ts'
import { listServices } from '../../src/store/services.ts'
import { dayOf } from '../../src/store/texts.ts'
import { DAY, HOUR, KEEP, pathOf, ran, type Try } from '../support/history.ts'
import { allPages } from '../support/pages.ts'
import { NOW, REFUSED } from '../support/stored.ts'
import { opened } from './opened.ts'
import type { OpenStore } from './store.ts'

const EVER = { fromMs: 0, toMs: null }
const OURS = {
  outcome: 'error',
  failure: { code: 'internal', phase: 'connect', source: 'internal', message: '' },
} as const

export function serviceListContract(open: OpenStore): void {
  const store = opened(open)

  const target = (name: string) => {
    const [namespace = '', service = '', cluster = 'default'] = name.split('/')
    return { cluster, namespace, service }
  }
  const looked = (name: string, atMs: number, over: Omit<Try, 'pathId'> = {}) => {
    const path = pathOf(name.replaceAll('/', ''))
    return ran(store(), { atMs, job: { target: target(name) }, paths: [path], tries: [{ ...over, pathId: path.id }] })
  }
  const list = async (filter: ServiceFilter, sort: ServicePage['sort'] = 'problems', limit = 2) => {
    const found = await allPages(
      (after: ServicePage['after']) => listServices(store(), filter, EVER, { limit, sort, after }),
      (last) => ({ ...last.target, place: placeOf(last) }),
    )
    return found.map(({ target: { namespace, service, cluster } }) =>
      [namespace, service, ...(cluster === 'default' ? [] : [cluster])].join('/'),
    )
  }

  const someServices = async () => {
    await looked('shop/fine', NOW)
    await looked('shop/fine-later', NOW + 5)
    await looked('shop/broken-long', NOW, REFUSED)
    await looked('pond/broken-new', NOW + 7, REFUSED)
    await looked('pond/untold', NOW + 1, OURS)
    await looked('pond/untold', NOW + 1, OURS)
    await looked('pond/broken-new/west', NOW + 7, REFUSED)
    await looked('shop/was-broken', NOW, REFUSED)
    await looked('shop/was-broken', NOW + 6)
  }
  const PROBLEMS_FIRST = [
    ...['pond/broken-new', 'pond/broken-new/west', 'shop/broken-long'],
    ...['pond/untold', 'shop/was-broken', 'shop/fine-later', 'shop/fine'],
  ]

  it('lists problems first: what fails, what is unknown, what passes; of each what changed last', async () => {
    await someServices()
    for (const limit of [1, 2, 3, 50]) {
      expect(await list({}, 'problems', limit)).toEqual(PROBLEMS_FIRST)
      expect(await list({}, 'name', limit)).toEqual(PROBLEMS_FIRST.toSorted())
    }
  })

  it('filters by state, place and part of the name, and counts all that match but for the state', async () => {
    await someServices()
    expect(await countStandings(store(), {})).toEqual({ fail: 3, unknown: 1, pass: 3 })
    for (const [standing, from, to] of [
      ['fail', 0, 3],
      ['unknown', 3, 4],
      ['pass', 4, 7],
    ] as const) {
      expect(await list({ standing })).toEqual(PROBLEMS_FIRST.slice(from, to))
      expect(await list({ standing }, 'name')).toEqual(PROBLEMS_FIRST.slice(from, to).toSorted())
    }
    expect(await list({ cluster: 'west' })).toEqual(['pond/broken-new/west'])
    expect(await list({ namespace: 'shop', standing: 'fail' })).toEqual(['shop/broken-long'])
    expect(await countStandings(store(), { namespace: 'shop', standing: 'fail' })).toEqual({
      fail: 1,
      unknown: 0,
      pass: 3,
    })
    expect(await list({ q: 'P/FINE' })).toEqual(['shop/fine-later', 'shop/fine'])
    for (const q of ['%', '_', 'shop_fine', "'", 'west']) {
      expect(await list({ q })).toEqual([])
    }
    expect(await countStandings(store(), { q: 'none' })).toEqual({ fail: 0, unknown: 0, pass: 0 })
  })

  it('repeats and leaves out none of those that stay as they are while others change between two pages', async () => {
    await someServices()
    const first = await listServices(store(), {}, EVER, { limit: 4, sort: 'problems', after: null })
    await looked('shop/broken-long', NOW + 100)
    await looked('shop/fine', NOW + 100, REFUSED)
    const last = first.at(-1)
    const rest = await listServices(store(), {}, EVER, {
      ...{ limit: 50, sort: 'problems' },
      after: last ? { ...last.target, place: placeOf(last) } : null,
    })
    const names = [...first, ...rest].map(({ target: { service } }) => service)
    for (const name of ['untold', 'was-broken', 'fine-later']) {
      expect(names.filter((each) => each === name)).toEqual([name])
    }
  })

  const lately = async (name: string, count: number, nowMs = NOW) => {
    const [one] = await readLately(store(), [target(name)], { count, nowMs })
    return one
  }

  it('keeps a row for each day, which is what was recorded on it', async () => {
    const midnight = dayOf(NOW) * DAY
    const [A, B] = [pathOf('A'), pathOf('B')]
    const job = { target: target('shop/toad') }
    const tries = [
      { pathId: A.id, startedAtMs: midnight - 5, ...REFUSED },
      { pathId: B.id, startedAtMs: midnight + 5 },
    ]
    await ran(store(), { atMs: midnight - 10, job, paths: [A, B], tries })
    await ran(store(), {
      atMs: midnight + 20,
      job,
      paths: [A, B],
      tries: [{ pathId: A.id, ...OURS }, { pathId: B.id }],
    })
    await ran(store(), { atMs: midnight - 3 * DAY, job, paths: [A, B] })
    const day = dayOf(NOW)
    const expected = [
      { day: day - 3, pass: 2, fail: 0, error: 0, failedJobs: 0 },
      { day: day - 1, pass: 0, fail: 1, error: 0, failedJobs: 1 },
      { day, pass: 2, fail: 0, error: 1, failedJobs: 0 },
    ]
    expect((await lately('shop/toad', 4))?.days).toEqual(expected)
    expect((await lately('shop/toad', 3))?.days).toEqual(expected.slice(1))
    expect(await lately('shop/none', 3)).toEqual({ days: [], p95Ms: null })
    await store().atomic([
      sql`update service_days set pass = 7, fail = 7, failed_jobs = 7`,
      sql`delete from service_days where day = ${day}`,
    ])
    for (const hour of [midnight - 3 * DAY, midnight - HOUR, midnight]) {
      expect(await rebuildHour(store(), hour)).toBe(true)
    }
    expect((await lately('shop/toad', 4))?.days).toEqual(expected)
  })

  it('tells the latency of today and yesterday alone', async () => {
    const times = [1, 2, 3, 4, 100]
    for (const [i, totalMs] of times.entries()) {
      const timings = { dnsMs: null, connectMs: 1, tlsMs: null, firstByteMs: 1, downloadMs: 0, totalMs }
      await looked('shop/toad', NOW - (i === 4 ? 2 * DAY : i), { timings })
    }
    const p95Ms = (await lately('shop/toad', 1))?.p95Ms ?? 0
    expect(Math.abs(p95Ms - 4) / 4).toBeLessThanOrEqual(SKETCH_ERROR + 1e-3)
    expect((await lately('shop/toad', 1, NOW + 2 * DAY))?.p95Ms).toBeNull()
  })

  it('keeps days as long as rollups of days, and nothing of a Service that is forgotten', async () => {
    await looked('shop/toad', NOW - 1900 * DAY)
    await looked('shop/toad', NOW)
    await looked('shop/frog', NOW - 1900 * DAY)
    for (let done = false; !done; ) {
      done = (await retain(store(), KEEP, NOW)).done
    }
    expect(await list({})).toEqual(['shop/toad'])
    const rows = await store().db.all(sql`select day from service_days`)
    expect(rows).toEqual([{ day: dayOf(NOW) }])
  })
}
