/**
 * A batch: one request about many Services, one job each. Pure.
 *
 * @module
 */

import { type Verdict, worstVerdict } from '../check/verdict.ts'
import { matchesLabels, type ObjectIndex } from '../kube/object-index.ts'
import type { Labels } from '../kube/objects.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Job, JobStatus } from './job.ts'

/** The most Services of one batch; beyond it, several requests are clearer than one. */
export const BATCH_LIMIT = 50

/** A batch is about the Services of a namespace (`null`: of all) that have these labels. */
export type BatchSelection = { namespace: string | null; selector: Labels }

export type Batch = {
  id: string
  createdAtMs: number
  owner: string
  cluster: string
  selection: BatchSelection
  labels: Readonly<Record<string, string>>
  scheduleId: string | null
}

export type BatchTarget = { namespace: string; service: string }

/**
 * Selects the Services that a batch is about, by namespace and name. One without a namespace is in the one that is asked
 * for.
 *
 * @throws ProblemError `service_not_found` if there is none, `impossible_request` if there are too many.
 */
export function selectServices(index: ObjectIndex, { namespace, selector }: BatchSelection): BatchTarget[] {
  const found = new Map<string, BatchTarget>()
  for (const { meta } of index.services) {
    const own = meta.namespace ?? namespace ?? 'default'
    if ((namespace !== null && own !== namespace) || !matchesLabels(meta.labels, selector)) {
      continue
    }
    found.set(`${own}/${meta.name}`, { namespace: own, service: meta.name })
  }
  if (found.size === 0) {
    throw noService(index, { namespace, selector })
  }
  if (found.size > BATCH_LIMIT) {
    const detail = `These are ${found.size} Services; a batch takes ${BATCH_LIMIT}. Choose by target.namespace or target.selector, and send several batches.`
    throw new ProblemError('impossible_request', detail, { errors: [{ pointer: '/target/manifests', detail }] })
  }
  return [...found.values()]
}

function noService(index: ObjectIndex, { namespace, selector }: BatchSelection): ProblemError {
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`)
  const where = namespace === null ? '' : ` in namespace ${namespace}`
  const which = labels.length === 0 ? '' : ` with the labels ${labels.join(', ')}`
  const detail = `There is no Service${where}${which} among the objects, which hold ${index.services.length} Services.`
  const pointer =
    labels.length > 0 ? '/target/selector' : namespace === null ? '/target/manifests' : '/target/namespace'
  return new ProblemError('service_not_found', detail, { errors: [{ pointer, detail }] })
}

/** Judges a batch by its jobs. If some passed and others were cancelled, the batch has not passed. */
export function judgeBatch(jobs: readonly Pick<Job, 'status' | 'verdict'>[]): {
  status: JobStatus
  verdict: Verdict | null
} {
  const all = (status: JobStatus): boolean => jobs.every((job) => job.status === status)
  if (all('queued')) {
    return { status: 'queued', verdict: null }
  }
  if (jobs.some(({ status }) => status === 'queued' || status === 'running')) {
    return { status: 'running', verdict: null }
  }
  if (all('cancelled')) {
    return { status: 'cancelled', verdict: null }
  }
  const verdict = worstVerdict(jobs.map((job) => job.verdict))
  const whole = verdict !== 'pass' || jobs.every(({ status }) => status === 'finished')
  return { status: 'finished', verdict: whole ? verdict : 'inconclusive' }
}
