/**
 * Measures what history costs as it grows: a year of 200 Services × 12 paths, at 1 million and at 10 million results.
 * It asks what the API asks, each question of one size and then of the other, so that both see the same machine. Then,
 * on a copy, it records more on top, rebuilds an hour and takes steps of retention. It prints aims beside the figures.
 * `npm run bench:history`
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { sql } from 'drizzle-orm'
import { judgePath } from '../src/check/outcome.ts'
import { type OpenDatabase, openSqlite } from '../src/runtime/node/sqlite.ts'
import type { Store } from '../src/store/db.ts'
import { finishJob, type JobEnd } from '../src/store/finish.ts'
import { listHistory } from '../src/store/history-results.ts'
import { listIncidents } from '../src/store/incidents.ts'
import { insertJob } from '../src/store/jobs.ts'
import { claimJob } from '../src/store/leases.ts'
import { recordResults } from '../src/store/results.ts'
import { retain } from '../src/store/retention.ts'
import { rebuildHour } from '../src/store/rollups.ts'
import { readPoints } from '../src/store/series.ts'
import { readServiceWindow } from '../src/store/service-window.ts'
import { findServices, type KnownService, listServices, readService } from '../src/store/services.ts'
import { DAY, HOUR, KEEP, type Try } from '../test/support/history.ts'
import { aJob, aResult, NOW } from '../test/support/stored.ts'
import { generator, makeYear, PATHS, pathsOf, SERVICES, targetOf } from './support/year.ts'

const { values: options } = parseArgs({
  options: {
    results: { type: 'string', default: '1000000,10000000' },
    runs: { type: 'string', default: '400' },
    /** Keeps the databases there, and uses those that are. */
    folder: { type: 'string' },
  },
})
const RUNS = Number(options.runs)
const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'portolan-bench-'))
process.on('exit', () => {
  if (options.folder === undefined) {
    rmSync(folder, { recursive: true, force: true })
  }
})

const END = NOW
const random = generator(2)
const any = <T>(list: readonly T[]): T => {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined) {
    throw new Error('the list is empty')
  }
  return one
}

type Ask = () => Promise<unknown>
/** Milliseconds; `rows` where the answer is a list: how many it has, on average. */
type Times = { p50: number; p99: number; rows: number | null }

/** Asks each in turn. */
async function time(asks: readonly Ask[], runs = RUNS): Promise<Times[]> {
  const seen = asks.map((ask) => ({ ask, times: [] as number[], rows: [] as number[] }))
  for (let i = 0; i < runs; i++) {
    for (const { ask, times, rows } of seen) {
      const from = performance.now()
      const answer = await ask()
      times.push(performance.now() - from)
      if (Array.isArray(answer)) {
        rows.push(answer.length)
      }
    }
  }
  return seen.map(({ times, rows }) => {
    times.sort((a, b) => a - b)
    const rank = (q: number) => times[Math.ceil(q * times.length) - 1] ?? Number.NaN
    const mean = rows.length === 0 ? null : rows.reduce((sum, n) => sum + n, 0) / rows.length
    return { p50: rank(0.5), p99: rank(0.99), rows: mean }
  })
}

/** Returns the questions that the API asks; each run of one picks a random Service, path or page. */
function questionsOf(store: Store, all: readonly KnownService[]): Record<string, Ask> {
  const within = (days: number) => ({ fromMs: END - days * DAY + Math.floor(random() * HOUR), toMs: null })
  const aPath = (known: KnownService) => any(pathsOf(Number(known.head.target.service.split('-')[1]))).id
  const page = (limit = 50, days = 300) => ({
    ...{ limit, before: { startedAtMs: END - Math.floor(random() * days * DAY), seq: 1e9 } },
  })
  const points = (stepMs: number, days: number, pathId: (known: KnownService) => string | null) => () => {
    const known = any(all)
    return readPoints(store, known, { pathId: pathId(known), fromMs: END - days * DAY, toMs: END, stepMs })
  }
  return {
    'report of a Service, 30 d': () => readServiceWindow(store, any(all), within(30), END),
    'report of a Service, 24 h': () => readServiceWindow(store, any(all), within(1), END),
    'report of a Service, 365 d': () => readServiceWindow(store, any(all), within(365), END),
    'series of a path, 24 h by 5 min': points(300_000, 1, aPath),
    'series of a Service, 24 h by 5 min': points(300_000, 1, () => null),
    'series of a path, 30 d by hour': points(HOUR, 30, aPath),
    'page of results': () => listHistory(store, any(all), {}, page()),
    'page of results, of a path': () => {
      const known = any(all)
      return listHistory(store, known, { pathId: aPath(known) }, page())
    },
    'page of results, of a kind': () => listHistory(store, any(all), { kind: 'NodePort' }, page()),
    // As many as a Service has at the smaller size, so that both pages are full.
    'page of 20 failures': () => listHistory(store, any(all), { outcome: 'fail' }, page(20, 150)),
    'page of failures of a kind': () => listHistory(store, any(all), { outcome: 'fail', kind: 'NodePort' }, page()),
    'page of incidents': () => listIncidents(store, any(all), within(90), { limit: 50, before: null }),
    'state of a Service': () => readService(store, any(all), within(30)),
    'list of Services, 50 of 200, 30 d': () => listServices(store, {}, within(30), { limit: 50, after: null }),
    'list of all 200 Services, 30 d': () => listServices(store, {}, within(30), { limit: 200, after: null }),
  }
}

/** As many jobs are open at once, as a runner has them: their writes share a flush of the disk. */
const AT_ONCE = 16

type Rate = { perSecond: number; cpuUs: number; lifeCpuUs: number }

/** Jobs of so many tries each: recorded and finished, which is when they are rolled up. */
async function record(store: Store, tries: number, jobs: number): Promise<Rate> {
  const cpu = (since?: NodeJS.CpuUsage) => {
    const { user, system } = process.cpuUsage(since)
    return user + system
  }
  const lifeFrom = process.cpuUsage()
  const claimed = []
  for (let i = 0; i < jobs; i++) {
    claimed.push(await claimOne(store, tries, i))
  }
  const waiting = [...claimed]
  const recordingFrom = process.cpuUsage()
  const from = performance.now()
  const work = async (): Promise<void> => {
    for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) {
      await recordResults(store, job.lease, job.results)
      await finishJob(store, job.lease, job.end)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const n = jobs * tries
  return {
    perSecond: n / ((performance.now() - from) / 1000),
    cpuUs: cpu(recordingFrom) / n,
    lifeCpuUs: cpu(lifeFrom) / n,
  }
}

async function claimOne(store: Store, tries: number, i: number) {
  const atMs = END + i * 10
  const service = i % SERVICES
  const paths = pathsOf(service)
  const job = aJob({ createdAtMs: atMs, target: targetOf(service) })
  await insertJob(store, { ...job, plan: job.plan && { ...job.plan, paths } }, null, atMs)
  const claim = await claimJob(store, { id: job.id }, 'bench', atMs, 60_000)
  if (claim === null) {
    throw new Error('the job is there to be claimed')
  }
  const samples = Math.ceil(tries / PATHS)
  const asked: Try[] = paths.flatMap(({ id }) =>
    Array.from({ length: samples }, (_, k) => ({ pathId: id, sample: k + 1 })),
  )
  const results = asked.slice(0, tries).map((one) => {
    const totalMs = Math.ceil(1000 * Math.exp(random() * 4)) / 1000
    const timings = { dnsMs: null, connectMs: 0.4, tlsMs: null, firstByteMs: totalMs - 0.5, downloadMs: 0.1, totalMs }
    return aResult({ ...one, startedAtMs: atMs, timings, jobId: job.id })
  })
  const byPath = Map.groupBy(results, ({ pathId }) => pathId)
  const judged = paths.map((path) => ({ path, ...judgePath(path, byPath.get(path.id) ?? []) }))
  const summary = { pass: PATHS, fail: 0, error: 0, skipped: 0, leftOut: 0 }
  const diagnosis = { status: 'healthy', findings: [] } as const
  const end: JobEnd = { verdict: 'pass', summary, diagnosis, problem: null, judged, finishedAtMs: atMs }
  return { lease: claim.lease, results, end }
}

const AIMS = { p99Ms: 20, ratio: 1.3, perSecond: 20_000 }
const verdict = (met: boolean): string => (met ? 'met' : 'MISSED')

type Sized = { results: number; file: string; database: OpenDatabase; asks: Record<string, Ask> }

async function openSized(results: number): Promise<Sized> {
  const file = join(folder, `${results}.db`)
  const made = existsSync(file)
  const database = openSqlite(file)
  const { store } = database
  if (!made) {
    const from = performance.now()
    await makeYear(store, file, results, END)
    console.log(`\n${results} results made in ${((performance.now() - from) / 1000).toFixed(0)} s`)
  }
  await store.db.all(sql`pragma wal_checkpoint(truncate)`)
  const perMillion = statSync(file).size / results
  console.log(
    `${results} results: ${perMillion.toFixed(0)} MB per million (rollups, incidents and jobs of 12 tries included), bytes a result:`,
  )
  await printSizes(store, results)
  const all = (await listServices(store, {}, { fromMs: END, toMs: null }, { limit: SERVICES, after: null })).map(
    ({ target }) => findServices(store, target.namespace, target.service, null),
  )
  return { results, file, database, asks: questionsOf(store, (await Promise.all(all)).flat()) }
}

async function printSizes(store: Store, results: number): Promise<void> {
  const rows = await store.db.all<{ name: string; bytes: number }>(
    sql`select name, sum(pgsize) bytes from dbstat group by name having bytes > ${results} order by bytes desc`,
  )
  console.log(rows.map(({ name, bytes }) => `  ${name} ${(bytes / results).toFixed(1)}`).join('\n'))
}

/** Measures the writes on a copy, so that a folder that is kept is left as it was. */
async function measureWrites({ results, file }: Sized): Promise<void> {
  const copy = `${file}.copy`
  const remove = () => ['', '-wal', '-shm'].forEach((end) => void rmSync(copy + end, { force: true }))
  remove()
  copyFileSync(file, copy)
  const database = openSqlite(copy)
  const { store } = database
  console.log(`\nat ${results} results`)
  for (const [tries, jobs] of [
    [100, 300],
    [12, 600],
  ] as const) {
    const { perSecond, cpuUs, lifeCpuUs } = await record(store, tries, jobs)
    const aim = tries === 100 ? ` (aim ${AIMS.perSecond}: ${verdict(perSecond >= AIMS.perSecond)})` : ''
    console.log(
      `recording with rollups, jobs of ${tries}, ${AT_ONCE} at once: ${perSecond.toFixed(0)} results/s${aim}; ` +
        `CPU ${cpuUs.toFixed(0)} µs a result, ${lifeCpuUs.toFixed(0)} with inserting, claiming and judging the job`,
    )
  }
  const [rebuilt] = await time([() => rebuildHour(store, END - 5 * DAY)], 5)
  console.log(`rebuild of an hour: ${timesOf(rebuilt)} ms`)
  const [step] = await time([() => retain(store, KEEP, END)])
  console.log(`a step of retention: ${timesOf(step)} ms (aim p99 ≤ ${AIMS.p99Ms}: ${verdict(within(step))})`)
  database.close()
  remove()
}

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2))
const timesOf = (times: Times | undefined): string => (times ? `${round(times.p50)} / ${round(times.p99)}` : '')
const within = (times: Times | undefined): boolean => (times?.p99 ?? 0) <= AIMS.p99Ms

const sized: Sized[] = []
for (const size of options.results.split(',').map(Number)) {
  sized.push(await openSized(size))
}
console.log(`\nmilliseconds, p50 / p99 of ${RUNS}, at ${sized.map(({ results }) => results).join(' and ')} results`)
console.log(`aims: p99 ≤ ${AIMS.p99Ms} ms at the larger, whose p50 is at most ${AIMS.ratio} × of the smaller`)
for (const name of Object.keys(sized[0]?.asks ?? {})) {
  const times = await time(sized.flatMap(({ asks }) => asks[name] ?? []))
  const [first, last] = [times[0], times.at(-1)]
  const ratio = (last?.p50 ?? 0) / (first?.p50 ?? 1)
  const rows = times.map(({ rows: mean }) => mean?.toFixed(0))
  console.log(
    `${name.padEnd(36)}${times.map((one) => timesOf(one).padStart(16)).join('')}  × ${ratio.toFixed(2)}` +
      `  ${verdict(within(last))}, ${verdict(ratio <= AIMS.ratio)}${new Set(rows).size > 1 ? ` (${rows.join(' and ')} rows)` : ''}`,
  )
}
for (const { database } of sized) {
  database.close()
}
for (const one of sized) {
  await measureWrites(one)
}
