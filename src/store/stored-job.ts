/** Jobs as they are kept, with what only the store and its callers know of them. */

import type { Verdict } from '../check/verdict.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { Comparison } from '../plan/compare/comparison.ts'
import type { Plan } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Job, JobProblem } from '../record/job.ts'
import type { ObjectsUsed } from '../record/objects-used.ts'

/** A job without its large parts, as lists show it. */
export type JobHead = Job & {
  /** Grows by one with every change that a reader could see; becomes the ETag. */
  version: number
  history: boolean
}

export type StoredJob = JobHead & {
  request: JobRequest
  /** Without the secrets of its checks. `null`: the Service could not be planned, and the job has ended with that. */
  plan: Plan | null
  /** Rests on the objects alone until the job ends. */
  diagnosis: Diagnosis | null
  /** The job compares two sides, and is judged by that; `null`: it probes a Service. */
  comparison: Comparison | null
  /** The objects that the plan rests on. */
  objects: ObjectsUsed
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
  | 'comparison'
  | 'objects'
  | 'sealed'
  | 'deadlineAtMs'
  | 'deadlineMs'
  | 'history'
  | 'scheduleId'
  | 'batchId'
> & {
  /** A comparison's other side is in this namespace; left out: both are in the same, or there is no other side. */
  alsoNamespace?: string | null
}

/** The Service could not be planned: the job has ended with that, and says nothing about its target. */
export type Refusal = { problem: JobProblem; verdict: Verdict }

/** A job that is to be run, or (with a refusal) one that has ended as it was made. */
export type MadeJob = { job: NewJob; refusal: Refusal | null }
