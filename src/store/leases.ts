/**
 * The right to run a job: claimed by one runner at a time, lost to time, to a cancel or to the job's end.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import type { QueuedJob } from '../record/job.ts'
import { type Store, write } from './db.ts'
import { ACTIVE, need } from './job-rows.ts'
import { getJob } from './jobs.ts'
import { jobs } from './schema.ts'
import type { StoredJob } from './stored-job.ts'
import { onlyServer } from './visible.ts'

/** The right to run a job, until it is lost: to time, to a cancel, to the job's end. */
export type Lease = { jobId: string; token: number }

/** No lease is so long. One that ends later was given by a clock that ran ahead, and would be held until that time. */
const LONGEST_MS = 3_600_000

/** Holds when the column's lease has run out, or cannot be one. */
export const ranOut = (nowMs: number): SQL =>
  sql`(lease_until_ms <= ${nowMs} or lease_until_ms > ${nowMs + LONGEST_MS})`

const claimable = (nowMs: number): SQL =>
  sql`${ACTIVE} and (status = 'queued' or (status = 'running' and ${ranOut(nowMs)}))`

/** Holds while the job is still its runner's. */
export const held = (lease: Lease): SQL =>
  sql`id = ${lease.jobId} and lease_token = ${lease.token} and status = 'running'`

type ClaimableRow = { id: string; owner: string; scheduled: number }

const claimableFrom = ({ id, owner, scheduled }: ClaimableRow): QueuedJob => ({
  id,
  owner,
  scheduled: scheduled !== 0,
})

/**
 * Lists the jobs that a runner may claim: the oldest of each owner, asked and scheduled, then the second of each, and
 * so on, so that an owner with many waiting jobs keeps nobody else off a list that is cut.
 */
export async function claimableJobs(store: Store, nowMs: number, limit: number): Promise<QueuedJob[]> {
  onlyServer(store)
  const rows = await store.db.all<ClaimableRow>(
    sql`select id, owner, scheduled from (
        select id, owner, schedule_id is not null as scheduled, created_at_ms, row_number() over (
          partition by owner, schedule_id is not null order by created_at_ms, id) as place
        from jobs where ${claimable(nowMs)})
      order by place, created_at_ms, id limit ${limit}`,
  )
  return rows.map(claimableFrom)
}

/** Jobs whose message was lost: queued for longer than `graceMs`, or without a runner. Oldest first. */
export async function strandedJobs(store: Store, nowMs: number, graceMs: number, limit: number): Promise<QueuedJob[]> {
  onlyServer(store)
  const rows = await store.db.all<ClaimableRow>(
    sql`select id, owner, schedule_id is not null as scheduled from jobs
      where ${claimable(nowMs)} and (status = 'running' or created_at_ms <= ${nowMs - graceMs}
        or created_at_ms > ${nowMs + graceMs})
      order by created_at_ms, id limit ${limit}`,
  )
  return rows.map(claimableFrom)
}

/**
 * Takes a job to run it: a queued one, or one whose runner let its lease run out. The deadline starts with the
 * first claim. `null`: there is nothing to take.
 *
 * @param want `again`: also where `owner` has it, who then is another delivery of one message. `unattended`: nobody has
 * worked on a job since its lease ran out, so that this time does not count towards its deadline.
 * @param owner names the process: for people, and for a start that looks for what a dead one left.
 */
export async function claimJob(
  store: Store,
  want: { id: string; again?: boolean; unattended?: boolean },
  owner: string,
  nowMs: number,
  leaseMs: number,
): Promise<{ job: StoredJob; lease: Lease } | null> {
  onlyServer(store)
  const own = want.again ? sql`status = 'running' and lease_owner = ${owner}` : sql`false`
  const unattended = want.unattended ? sql`status = 'running'` : sql`false`
  const [row] = await write(
    store,
    sql`update jobs set status = 'running', started_at_ms = coalesce(started_at_ms, ${nowMs}),
        deadline_at_ms = coalesce(deadline_at_ms, ${nowMs} + deadline_ms)
          + case when ${unattended} then max(0, ${nowMs} - lease_until_ms) else 0 end,
        lease_owner = ${owner}, lease_token = lease_token + 1, lease_until_ms = ${nowMs + leaseMs}, version = version + 1
      where id = ${want.id} and (${claimable(nowMs)} or ${own}) returning id, lease_token`,
  )
  if (row === undefined) {
    return null
  }
  const lease: Lease = { jobId: String(row.id), token: Number(row.lease_token) }
  const job = await getJob(store, lease.jobId)
  return { job: need(job, lease.jobId), lease }
}

/** `false`: the lease is lost, or the job has ended. */
export async function renewLease(store: Store, lease: Lease, nowMs: number, leaseMs: number): Promise<boolean> {
  onlyServer(store)
  const rows = await write(
    store,
    sql`update jobs set lease_until_ms = ${nowMs + leaseMs} where ${held(lease)} returning no`,
  )
  return rows.length > 0
}

/**
 * Gives the job back to the queue, for another runner to go on at once. Its deadline stands still meanwhile.
 *
 * @param seenAtMs until when somebody worked on it; `null`: the deadline goes on.
 */
export async function releaseLease(store: Store, lease: Lease, seenAtMs: number | null = null): Promise<void> {
  onlyServer(store)
  const stopped =
    seenAtMs === null
      ? sql``
      : sql`, deadline_ms = max(1, coalesce(deadline_at_ms - ${seenAtMs}, deadline_ms)), deadline_at_ms = null`
  await write(
    store,
    sql`update jobs set status = 'queued', lease_owner = null, lease_until_ms = null, version = version + 1${stopped}
      where ${held(lease)}`,
  )
}

/** Lists the leases that are held now, with their holders and ends. */
export async function heldLeases(store: Store): Promise<(Lease & { owner: string; untilMs: number })[]> {
  onlyServer(store)
  const rows = await store.db
    .select({ jobId: jobs.id, token: jobs.leaseToken, owner: jobs.leaseOwner, untilMs: jobs.leaseUntilMs })
    .from(jobs)
    .where(sql`${ACTIVE} and status = 'running'`)
  return rows.map(({ owner, untilMs, ...lease }) => ({ ...lease, owner: owner ?? '', untilMs: untilMs ?? 0 }))
}

/**
 * Jobs that were to end with a client's wait, made before this process began: whoever waited has been cut off, and the
 * time until now is not the job's doing. Their time starts with their run.
 */
export async function forgetWaits(store: Store, madeBeforeMs: number): Promise<void> {
  onlyServer(store)
  await write(
    store,
    sql`update jobs set deadline_at_ms = null
      where ${ACTIVE} and status = 'queued' and deadline_at_ms is not null and created_at_ms < ${madeBeforeMs}`,
  )
}
