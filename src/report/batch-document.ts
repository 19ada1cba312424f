/**
 * A batch as the API shows it, and as every report renders it. Pure data.
 *
 * @module
 */

import type { Summary, Verdict } from '../check/verdict.ts'
import type { JobProblem, JobStatus } from '../record/job.ts'

export type BatchDocument = {
  id: string
  status: JobStatus
  verdict: Verdict | null
  createdAt: string
  finishedAt: string | null
  target: { cluster: string; namespace: string | null; selector: Readonly<Record<string, string>> }
  labels: Readonly<Record<string, string>>
  /** One for each Service. */
  jobs: readonly BatchJobDocument[]
}

export type BatchJobDocument = {
  id: string
  namespace: string
  service: string
  status: JobStatus
  verdict: Verdict | null
  problem: JobProblem | null
  summary: Summary
}
