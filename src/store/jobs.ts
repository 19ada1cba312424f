/**
 * Jobs: accepted once, claimed by one runner at a time, ended once.
 *
 * @module
 */
import { and, desc, eq, gte, isNull, lt, sql } from 'drizzle-orm'
import type { Verdict } from '../check/verdict.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { Comparison } from '../plan/compare/comparison.ts'
import type { Position, Vantage } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Job, JobStatus } from '../record/job.ts'
import { FROM_MANIFESTS, type ObjectsUsed } from '../record/objects-used.ts'
import { reaches, refuseOthers } from '../record/principal.ts'
import type { Store } from './db.ts'
import { type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import { ACTIVE, cancelledIn, cancelling, jobRows, type KeptObjects, need } from './job-rows.ts'
import { type KeptPlan, planFrom } from './kept-plan.ts'
import { jobLabels, jobs } from './schema.ts'
import { pastPosition } from './sql.ts'
import type { JobHead, NewJob, StoredJob } from './stored-job.ts'
import { readTexts } from './texts.ts'
import { andWithin, within } from './visible.ts'

export type JobFilter = {
  status?: JobStatus
  verdict?: Verdict
  cluster?: string
  namespace?: string
  service?: string
  labels?: Readonly<Record<string, string>>
  /** The span of creation, from inclusive, to exclusive. */
  fromMs?: number
  toMs?: number
  scheduleId?: string
  batchId?: string
}

export type JobPage = { limit: number; before: { createdAtMs: number; id: string } | null }

/** Makes a job durable; of concurrent requests with one key, one job. */
export async function insertJob(
  store: Store,
  job: NewJob,
  claim: IdempotencyClaim | null,
  nowMs: number,
): Promise<Inserted> {
  refuseOthers(store.principal, job.target.namespace)
  return insertOnce(store, job.id, claim, nowMs, (guard) => jobRows([job], guard, nowMs))
}

/** The state of a job, which is known without reading it whole. */
export type JobState = Pick<Job, 'status'> & {
  /** Grows with every change that a reader could see. */
  version: number
  leaseUntilMs: number | null
}

/** For those who wait: one small row. `null`: there is no such job. */
export async function getJobState(store: Store, id: string): Promise<JobState | null> {
  const [row] = await store.db
    .select({ status: jobs.status, version: jobs.version, leaseUntilMs: jobs.leaseUntilMs })
    .from(jobs)
    .where(and(eq(jobs.id, id), within(store, jobs.namespace)))
  return row ?? null
}

/** A job with everything but its results; `null`: there is none. */
export async function getJob(store: Store, id: string): Promise<StoredJob | null> {
  const { db } = store
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), within(store, jobs.namespace)))
  if (row === undefined) {
    return null
  }
  const hashes = [row.request, row.plan, row.diagnosis, row.comparison, row.objects].filter((hash) => hash !== null)
  const found = await readTexts(db, hashes)
  const read = <T>(hash: string | null): T | null => (hash === null ? null : JSON.parse(need(found.get(hash), hash)))
  const request = read<JobRequest>(row.request)
  const plan = read<KeptPlan>(row.plan)
  return {
    ...toHead(row),
    request: need(request, id),
    plan: plan && { ...planFrom(plan), vantage: vantageOf(row) },
    diagnosis: read<Diagnosis>(row.diagnosis),
    comparison: read<Comparison>(row.comparison),
    objects: objectsFrom(read<KeptObjects>(row.objects), row),
    sealed: row.sealed,
    deadlineAtMs: row.deadlineAtMs,
    deadlineMs: row.deadlineMs,
  }
}

/** A comparison, which is a job; `null`: there is none, or not all of its namespaces are the principal's. */
export async function getComparison(
  store: Store,
  id: string,
): Promise<(StoredJob & { comparison: Comparison }) | null> {
  const job = await getJob(store, id)
  const comparison = job?.comparison ?? null
  if (job === null || comparison === null) {
    return null
  }
  const named = [comparison.left, comparison.right].flatMap((side) => ('kind' in side ? [side.namespace] : []))
  return named.every((namespace) => reaches(store.principal, namespace)) ? { ...job, comparison } : null
}

/** Those of a job that was made before any were read from a cluster came with its request. */
const objectsFrom = (
  kept: KeptObjects | null,
  { objectsReadAtMs, resourceVersions }: typeof jobs.$inferSelect,
): ObjectsUsed =>
  kept === null ? FROM_MANIFESTS : { ...kept, readAtMs: objectsReadAtMs, resourceVersions: resourceVersions ?? {} }

const vantageOf = ({ vantage, position }: Pick<typeof jobs.$inferSelect, 'vantage' | 'position'>): Vantage => ({
  name: vantage,
  position: position ?? (vantage as Position),
})

/** Reads the head of a job from its row. For `store/` alone. */
export function toHead(row: typeof jobs.$inferSelect): JobHead {
  const { id, version, status, verdict, problem, createdAtMs, startedAtMs, finishedAtMs } = row
  const { cluster, namespace, service, labels, owner, history, scheduleId, batchId } = row
  return {
    id,
    version,
    status,
    verdict,
    problem,
    createdAtMs,
    startedAtMs,
    finishedAtMs,
    labels,
    owner,
    history,
    scheduleId,
    batchId,
    target: { cluster, namespace, service },
    vantage: vantageOf(row),
    summary: { pass: row.passed, fail: row.failed, error: row.errors, skipped: row.skipped, leftOut: row.leftOut },
  }
}

/** Newest first. The next page begins before the last job of this one. */
export async function listJobs(store: Store, filter: JobFilter, page: JobPage): Promise<JobHead[]> {
  const { before } = page
  const [label, ...labels] = Object.entries(filter.labels ?? {})
  const where = and(
    within(store, jobs.namespace),
    isNull(jobs.comparison),
    filter.status && eq(jobs.status, filter.status),
    filter.verdict && eq(jobs.verdict, filter.verdict),
    filter.cluster === undefined ? undefined : eq(jobs.cluster, filter.cluster),
    filter.namespace === undefined ? undefined : eq(jobs.namespace, filter.namespace),
    filter.service === undefined ? undefined : eq(jobs.service, filter.service),
    filter.fromMs === undefined ? undefined : gte(jobs.createdAtMs, filter.fromMs),
    filter.toMs === undefined ? undefined : lt(jobs.createdAtMs, filter.toMs),
    filter.scheduleId === undefined ? undefined : eq(jobs.scheduleId, filter.scheduleId),
    filter.batchId === undefined ? undefined : eq(jobs.batchId, filter.batchId),
    pastPosition([jobs.createdAtMs, jobs.id], '<', before ? [before.createdAtMs, before.id] : undefined),
    ...labels.map(
      ([name, value]) =>
        sql`exists (select 1 from ${jobLabels} more where more.job_no = ${jobs.no} and more.name = ${name} and more.value = ${value})`,
    ),
  )
  if (label === undefined) {
    const rows = await store.db
      .select()
      .from(jobs)
      .where(where)
      .orderBy(desc(jobs.createdAtMs), desc(jobs.id))
      .limit(page.limit)
    return rows.map(toHead)
  }
  const [name, value] = label
  const rows = await store.db
    .select({ job: jobs })
    .from(jobLabels)
    .crossJoin(jobs)
    .where(
      and(
        eq(jobLabels.name, name),
        eq(jobLabels.value, value),
        eq(jobs.no, jobLabels.jobNo),
        before === null ? undefined : sql`${jobLabels.createdAtMs} <= ${before.createdAtMs}`,
        where,
      ),
    )
    .orderBy(desc(jobLabels.createdAtMs), desc(jobs.id))
    .limit(page.limit)
  return rows.map(({ job }) => toHead(job))
}

/** Those of everybody: the queue has one limit for all. */
export async function countQueued(store: Store): Promise<number> {
  const [row] = await store.db
    .select({ n: sql<number>`count(*)` })
    .from(jobs)
    .where(sql`${ACTIVE} and status = 'queued'`)
  return row?.n ?? 0
}

/** Ends a job; its runner finds the lease lost. `ended`: it had ended before. `null`: there is none. */
export async function cancelJob(store: Store, id: string, nowMs: number): Promise<'cancelled' | 'ended' | null> {
  const returned = await store.atomic([
    ...cancelling(sql`id = ${id}${andWithin(store)}`, nowMs),
    sql`select id from jobs where id = ${id}${andWithin(store)}`,
  ])
  if (cancelledIn(returned).length > 0) {
    return 'cancelled'
  }
  return (returned.at(-1)?.length ?? 0) > 0 ? 'ended' : null
}

/** The newest job of each of these schedules that has one. */
export async function newestJobs(store: Store, scheduleIds: readonly string[]): Promise<Map<string, JobHead>> {
  const rows = await store.db
    .select()
    .from(jobs)
    .where(
      sql`no in (select (select job.no from jobs job where job.schedule_id = wanted.value
        order by job.created_at_ms desc, job.no desc limit 1) from json_each(${JSON.stringify(scheduleIds)}) wanted)${andWithin(store, jobs.namespace)}`,
    )
  return new Map(rows.flatMap((row) => (row.scheduleId === null ? [] : [[row.scheduleId, toHead(row)] as const])))
}
