/**
 * Accepts a batch: plans every Service over one index of the objects, makes it all durable at once, hands the jobs to
 * the queue.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { ObjectSource, ObjectsAsked, ObjectsRead, ReadHow } from '../kube/object-source.ts'
import { newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import type { JobRequest } from '../plan/request.ts'
import { type BatchSelection, type BatchTarget, selectorText, selectServices } from '../record/batch.ts'
import { objectsUsed } from '../record/objects-used.ts'
import { insertBatch, type NewBatch } from '../store/batches.ts'
import type { IdempotencyClaim } from '../store/idempotency.ts'
import type { MadeJob, NewJob, Refusal } from '../store/stored-job.ts'
import { type AcceptDeps, type AskDeps, acceptOnce, makeJob, refusalBy } from './accept.ts'
import {
  type PlanDeps,
  type PlannedManifests,
  plannedBefore,
  planRead,
  READ_ANEW,
  readAndPlan,
  refuseForbiddenServers,
  sourceOf,
  vantageOf,
} from './plan-request.ts'

/** A batch's request is a job's, about each Service that is selected. */
export type AskedBatch = {
  request: JobRequest
  objects: ObjectsAsked | PlannedManifests<readonly PlannedService[]>
  selection: BatchSelection
}

/** One Service of a batch: planned, or with the reason why it cannot be. */
export type PlannedService = Parameters<typeof makeJob>[2] & { refusal: Refusal | null }

type Made = { owner: string; deadlineAtMs: number | null; scheduleId: string | null }

/**
 * Reads the objects once, and plans every Service that is selected. One that cannot be planned does not keep the others
 * from it.
 *
 * @throws ProblemError if no Service is selected, or too many.
 */
export async function planBatch(
  deps: PlanDeps,
  request: JobRequest,
  selection: BatchSelection,
  source: ObjectSource,
  how = READ_ANEW,
): Promise<readonly PlannedService[]> {
  refuseForbiddenServers(deps, request)
  return readSelected(request, selection, source, how, (targets, read, index) =>
    targets.map((target) => planOne(deps, request, target, read, index)),
  )
}

/**
 * Reads the objects that a batch chooses from, chooses, and makes something of what was chosen.
 *
 * @throws ProblemError if no Service is selected, or too many.
 */
export async function readSelected<T>(
  { target: { cluster } }: JobRequest,
  selection: BatchSelection,
  source: ObjectSource,
  how: ReadHow,
  make: (targets: readonly BatchTarget[], read: ObjectsRead, index: ObjectIndex) => T,
): Promise<T> {
  const target = { cluster, namespaces: selection.namespaces, selector: selectorText(selection) }
  return readAndPlan(source, target, how, (read, index) =>
    make(selectServices(index, selection, read.provenance.source), read, index),
  )
}

function planOne(
  deps: PlanDeps,
  asked: JobRequest,
  { namespace, service }: BatchTarget,
  read: ObjectsRead,
  index: ObjectIndex,
): PlannedService {
  const target = { cluster: asked.target.cluster, namespace, service }
  const request = { ...asked, target }
  const vantage = vantageOf(deps, request)
  try {
    const { plan, diagnosis, provenance } = planRead(deps, request, read, index)
    return { target, vantage, plan, diagnosis, objects: objectsUsed(provenance, plan), refusal: null }
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
    const objects = objectsUsed(read.provenance, null)
    return { target, vantage, plan: null, diagnosis: null, objects, refusal: refusalBy(error) }
  }
}

/**
 * Makes the batch that is asked for, ready to be stored. A Service that cannot be planned has a job that ends with the
 * refusal: it does not keep the others from being probed.
 *
 * @throws ProblemError if no Service is selected, or too many.
 */
export async function makeBatch(
  deps: AcceptDeps,
  asked: AskedBatch,
  made: Made,
  how: ReadHow = READ_ANEW,
): Promise<NewBatch> {
  const { request, objects, selection } = asked
  const planned =
    'planned' in objects
      ? plannedBefore(objects)
      : await planBatch(deps, request, selection, sourceOf(deps, objects), how)
  const createdAtMs = deps.clock.now()
  const id = newId('batch', createdAtMs)
  const jobs: MadeJob[] = []
  for (const { refusal, ...one } of planned) {
    const own = { ...request, target: one.target }
    jobs.push({ job: await makeJob(deps, own, one, { ...made, batchId: id }), refusal })
  }
  return {
    batch: {
      id,
      createdAtMs,
      selection,
      owner: made.owner,
      scheduleId: made.scheduleId,
      cluster: request.target.cluster,
      labels: request.labels,
    },
    jobs,
  }
}

/** @returns the batch's id; `replayed`: an earlier request with this Idempotency-Key made it. */
export async function acceptBatch(
  deps: AskDeps,
  asked: AskedBatch,
  made: Made & { claim: IdempotencyClaim | null },
): Promise<{ id: string; replayed: boolean }> {
  const { claim, ...rest } = made
  return acceptOnce(deps, claim, async () => {
    const batch = await makeBatch(deps, asked, rest)
    return {
      jobs: batch.jobs.length,
      insert: (most) => insertBatch(deps.store, batch, claim, most),
      toRun: jobsToRun(batch),
    }
  })
}

/** Lists the jobs that are to be run: those whose Service could be planned. */
export const jobsToRun = ({ jobs }: NewBatch): NewJob[] =>
  jobs.flatMap(({ job, refusal }) => (refusal === null ? [job] : []))
