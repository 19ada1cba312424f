/** The tables of what makes jobs: schedules with what they are to do, and batches. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Labels } from '../kube/objects.ts'
import type { Rejection } from '../record/discovery.ts'
import type { JobProblem } from '../record/job.ts'
import type { ManagedBy, Overlap, RunOutcome } from '../record/schedule.ts'

export const schedules = sqliteTable(
  'schedules',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    /** Grows by one with every change of what it is; its runs leave it. */
    version: integer().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    owner: text().notNull(),
    name: text().notNull(),
    cron: text().notNull(),
    timeZone: text('time_zone').notNull(),
    jitterMs: integer('jitter_ms').notNull(),
    overlap: text().$type<Overlap>().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** The instant that `@every` counts from. */
    anchorAtMs: integer('anchor_at_ms').notNull(),
    cluster: text().notNull(),
    namespace: text(),
    service: text(),
    /** It makes batches, not single jobs. */
    batch: integer({ mode: 'boolean' }).notNull(),
    /** Encrypted secrets of its checks. */
    sealed: text(),
    /** The occurrence to come and when it is due (later by its jitter). Null: paused, or none will come. */
    nextAtMs: integer('next_at_ms'),
    dueAtMs: integer('due_at_ms'),
    /** The occurrence that was dealt with last, and how. */
    lastAtMs: integer('last_at_ms'),
    lastOutcome: text('last_outcome').$type<RunOutcome>(),
    lastProblem: text('last_problem', { mode: 'json' }).$type<JobProblem>(),
    /** Runs that were left out as the one before had not ended, and the occurrence of the last of them. */
    leftOut: integer('left_out').notNull().default(0),
    leftOutAtMs: integer('left_out_at_ms'),
    /**
     * Counts the times that occurrences passed while none could begin. `missedFromMs` and `missedToMs` tell of the last
     * time the first occurrence, and the one whose run made up for all.
     */
    missed: integer().notNull().default(0),
    missedFromMs: integer('missed_from_ms'),
    missedToMs: integer('missed_to_ms'),
    /** Creation of the jobs of the last run that made any. */
    lastCreatedAtMs: integer('last_created_at_ms'),
    /** Runs in a row that could not be started, and the occurrence of the first of them. */
    failures: integer().notNull(),
    failingSinceMs: integer('failing_since_ms'),
    /** Null: its owner made it by the API. */
    managedBy: text('managed_by').$type<ManagedBy>(),
    /** A hash of what it was made for by whatever manages it, so that a change is seen. */
    wish: text(),
  },
  (t) => [
    uniqueIndex('schedules_id').on(t.id),
    index('schedules_created').on(t.createdAtMs, t.id),
    index('schedules_due').on(t.dueAtMs, t.no).where(sql`due_at_ms is not null`),
    uniqueIndex('schedules_managed')
      .on(t.managedBy, t.cluster, t.namespace, t.service)
      .where(sql`managed_by is not null`),
  ],
)

/** Keeps refused annotations: of a Service, or (`service` is empty) of a Namespace for its Services. */
export const discoveryRejections = sqliteTable(
  'discovery_rejections',
  {
    cluster: text().notNull(),
    namespace: text().notNull(),
    service: text().notNull(),
    rejected: text({ mode: 'json' }).$type<readonly Rejection[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.cluster, t.namespace, t.service] })],
)

/** The request of a schedule, cut into parts; objects stand apart from the rest, which is all that readers want. */
export const scheduleTexts = sqliteTable(
  'schedule_texts',
  {
    scheduleNo: integer('schedule_no')
      .notNull()
      .references(() => schedules.no),
    what: text().$type<'request' | 'objects'>().notNull(),
    part: integer().notNull(),
    text: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.scheduleNo, t.what, t.part] })],
)

/** The key of an occurrence: whoever inserts it runs it. The newest of each schedule are kept. */
export const scheduleRuns = sqliteTable(
  'schedule_runs',
  {
    scheduleNo: integer('schedule_no')
      .notNull()
      .references(() => schedules.no),
    atMs: integer('at_ms').notNull(),
    /** Names one attempt to claim, so that the winner knows that it won. */
    claim: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.scheduleNo, t.atMs] })],
)

/** The jobs of a batch name it; its status and verdict are theirs. */
export const batches = sqliteTable(
  'batches',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    owner: text().notNull(),
    cluster: text().notNull(),
    /** The only one, if there is one; else `namespaces`, or every one if that is null too. */
    namespace: text(),
    namespaces: text({ mode: 'json' }).$type<string[]>(),
    /** A text of the grammar, or equalities. */
    selector: text({ mode: 'json' }).$type<Labels | string>().notNull(),
    labels: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    scheduleId: text('schedule_id'),
  },
  (t) => [uniqueIndex('batches_id').on(t.id), index('batches_created').on(t.createdAtMs, t.id)],
)
