/**
 * Incidents: from leaving pass to coming back.
 *
 * @module
 */
import { and, desc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import type { FailureCode } from '../check/codes.ts'
import type { Cause, Incident, TargetIncident } from '../history/types.ts'
import { type Store, write } from './db.ts'
import { holdsFailure, isLeftBehind } from './failing.ts'
import { incidentFailures, incidents, series, services } from './history-schema.ts'
import { ended } from './record-history.ts'
import type { ServiceFilter } from './service-list.ts'
import type { KnownService } from './services.ts'
import { pastPosition } from './sql.ts'
import { onlyServer, sees, shownTo, within } from './visible.ts'
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
    .select(COLUMNS)
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
  return toIncidents(store, rows)
}

export type IncidentFilter = Pick<ServiceFilter, 'cluster' | 'namespace'> & {
  /** `true`: open ones alone; `false`: ended ones alone. */
  open?: boolean
  /** `true`: those of Services as a whole alone; `false`: those of paths alone. */
  whole?: boolean
  /** Those that were open at some time of the span, from inclusive, to exclusive. */
  fromMs?: number
  toMs?: number
}

/** A position in the list of the incidents of all Services, in which open ones stand first. */
export type IncidentPosition = { isOpen: boolean; atMs: number; id: string }

/** Gives the position of an incident: of an open one by when it began, of another by when it ended. */
export const incidentPosition = ({ id, startedAtMs, endedAtMs }: Incident): IncidentPosition =>
  endedAtMs === null ? { isOpen: true, atMs: startedAtMs, id } : { isOpen: false, atMs: endedAtMs, id }

/**
 * Those of all Services: the open ones, the newest first; then the others, the last to end first. Each part is read
 * from an index of its own, so that a page costs the page, however many there have been.
 */
export async function listAllIncidents(
  store: Store,
  filter: IncidentFilter,
  page: { limit: number; after: IncidentPosition | null },
): Promise<TargetIncident[]> {
  const { limit, after } = page
  const found: TargetIncident[] = []
  if (filter.open !== false && after?.isOpen !== false) {
    found.push(...(await readPart(store, filter, true, { limit, after })))
  }
  if (filter.open !== true && found.length < limit) {
    const rest = { limit: limit - found.length, after: after?.isOpen === false ? after : null }
    found.push(...(await readPart(store, filter, false, rest)))
  }
  return found
}

async function readPart(
  store: Store,
  { cluster, namespace, whole, fromMs, toMs }: IncidentFilter,
  isOpen: boolean,
  { limit, after }: { limit: number; after: IncidentPosition | null },
): Promise<TargetIncident[]> {
  const at = isOpen ? incidents.startedAtMs : incidents.endedAtMs
  const { cluster: ofCluster, namespace: ofNamespace, name } = services
  const rows = await store.db
    .select({ ...COLUMNS, target: { cluster: ofCluster, namespace: ofNamespace, service: name } })
    .from(incidents)
    .innerJoin(services, eq(services.no, incidents.serviceNo))
    .innerJoin(series, eq(series.no, incidents.seriesNo))
    .where(
      and(
        isOpen ? isNull(incidents.endedAtMs) : isNotNull(incidents.endedAtMs),
        within(store, services),
        cluster === undefined ? undefined : eq(services.cluster, cluster),
        namespace === undefined ? undefined : eq(services.namespace, namespace),
        isOfWhole(whole),
        isOpen || fromMs === undefined ? undefined : sql`${incidents.endedAtMs} > ${fromMs}`,
        toMs === undefined ? undefined : sql`${incidents.startedAtMs} < ${toMs}`,
        pastPosition([at, incidents.id], '<', after ? [after.atMs, after.id] : undefined),
      ),
    )
    .orderBy(desc(at), desc(incidents.id))
    .limit(limit)
  const told = await toIncidents(store, rows)
  return told.flatMap((incident, position) => {
    const target = rows[position]?.target
    return target === undefined ? [] : [{ ...incident, target }]
  })
}

function isOfWhole(whole: boolean | undefined): SQL | undefined {
  if (whole === undefined) {
    return undefined
  }
  return whole ? isNull(series.wholeNo) : isNotNull(series.wholeNo)
}

const COLUMNS = {
  row: incidents,
  pathId: series.pathId,
  check: series.check,
  vantage: series.vantage,
  wholeNo: series.wholeNo,
}

type IncidentRow = {
  row: typeof incidents.$inferSelect
  pathId: string
  check: string
  vantage: string
  wholeNo: number | null
}

async function toIncidents(store: Store, rows: readonly IncidentRow[]): Promise<Incident[]> {
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
    cause: row.cause === null ? null : (JSON.parse(shownTo(store, row.cause)) as Cause),
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
