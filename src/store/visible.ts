/**
 * Conditions in SQL for what the principal of a store may see. For a principal that reaches all namespaces nothing is
 * added, so that statements and their plans are what they would be without principals.
 *
 * @module
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { reaches, refuseOthers } from '../record/principal.ts'
import type { Store } from './db.ts'

/** Keeps rows of namespaces that the principal reaches; `undefined`: all are. A row without a namespace is of any. */
export const within = ({ principal: { namespaces } }: Store, namespace: SQLWrapper): SQL | undefined =>
  namespaces === null ? undefined : sql`${namespace} in (select value from json_each(${JSON.stringify(namespaces)}))`

/** The same to follow other conditions in a template. */
export function andWithin(store: Store, namespace: SQLWrapper = sql`namespace`): SQL {
  const condition = within(store, namespace)
  return condition === undefined ? sql`` : sql` and ${condition}`
}

/** Keeps batches of which every job is within reach: a batch is seen whole or not at all. */
export function wholeBatchWithin(store: Store, batchId: SQLWrapper): SQL | undefined {
  const condition = within(store, sql`other.namespace`)
  return condition && sql`not exists (select 1 from jobs other where other.batch_id = ${batchId} and not ${condition})`
}

/** The number of a job, null where there is none that the principal sees. */
export const jobNo = (store: Store, id: string): SQL => sql`(select no from jobs where id = ${id}${andWithin(store)})`

/** Tells whether a Service is one of the principal's: it may be asked with a handle that another looked up. */
export const sees = ({ principal }: Store, { head }: { head: { target: { namespace: string } } }): boolean =>
  reaches(principal, head.target.namespace)

/**
 * Refuses what only the server itself does: running jobs, firing schedules, clearing up.
 *
 * @throws ProblemError `forbidden`
 */
export const onlyServer = ({ principal }: Store): void => refuseOthers(principal, null)
