/**
 * What was found last, for metrics: the tries that decided each series' newest job. Reads what that job recorded, and
 * nothing of the history before it.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import type { FailureCode, FailureSource, Phase } from '../check/codes.ts'
import { OUTCOMES } from '../check/result.ts'
import type { Plan, Vantage } from '../plan/path.ts'
import type { HistoryPath } from '../report/history.ts'
import type { TryFigures } from '../report/probe-metrics.ts'
import type { Row, Store } from './db.ts'
import { ACTIVE } from './job-rows.ts'

/** A path × check × vantage, all Endpoint paths of a port and family being one, with the tries that decided it. */
export type Latest = {
  target: Plan['target']
  path: HistoryPath
  check: string
  vantage: Vantage
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
      select s.no, coalesce(s.group_no, s.no) key_no, s.service_no, s.check_name, s.vantage, r.job_no,
        coalesce(g.path_id, s.path_id) path_id, count(*) over () n
      from services sv join series s on s.service_no = sv.no join results r on r.seq = s.last_seq
        left join series g on g.no = s.group_no
      where sv.last_ended_at_ms >= ${sinceMs - LONGEST_JOB_MS} and s.last_at_ms >= ${sinceMs}
        and s.last_outcome <> ${OUTCOMES.indexOf('skipped')}
      order by s.last_at_ms desc, s.no limit ${limit}
    )
    select recent.key_no, recent.n, recent.job_no, recent.check_name, recent.vantage,
      sv.cluster, sv.namespace, sv.name, p.document,
      r.outcome, r.dns_us, r.connect_us, r.tls_us, r.first_byte_us, r.download_us, r.total_us, r.failure_code,
      case r.resolved_address when '=' then r.address else r.resolved_address end resolved_address,
      e.text ->> '$.http.status' status, e.text ->> '$.http.version' version,
      e.text ->> '$.tls.notAfter' not_after, e.text ->> '$.tls.protocol' protocol, e.text -> '$.tls' tls,
      e.text ->> '$.failure.phase' phase, e.text ->> '$.failure.source' source
    from (select distinct job_no from recent) j
      join results r on r.job_no = j.job_no and r.counted = 1
      join recent on recent.no = r.series_no and recent.job_no = r.job_no
      join services sv on sv.no = recent.service_no
      join paths p on p.id = recent.path_id and p.retired_at_ms is null
      left join texts e on e.no = r.evidence
    order by recent.key_no`)
  const total = Number(rows[0]?.n ?? 0)
  return {
    latest: [...Map.groupBy(rows, (row) => row.key_no).values()].flatMap(toLatest),
    leftOut: Math.max(0, total - limit),
  }
}

/** Of pods that share a series, those of the newest job count: others may be gone. */
function toLatest(rows: readonly Row[]): Latest[] {
  const [first] = rows
  if (first === undefined) return []
  const newest = Math.max(...rows.map((row) => Number(row.job_no)))
  const path = JSON.parse(String(first.document)) as HistoryPath
  const isHttp = /^https?:/.test(path.url ?? '')
  return [
    {
      target: { cluster: String(first.cluster), namespace: String(first.namespace), service: String(first.name) },
      path,
      check: String(first.check_name),
      vantage: String(first.vantage) as Vantage,
      tries: rows.filter((row) => row.job_no === newest).map((row) => toFigures(row, isHttp)),
    },
  ]
}

const ms = (us: Row[string] | undefined): number | null => (typeof us === 'number' ? us / 1000 : null)
const text = (value: Row[string] | undefined): string | null => (typeof value === 'string' ? value : null)

function toFigures(row: Row, isHttp: boolean): TryFigures {
  const outcome = OUTCOMES[Number(row.outcome)]
  if (outcome === undefined) throw new Error(`no outcome has position ${row.outcome}`)
  return {
    outcome,
    timings: {
      dnsMs: ms(row.dns_us),
      connectMs: ms(row.connect_us),
      tlsMs: ms(row.tls_us),
      firstByteMs: ms(row.first_byte_us),
      downloadMs: ms(row.download_us),
      totalMs: ms(row.total_us),
    },
    isHttp: isHttp || row.status !== null,
    http: row.status === null ? null : { status: Number(row.status), version: String(row.version) },
    tls: row.tls === null ? null : { notAfter: text(row.not_after), protocol: text(row.protocol) },
    resolvedAddress: text(row.resolved_address),
    failure:
      row.failure_code === null
        ? null
        : {
            code: String(row.failure_code) as FailureCode,
            phase: String(row.phase) as Phase,
            source: String(row.source) as FailureSource,
          },
  }
}

export async function countActiveJobs(store: Store): Promise<{ queued: number; running: number }> {
  const rows = await store.db.all<Row>(sql`select status, count(*) n from jobs where ${ACTIVE} group by status`)
  const of = (status: string) => Number(rows.find((row) => row.status === status)?.n ?? 0)
  return { queued: of('queued'), running: of('running') }
}
