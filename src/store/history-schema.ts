/**
 * The tables of history: Services and their paths, the state of each series, rollups, incidents. Written when a job
 * ends, in the statement batch that ends it. Tables that are read by ranges of their key are kept in its order:
 * the migration adds WITHOUT ROWID, which the schema language has no word for.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Verdict } from '../check/verdict.ts'
import type { PathKind } from '../plan/kinds.ts'

/**
 * Orders Services: first those that fail, then the unknown ones, then those that pass; within each, the last to change
 * first. The place is one number, so that a page is one range of one index: this much for each state, less the time of
 * the last change in milliseconds, which never reaches it.
 */
export const PLACES = 100_000_000_000_000

/** Every Service ever probed. */
export const services = sqliteTable(
  'services',
  {
    no: integer().primaryKey(),
    cluster: text().notNull(),
    namespace: text().notNull(),
    name: text().notNull(),
    firstAtMs: integer('first_at_ms').notNull(),
    /** Creation of the job that what follows is of: the newest that has ended. */
    lastAtMs: integer('last_at_ms'),
    lastEndedAtMs: integer('last_ended_at_ms'),
    lastJobId: text('last_job_id'),
    lastVerdict: text('last_verdict').$type<Verdict>(),
    /** JSON of that job's `Summary`. */
    lastSummary: text('last_summary'),
    /** Hashes of `texts`. */
    plan: text(),
    diagnosis: text(),
    /** JSON of a `Cause`: the first finding of that job. */
    cause: text(),
    /** The current state, as `serviceNow` tells: position in OUTCOMES, pass or fail. Kept by service-state.ts. */
    state: integer(),
    sinceMs: integer('since_ms'),
    /** Its place where problems come first: see {@link PLACES}. */
    place: integer().generatedAlwaysAs(
      sql.raw(`(case state when 1 then 0 when 0 then 2 else 1 end) * ${PLACES} - coalesce(since_ms, 0)`),
      { mode: 'virtual' },
    ),
  },
  (t) => [
    uniqueIndex('services_name').on(t.namespace, t.name, t.cluster),
    index('services_problems').on(t.place, t.namespace, t.name, t.cluster).where(sql`last_job_id is not null`),
  ],
)

/** One row for each Service and day on which it was looked at: what a wall of Services is drawn from. */
export const serviceDays = sqliteTable(
  'service_days',
  {
    serviceNo: integer('service_no').notNull(),
    /** Days since 1970, UTC. */
    day: integer().notNull(),
    /** Sums of the rollups of that day over all vantages. */
    pass: integer().notNull(),
    fail: integer().notNull(),
    error: integer().notNull(),
    /** Jobs made on that day whose verdict was `fail`: one may fail though each of its tries passed. */
    failedJobs: integer('failed_jobs').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceNo, t.day] }), index('service_days_day').on(t.day)],
)

/** The last plan under each path's id. */
export const paths = sqliteTable(
  'paths',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    serviceNo: integer('service_no').notNull(),
    kind: text().$type<PathKind>().notNull(),
    /** JSON of a `HistoryPath`. */
    document: text().notNull(),
    /** End of the last job that had it in its plan; null while the newest has. */
    retiredAtMs: integer('retired_at_ms'),
  },
  (t) => [
    uniqueIndex('paths_id').on(t.id),
    index('paths_service').on(t.serviceNo),
    index('paths_retired').on(t.retiredAtMs).where(sql`retired_at_ms is not null`),
  ],
)

/**
 * Path × check × vantage: what history is keyed by, as a number, with its state. Besides those that results refer
 * to there is one for all Endpoint paths of a port and family, and one for the Service as a whole.
 */
export const series = sqliteTable(
  'series',
  {
    no: integer().primaryKey(),
    pathId: text('path_id').notNull(),
    check: text('check_name').notNull(),
    /** The name of the vantage. */
    vantage: text().notNull(),
    /** Days since 1970, UTC, on which something was last recorded for it. Retention goes by it. */
    usedDay: integer('used_day').notNull(),
    /** Null until a job with history has ended. */
    serviceNo: integer('service_no'),
    /** That of all Endpoint paths, under which the rollups and incidents of this one are; null: its own. */
    groupNo: integer('group_no'),
    /** That of the Service as a whole; null for that one itself. */
    wholeNo: integer('whole_no'),
    /** Position in OUTCOMES: pass or fail, whichever was found last. Our own errors leave it as it is. */
    state: integer(),
    sinceMs: integer('since_ms'),
    lastAtMs: integer('last_at_ms'),
    lastOutcome: integer('last_outcome'),
    /** The last row of `results` that counted. */
    lastSeq: integer('last_seq'),
    lastFailureAtMs: integer('last_failure_at_ms'),
    lastFailureCode: text('last_failure_code'),
  },
  (t) => [
    uniqueIndex('series_key').on(t.pathId, t.check, t.vantage),
    index('series_service').on(t.serviceNo).where(sql`service_no is not null`),
    // The Services as wholes, among all that they have.
    index('series_whole').on(t.serviceNo).where(sql`whole_no is null and service_no is not null`),
    index('series_used').on(t.usedDay),
    // Asked for when a Service or a group passes: whether something it holds still fails. 1 is `fail`.
    index('series_failing').on(t.serviceNo).where(sql`state = 1`),
  ],
)

/** Time first: what is written now lies together, and what is old goes in one piece. */
const rollupKey = {
  /** Position in STEPS. */
  step: integer().notNull(),
  /** Hours or days since 1970, UTC. */
  at: integer().notNull(),
  seriesNo: integer('series_no').notNull(),
}

/** Counts of the tries that decide, and times of those that passed. */
export const rollups = sqliteTable(
  'rollups',
  {
    ...rollupKey,
    pass: integer().notNull(),
    fail: integer().notNull(),
    error: integer().notNull(),
    skipped: integer().notNull(),
    dnsN: integer('dns_n').notNull(),
    dnsUs: integer('dns_us').notNull(),
    connectN: integer('connect_n').notNull(),
    connectUs: integer('connect_us').notNull(),
    tlsN: integer('tls_n').notNull(),
    tlsUs: integer('tls_us').notNull(),
    firstByteN: integer('first_byte_n').notNull(),
    firstByteUs: integer('first_byte_us').notNull(),
    downloadN: integer('download_n').notNull(),
    downloadUs: integer('download_us').notNull(),
  },
  (t) => [primaryKey({ columns: [t.step, t.at, t.seriesNo] })],
)

/** The counts of passing tries by how long they took: see latency-sketch.ts. */
export const rollupLatency = sqliteTable(
  'rollup_latency',
  { ...rollupKey, bucket: integer().notNull(), n: integer().notNull() },
  (t) => [primaryKey({ columns: [t.step, t.at, t.seriesNo, t.bucket] })],
)

/** The counts of failing tries by code. */
export const rollupFailures = sqliteTable(
  'rollup_failures',
  { ...rollupKey, code: text().notNull(), n: integer().notNull() },
  (t) => [primaryKey({ columns: [t.step, t.at, t.seriesNo, t.code] })],
)

/** From leaving pass to coming back. */
export const incidents = sqliteTable(
  'incidents',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    serviceNo: integer('service_no').notNull(),
    seriesNo: integer('series_no').notNull(),
    startedAtMs: integer('started_at_ms').notNull(),
    endedAtMs: integer('ended_at_ms'),
    /** The beginning of the last stretch of failing; null: it has never paused, and began at `started_at_ms`. */
    resumedAtMs: integer('resumed_at_ms'),
    /** The time that it failed before it was last resumed, or altogether once it has ended. */
    failingMs: integer('failing_ms').notNull().default(0),
    /** JSON of a `Cause`: what the diagnosis said when it began. */
    cause: text(),
  },
  (t) => [
    uniqueIndex('incidents_id').on(t.id),
    index('incidents_series').on(t.seriesNo, t.startedAtMs),
    index('incidents_service').on(t.serviceNo, t.startedAtMs),
    index('incidents_open').on(t.serviceNo).where(sql`ended_at_ms is null`),
    index('incidents_ended').on(t.endedAtMs).where(sql`ended_at_ms is not null`),
  ],
)

export const incidentFailures = sqliteTable(
  'incident_failures',
  { incidentNo: integer('incident_no').notNull(), code: text().notNull(), n: integer().notNull() },
  (t) => [primaryKey({ columns: [t.incidentNo, t.code] })],
)

/** The progress of retention, by level. */
export const retained = sqliteTable('retained', {
  level: text().primaryKey(),
  /** Older rows are gone, or may be. */
  sinceMs: integer('since_ms').notNull(),
  /** Up to which number of the level's table it has looked. */
  cursor: integer().notNull(),
})
