/**
 * A job as the API shows it, and as every report renders it. Built in `describe-job.ts` from rows and results; pure
 * data.
 *
 * @module
 */
import type { Unmet } from '../check/outcome.ts'
import type { Outcome, Result } from '../check/result.ts'
import type { Summary, Verdict } from '../check/verdict.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { Ignored, TrafficPolicy } from '../kube/objects.ts'
import type { NotApplicable, Plan, PlannedPath } from '../plan/path.ts'
import type { JobProblem, JobStatus } from '../record/job.ts'
import type { ObjectsUsed } from '../record/objects-used.ts'

export type ResultDocument = Omit<Result, 'jobId' | 'pathId' | 'address' | 'startedAtMs'> & { startedAt: string }

export type PathDocument = Omit<
  PlannedPath,
  'scheme' | 'checks' | 'pod' | 'trafficPolicy' | 'onlyFrom' | 'excused' | 'share' | 'because'
> & {
  pod: string | null
  trafficPolicy: TrafficPolicy | null
  because: readonly string[]
}

/** `outcome` is `null` until the path is decided. */
export type JobPathDocument = PathDocument & {
  outcome: Outcome | null
  flaky: boolean
  results: readonly ResultDocument[]
}

/** A path as reports render it. */
export type ReportedPath = JobPathDocument & {
  /** Those of `results` that decide. */
  deciding: readonly ResultDocument[]
  /** Why it is not promised; `null`: it is. */
  doubt: string | null
  /** The checks that were planned for it, in order. */
  checkNames: readonly string[]
}

export type JobSummaryDocument = {
  id: string
  status: JobStatus
  verdict: Verdict | null
  problem: JobProblem | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  durationMs: number | null
  target: Plan['target']
  /** The name of the vantage. */
  vantage: string
  labels: Readonly<Record<string, string>>
  scheduleId: string | null
  batchId: string | null
  summary: Summary
}

/** Tells where the objects came from, and how old they were. */
export type ObjectsDocument = Omit<ObjectsUsed, 'readAtMs'> & { readAt: string | null }

export type JobDocument = JobSummaryDocument & {
  objects: ObjectsDocument
  /** The fields of `expect` that a finished job does not meet over all its paths together. */
  unmet: readonly Unmet[]
  paths: readonly JobPathDocument[]
  notApplicable: readonly NotApplicable[]
  ignored: readonly Ignored[]
  diagnosis: Diagnosis
}

/** A job as reports render it: what the API shows, and what they say beside it. */
export type JobReport = Omit<JobDocument, 'paths'> & { paths: readonly ReportedPath[] }

export type PlanDocument = {
  target: Plan['target']
  objects: ObjectsDocument
  /** The name of the vantage. */
  vantage: string
  paths: readonly PathDocument[]
  notApplicable: readonly NotApplicable[]
  ignored: readonly Ignored[]
  diagnosis: Diagnosis
}
