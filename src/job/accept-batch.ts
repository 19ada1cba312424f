/**
 * Accepting a batch: plan every Service over one index of the objects, make it all durable at once, hand the jobs to
 * the queue.
 *
 * @module
 */
import { indexObjects } from '../kube/object-index.ts'
import { newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { type BatchJob, insertBatch, type NewBatch } from '../store/batches.ts'
import type { IdempotencyClaim } from '../store/once.ts'
import {
  type AcceptDeps,
  type Asked,
  madeBefore,
  makeJob,
  objectsOf,
  orRefuse,
  planRequest,
  refuseForbiddenServers,
  refuseWhenFull,
  vantageOf,
} from './accept.ts'
import { type BatchSelection, type BatchTarget, selectServices } from './batch.ts'
import { problemOf } from './job.ts'

/** A batch's request is a job's, about each Service that is selected. */
export type AskedBatch = Asked & { selection: BatchSelection }

type Made = { owner: string; deadlineAtMs: number | null; scheduleId: string | null }

/**
 * The batch that is asked for, ready to be stored. A Service that cannot be planned has a job that ends with the
 * refusal: it does not keep the others from being probed.
 *
 * @throws ProblemError where no Service is selected, or too many.
 */
export async function makeBatch(deps: AcceptDeps, asked: AskedBatch, made: Made): Promise<NewBatch> {
  const { request, selection } = asked
  refuseForbiddenServers(deps, request)
  const index = indexObjects(objectsOf(request))
  const targets = selectServices(index, selection)
  const createdAtMs = deps.clock.now()
  const id = newId('batch', createdAtMs)
  const jobs: BatchJob[] = []
  for (const target of targets) jobs.push(await makeOne(deps, asked, target, index, { ...made, batchId: id }))
  return {
    batch: {
      ...{ id, createdAtMs, selection, owner: made.owner, scheduleId: made.scheduleId },
      ...{ cluster: request.target.cluster, labels: request.labels },
    },
    jobs,
  }
}

async function makeOne(
  deps: AcceptDeps,
  asked: Asked,
  { namespace, service }: BatchTarget,
  index: ReturnType<typeof indexObjects>,
  made: Parameters<typeof makeJob>[3],
): Promise<BatchJob> {
  const target = { cluster: asked.request.target.cluster, namespace, service }
  const request = { ...asked.request, target }
  const vantage = vantageOf(deps, request)
  let planned: Parameters<typeof makeJob>[2] = { target, vantage, plan: null, diagnosis: null }
  let refusal: BatchJob['refusal'] = null
  try {
    planned = { ...planned, ...planRequest(deps, { ...asked, request }, index) }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    refusal = { problem: problemOf(error), verdict: hasNothingToTest(error) ? 'inconclusive' : 'error' }
  }
  return { job: await makeJob(deps, request, planned, made), refusal }
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
  if (before !== null) return before
  const batch = await makeBatch(deps, asked, rest)
  await refuseWhenFull(deps, batch.jobs.length)
  const inserted = orRefuse(await insertBatch(deps.store, batch, claim))
  if (!inserted.replayed) await deps.queue.enqueue(jobsToRun(batch))
  return inserted
}

/** Ids of its jobs that are to be run: those whose Service could be planned. */
export const jobsToRun = ({ jobs }: NewBatch): string[] =>
  jobs.flatMap(({ job, refusal }) => (refusal === null ? [job.id] : []))
