/**
 * The tables, for both databases. Rules that hold throughout: instants are epoch milliseconds, durations whole
 * microseconds; no BLOB, no value of 1 MB, no foreign key that cascades; large texts live apart from the rows that
 * lists read, and equal ones are kept once.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Verdict } from '../check/verdict.ts'
import type { Position } from '../plan/path.ts'
import type { JobProblem, JobStatus } from '../record/job.ts'
import type { ObjectsUsed } from '../record/objects-used.ts'

export const jobs = sqliteTable(
  'jobs',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    /** Grows by one with every change that a reader of the job could see. */
    version: integer().notNull(),
    status: text().$type<JobStatus>().notNull(),
    verdict: text().$type<Verdict>(),
    problem: text({ mode: 'json' }).$type<JobProblem>(),
    createdAtMs: integer('created_at_ms').notNull(),
    startedAtMs: integer('started_at_ms'),
    finishedAtMs: integer('finished_at_ms'),
    cluster: text().notNull(),
    namespace: text().notNull(),
    /** A comparison's other side is in this namespace. Null: both are in the same, or there is no other side. */
    alsoNamespace: text('also_namespace'),
    service: text().notNull(),
    /** The name of the vantage, and its position. Null: the name says it, as names did before there were others. */
    vantage: text().notNull(),
    position: text().$type<Position>(),
    labels: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    owner: text().notNull(),
    passed: integer().notNull(),
    failed: integer().notNull(),
    errors: integer().notNull(),
    skipped: integer().notNull(),
    leftOut: integer('left_out').notNull().default(0),
    /** Hashes of `texts`. */
    request: text().notNull(),
    plan: text(),
    diagnosis: text(),
    /** Hash of `texts`: what two sides are asked, of a job that compares them. Null: it probes a Service. */
    comparison: text(),
    /**
     * The part of `ObjectsUsed` that repeats, as hash of `texts`; the parts that do not. All are null where the objects
     * came with the request.
     */
    objects: text(),
    objectsReadAtMs: integer('objects_read_at_ms'),
    resourceVersions: text('resource_versions', { mode: 'json' }).$type<ObjectsUsed['resourceVersions']>(),
    /**
     * Hash of `texts`: the path × check pairs that were not probed, each part a JSON list `[[path id, check], …]`.
     * Null until history has the job.
     */
    unprobed: text(),
    /** Encrypted secrets of checks; gone in the statement that ends the job. */
    sealed: text(),
    deadlineMs: integer('deadline_ms'),
    deadlineAtMs: integer('deadline_at_ms'),
    history: integer({ mode: 'boolean' }).notNull(),
    scheduleId: text('schedule_id'),
    batchId: text('batch_id'),
    leaseOwner: text('lease_owner'),
    /** Grows with each claim, so that a runner that lost its lease cannot write any more. */
    leaseToken: integer('lease_token').notNull(),
    leaseUntilMs: integer('lease_until_ms'),
  },
  (t) => [
    uniqueIndex('jobs_id').on(t.id),
    index('jobs_created').on(t.createdAtMs, t.id),
    index('jobs_service').on(t.namespace, t.service, t.createdAtMs),
    index('jobs_verdict').on(t.verdict, t.createdAtMs),
    index('jobs_active').on(t.createdAtMs, t.id).where(sql`status in ('queued', 'running')`),
    index('jobs_schedule').on(t.scheduleId, t.createdAtMs).where(sql`schedule_id is not null`),
    index('jobs_batch').on(t.batchId).where(sql`batch_id is not null`),
  ],
)

export const jobLabels = sqliteTable(
  'job_labels',
  {
    name: text().notNull(),
    value: text().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    jobNo: integer('job_no')
      .notNull()
      .references(() => jobs.no),
  },
  (t) => [primaryKey({ columns: [t.name, t.value, t.createdAtMs, t.jobNo] }), index('job_labels_job').on(t.jobNo)],
)

/** Texts by their hash, each kept once: plans, requests and diagnoses, which repeat from job to job, and evidence. */
export const texts = sqliteTable(
  'texts',
  {
    no: integer().primaryKey(),
    hash: text().notNull(),
    /** From 0: a long text is cut, to stay under the largest value that D1 takes. */
    part: integer().notNull(),
    /** Days since 1970, UTC, on which it was last needed. Retention goes by it. */
    usedDay: integer('used_day').notNull(),
    text: text().notNull(),
  },
  (t) => [uniqueIndex('texts_hash').on(t.hash, t.part), index('texts_used').on(t.usedDay)],
)

export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    principal: text().notNull(),
    method: text().notNull(),
    path: text().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    /** Id of what the first request made. */
    resource: text().notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.principal, t.method, t.path, t.key] }),
    index('idempotency_keys_expiry').on(t.expiresAtMs),
  ],
)

/** One row a try. The millions are here: small numbers, and texts by reference. */
export const results = sqliteTable(
  'results',
  {
    /** Grows in the order of recording: the ids of server-sent events. */
    seq: integer().primaryKey(),
    jobNo: integer('job_no')
      .notNull()
      .references(() => jobs.no),
    /** The id without what the job's id tells. */
    key: text().notNull(),
    seriesNo: integer('series_no').notNull(),
    /** Set together with `counted`: that of `services`. */
    serviceNo: integer('service_no'),
    address: text().notNull(),
    sample: integer().notNull(),
    try: integer().notNull(),
    round: integer().notNull(),
    /** Position in PURPOSES. */
    purpose: integer().notNull(),
    /** Position in OUTCOMES. */
    outcome: integer().notNull(),
    startedAtMs: integer('started_at_ms').notNull(),
    /** `=`: the same as `address`. */
    resolvedAddress: text('resolved_address'),
    localAddress: text('local_address'),
    dnsUs: integer('dns_us'),
    connectUs: integer('connect_us'),
    tlsUs: integer('tls_us'),
    firstByteUs: integer('first_byte_us'),
    downloadUs: integer('download_us'),
    totalUs: integer('total_us'),
    failureCode: text('failure_code'),
    /** Numbers of `texts`: evidence that tends to repeat from try to try. */
    evidence: integer(),
    body: integer(),
    /** JSON of the evidence that does not repeat. */
    own: text(),
    /**
     * Null: not in history (the job runs, or wants none, or this is a control). 0: in history, but another try
     * decided. 1: counted, in rollups too.
     */
    counted: integer(),
  },
  (t) => [
    uniqueIndex('results_key').on(t.jobNo, t.key),
    // The results of a job lie together here, and so are written, read and deleted together. It has everything that
    // plots and lists need, so that they read no row that they do not show.
    index('results_service')
      .on(t.serviceNo, t.outcome, t.startedAtMs, t.seriesNo, t.counted, t.totalUs)
      .where(sql`service_no is not null`),
  ],
)
