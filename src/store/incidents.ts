/**
 * Incidents: from leaving pass to coming back.
 *
 * @module
 */
import { and, desc, eq, sql } from 'drizzle-orm'
import type { FailureCode } from '../check/codes.ts'
import type { Cause, Incident } from '../history/types.ts'
import { type Store, write } from './db.ts'
import { holdsFailure, isLeftBehind } from './failing.ts'
import { incidentFailures, incidents, series } from './history-schema.ts'
import { ended } from './record-history.ts'
import type { KnownService } from './services.ts'
import { pastPosition } from './sql.ts'
import { onlyServer, sees } from './visible.ts'
import type { Window } from './window.ts'

export type IncidentPage = { limit: number; before: { startedAtMs: number; id: string } | null }

/** Those that were open at some time of the window, newest first. */
export async function listIncidents(
  store: Store,
  known: KnownService,
  window: Window,
  page: IncidentPage,
): Promise<Incident[]> {
  if (!sees(store, known)) {
    return []
  }
  const { before } = page
  const rows = await store.db
    .select({
      row: incidents,
      pathId: series.pathId,
      check: series.check,
      vantage: series.vantage,
      wholeNo: series.wholeNo,
    })
    .from(incidents)
    .innerJoin(series, eq(series.no, incidents.seriesNo))
    .where(
      and(
        eq(incidents.serviceNo, known.no),
        sql`(${incidents.endedAtMs} is null or ${incidents.endedAtMs} > ${window.fromMs})`,
        window.toMs === null ? undefined : sql`${incidents.startedAtMs} < ${window.toMs}`,
        pastPosition([incidents.startedAtMs, incidents.id], '<', before ? [before.startedAtMs, before.id] : undefined),
      ),
    )
    .orderBy(desc(incidents.startedAtMs), desc(incidents.id))
    .limit(page.limit)
  const failures = await readFailures(
    store,
    rows.map(({ row }) => row.no),
  )
  return rows.map(({ row, pathId, check, vantage, wholeNo }) => ({
    id: row.id,
    // That of the Service as a whole belongs to no other.
    pathId: wholeNo === null ? null : pathId,
    check,
    vantage,
    startedAtMs: row.startedAtMs,
    endedAtMs: row.endedAtMs,
    failingMs: row.endedAtMs === null ? null : row.failingMs,
    failures: failures.get(row.no) ?? {},
    cause: row.cause === null ? null : (JSON.parse(row.cause) as Cause),
  }))
}

/**
 * Ends incidents of checks and vantages that are looked at no more, while others of their path are, at the time when
 * they were looked at last. That of a vantage's Service as a whole goes on while one of its paths fails.
 *
 * @returns how many; at most `limit`.
 */
export async function endUnwatched(store: Store, limit: number): Promise<number> {
  onlyServer(store)
  const rows = await write(
    store,
    sql`update incidents set ${ended(sql`(select last_at_ms from series where no = incidents.series_no)`)}
      where no in (
        select i.no from incidents i join series s on s.no = i.series_no
        where i.ended_at_ms is null and ${isLeftBehind(sql`s`)} and not ${holdsFailure(sql`s`)}
        limit ${limit}) returning no`,
  )
  return rows.length
}

async function readFailures(store: Store, numbers: readonly number[]) {
  const failures = new Map<number, Partial<Record<FailureCode, number>>>()
  if (numbers.length === 0) {
    return failures
  }
  const rows = await store.db
    .select()
    .from(incidentFailures)
    .where(sql`${incidentFailures.incidentNo} in (select value from json_each(${JSON.stringify(numbers)}))`)
  for (const { incidentNo, code, n } of rows) {
    failures.set(incidentNo, { ...failures.get(incidentNo), [code]: n })
  }
  return failures
}
