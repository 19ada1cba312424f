/**
 * A batch as the API shows it, and as every report renders it. Pure data.
 *
 * @module
 */

import type { Summary, Verdict } from '../check/verdict.ts'
import type { Labels } from '../kube/objects.ts'
import type { JobProblem, JobStatus } from '../record/job.ts'

/** The Services that are selected, by namespace and label. */
export type SelectionDocument = {
  /** `null`: not a single one. */
  namespace: string | null
  namespaces: readonly string[] | '*'
  /** As it was given. */
  selector: string | Labels
}

export type BatchDocument = {
  id: string
  status: JobStatus
  verdict: Verdict | null
  createdAt: string
  finishedAt: string | null
  target: { cluster: string } & SelectionDocument
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
