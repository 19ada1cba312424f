/** The end of a run: what was found is judged, diagnosed and stored, once. */
import { judgeJob, judgePath, summarise } from '../check/outcome.ts'
import type { Result } from '../check/result.ts'
import { diagnoseJob } from '../diagnose/diagnose.ts'
import { NO_DIAGNOSIS } from '../diagnose/finding.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Plan } from '../plan/path.ts'
import type { Store } from '../store/db.ts'
import { finishJob, type JobEnd } from '../store/finish.ts'
import type { StoredJob } from '../store/jobs.ts'
import type { Lease } from '../store/leases.ts'
import type { JobProblem, Verdict } from './job.ts'

export type EndDeps = { store: Store; clock: Clock; log: Log }

/** Of a job whose tries are all recorded. */
export function conclude(job: StoredJob, plan: Plan, results: readonly Result[]): Omit<JobEnd, 'finishedAtMs'> {
  const byPath = Map.groupBy(results, (result) => result.pathId)
  const judged = plan.paths.map((path) => ({ path, ...judgePath(path, byPath.get(path.id) ?? []) }))
  return {
    verdict: judgeJob(judged, job.request.expect),
    summary: summarise(judged),
    diagnosis: diagnoseJob(job.diagnosis ?? NO_DIAGNOSIS, judged, plan),
    problem: null,
    judged,
  }
}

/** @returns `false`: the lease is lost, and nothing has changed. */
export async function endJob(
  deps: EndDeps,
  job: StoredJob,
  lease: Lease,
  end: Omit<JobEnd, 'finishedAtMs'>,
): Promise<boolean> {
  const finishedAtMs = deps.clock.now()
  if (!(await finishJob(deps.store, lease, { ...end, finishedAtMs }))) return false
  deps.log.info('job_finished', {
    jobId: job.id,
    ...job.target,
    verdict: end.verdict,
    ...end.summary,
    durationMs: finishedAtMs - (job.startedAtMs ?? job.createdAtMs),
  })
  return true
}

/**
 * The job as a whole could not be done.
 *
 * @param cause of a bug, for the log.
 */
export function endWithProblem(
  deps: EndDeps,
  job: StoredJob,
  lease: Lease,
  problem: JobProblem,
  cause?: unknown,
): Promise<boolean> {
  const verdict: Verdict = 'error'
  deps.log.error('job_impossible', { jobId: job.id, code: problem.code, ...(cause !== undefined && { cause }) })
  return endJob(deps, job, lease, { verdict, summary: job.summary, diagnosis: job.diagnosis, problem, judged: [] })
}
