/**
 * Jobs: accepted once, claimed by one runner at a time, ended once.
 *
 * @module
 */
import { and, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { Job, JobProblem, JobRequest, JobStatus, Summary, Verdict } from '../job/job.ts'
import type { KubeObjects } from '../kube/objects.ts'
import type { Plan } from '../plan/path.ts'
import { type Store, write } from './db.ts'
import { jobLabels, jobObjects, jobs } from './schema.ts'
import { ALWAYS, insertWhere } from './sql.ts'
import { cut, hashOf, keepText, readTexts } from './texts.ts'

export type StoredRequest = Omit<JobRequest, 'objects'>

/** A job without its large parts, as lists show it. */
export type JobHead = Job & {
  /** Grows by one with every change that a reader could see; becomes the ETag. */
  version: number
  history: boolean
  scheduleId: string | null
  batchId: string | null
}

export type StoredJob = JobHead & {
  request: StoredRequest
  /** `null`: not made yet (a live target). Secrets of checks are not in it. */
  plan: Plan | null
  /** Of the objects alone until the job ends. */
  diagnosis: Diagnosis | null
  /** `null` once the job has ended. */
  objects: KubeObjects | null
  /** Encrypted secrets of checks; `null` once the job has ended. */
  sealed: string | null
  /** `null`: the clock has not started; it starts with the first claim. */
  deadlineAtMs: number | null
  deadlineMs: number | null
}

export type NewJob = Pick<
  StoredJob,
  | 'id'
  | 'createdAtMs'
  | 'owner'
  | 'target'
  | 'vantage'
  | 'labels'
  | 'request'
  | 'plan'
  | 'diagnosis'
  | 'objects'
  | 'sealed'
  | 'deadlineAtMs'
  | 'deadlineMs'
  | 'history'
  | 'scheduleId'
  | 'batchId'
>

/** A request's Idempotency-Key. `fingerprint` is of its body and query. */
export type IdempotencyClaim = {
  principal: string
  method: string
  path: string
  key: string
  fingerprint: string
  expiresAtMs: number
}

/** `replayed`: an earlier request with the key made that job. `mismatch`: an earlier, other request has the key. */
export type Inserted = { outcome: 'created' | 'replayed'; jobId: string } | { outcome: 'mismatch' }

/** The right to run a job, until it is lost: to time, to a cancel, to the job's end. */
export type Lease = { jobId: string; token: number }

export type JobEnd = {
  verdict: Verdict
  summary: Summary
  diagnosis: Diagnosis | null
  problem: JobProblem | null
  finishedAtMs: number
}

export type JobFilter = {
  status?: JobStatus
  verdict?: Verdict
  cluster?: string
  namespace?: string
  service?: string
  labels?: Readonly<Record<string, string>>
  /** Of creation: from inclusive, to exclusive. */
  fromMs?: number
  toMs?: number
  scheduleId?: string
  batchId?: string
}

export type JobPage = { limit: number; before: { createdAtMs: number; id: string } | null }

/**
 * Makes a job durable. Concurrent requests with one key, in whatever process, make one job: the key's row decides,
 * and the job is inserted only if the key is its own.
 */
export async function insertJob(
  store: Store,
  job: NewJob,
  claim: IdempotencyClaim | null,
  nowMs: number,
): Promise<Inserted> {
  if (claim === null) {
    await store.atomic(jobRows(job, ALWAYS, nowMs))
    return { outcome: 'created', jobId: job.id }
  }
  const keyed = sql`principal = ${claim.principal} and method = ${claim.method} and path = ${claim.path} and key = ${claim.key}`
  const returned = await store.atomic([
    sql`delete from idempotency_keys where ${keyed} and expires_at_ms <= ${nowMs}`,
    sql`insert into idempotency_keys (principal, method, path, key, fingerprint, resource, expires_at_ms)
      values (${claim.principal}, ${claim.method}, ${claim.path}, ${claim.key}, ${claim.fingerprint}, ${job.id}, ${claim.expiresAtMs})
      on conflict do nothing`,
    ...jobRows(job, sql`exists (select 1 from idempotency_keys where ${keyed} and resource = ${job.id})`, nowMs),
    sql`select fingerprint, resource from idempotency_keys where ${keyed}`,
  ])
  const holder = returned.at(-1)?.[0]
  if (holder?.fingerprint !== claim.fingerprint) return { outcome: 'mismatch' }
  const jobId = String(holder.resource)
  return { outcome: jobId === job.id ? 'created' : 'replayed', jobId }
}

/** The statements that insert a job where `guard` holds. */
function jobRows(job: NewJob, guard: SQL, nowMs: number): SQL[] {
  const request = textOf(job.request)
  const plan = job.plan && textOf(job.plan)
  const diagnosis = job.diagnosis && textOf(job.diagnosis)
  const { id, createdAtMs, owner, vantage, labels, sealed, deadlineAtMs, deadlineMs, history, scheduleId, batchId } =
    job
  const row = insertWhere(
    jobs,
    {
      ...{ id, createdAtMs, owner, vantage, labels, sealed, deadlineAtMs, deadlineMs, history, scheduleId, batchId },
      ...job.target,
      ...{ version: 1, status: 'queued', passed: 0, failed: 0, errors: 0, skipped: 0, leaseToken: 0 },
      ...{ request: request.hash, plan: plan?.hash ?? null, diagnosis: diagnosis?.hash ?? null },
    },
    guard,
  )
  const kept = [request, plan, diagnosis].flatMap((text) => (text ? keepText(text.hash, text.json, nowMs) : []))
  return [...kept, row, ...labelRows(job, guard), ...objectRows(job.objects, sql`id = ${id} and ${guard}`)]
}

const textOf = (value: unknown): { hash: string; json: string } => {
  const json = JSON.stringify(value)
  return { hash: hashOf(json), json }
}

function labelRows({ id, createdAtMs, labels }: NewJob, guard: SQL): SQL[] {
  if (Object.keys(labels).length === 0) return []
  return [
    sql`insert into ${jobLabels} (name, value, created_at_ms, job_no)
      select label.key, label.value, ${createdAtMs}, jobs.no from jobs, json_each(${JSON.stringify(labels)}) label
      where jobs.id = ${id} and ${guard} on conflict do nothing`,
  ]
}

const objectRows = (objects: KubeObjects | null, where: SQL): SQL[] =>
  (objects === null ? [] : cut(JSON.stringify(objects))).map(
    (part, i) => sql`insert into ${jobObjects} (job_no, part, text) select no, ${i}, ${part} from jobs where ${where}
      on conflict do nothing`,
  )

/** A job with everything but its results; `null`: there is none. */
export async function getJob(store: Store, id: string): Promise<StoredJob | null> {
  const { db } = store
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id))
  if (row === undefined) return null
  const hashes = [row.request, row.plan, row.diagnosis].filter((hash) => hash !== null)
  const found = await readTexts(db, hashes)
  const read = <T>(hash: string | null): T | null => (hash === null ? null : JSON.parse(need(found.get(hash), hash)))
  const request = read<StoredRequest>(row.request)
  const parts = await db
    .select({ text: jobObjects.text })
    .from(jobObjects)
    .where(eq(jobObjects.jobNo, row.no))
    .orderBy(jobObjects.part)
  return {
    ...toHead(row),
    request: need(request, id),
    plan: read<Plan>(row.plan),
    diagnosis: read<Diagnosis>(row.diagnosis),
    objects: parts.length === 0 ? null : JSON.parse(parts.map((part) => part.text).join('')),
    sealed: row.sealed,
    deadlineAtMs: row.deadlineAtMs,
    deadlineMs: row.deadlineMs,
  }
}

function need<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`the store has lost a text: ${what}`)
  return value
}

function toHead(row: typeof jobs.$inferSelect): JobHead {
  const { id, version, status, verdict, problem, createdAtMs, startedAtMs, finishedAtMs } = row
  const { cluster, namespace, service, vantage, labels, owner, history, scheduleId, batchId } = row
  return {
    ...{ id, version, status, verdict, problem, createdAtMs, startedAtMs, finishedAtMs },
    ...{ vantage, labels, owner, history, scheduleId, batchId },
    target: { cluster, namespace, service },
    summary: { pass: row.passed, fail: row.failed, error: row.errors, skipped: row.skipped },
  }
}

/** Newest first. The next page begins before the last job of this one. */
export async function listJobs(store: Store, filter: JobFilter, page: JobPage): Promise<JobHead[]> {
  const { before } = page
  const [label, ...labels] = Object.entries(filter.labels ?? {})
  const where = and(
    filter.status && eq(jobs.status, filter.status),
    filter.verdict && eq(jobs.verdict, filter.verdict),
    filter.cluster === undefined ? undefined : eq(jobs.cluster, filter.cluster),
    filter.namespace === undefined ? undefined : eq(jobs.namespace, filter.namespace),
    filter.service === undefined ? undefined : eq(jobs.service, filter.service),
    filter.fromMs === undefined ? undefined : gte(jobs.createdAtMs, filter.fromMs),
    filter.toMs === undefined ? undefined : lt(jobs.createdAtMs, filter.toMs),
    filter.scheduleId === undefined ? undefined : eq(jobs.scheduleId, filter.scheduleId),
    filter.batchId === undefined ? undefined : eq(jobs.batchId, filter.batchId),
    before === null ? undefined : sql`(${jobs.createdAtMs}, ${jobs.id}) < (${before.createdAtMs}, ${before.id})`,
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

export async function countQueued(store: Store): Promise<number> {
  const [row] = await store.db
    .select({ n: sql<number>`count(*)` })
    .from(jobs)
    .where(sql`${ACTIVE} and status = 'queued'`)
  return row?.n ?? 0
}

/** Spelled as in the index, which is only used then. */
const ACTIVE = sql`status in ('queued', 'running')`

const claimable = (nowMs: number): SQL =>
  sql`${ACTIVE} and (status = 'queued' or (status = 'running' and lease_until_ms <= ${nowMs}))`

const held = (lease: Lease): SQL => sql`id = ${lease.jobId} and lease_token = ${lease.token} and status = 'running'`

/** Ids of the jobs that a runner may claim, oldest first: what a start has to take up again. */
export async function claimableJobs(store: Store, nowMs: number, limit: number): Promise<string[]> {
  const rows = await store.db
    .select({ id: jobs.id })
    .from(jobs)
    .where(claimable(nowMs))
    .orderBy(jobs.createdAtMs, jobs.id)
    .limit(limit)
  return rows.map(({ id }) => id)
}

/**
 * Takes a job to run it: a queued one, or one whose runner let its lease run out. The deadline starts with the
 * first claim. `null`: there is none to take.
 *
 * @param owner names the process, for people.
 */
export async function claimJob(
  store: Store,
  want: { id: string } | 'oldest',
  owner: string,
  nowMs: number,
  leaseMs: number,
): Promise<{ job: StoredJob; lease: Lease } | null> {
  const which =
    want === 'oldest'
      ? sql`no = (select no from jobs where ${claimable(nowMs)} order by created_at_ms, id limit 1)`
      : sql`id = ${want.id}`
  const [row] = await write(
    store,
    sql`update jobs set status = 'running', started_at_ms = coalesce(started_at_ms, ${nowMs}),
        deadline_at_ms = coalesce(deadline_at_ms, ${nowMs} + deadline_ms),
        lease_owner = ${owner}, lease_token = lease_token + 1, lease_until_ms = ${nowMs + leaseMs}, version = version + 1
      where ${which} and ${claimable(nowMs)} returning id, lease_token`,
  )
  if (row === undefined) return null
  const lease: Lease = { jobId: String(row.id), token: Number(row.lease_token) }
  const job = await getJob(store, lease.jobId)
  return { job: need(job, lease.jobId), lease }
}

/** `false`: the lease is lost, or the job has ended. */
export async function renewLease(store: Store, lease: Lease, nowMs: number, leaseMs: number): Promise<boolean> {
  const rows = await write(
    store,
    sql`update jobs set lease_until_ms = ${nowMs + leaseMs} where ${held(lease)} returning no`,
  )
  return rows.length > 0
}

/** Gives the job back to the queue, for another runner to go on at once. */
export async function releaseLease(store: Store, lease: Lease): Promise<void> {
  await write(
    store,
    sql`update jobs set status = 'queued', lease_owner = null, lease_until_ms = null, version = version + 1
      where ${held(lease)}`,
  )
}

/** Stores the plan of a live target, with what it was made from. `false`: the lease is lost. */
export async function setPlan(
  store: Store,
  lease: Lease,
  made: { plan: Plan; diagnosis: Diagnosis; objects: KubeObjects },
  nowMs: number,
): Promise<boolean> {
  const plan = textOf(made.plan)
  const diagnosis = textOf(made.diagnosis)
  const { cluster, namespace, service } = made.plan.target
  const returned = await store.atomic([
    ...keepText(plan.hash, plan.json, nowMs),
    ...keepText(diagnosis.hash, diagnosis.json, nowMs),
    sql`delete from job_objects where job_no = (select no from jobs where ${held(lease)})`,
    ...objectRows(made.objects, held(lease)),
    sql`update jobs set plan = ${plan.hash}, diagnosis = ${diagnosis.hash}, cluster = ${cluster},
        namespace = ${namespace}, service = ${service}, vantage = ${made.plan.vantage}, version = version + 1
      where ${held(lease)} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

/** Ends a job. `false`: the lease is lost, and nothing has changed. */
export async function finishJob(store: Store, lease: Lease, end: JobEnd): Promise<boolean> {
  const diagnosis = end.diagnosis && textOf(end.diagnosis)
  const { summary } = end
  const returned = await store.atomic([
    ...(diagnosis ? keepText(diagnosis.hash, diagnosis.json, end.finishedAtMs) : []),
    sql`delete from job_objects where job_no = (select no from jobs where ${held(lease)})`,
    sql`update jobs set status = 'finished', verdict = ${end.verdict}, finished_at_ms = ${end.finishedAtMs},
        problem = ${end.problem && JSON.stringify(end.problem)}, diagnosis = ${diagnosis?.hash ?? null},
        passed = ${summary.pass}, failed = ${summary.fail}, errors = ${summary.error}, skipped = ${summary.skipped},
        sealed = null, lease_owner = null, lease_until_ms = null, version = version + 1
      where ${held(lease)} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

/** Ends a job at the caller's wish; its runner finds the lease lost. `ended`: it had ended. `null`: there is none. */
export async function cancelJob(store: Store, id: string, nowMs: number): Promise<'cancelled' | 'ended' | null> {
  const [, cancelled = [], found = []] = await store.atomic([
    sql`delete from job_objects where job_no = (select no from jobs where id = ${id} and ${ACTIVE})`,
    sql`update jobs set status = 'cancelled', finished_at_ms = ${nowMs}, sealed = null, lease_owner = null,
        lease_until_ms = null, version = version + 1 where id = ${id} and ${ACTIVE} returning no`,
    sql`select no from jobs where id = ${id}`,
  ])
  if (cancelled.length > 0) return 'cancelled'
  return found.length > 0 ? 'ended' : null
}
