import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSqlite } from '../../src/runtime/node/sqlite.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJobs, readSchedule, readSchedules } from '../support/read.ts'
import { aSchedule, scheduling, toadWork } from '../support/scheduling.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const START = Date.parse('2026-11-23T00:00:00Z')
const HOUR = 3_600_000

let folder = ''
let clock: ManualClock
let pod: Pod
let opened: TestPortolan[] = []
let watched: { count: number; resolve: () => void } | null = null
let underWay = 0
let mostUnderWay = 0

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-ticker-'))
  clock = createManualClock(START)
  pod = await startPod('toad', '127.0.0.1', (_request, response) => {
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    if (watched !== null && pod.requests.length >= watched.count) {
      watched.resolve()
    }
    response.once('finish', () => underWay--)
    setImmediate(() => response.end('ok'))
  })
})
afterEach(async () => {
  await Promise.all(opened.map((portolan) => portolan.close()))
  opened = []
  await pod.close()
  rmSync(folder, { recursive: true, force: true })
})

const file = () => join(folder, 'portolan.db')
/** A Portolan on the one database of this test, with the clock of this test. */
async function start(env: Record<string, string> = {}): Promise<TestPortolan> {
  const portolan = await startTestPortolan({ PORTOLAN_DATABASE: file(), ...env }, { clock })
  opened.push(portolan)
  return portolan
}
const asked = (count: number): Promise<void> =>
  new Promise((resolve) => {
    watched = { count, resolve }
    if (pod.requests.length >= count) {
      resolve()
    }
  })

/** Resolves when no job is under way: whichever process runs it tells. */
async function quiet(): Promise<void> {
  for (const status of ['queued', 'running']) {
    const { items } = await readJobs(opened.at(-1)?.call(`/v1/jobs?status=${status}&limit=200`) ?? Promise.reject())
    for (const { id } of items) {
      const gone = new AbortController()
      const waits = opened.map((portolan) =>
        fetch(`${portolan.url}/v1/jobs/${id}?wait=300`, { signal: gone.signal }).then((response) => response.text()),
      )
      await Promise.race(waits)
      gone.abort()
      await Promise.allSettled(waits)
    }
  }
}

it('two processes on one database run every occurrence once, and after a stop one run is made up', async () => {
  const both = [await start(), await start()]
  const ids: string[] = []
  for (let i = 0; i < 20; i++) {
    const json = {
      ...{ name: `s${i}`, cron: '@every 60s' },
      job: { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } },
    }
    const portolan = both[i % 2]
    if (portolan) {
      ids.push((await readSchedule(portolan.call('/v1/schedules', { json }))).id)
    }
  }
  for (let round = 1; round <= 5; round++) {
    const all = asked(round * 20)
    clock.advance(60_000)
    await all
    await quiet()
  }
  expect(pod.requests).toHaveLength(100)

  await Promise.all(both.map((portolan) => portolan.close()))
  opened = []
  clock.advance(3 * HOUR)
  const all = asked(120)
  const again = await start()
  await all
  await quiet()
  for (const id of ids) {
    const { items } = await readJobs(again.call(`/v1/schedules/${id}/jobs`))
    expect(items.map(({ status, verdict }) => `${status} ${verdict}`)).toEqual(Array(6).fill('finished pass'))
    expect(await readSchedule(again.call(`/v1/schedules/${id}`))).toMatchObject({
      nextRunAt: new Date(START + 3 * HOUR + 6 * 60_000).toISOString(),
      lastRun: { at: new Date(START + 3 * HOUR + 5 * 60_000).toISOString(), outcome: 'started' },
    })
  }
  expect(pod.requests).toHaveLength(120)
}, 60_000)

it('1,000 schedules that are due in the same second all run, within the limits', async () => {
  const database = openSqlite(file())
  const deps = await scheduling(database.store, clock)
  const create = (name: string) => aSchedule(deps, { name, cron: '0 1 * * *' }, toadWork({}, pod.port))
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => create(`s${i * 50 + j}`)))
  }
  database.close()

  const portolan = await start({ PORTOLAN_CONCURRENCY_PER_ADDRESS: '5' })
  mostUnderWay = 0
  const all = asked(1000)
  clock.advance(HOUR)
  await all
  await quiet()
  expect(mostUnderWay).toBeLessThanOrEqual(5)
  expect(pod.requests).toHaveLength(1000)
  let page: string | null = '/v1/schedules?limit=200'
  const verdicts: (string | null | undefined)[] = []
  while (page !== null) {
    const response: Response = await portolan.call(page)
    const { items } = (await response.json()) as { items: { lastJob: { verdict: string } | null }[] }
    verdicts.push(...items.map(({ lastJob }) => lastJob?.verdict))
    page = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null
  }
  expect(verdicts).toEqual(Array(1000).fill('pass'))
}, 120_000)

it('a schedule whose runs cannot be started says so to whoever asks, and why', async () => {
  const key = (byte: number) => ({ PORTOLAN_SECRET_KEY: btoa(String.fromCharCode(byte).repeat(32)) })
  const checks = [{ name: 'home', type: 'http', headers: { 'x-token': 'super-secret' } }]
  const job = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } }
  const first = await start(key(1))
  const make = (json: unknown) => readSchedule(first.call('/v1/schedules', { json }))
  const lost = await make({ name: 'lost', cron: '@every 60s', job: { ...job, checks } })
  await make({ name: 'fine', cron: '@every 60s', job })
  await first.close()
  opened = []

  const second = await start(key(2))
  for (let round = 1; round <= 2; round++) {
    const all = asked(round)
    clock.advance(60_000)
    await all
    await quiet()
  }
  const told = {
    failing: { runs: 2, since: new Date(START + 60_000).toISOString() },
    lastRun: {
      ...{ at: new Date(START + 120_000).toISOString(), outcome: 'failed' },
      problem: expect.objectContaining({ code: 'secrets_unreadable', detail: expect.stringContaining('SECRET_KEY') }),
    },
    lastJob: null,
  }
  expect(await readSchedule(second.call(`/v1/schedules/${lost.id}`))).toMatchObject(told)
  const { items } = await readSchedules(second.call('/v1/schedules'))
  // Made in the same millisecond: their order is that of their ids.
  expect(items.map(({ name, failing }) => [name, failing?.runs ?? 0]).toSorted()).toEqual([
    ['fine', 0],
    ['lost', 2],
  ])
})

it('draining begins no more runs, and a later start takes them up', async () => {
  const first = await start()
  const json = {
    ...{ name: 'smoke', cron: '@every 60s' },
    job: { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } },
  }
  const { id } = await readSchedule(first.call('/v1/schedules', { json }))
  const closed = first.close()
  opened = []
  clock.advance(60_000)
  await closed
  expect(pod.requests).toHaveLength(0)
  const all = asked(1)
  const second = await start()
  await all
  await quiet()
  expect((await readJobs(second.call(`/v1/schedules/${id}/jobs`))).items).toHaveLength(1)
})

it('a clock that shows next year for a while stops no schedule and no job, and deletes nothing', async () => {
  const portolan = await start()
  const job = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } }
  const { id } = await readSchedule(
    portolan.call('/v1/schedules', { json: { name: 'smoke', cron: '@every 60s', job } }),
  )
  /** Another run comes within a minute. */
  const runsAgain = async (): Promise<void> => {
    const all = asked(pod.requests.length + 1)
    clock.advance(60_000)
    await all
    await quiet()
  }
  await runsAgain()
  const first = (await readJobs(portolan.call(`/v1/schedules/${id}/jobs`))).items
  clock.set(START + 365 * 24 * HOUR)
  await runsAgain()
  // What is made then, and what was asked for before, goes on when the clock is right.
  const made = await readSchedule(portolan.call('/v1/schedules', { json: { name: 'later', cron: '@every 60s', job } }))
  clock.set(START + 3 * 60_000)
  clock.advance(10_000)
  for (const schedule of [id, made.id]) {
    let next = ''
    while (!(Date.parse(next) <= clock.now() + 60_000)) {
      next = (await readSchedule(portolan.call(`/v1/schedules/${schedule}`))).nextRunAt ?? ''
    }
  }
  await runsAgain()
  await runsAgain()
  const runs = async (schedule: string) => (await readJobs(portolan.call(`/v1/schedules/${schedule}/jobs`))).items
  const [ours, theirs] = [await runs(id), await runs(made.id)]
  expect(ours.map(({ id: run }) => run)).toContain(first[0]?.id)
  expect(ours.length).toBeGreaterThanOrEqual(4)
  expect(theirs.length).toBeGreaterThanOrEqual(1)
  expect([...ours, ...theirs].map(({ status, verdict }) => `${status} ${verdict}`)).toEqual(
    [...ours, ...theirs].map(() => 'finished pass'),
  )
  expect(pod.requests).toHaveLength(ours.length + theirs.length)
})
