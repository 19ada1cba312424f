/**
 * The end of a job: its verdict, and its place in history, in one batch.
 *
 * @module
 */
import { eq, sql } from 'drizzle-orm'
import type { JudgedPath } from '../check/outcome.ts'
import type { Summary, Verdict } from '../check/verdict.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import { eventsOf, type ServiceEvent } from '../history/events.ts'
import { causeOf, observe } from '../history/observe.ts'
import type { Plan } from '../plan/path.ts'
import type { JobProblem } from '../record/job.ts'
import type { Store } from './db.ts'
import { textOf } from './job-rows.ts'
import { jsonChunks } from './json.ts'
import { held, type Lease } from './leases.ts'
import { historyWrites } from './record-history.ts'
import { jobs } from './schema.ts'
import { readServiceAt } from './service-at.ts'
import { hashOf, keepParts, keepText } from './texts.ts'
import { onlyServer } from './visible.ts'

export type JobEnd = {
  verdict: Verdict
  summary: Summary
  diagnosis: Diagnosis | null
  problem: JobProblem | null
  /** The plan's paths as judged; empty where the job could not be done. */
  judged: readonly JudgedPath[]
  finishedAtMs: number
}

/** Told of what a job that has ended changed for its Service; not where it changed nothing. */
export type OnEvents = (target: Plan['target'], events: readonly ServiceEvent[]) => void

/**
 * Ends a job, and adds what it found to history if it wants that. All its results are recorded before.
 *
 * @param onEvents left out: nobody listens, and nothing more is read.
 * @returns `false`: the lease is lost, and nothing has changed.
 */
export async function finishJob(store: Store, lease: Lease, end: JobEnd, onEvents?: OnEvents): Promise<boolean> {
  onlyServer(store)
  // Read, yet not to be written back: a job's target, vantage and wish for history do not change while it is leased.
  const [job] = await store.db.select().from(jobs).where(eq(jobs.id, lease.jobId))
  if (job === undefined) {
    return false
  }
  const { cluster, namespace, service } = job
  const target = { cluster, namespace, service }
  const before = onEvents && job.history ? await readServiceAt(store, target) : null
  const { summary, finishedAtMs } = end
  const diagnosis = end.diagnosis && textOf(end.diagnosis)
  const still = held(lease)
  const returned = await store.atomic([
    ...(diagnosis ? keepText(diagnosis.hash, diagnosis.json, finishedAtMs) : []),
    ...(job.history ? enterHistory(job, end, lease) : []),
    sql`delete from job_chunks where job_no = (select no from jobs where ${still})`,
    sql`update jobs set status = 'finished', verdict = ${end.verdict}, finished_at_ms = ${finishedAtMs},
        problem = ${end.problem && JSON.stringify(end.problem)}, diagnosis = ${diagnosis?.hash ?? null},
        passed = ${summary.pass}, failed = ${summary.fail}, errors = ${summary.error}, skipped = ${summary.skipped},
        left_out = ${summary.leftOut},
        sealed = null, lease_owner = null, lease_until_ms = null, version = version + 1
      where ${still} returning no`,
  ])
  const hasEnded = (returned.at(-1)?.length ?? 0) > 0
  const events = hasEnded && before ? eventsOf(before, await readServiceAt(store, target)) : []
  if (events.length > 0) {
    onEvents?.(target, events)
  }
  return hasEnded
}

function enterHistory(row: typeof jobs.$inferSelect, end: JobEnd, lease: Lease) {
  const { id, createdAtMs, cluster, namespace, service, vantage: vantageName } = row
  const target = { cluster, namespace, service }
  const { verdict, summary, judged, finishedAtMs } = end
  const findings = end.diagnosis?.findings ?? []
  const observed = observe({ job: { id, createdAtMs, target }, verdict, findings, judged })
  const unprobed = jsonChunks(observed.unprobed)
  const hash = hashOf(unprobed.join())
  const diagnosis = end.diagnosis && textOf(end.diagnosis).hash
  const [first] = findings
  const cause = first ? JSON.stringify(causeOf(first)) : null
  return [
    ...keepParts(hash, unprobed, finishedAtMs),
    ...historyWrites(
      { target, vantageName, createdAtMs, lease, verdict, summary, finishedAtMs, unprobed: hash, diagnosis, cause },
      observed,
    ),
  ]
}
