/**
 * Conditions in SQL for what the principal of a store may see. For a principal that reaches everything nothing is
 * added, so that statements and their plans are what they would be without principals.
 *
 * @module
 */
import { and, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { unmarked } from '../lib/marked.ts'
import { reaches, refuseUnlessUnbounded, SYSTEM } from '../record/principal.ts'
import type { Store } from './db.ts'

/** The columns by which a row says what it is about: those of a drizzle table, or SQL that names them. */
export type Columns = {
  cluster: SQLWrapper
  namespace: SQLWrapper
  /** A second namespace that the row is about, where it is not null. */
  alsoNamespace?: SQLWrapper
}

/** The columns of a statement in which only one table has them. */
const ROW: Columns = { cluster: sql`cluster`, namespace: sql`namespace` }

/** The same of a job. @param jobs the name of the table in the statement. */
export const ofJob = (jobs: SQL = sql`jobs`): Columns => ({
  cluster: sql`${jobs}.cluster`,
  namespace: sql`${jobs}.namespace`,
  alsoNamespace: sql`${jobs}.also_namespace`,
})

/** The same of a Service of history. */
export const ofService = (services: SQL): Columns => ({
  cluster: sql`${services}.cluster`,
  namespace: sql`${services}.namespace`,
})

const among = (column: SQLWrapper, values: readonly string[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(values)}))`

/**
 * Keeps rows of clusters and namespaces that the principal reaches; `undefined`: all are. A row without a namespace is
 * of any.
 */
export function within({ principal }: Store, { cluster, namespace, alsoNamespace }: Columns): SQL | undefined {
  const { namespaces, clusters } = principal
  return and(
    namespaces === null ? undefined : among(namespace, namespaces),
    namespaces === null || alsoNamespace === undefined
      ? undefined
      : sql`(${alsoNamespace} is null or ${among(alsoNamespace, namespaces)})`,
    clusters === null ? undefined : among(cluster, clusters),
  )
}

/** The same to follow other conditions in a template. */
export function andWithin(store: Store, columns: Columns = ROW): SQL {
  const condition = within(store, columns)
  return condition === undefined ? sql`` : sql` and ${condition}`
}

/** Keeps batches of which every job is within reach: a batch is seen whole or not at all. */
export function wholeBatchWithin(store: Store, batchId: SQLWrapper): SQL | undefined {
  const condition = within(store, ofJob(sql`other`))
  return (
    condition && sql`not exists (select 1 from jobs other where other.batch_id = ${batchId} and not (${condition}))`
  )
}

/** Keeps batches that name no namespace which is out of reach: a Service of it may come, or has been. */
export function namesWithin({ principal: { namespaces } }: Store): SQL | undefined {
  return namespaces === null
    ? undefined
    : sql`not exists (select 1 from json_each(coalesce(batches.namespaces, '[]')) named
        where not ${among(sql`named.value`, namespaces)})`
}

/**
 * Gives a text that tells of objects as the principal may be told it: of those that are out of reach without their
 * names. The server itself works on with what it knows.
 */
export const shownTo = ({ principal }: Store, text: string): string =>
  principal.id === SYSTEM.id ? text : unmarked(text, principal.namespaces)

/** The number of a job, null where there is none that the principal sees. */
export const jobNo = (store: Store, id: string): SQL =>
  sql`(select no from jobs where id = ${id}${andWithin(store, ofJob())})`

/** Tells whether a Service is one of the principal's: it may be asked with a handle that another looked up. */
export const sees = (
  { principal }: Store,
  { head }: { head: { target: { cluster: string; namespace: string } } },
): boolean => reaches(principal, head.target)

/**
 * Refuses what only the server itself does: running jobs, firing schedules, clearing up.
 *
 * @throws ProblemError `forbidden`
 */
export const onlyServer = ({ principal }: Store): void => refuseUnlessUnbounded(principal)
