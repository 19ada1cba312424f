/**
 * A job: one accepted request to probe. States, transitions and verdict. Pure.
 *
 * @module
 */
import type { Summary, Verdict } from '../check/verdict.ts'
import { PROBLEMS, type ProblemError } from '../lib/problem.ts'
import type { Plan, Vantage } from '../plan/path.ts'

export const JOB_STATUSES = ['queued', 'running', 'finished', 'cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

/** A stored problem: a job as a whole could not be done. */
export type JobProblem = { code: string; title: string; detail: string; status: number }

/** A fault of ours, as it is stored with the job or the run of a schedule that it ends. */
export const internalProblem = (detail: string): JobProblem => ({
  code: 'internal',
  title: PROBLEMS.internal[1],
  detail,
  status: PROBLEMS.internal[0],
})

/** Turns a refusal into what is stored, with every detail, as nobody is there to be told. */
export function problemOf(error: ProblemError): JobProblem {
  const details = error.errors.map(({ detail }) => detail).filter((detail) => !error.detail.includes(detail))
  return {
    code: error.code,
    title: PROBLEMS[error.code][1],
    detail: [error.detail, ...details].join(' '),
    status: error.status,
  }
}

export type Job = {
  id: string
  status: JobStatus
  /** `null` until finished. */
  verdict: Verdict | null
  problem: JobProblem | null
  createdAtMs: number
  startedAtMs: number | null
  finishedAtMs: number | null
  target: Plan['target']
  vantage: Vantage
  labels: Readonly<Record<string, string>>
  /** The id of the principal that created it. */
  owner: string
  /** Counts paths × checks. */
  summary: Summary
  /** A schedule or a batch made it; `null`: a caller did. */
  scheduleId: string | null
  batchId: string | null
}

/** Tells whether nothing more will happen to a job. */
export const hasEnded = (job: Pick<Job, 'status'>): boolean => job.status === 'finished' || job.status === 'cancelled'

/** A job that waits for a runner, and who it is for. */
export type QueuedJob = {
  id: string
  owner: string
  /** A schedule made it. */
  scheduled: boolean
}
