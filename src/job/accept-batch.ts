/**
 * Accepting a batch: plan every Service over one index of the objects, make it all durable at once, hand the jobs to
 * the queue.
 *
 * @module
 */
import { indexObjects, type ObjectIndex } from '../kube/object-index.ts'
import { newId } from '../lib/id.ts'
import { type PlainProblem, ProblemError, problemFrom } from '../lib/problem.ts'
import { type BatchSelection, type BatchTarget, selectServices } from '../record/batch.ts'
import { problemOf } from '../record/job.ts'
import { type BatchJob, insertBatch, type NewBatch } from '../store/batches.ts'
import type { IdempotencyClaim } from '../store/idempotency.ts'
import {
  type AcceptDeps,
  type Given,
  madeBefore,
  makeJob,
  objectsOf,
  orRefuse,
  type PlanDeps,
  planRequest,
  refuseForbiddenServers,
  refuseWhenFull,
  vantageOf,
} from './accept.ts'

/** A batch's request is a job's, about each Service that is selected. */
export type AskedBatch = Given & {
  selection: BatchSelection
  /** Made where the manifests were read, which are then not carried along. */
  planned?: readonly PlannedService[] | { refused: PlainProblem }
}

/** One Service of a batch: planned, or with the reason why it cannot be. */
export type PlannedService = Parameters<typeof makeJob>[2] & { refusal: BatchJob['refusal'] }

type Made = { owner: string; deadlineAtMs: number | null; scheduleId: string | null }

/**
 * Plans every Service that is selected, over one index of the objects. One that cannot be planned does not keep the
 * others from it.
 *
 * @throws ProblemError where no Service is selected, or too many.
 */
export function planBatch(deps: PlanDeps, asked: AskedBatch): readonly PlannedService[] {
  const { request, selection, ignored, planned } = asked
  if (planned !== undefined) {
    if ('refused' in planned) {
      throw problemFrom(planned.refused)
    }
    return planned
  }
  refuseForbiddenServers(deps, request)
  const index = indexObjects(objectsOf(request))
  return selectServices(index, selection).map((target) => planOne(deps, { request, ignored }, target, index))
}

function planOne(
  deps: PlanDeps,
  asked: Given,
  { namespace, service }: BatchTarget,
  index: ObjectIndex,
): PlannedService {
  const target = { cluster: asked.request.target.cluster, namespace, service }
  const request = { ...asked.request, target }
  const vantage = vantageOf(deps, request)
  try {
    return { target, vantage, ...planRequest(deps, { ...asked, request }, index), refusal: null }
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
    const refusal = { problem: problemOf(error), verdict: hasNothingToTest(error) ? 'inconclusive' : 'error' } as const
    return { target, vantage, plan: null, diagnosis: null, refusal }
  }
}

/**
 * The batch that is asked for, ready to be stored. A Service that cannot be planned has a job that ends with the
 * refusal: it does not keep the others from being probed.
 *
 * @throws ProblemError where no Service is selected, or too many.
 */
export async function makeBatch(deps: AcceptDeps, asked: AskedBatch, made: Made): Promise<NewBatch> {
  const { request, selection } = asked
  const planned = planBatch(deps, asked)
  const createdAtMs = deps.clock.now()
  const id = newId('batch', createdAtMs)
  const jobs: BatchJob[] = []
  for (const { refusal, ...one } of planned) {
    const own = { ...request, target: one.target }
    jobs.push({ job: await makeJob(deps, own, one, { ...made, batchId: id }), refusal })
  }
  return {
    batch: {
      ...{ id, createdAtMs, selection, owner: made.owner, scheduleId: made.scheduleId },
      ...{ cluster: request.target.cluster, labels: request.labels },
    },
    jobs,
  }
}

/** Kinds of path that were chosen for all Services may be none of one of them: an ExternalName has no ClusterIP. */
const hasNothingToTest = ({ code, errors }: ProblemError): boolean =>
  code === 'impossible_request' && errors.every(({ pointer }) => pointer === '/paths/include')

/** @returns the batch's id; `replayed`: an earlier request with this Idempotency-Key made it. */
export async function acceptBatch(
  deps: AcceptDeps,
  asked: AskedBatch,
  made: Made & { claim: IdempotencyClaim | null },
): Promise<{ id: string; replayed: boolean }> {
  const { claim, ...rest } = made
  const before = await madeBefore(deps, claim)
  if (before !== null) {
    return before
  }
  const batch = await makeBatch(deps, asked, rest)
  await refuseWhenFull(deps, batch.jobs.length)
  const inserted = orRefuse(await insertBatch(deps.store, batch, claim))
  if (!inserted.replayed) {
    await deps.queue.enqueue(jobsToRun(batch))
  }
  return inserted
}

/** Ids of its jobs that are to be run: those whose Service could be planned. */
export const jobsToRun = ({ jobs }: NewBatch): string[] =>
  jobs.flatMap(({ job, refusal }) => (refusal === null ? [job.id] : []))
