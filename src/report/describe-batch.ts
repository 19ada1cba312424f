import { toInstant } from '../lib/clock.ts'
import { type Batch, type BatchSelection, judgeBatch, onlyNamespace } from '../record/batch.ts'
import { hasEnded, type Job } from '../record/job.ts'
import type { BatchDocument, SelectionDocument } from './batch-document.ts'

/** A batch and its jobs → what the API shows. */
export function describeBatch(batch: Batch, jobs: readonly Job[]): BatchDocument {
  const { id, cluster, selection, labels, createdAtMs } = batch
  const { status, verdict } = judgeBatch(jobs)
  const endedAtMs = Math.max(...jobs.map((job) => job.finishedAtMs ?? createdAtMs))
  return {
    id,
    status,
    verdict,
    createdAt: toInstant(createdAtMs),
    finishedAt: hasEnded({ status }) ? toInstant(endedAtMs) : null,
    target: { cluster, ...describeSelection(selection) },
    labels,
    jobs: jobs.map((job) => ({
      id: job.id,
      namespace: job.target.namespace,
      service: job.target.service,
      status: job.status,
      verdict: job.verdict,
      problem: job.problem,
      summary: job.summary,
    })),
  }
}

export const describeSelection = (selection: BatchSelection): SelectionDocument => ({
  namespace: onlyNamespace(selection),
  namespaces: selection.namespaces ?? '*',
  selector: selection.selector,
})
