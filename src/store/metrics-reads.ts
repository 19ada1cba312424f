/**
 * Reads the last findings for metrics: the tries that decided each series' newest job. Nothing is read of the history
 * before that job.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import type { FailureCode, FailureSource, Phase } from '../check/codes.ts'
import type { TryFigures } from '../check/result.ts'
import { OUTCOMES } from '../check/result.ts'
import type { HistoryPath } from '../history/types.ts'
import type { Plan } from '../plan/path.ts'
import type { Row, Store } from './db.ts'
import { ACTIVE } from './job-rows.ts'
import { historyPathFrom } from './kept-plan.ts'
import { named } from './sql.ts'
import { andWithin, ofJob, ofService, shownTo } from './visible.ts'

/** A path × check × vantage, all Endpoint paths of a port and family being one, with the tries that decided it. */
export type Latest = {
  target: Plan['target']
  path: HistoryPath
  check: string
  /** The name of the vantage. */
  vantage: string
  tries: readonly TryFigures[]
}

/** A job ends at most so long after its first result. */
const LONGEST_JOB_MS = 900_000

/**
 * @param limit of series, the newest first.
 * @returns `leftOut`: how many more there are.
 */
export async function latestTries(
  store: Store,
  sinceMs: number,
  limit: number,
): Promise<{ latest: Latest[]; leftOut: number }> {
  const rows = await store.db.all<Row>(sql`
    with recent as materialized (
      select s.no, coalesce(s.group_no, s.no) key_no, sv.cluster, sv.namespace, sv.name, s.check_name, s.vantage,
        coalesce(g.path_id, s.path_id) path_id, r.job_no, count(*) over () n
      from services sv join series s on s.service_no = sv.no join results r on r.seq = s.last_seq and r.series_no = s.no
        join paths own on own.id = s.path_id and own.retired_at_ms is null
        left join series g on g.no = s.group_no
      where sv.last_ended_at_ms >= ${sinceMs - LONGEST_JOB_MS} and s.last_at_ms >= ${sinceMs}
        and s.last_outcome <> ${OUTCOMES.indexOf('skipped')}${andWithin(store, ofService(sql`sv`))}
      order by s.last_at_ms desc limit ${limit}
    )
    select recent.*, r.outcome, r.dns_us, r.connect_us, r.tls_us, r.first_byte_us, r.download_us, r.total_us,
      case r.resolved_address when '=' then r.address else r.resolved_address end resolved_address,
      r.failure_code, r.evidence
    from (select distinct job_no from recent) j
      join results r on r.job_no = j.job_no and r.counted = 1
      join recent on recent.no = r.series_no and recent.job_no = r.job_no`)
  const paths = await plannedPaths(store, rows)
  const evidence = await readEvidence(store, rows)
  const latest = [...Map.groupBy(rows, (row) => row.key_no).values()].flatMap((found) =>
    toLatest(found, paths, evidence),
  )
  return { latest, leftOut: Math.max(0, Number(rows[0]?.n ?? 0) - limit) }
}

/** Documents of the paths that are still planned, by id. */
async function plannedPaths(store: Store, rows: readonly Row[]): Promise<Map<string, HistoryPath>> {
  const ids = JSON.stringify([...new Set(rows.map((row) => row.path_id))])
  const found = await store.db.all<{ id: string; document: string }>(
    sql`select id, document from paths where id in (select value from json_each(${ids})) and retired_at_ms is null`,
  )
  return new Map(found.map(({ id, document }) => [id, historyPathFrom(shownTo(store, document))]))
}

/** Reads the parts of shared evidence that metrics need, by number: most tries share theirs with many others. */
async function readEvidence({ db }: Store, rows: readonly Row[]): Promise<Map<Row[string], Row>> {
  const numbers = JSON.stringify([...new Set(rows.map((row) => row.evidence ?? 0))])
  const found = await db.all<Row>(
    sql`select no, text ->> '$.http.status' status, text ->> '$.http.version' version, text -> '$.tls' tls,
          text ->> '$.tls.notAfter' not_after, text ->> '$.tls.protocol' protocol,
          text ->> '$.failure.phase' phase, text ->> '$.failure.source' source
        from texts where no in (select value from json_each(${numbers}))`,
  )
  return new Map(found.map((row) => [row.no ?? null, row]))
}

/** Each of the pods that share a series counts as it was last looked at: one that a job left out is not gone. */
function toLatest(
  rows: readonly Row[],
  paths: ReadonlyMap<string, HistoryPath>,
  evidence: ReadonlyMap<Row[string], Row>,
): Latest[] {
  const [first] = rows
  const path = paths.get(String(first?.path_id))
  if (first === undefined || path === undefined) {
    return []
  }
  const isHttp = /^https?:/.test(path.url ?? '')
  return [
    {
      target: { cluster: String(first.cluster), namespace: String(first.namespace), service: String(first.name) },
      path,
      check: String(first.check_name),
      vantage: String(first.vantage),
      tries: rows.map((row) => toFigures(row, evidence.get(row.evidence ?? null) ?? {}, isHttp)),
    },
  ]
}

const ms = (us: Row[string] | undefined): number | null => (typeof us === 'number' ? us / 1000 : null)
const text = (value: Row[string] | undefined): string | null => (typeof value === 'string' ? value : null)

function toFigures(row: Row, seen: Row, isHttp: boolean): TryFigures {
  const status = seen.status ?? null
  return {
    outcome: named(OUTCOMES, Number(row.outcome)),
    timings: {
      dnsMs: ms(row.dns_us),
      connectMs: ms(row.connect_us),
      tlsMs: ms(row.tls_us),
      firstByteMs: ms(row.first_byte_us),
      downloadMs: ms(row.download_us),
      totalMs: ms(row.total_us),
    },
    isHttp: isHttp || status !== null,
    http: status === null ? null : { status: Number(status), version: String(seen.version) },
    tls: (seen.tls ?? null) === null ? null : { notAfter: text(seen.not_after), protocol: text(seen.protocol) },
    resolvedAddress: text(row.resolved_address),
    failure:
      row.failure_code === null
        ? null
        : {
            code: String(row.failure_code) as FailureCode,
            phase: String(seen.phase) as Phase,
            source: String(seen.source) as FailureSource,
          },
  }
}

/** Counts schedules by how they do: the last run of one that is `failing` could not be started. */
export async function countSchedules(store: Store): Promise<{ active: number; failing: number; paused: number }> {
  const rows = await store.db.all<Row>(
    sql`select case when not enabled then 'paused' when failing_since_ms is null then 'active' else 'failing' end state,
      count(*) n from schedules where true${andWithin(store)} group by 1`,
  )
  const of = (state: string) => Number(rows.find((row) => row.state === state)?.n ?? 0)
  return { active: of('active'), failing: of('failing'), paused: of('paused') }
}

export async function countActiveJobs(store: Store): Promise<{ queued: number; running: number }> {
  const rows = await store.db.all<Row>(
    sql`select status, count(*) n from jobs where ${ACTIVE}${andWithin(store, ofJob())} group by status`,
  )
  const of = (status: string) => Number(rows.find((row) => row.status === status)?.n ?? 0)
  return { queued: of('queued'), running: of('running') }
}
