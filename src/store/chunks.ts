/**
 * Chunks of a job: each claimed by one runner at a time, each done once; whoever does the last one has the job's lease
 * to end it.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Result } from '../check/result.ts'
import { type Row, type Store, type Write, write } from './db.ts'
import { held, type Lease, ranOut } from './leases.ts'
import { recording } from './results.ts'
import { value } from './statement.ts'
import { onlyServer } from './visible.ts'

/** The right to work on a chunk, until it is lost: to time, to the job's end. */
export type ChunkLease = {
  jobId: string
  chunk: number
  /** 1 for the first claim: nothing of the chunk is recorded yet. */
  token: number
}

/** Another delivery of one message claims under the same name as `owner`, and need not wait. */
export type Claimant = { owner: string; nowMs: number; untilMs: number }

/** `done`: nothing is left of it. `held`: another runner has it. `gone`: the job has ended, or has no such chunk. */
export type ChunkClaim = { lease: ChunkLease } | 'done' | { heldUntilMs: number } | 'gone'

const jobNo = (jobId: string): SQL => sql`(select no from jobs where id = ${jobId} and status = 'running')`

const heldChunk = ({ jobId, chunk, token }: ChunkLease): SQL =>
  sql`job_no = ${jobNo(jobId)} and chunk = ${chunk} and lease_token = ${token} and done = 0`

/**
 * Cuts a job into chunks, unless it is cut already.
 *
 * @returns those that nobody works on and that are not done.
 */
export async function cutJob(store: Store, lease: Lease, count: number, nowMs: number): Promise<number[]> {
  onlyServer(store)
  const numbers = JSON.stringify(Array.from({ length: count }, (_, chunk) => chunk))
  const [, open = []] = await store.atomic([
    sql`insert into job_chunks (job_no, chunk, done, lease_token)
      select j.no, value, 0, 0 from (select no from jobs where ${held(lease)}) j, json_each(${numbers})
      where true on conflict do nothing`,
    sql`select chunk from job_chunks where job_no = (select no from jobs where ${held(lease)}) and done = 0
      and (lease_until_ms is null or lease_until_ms <= ${nowMs}) order by chunk`,
  ])
  return open.map(({ chunk }) => Number(chunk))
}

/**
 * One chunk more, for what is found to be left when all others are done; the job's lease is given back, to be taken
 * again by whoever does that chunk.
 *
 * @returns `false`: the lease is lost.
 */
export async function addChunk(store: Store, lease: Lease, chunk: number): Promise<boolean> {
  onlyServer(store)
  const returned = await store.atomic([
    sql`insert into job_chunks (job_no, chunk, done, lease_token)
      select no, ${chunk}, 0, 0 from jobs where ${held(lease)} on conflict do nothing`,
    sql`update jobs set lease_owner = null where ${held(lease)} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

export async function claimChunk(
  store: Store,
  jobId: string,
  chunk: number,
  { owner, nowMs, untilMs }: Claimant,
): Promise<ChunkClaim> {
  onlyServer(store)
  const [claimed = [], found = []] = await store.atomic([
    sql`update job_chunks set lease_owner = ${owner}, lease_token = lease_token + 1, lease_until_ms = ${untilMs}
      where job_no = ${jobNo(jobId)} and chunk = ${chunk} and done = 0
        and (lease_until_ms is null or ${ranOut(nowMs)} or lease_owner = ${owner}) returning lease_token`,
    sql`select done, lease_until_ms from job_chunks where job_no = ${jobNo(jobId)} and chunk = ${chunk}`,
  ])
  const [token] = claimed
  if (token) {
    return { lease: { jobId, chunk, token: Number(token.lease_token) } }
  }
  const [row] = found
  if (row === undefined) {
    return 'gone'
  }
  return row.done === 1 ? 'done' : { heldUntilMs: Number(row.lease_until_ms) }
}

const OPEN = sql`jobs.id = ${value('jobId')} and jobs.status = 'running' and exists (
  select 1 from job_chunks c where c.job_no = jobs.no and c.chunk = ${value('chunkNo')}
    and c.lease_token = ${value('token')} and c.done = 0)`

const recordedIn = ({ jobId, chunk, token }: ChunkLease, results: readonly Result[]): Write[] =>
  results.length === 0 ? [] : recording(results, OPEN, { jobId, chunkNo: chunk, token })

/** @returns `false`: the lease is lost, and nothing was recorded. */
export async function recordInChunk(store: Store, lease: ChunkLease, results: readonly Result[]): Promise<boolean> {
  onlyServer(store)
  const returned = await store.atomic(recordedIn(lease, results))
  return (returned.at(-1)?.length ?? 0) > 0
}

/** Records, and gives the chunk back for another runner to go on at once. @returns `false`: the lease is lost. */
export async function pauseChunk(store: Store, lease: ChunkLease, results: readonly Result[]): Promise<boolean> {
  onlyServer(store)
  const returned = await store.atomic([
    ...recordedIn(lease, results),
    sql`update job_chunks set lease_owner = null, lease_until_ms = null where ${heldChunk(lease)} returning chunk`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

const noneOpen = (jobId: string): SQL =>
  sql`not exists (select 1 from job_chunks where job_no = ${jobNo(jobId)} and done = 0)`

const takeJob = (jobId: string, { owner, untilMs }: Claimant, where: SQL): SQL =>
  sql`update jobs set lease_owner = ${owner}, lease_token = lease_token + 1, lease_until_ms = ${untilMs}
    where id = ${jobId} and status = 'running' and ${noneOpen(jobId)} and ${where} returning lease_token`

const leaseOf = (jobId: string, rows: readonly Row[] | undefined): Lease | null => {
  const [row] = rows ?? []
  return row ? { jobId, token: Number(row.lease_token) } : null
}

/**
 * Records, and marks the chunk as done.
 *
 * @returns `last`: the job's lease where no other chunk is left, to end the job by. `lost`: the lease is lost, and
 * nothing has changed.
 */
export async function endChunk(
  store: Store,
  lease: ChunkLease,
  results: readonly Result[],
  claimant: Claimant,
): Promise<{ last: Lease | null } | 'lost'> {
  onlyServer(store)
  const { jobId, chunk, token } = lease
  const justDone = sql`exists (select 1 from job_chunks where job_no = ${jobNo(jobId)} and chunk = ${chunk}
    and lease_token = ${token} and done = 1)`
  const returned = await store.atomic([
    ...recordedIn(lease, results),
    sql`update job_chunks set done = 1, lease_until_ms = null where ${heldChunk(lease)} returning chunk`,
    takeJob(jobId, claimant, justDone),
  ])
  if ((returned.at(-2)?.length ?? 0) === 0) {
    return 'lost'
  }
  return { last: leaseOf(jobId, returned.at(-1)) }
}

/** The lease of a job whose chunks are all done, where nobody else is about to end it. */
export async function takeToEnd(store: Store, jobId: string, claimant: Claimant): Promise<Lease | null> {
  onlyServer(store)
  const { owner, nowMs } = claimant
  const free = sql`exists (select 1 from job_chunks where job_no = ${jobNo(jobId)})
    and (lease_until_ms is null or ${ranOut(nowMs)} or lease_owner = ${owner})`
  return leaseOf(jobId, await write(store, takeJob(jobId, claimant, free)))
}
