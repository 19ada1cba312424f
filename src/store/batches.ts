/**
 * Batches: made with all their jobs in one write.
 *
 * @module
 */
import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { type Batch, type BatchSelection, onlyNamespace } from '../record/batch.ts'
import { refuseOthers } from '../record/principal.ts'
import { auditRows, auditRowsFrom, type Told } from './audit.ts'
import type { Store } from './db.ts'
import { type Full, type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import { ACTIVE, cancelledIn, cancelling, madeRows, roomUnderWay } from './job-rows.ts'
import { type JobPage, toHead } from './jobs.ts'
import { batches } from './schedule-schema.ts'
import { jobs } from './schema.ts'
import { insertWhere, pastPosition } from './sql.ts'
import type { JobHead, MadeJob } from './stored-job.ts'
import { namesWithin, wholeBatchWithin } from './visible.ts'

export type NewBatch = { batch: Batch; jobs: readonly MadeJob[] }

/** The statements that insert a batch where `guard` holds. */
export function batchRows({ batch, jobs: list }: NewBatch, guard: SQL): SQL[] {
  const { selection, ...rest } = batch
  return [
    insertWhere(batches, { ...rest, ...selectionRow(selection) }, guard),
    ...madeRows(list, guard, batch.createdAtMs),
  ]
}

/** One namespace alone has a column of its own, as it had before there could be several. */
function selectionRow(selection: BatchSelection) {
  const { namespaces, selector } = selection
  const namespace = onlyNamespace(selection)
  return { namespace, namespaces: namespace === null && namespaces ? [...namespaces] : null, selector }
}

const selectionFrom = ({ namespace, namespaces, selector }: typeof batches.$inferSelect): BatchSelection => ({
  namespaces: namespace === null ? namespaces : [namespace],
  selector,
})

/**
 * Makes a batch with all its jobs durable; of concurrent requests with one key, one batch.
 *
 * @param most jobs that its owner may have under way, these included; `null`: any number.
 */
export async function insertBatch(
  store: Store,
  made: NewBatch,
  claim: IdempotencyClaim | null,
  most: number | null = null,
): Promise<Inserted | Full> {
  for (const { job } of made.jobs) {
    refuseOthers(store.principal, job.target)
  }
  const inserted = sql`exists (select 1 from batches where id = ${made.batch.id})`
  const toRun = made.jobs.filter(({ refusal }) => refusal === null).length
  const rows = (guard: SQL) => [...batchRows(made, guard), ...auditRows(store, toldOf(made), inserted)]
  const room = roomUnderWay(made.batch.owner, toRun, most)
  return insertOnce(store, made.batch.id, claim, made.batch.createdAtMs, rows, room)
}

/** A batch of a schedule that somebody asked for is a run of that schedule out of turn. */
function toldOf({ batch, jobs: list }: NewBatch): Told {
  const { id, cluster, selection, labels, scheduleId } = batch
  const where = { cluster, namespace: onlyNamespace(selection), before: null }
  return scheduleId === null
    ? { ...where, action: 'batch.created', resource: id, after: { selection, labels, jobs: list.length } }
    : { ...where, action: 'schedule.run', resource: scheduleId, after: { batch: id } }
}

export type StoredBatch = { batch: Batch; jobs: readonly JobHead[] }

/** Retention takes the jobs of a batch: with the last of them it is gone. */
const HAS_JOBS = sql`exists (select 1 from jobs where jobs.batch_id = batches.id)`

export async function getBatch(store: Store, id: string): Promise<StoredBatch | null> {
  const [row] = await store.db
    .select()
    .from(batches)
    .where(and(eq(batches.id, id), HAS_JOBS, wholeBatchWithin(store, sql`batches.id`), namesWithin(store)))
  if (row === undefined) {
    return null
  }
  const [found] = await withJobs(store, [row])
  return found ?? null
}

/** Newest first. The next page begins before the last batch of this one. */
export async function listBatches(store: Store, { limit, before }: JobPage): Promise<StoredBatch[]> {
  const rows = await store.db
    .select()
    .from(batches)
    .where(
      and(
        HAS_JOBS,
        wholeBatchWithin(store, sql`batches.id`),
        namesWithin(store),
        pastPosition([batches.createdAtMs, batches.id], '<', before ? [before.createdAtMs, before.id] : undefined),
      ),
    )
    .orderBy(desc(batches.createdAtMs), desc(batches.id))
    .limit(limit)
  return withJobs(store, rows)
}

/** At a time, to stay under the parameters that D1 takes. */
const IDS = 50

/** Jobs in the order in which the batch made them: that of their Services. */
async function withJobs(store: Store, rows: readonly (typeof batches.$inferSelect)[]): Promise<StoredBatch[]> {
  const byBatch = new Map<string, JobHead[]>(rows.map(({ id }) => [id, []]))
  for (let from = 0; from < rows.length; from += IDS) {
    const ids = rows.slice(from, from + IDS).map(({ id }) => id)
    const found = await store.db.select().from(jobs).where(inArray(jobs.batchId, ids)).orderBy(jobs.no)
    for (const row of found) {
      byBatch.get(row.batchId ?? '')?.push(toHead(row))
    }
  }
  return rows.map((row) => {
    const { id, createdAtMs, owner, cluster, labels, scheduleId } = row
    const batch = { id, createdAtMs, owner, cluster, labels, scheduleId, selection: selectionFrom(row) }
    return { batch, jobs: byBatch.get(id) ?? [] }
  })
}

/** Ends the jobs of a batch that have not ended. @returns their ids. */
export async function cancelBatch(store: Store, batchId: string, nowMs: number): Promise<string[]> {
  const whole = and(wholeBatchWithin(store, sql`${batchId}`), namesWithin(store))
  const which =
    whole === undefined
      ? sql`batch_id = ${batchId}`
      : sql`batch_id = ${batchId} and exists (select 1 from batches where batches.id = ${batchId} and ${whole})`
  const active = sql`jobs where ${which} and ${ACTIVE}`
  const told = auditRowsFrom(
    store,
    { action: 'batch.cancelled', resource: batchId },
    sql`batches where id = ${batchId} and exists (select 1 from ${active})`,
    {
      ...{ cluster: sql`cluster`, namespace: sql`namespace`, before: sql`null` },
      after: sql`json_object('status', 'cancelled', 'jobs', (select count(*) from ${active}))`,
    },
  )
  return cancelledIn((await store.atomic([...told, ...cancelling(which, nowMs)])).slice(told.length))
}
