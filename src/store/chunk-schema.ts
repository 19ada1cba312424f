import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { jobs } from './schema.ts'

/** The parts of a running job that several runners share; gone when it ends. */
export const jobChunks = sqliteTable(
  'job_chunks',
  {
    jobNo: integer('job_no')
      .notNull()
      .references(() => jobs.no),
    /** From 0. What it is follows from the job's plan. */
    chunk: integer().notNull(),
    done: integer({ mode: 'boolean' }).notNull(),
    leaseOwner: text('lease_owner'),
    /** Grows with each claim. */
    leaseToken: integer('lease_token').notNull(),
    leaseUntilMs: integer('lease_until_ms'),
  },
  (t) => [primaryKey({ columns: [t.jobNo, t.chunk] })],
)
