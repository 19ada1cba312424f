/**
 * Services that were ever probed, and the state of their paths.
 *
 * @module
 */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { FailureCode } from '../check/codes.ts'
import { OUTCOMES } from '../check/result.ts'
import type { Summary } from '../check/verdict.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import { diagnosisNow, failingUnseen } from '../history/now.ts'
import type { PathHistory, SeriesState, ServiceHead, ServiceHistory } from '../history/types.ts'
import type { Store } from './db.ts'
import { incidents, paths, series, services } from './history-schema.ts'
import { historyPathFrom } from './kept-plan.ts'
import { causesOf, EARLIER_JOBS } from './service-causes.ts'
import { matching, orderOf, type ServiceFilter, type ServicePage } from './service-list.ts'
import { named, pastPosition } from './sql.ts'
import { countServices } from './tally.ts'
import { readTexts } from './texts.ts'
import { sees, shownTo, within } from './visible.ts'
import { partsOf, readKept, type Window } from './window.ts'

/** A Service that history knows. Opaque to callers: what other questions about it are asked with. */
export type KnownService = { readonly no: number; readonly head: StoredHead }

/** The part of a head that the row of a Service tells alone. */
type StoredHead = Omit<ServiceHead, 'counts' | 'openIncidents' | 'cause'>

const FAIL = OUTCOMES.indexOf('fail')

type ServiceRow = typeof services.$inferSelect

/** `counts` are over the whole hours that the window touches. */
export async function listServices(
  store: Store,
  filter: ServiceFilter,
  window: Window,
  page: ServicePage,
): Promise<ServiceHead[]> {
  const { order, position } = orderOf(page)
  const rows = await store.db
    .select()
    .from(services)
    .where(and(matching(within(store, services), filter), pastPosition(order, '>', position)))
    .orderBy(...order)
    .limit(page.limit)
  return withCounts(store, rows, window)
}

/** So many at once, so that no statement is long. */
const ALL_PAGE = 500

/** All of them, however many. */
export async function listAllServices(store: Store, filter: ServiceFilter, window: Window): Promise<ServiceHead[]> {
  const all: ServiceHead[] = []
  let after: ServicePage['after'] = null
  for (;;) {
    const page: ServiceHead[] = await listServices(store, filter, window, { limit: ALL_PAGE, after })
    all.push(...page)
    after = page.at(-1)?.target ?? null
    if (page.length < ALL_PAGE || after === null) {
      return all
    }
  }
}

/** The whole hours, or days, that the counts of a list of Services are over. */
export async function countedSpan(
  store: Store,
  window: Window,
  nowMs: number,
): Promise<{ fromMs: number; toMs: number }> {
  const { fromMs, toMs } = partsOf(window, await wholeHours(store))
  return { fromMs, toMs: toMs ?? nowMs }
}

const wholeHours = async (store: Store) => ({ ...(await readKept(store.db)), rawMs: Number.POSITIVE_INFINITY })

async function withCounts(store: Store, rows: readonly ServiceRow[], window: Window): Promise<ServiceHead[]> {
  const numbers = rows.map(({ no }) => no)
  const { rollups } = partsOf(window, await wholeHours(store))
  const counts = await countServices(store.db, numbers, rollups)
  const open = await openIncidents(store, numbers)
  const causes = await causesOf(store.db, rows, (text) => shownTo(store, text))
  return rows.map((row) => ({
    ...toHead(row),
    cause: causes.get(row.no) ?? null,
    counts: counts.get(row.no) ?? { pass: 0, fail: 0, error: 0, skipped: 0 },
    openIncidents: open.get(row.no) ?? 0,
  }))
}

async function openIncidents(store: Store, numbers: readonly number[]): Promise<Map<number, number>> {
  const rows = await store.db
    .select({ serviceNo: incidents.serviceNo, n: sql<number>`count(*)` })
    .from(incidents)
    .where(sql`ended_at_ms is null and service_no in (select value from json_each(${JSON.stringify(numbers)}))`)
    .groupBy(incidents.serviceNo)
  return new Map(rows.map(({ serviceNo, n }) => [serviceNo, n]))
}

function toHead(row: ServiceRow): StoredHead {
  const { cluster, namespace, name, firstAtMs, lastVerdict, lastJobId, lastAtMs, lastSummary } = row
  if (lastVerdict === null || lastJobId === null || lastAtMs === null) {
    throw new Error(`service ${row.no} has no job`)
  }
  return {
    target: { cluster, namespace, service: name },
    firstAtMs,
    state: stateNamed(row.state),
    sinceMs: row.sinceMs,
    lastVerdict,
    lastJobId,
    lastAtMs,
    lastSummary: lastSummary === null ? null : (JSON.parse(lastSummary) as Summary),
  }
}

/**
 * Looks a Service up.
 *
 * @param cluster `null`: whichever it is in.
 * @returns all there are of that name: several where no cluster was named and there is more than one.
 */
export async function findServices(
  store: Store,
  namespace: string,
  service: string,
  cluster: string | null,
): Promise<KnownService[]> {
  const rows = await store.db
    .select()
    .from(services)
    .where(
      and(
        eq(services.namespace, namespace),
        within(store, services),
        eq(services.name, service),
        cluster === null ? undefined : eq(services.cluster, cluster),
        sql`${services.lastJobId} is not null`,
      ),
    )
    .orderBy(services.cluster)
  return rows.map((row) => ({ no: row.no, head: toHead(row) }))
}

/** Nothing is counted: what a list of Services tells besides is told by others. */
const NO_WINDOW: Window = { fromMs: Number.MAX_SAFE_INTEGER, toMs: null }

/** Those of these that history knows, in no order. Nothing is counted. */
export async function readServices(
  store: Store,
  names: readonly { cluster: string; namespace: string; name: string }[],
): Promise<{ no: number; head: Omit<ServiceHead, 'counts'> }[]> {
  const asked = JSON.stringify(names.map(({ cluster, namespace, name }) => [namespace, name, cluster]))
  const rows = await store.db
    .select()
    .from(services)
    .where(
      and(
        sql`(${services.namespace}, ${services.name}, ${services.cluster}) in
          (select value ->> 0, value ->> 1, value ->> 2 from json_each(${asked}))`,
        within(store, services),
        sql`${services.lastJobId} is not null`,
      ),
    )
  const heads = await withCounts(store, rows, NO_WINDOW)
  return rows.flatMap(({ no }, place) => {
    const head = heads[place]
    return head === undefined ? [] : [{ no, head }]
  })
}

/** A Service with the current state of its paths, retired ones too. */
export async function readService(store: Store, known: KnownService, window: Window): Promise<ServiceHistory | null> {
  if (!sees(store, known)) {
    return null
  }
  const [row] = await store.db.select().from(services).where(eq(services.no, known.no))
  if (row === undefined) {
    return null
  }
  const [head] = await withCounts(store, [row], window)
  if (head === undefined) {
    return null
  }
  const paths = await readPaths(store, known)
  const unseen = failingUnseen(paths, row.lastAtMs ?? 0)
  const earlier = await diagnosesOf(store, known.no, unseen)
  const last = await readDiagnosis(store, row.diagnosis)
  const diagnosis = diagnosisNow(last, earlier, unseen, paths)
  return { ...head, diagnosis, paths }
}

/** The diagnoses of the jobs that last looked at these paths, the newest first. */
async function diagnosesOf(store: Store, serviceNo: number, paths: readonly PathHistory[]): Promise<Diagnosis[]> {
  if (paths.length === 0) {
    return []
  }
  const ids = JSON.stringify(paths.map(({ path }) => path.id))
  const rows = await store.db.all<{ diagnosis: string }>(sql`
    select j.diagnosis from series s join results r on r.seq = s.last_seq join jobs j on j.no = r.job_no
    where s.service_no = ${serviceNo} and s.state = ${FAIL} and j.diagnosis is not null
      and s.path_id in (select value from json_each(${ids}))
    group by j.diagnosis order by max(j.created_at_ms) desc limit ${EARLIER_JOBS}`)
  const texts = await readTexts(
    store.db,
    rows.map(({ diagnosis }) => diagnosis),
  )
  return rows.flatMap(({ diagnosis }) => {
    const text = texts.get(diagnosis)
    return text === undefined ? [] : [JSON.parse(shownTo(store, text)) as Diagnosis]
  })
}

async function readDiagnosis(store: Store, hash: string | null): Promise<Diagnosis | null> {
  const text = hash === null ? undefined : (await readTexts(store.db, [hash])).get(hash)
  return text === undefined ? null : JSON.parse(shownTo(store, text))
}

/** The Service's paths in the order of their planning, with what each check found. */
export async function readPaths(store: Store, known: KnownService): Promise<PathHistory[]> {
  if (!sees(store, known)) {
    return []
  }
  const rows = await store.db.select().from(paths).where(eq(paths.serviceNo, known.no)).orderBy(paths.no)
  const states = await readStates(store, eq(series.serviceNo, known.no))
  return rows.map(({ id, document, retiredAtMs }) => ({
    path: historyPathFrom(shownTo(store, document)),
    retiredAtMs,
    states: states.get(id) ?? [],
  }))
}

/** @param state position in OUTCOMES. */
const stateNamed = (state: number | null): 'pass' | 'fail' | null =>
  state === null ? null : state === OUTCOMES.indexOf('pass') ? 'pass' : 'fail'

async function readStates(store: Store, which: SQL): Promise<Map<string, SeriesState[]>> {
  const rows = await store.db.select().from(series).where(which).orderBy(series.check, series.vantage)
  const states = new Map<string, SeriesState[]>()
  for (const row of rows) {
    if (row.lastAtMs === null || row.lastOutcome === null) {
      continue
    }
    const { check, vantage, state, sinceMs, lastAtMs, lastOutcome, lastFailureAtMs } = row
    const entry: SeriesState = {
      check,
      vantage,
      sinceMs,
      lastAtMs,
      state: stateNamed(state),
      lastOutcome: named(OUTCOMES, lastOutcome),
      lastFailure:
        lastFailureAtMs === null ? null : { atMs: lastFailureAtMs, code: row.lastFailureCode as FailureCode | null },
    }
    states.set(row.pathId, [...(states.get(row.pathId) ?? []), entry])
  }
  return states
}
