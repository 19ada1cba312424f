/**
 * A year of history, the same for the same seed: 200 Services of 12 paths, every Service probed at even intervals,
 * each path out of service for some hours every other week. The first and the last job of each Service go through
 * the store's own functions; what lies between is inserted as they would have done it, and added to the rollups by
 * the store's own statements.
 */
import Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { newId } from '../../src/lib/id.ts'
import { PATH_KINDS } from '../../src/plan/kinds.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import type { Store } from '../../src/store/db.ts'
import { ALL_STEPS } from '../../src/store/rollup-steps.ts'
import { addToRollups } from '../../src/store/rollups.ts'
import { DAY, HOUR, pathOf, ran } from '../../test/support/history.ts'

export const SERVICES = 200
export const PATHS = 12
const YEAR = 365 * DAY
const KINDS = PATH_KINDS.filter((kind) => kind !== 'Endpoint')

export const targetOf = (service: number) => ({
  cluster: 'default',
  namespace: `team-${service % 20}`,
  service: `service-${service}`,
})

export const pathsOf = (service: number): PlannedPath[] =>
  Array.from({ length: PATHS }, (_, i) => pathOf(`${service}P${i}`, { kind: KINDS[i % KINDS.length] ?? 'DNS' }))

/** Numbers from 0 to 1 (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export async function makeYear(store: Store, file: string, results: number, endMs: number): Promise<void> {
  const startMs = endMs - YEAR
  for (let service = 0; service < SERVICES; service++) {
    await ran(store, { atMs: startMs + service, paths: pathsOf(service), job: { target: targetOf(service) } })
  }
  insertTries(file, results - 2 * SERVICES * PATHS, startMs)
  for (let day = Math.floor(startMs / DAY); day <= Math.floor(endMs / DAY); day++) {
    const [from, to] = [Math.max(day * DAY, startMs + HOUR), (day + 1) * DAY]
    const span = {
      results: sql`r.service_no in (select no from services) and r.outcome in (0, 1)
        and r.started_at_ms >= ${from} and r.started_at_ms < ${to}`,
      jobs: sql`false`,
    }
    await store.atomic(addToRollups(span, ALL_STEPS))
  }
  for (let service = 0; service < SERVICES; service++) {
    await ran(store, { atMs: endMs - SERVICES + service, paths: pathsOf(service), job: { target: targetOf(service) } })
  }
}

type SeriesRow = { no: number; evidence: number; body: number; job_no: number; service_no: number }

function insertTries(file: string, results: number, startMs: number): void {
  const client = new Database(file)
  client.pragma('synchronous = OFF')
  const random = generator(1)
  const series = client
    .prepare<[], SeriesRow>(
      `select s.no, s.service_no, r.evidence, r.body, r.job_no from results r join series s on s.no = r.series_no order by s.no`,
    )
    .all()
  const byService = [...Map.groupBy(series, ({ service_no }) => service_no).values()]
  const insertJob = client.prepare<[string, number, number, number, number, number], { no: number }>(
    `insert into jobs (id, version, status, verdict, created_at_ms, started_at_ms, finished_at_ms, cluster, namespace,
       service, vantage, labels, owner, passed, failed, errors, skipped, request, plan, diagnosis, unprobed,
       deadline_ms, history, lease_token)
     select ?, 4, 'finished', 'pass', ?, ?, ?, cluster, namespace, service, vantage, labels, owner, 12, 0, 0, 0, request,
       plan, diagnosis, unprobed, deadline_ms, 1, ? from jobs where no = ? returning no`,
  )
  const insertResult = client.prepare(
    `insert into results (job_no, key, series_no, service_no, address, sample, try, round, purpose, outcome, started_at_ms,
       resolved_address, local_address, connect_us, first_byte_us, download_us, total_us, failure_code, evidence, body,
       own, counted)
     values (?, ?, ?, ?, '10.96.10.20', 1, 1, 1, 0, ?, ?, '=', '10.244.3.100', ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  )
  const jobs = Math.floor(results / PATHS)
  const outages = outagesOf(series, startMs, random)
  insertIncidents(client, outages)
  client.exec('begin')
  for (let job = 0; job < jobs; job++) {
    const atMs = Math.floor(startMs + HOUR + (job / jobs) * (YEAR - 2 * HOUR))
    const members = byService[job % SERVICES] ?? []
    const jobNo = insertJob.get(newId('job', atMs), atMs, atMs, atMs + 50, 1, members[0]?.job_no ?? 0)?.no
    const own = JSON.stringify({ dateS: 0 })
    for (const { no, service_no, evidence, body } of members) {
      const failed = outages.get(no)?.some(({ from, to }) => atMs >= from && atMs < to) ?? false
      const connect = Math.ceil(200 + 300 * random())
      const firstByte = Math.ceil(2000 * Math.exp(0.5 * (random() + random() + random() - 1.5) * 4))
      const text = failed
        ? [null, null, connect, 'connection_refused']
        : [firstByte, 40, connect + firstByte + 40, null]
      insertResult.run(
        ...[jobNo, keyOf(random), no, service_no, failed ? 1 : 0, atMs, failed ? null : connect, ...text],
        ...[failed ? null : evidence, failed ? null : body, failed ? null : own],
      )
    }
    if (job % 5000 === 4999) {
      client.exec('commit; begin')
    }
  }
  client.exec('commit')
  client.close()
}

const keyOf = (random: () => number): string =>
  `${Math.floor(random() * 32 ** 6).toString(32)}${Math.floor(random() * 32 ** 6).toString(32)}xxxxxxxxxxxxxxxx`
    .slice(0, 16)
    .toUpperCase()

type Outages = Map<number, { from: number; to: number }[]>

/** One to six hours every other week. */
function outagesOf(series: readonly SeriesRow[], startMs: number, random: () => number): Outages {
  const weeks = Array.from({ length: 26 }, (_, i) => startMs + HOUR + i * 14 * DAY)
  return new Map(
    series.map(({ no }) => [
      no,
      weeks.map((week) => {
        const from = Math.floor(week + random() * 13 * DAY)
        return { from, to: Math.floor(from + (1 + 5 * random()) * HOUR) }
      }),
    ]),
  )
}

function insertIncidents(client: Database.Database, outages: Outages): void {
  const insert = client.prepare<[string, number, number, number], { no: number }>(
    `insert into incidents (id, service_no, series_no, started_at_ms, ended_at_ms)
     select ?, service_no, no, ?, ? from series where no = ? returning no`,
  )
  const codes = client.prepare(
    `insert into incident_failures (incident_no, code, n) values (?, 'connection_refused', 2)`,
  )
  client.exec('begin')
  for (const [no, times] of outages) {
    for (const { from, to } of times) {
      codes.run(insert.get(`inc_${no}_${from}`, from, to, no)?.no)
    }
  }
  client.exec('commit')
}
