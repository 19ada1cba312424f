/**
 * Jobs: accepted once, claimed by one runner at a time, ended once.
 *
 * @module
 */
import { and, desc, eq, gte, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { Verdict } from '../check/verdict.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import { isId } from '../lib/id.ts'
import type { Comparison } from '../plan/compare/comparison.ts'
import type { Position, Vantage } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Fields } from '../record/audit.ts'
import type { Job, JobStatus } from '../record/job.ts'
import { FROM_MANIFESTS, type ObjectsUsed } from '../record/objects-used.ts'
import { refuseOthers } from '../record/principal.ts'
import { auditRows, auditRowsFrom, type Told } from './audit.ts'
import type { Store } from './db.ts'
import { type Full, type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import { ACTIVE, cancelledIn, cancelling, jobRows, type KeptObjects, need, roomUnderWay } from './job-rows.ts'
import { type KeptPlan, planFrom } from './kept-plan.ts'
import { jobLabels, jobs } from './schema.ts'
import { pastPosition } from './sql.ts'
import type { JobHead, NewJob, StoredJob } from './stored-job.ts'
import { readTexts } from './texts.ts'
import { andWithin, ofJob, shownTo, within } from './visible.ts'

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

/**
 * Makes a job durable; of concurrent requests with one key, one job.
 *
 * @param most jobs that its owner may have under way, this one included; `null`: any number.
 */
export async function insertJob(
  store: Store,
  job: NewJob,
  claim: IdempotencyClaim | null,
  nowMs: number,
  most: number | null = null,
): Promise<Inserted | Full> {
  refuseOthers(store.principal, job.target)
  if (job.alsoNamespace != null) {
    refuseOthers(store.principal, { namespace: job.alsoNamespace })
  }
  const made = sql`exists (select 1 from jobs where id = ${job.id})`
  const rows = (guard: SQL) => [...jobRows([job], guard, nowMs), ...auditRows(store, toldOf(job), made)]
  return insertOnce(store, job.id, claim, nowMs, rows, roomUnderWay(job.owner, 1, most))
}

/** A job of a schedule that somebody asked for is a run of that schedule out of turn. */
function toldOf({ id, target, scheduleId, comparison, labels, alsoNamespace }: NewJob): Told {
  const { cluster, namespace } = target
  if (scheduleId !== null) {
    return { action: 'schedule.run', resource: scheduleId, cluster, namespace, before: null, after: { job: id } }
  }
  if (comparison !== null) {
    const { left, right } = comparison
    const isOne = [left, right].every((side) => !('kind' in side) || side.namespace === namespace)
    const only = isOne && (alsoNamespace ?? namespace) === namespace ? namespace : null
    const after = { left: sideTold(left), right: sideTold(right), labels }
    return { action: 'compare.created', resource: id, cluster, namespace: only, before: null, after }
  }
  const after = { target, labels }
  return { action: 'job.created', resource: id, cluster, namespace, before: null, after }
}

const sideTold = (side: Comparison['left']): Fields => {
  if (!('kind' in side)) {
    return side
  }
  const { kind, namespace, name } = side
  return { kind, namespace, name }
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
    .where(and(eq(jobs.id, id), within(store, jobs)))
  return row ?? null
}

/** A job with everything but its results; `null`: there is none. */
export async function getJob(store: Store, id: string): Promise<StoredJob | null> {
  const { db } = store
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), within(store, jobs)))
  if (row === undefined) {
    return null
  }
  const hashes = [row.request, row.plan, row.diagnosis, row.comparison, row.objects].filter((hash) => hash !== null)
  const found = await readTexts(db, hashes)
  const read = <T>(hash: string | null): T | null =>
    hash === null ? null : JSON.parse(shownTo(store, need(found.get(hash), hash)))
  const request = read<JobRequest>(row.request)
  const plan = read<KeptPlan>(row.plan)
  return {
    ...toHead(row),
    request: need(request, id),
    plan: plan && { ...planFrom(plan), vantage: vantageOf(row) },
    diagnosis: read<Diagnosis>(row.diagnosis),
    comparison: read<Comparison>(row.comparison),
    objects: withoutOthers(store, objectsFrom(read<KeptObjects>(row.objects), row)),
    sealed: row.sealed,
    deadlineAtMs: row.deadlineAtMs,
    deadlineMs: row.deadlineMs,
  }
}

/** Reads what the plan of a job rests on; null if there is no such job. */
export async function readObjectsUsed(store: Store, id: string): Promise<ObjectsUsed | null> {
  const [row] = await store.db
    .select({ objects: jobs.objects, objectsReadAtMs: jobs.objectsReadAtMs, resourceVersions: jobs.resourceVersions })
    .from(jobs)
    .where(and(eq(jobs.id, id), within(store, jobs)))
  if (row === undefined) {
    return null
  }
  const found = row.objects === null ? undefined : (await readTexts(store.db, [row.objects])).get(row.objects)
  const kept = found === undefined ? null : (JSON.parse(shownTo(store, found)) as KeptObjects)
  return withoutOthers(store, objectsFrom(kept, row))
}

/** A comparison, which is a job; `null`: there is none. */
export async function getComparison(
  store: Store,
  id: string,
): Promise<(StoredJob & { comparison: Comparison }) | null> {
  const job = await getJob(store, id)
  const comparison = job?.comparison ?? null
  return job === null || comparison === null ? null : { ...job, comparison }
}

/** Those of a job that was made before any were read from a cluster came with its request. */
const objectsFrom = (
  kept: KeptObjects | null,
  { objectsReadAtMs, resourceVersions }: Pick<typeof jobs.$inferSelect, 'objectsReadAtMs' | 'resourceVersions'>,
): ObjectsUsed =>
  kept === null ? FROM_MANIFESTS : { ...kept, readAtMs: objectsReadAtMs, resourceVersions: resourceVersions ?? {} }

/** That something may not be read in a namespace tells that there is one. */
function withoutOthers({ principal }: Store, objects: ObjectsUsed): ObjectsUsed {
  const { namespaces } = principal
  return namespaces === null
    ? objects
    : {
        ...objects,
        forbidden: objects.forbidden.filter(({ namespace }) => namespace === null || namespaces.includes(namespace)),
      }
}

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
    within(store, jobs),
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
  const which = sql`id = ${id}${andWithin(store, ofJob())}`
  const action = isId('compare', id) ? 'compare.cancelled' : 'job.cancelled'
  const told = auditRowsFrom(store, { action, resource: id }, sql`jobs where ${which} and ${ACTIVE}`, {
    ...{ cluster: sql`cluster`, namespace: sql`iif(also_namespace is null, namespace, null)` },
    ...{ before: sql`json_object('status', status)`, after: sql`json_object('status', 'cancelled')` },
  })
  const returned = await store.atomic([...told, ...cancelling(which, nowMs), sql`select id from jobs where ${which}`])
  if (cancelledIn(returned.slice(told.length)).length > 0) {
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
        order by job.created_at_ms desc, job.no desc limit 1) from json_each(${JSON.stringify(scheduleIds)}) wanted)${andWithin(store, jobs)}`,
    )
  return new Map(rows.flatMap((row) => (row.scheduleId === null ? [] : [[row.scheduleId, toHead(row)] as const])))
}
