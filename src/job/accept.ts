/**
 * Accepts a job: plans it (so that what cannot be done is said at once), makes it durable, hands it to the queue.
 *
 * @module
 */
import { planWithoutSecrets, withoutSecrets } from '../check/secrets.ts'
import type { ReadHow } from '../kube/object-source.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import type { JobRequest } from '../plan/request.ts'
import { problemOf, type QueuedJob } from '../record/job.ts'
import { NOT_READ, objectsUsed } from '../record/objects-used.ts'
import type { Store } from '../store/db.ts'
import { type Full, findClaimed, type IdempotencyClaim, type Inserted } from '../store/idempotency.ts'
import { countQueued, insertJob } from '../store/jobs.ts'
import type { MadeJob, NewJob, Refusal } from '../store/stored-job.ts'
import { type JobLimits, refuseMoreThanEver, tooManyJobs } from './limits.ts'
import {
  type Asked,
  type PlanDeps,
  planAsked,
  READ_ANEW,
  type SourceDeps,
  vantageOf,
  withDnsServers,
} from './plan-request.ts'
import type { JobQueue } from './queue.ts'
import type { SecretBox } from './secret-box.ts'
import { sealSecrets } from './secrets.ts'
import { plannedTries } from './try-limit.ts'

export type AcceptDeps = SourceDeps & {
  store: Store
  clock: Clock
  queue: JobQueue
  secrets: SecretBox
}

/** Adds the limits of a principal, which hold for jobs that are asked for, and not for runs that are due. */
export type AskDeps = AcceptDeps & { limits: JobLimits }

/** Says who makes a job, and for what. */
export type Made = {
  owner: string
  /** `null`: the clock starts with the run. */
  deadlineAtMs: number | null
  scheduleId: string | null
  batchId: string | null
}

/** Fixes what a runner asks DNS, wherever it stands: the servers and the cluster domain that were planned for. */
function withNames(deps: Pick<PlanDeps, 'place' | 'settings'>, asked: JobRequest): JobRequest {
  const request = withDnsServers(deps, asked)
  const clusterDomain = request.addresses.clusterDomain ?? deps.place.clusterDomain
  return { ...request, addresses: { ...request.addresses, clusterDomain } }
}

/** Makes the job that is asked for, ready to be stored, with its secrets sealed. */
export async function makeJob(
  deps: Pick<AcceptDeps, 'clock' | 'place' | 'secrets' | 'settings'>,
  asked: JobRequest,
  planned: Pick<NewJob, 'target' | 'vantage' | 'plan' | 'diagnosis' | 'objects'> & Partial<Pick<NewJob, 'comparison'>>,
  made: Made,
): Promise<NewJob> {
  const request = withNames(deps, asked)
  const { checks, secrets } = withoutSecrets(request.checks)
  const nowMs = deps.clock.now()
  const { plan, comparison = null } = planned
  return {
    id: newId(comparison === null ? 'job' : 'compare', nowMs),
    createdAtMs: nowMs,
    target: planned.target,
    vantage: planned.vantage,
    labels: request.labels,
    request: { ...request, checks },
    plan: plan && planWithoutSecrets(plan),
    diagnosis: planned.diagnosis,
    comparison,
    objects: planned.objects,
    sealed: await sealSecrets(deps.secrets, secrets),
    deadlineMs: request.deadlineMs ?? DEADLINE_MS,
    history: request.history,
    ...made,
  }
}

/** Plans what is asked for, and makes a job of it. */
export async function makePlannedJob(
  deps: AcceptDeps,
  asked: Asked,
  made: Made,
  how: ReadHow = READ_ANEW,
): Promise<NewJob> {
  const { plan, diagnosis, provenance } = await planAsked(deps, made.scheduleId === null ? asked : ofItsOwn(asked), how)
  const { target, vantage } = plan
  const objects = objectsUsed(provenance, plan)
  return makeJob(deps, asked.request, { target, vantage, plan, diagnosis, objects }, made)
}

/** Bounds a schedule to its own namespace: whoever may see the schedule may read what its runs have kept. */
function ofItsOwn<A extends Asked>(asked: A): A {
  const { target, reaches } = asked.request
  return reaches !== undefined || target.namespace === null
    ? asked
    : { ...asked, request: { ...asked.request, reaches: [target.namespace] } }
}

/**
 * Plans what a schedule asks of a live Service. If it cannot be planned the job has ended with that: whoever looks at
 * the runs finds this one with its problem, and a Service that is away for a while is no end of the schedule.
 */
export async function makeLiveJob(deps: AcceptDeps, asked: Asked, made: Made, how: ReadHow): Promise<MadeJob> {
  try {
    return { job: await makePlannedJob(deps, asked, made, how), refusal: null }
  } catch (error) {
    const { request } = asked
    const { cluster, namespace, service } = request.target
    if (!(error instanceof ProblemError) || namespace === null || service === null) {
      throw error
    }
    const target = { cluster, namespace, service }
    const vantage = vantageOf(deps, request)
    const planned = { target, vantage, plan: null, diagnosis: null, objects: NOT_READ }
    return { job: await makeJob(deps, request, planned, made), refusal: refusalBy(error) }
  }
}

/** Turns the refusal of a Service into the end of the job that was to be about it. */
export const refusalBy = (error: ProblemError): Refusal => ({
  problem: problemOf(error),
  verdict: hasNothingToTest(error) ? 'inconclusive' : 'error',
})

/** A Service may have none of the kinds of path that were chosen: an ExternalName has no ClusterIP. */
const hasNothingToTest = ({ code, errors }: ProblemError): boolean =>
  code === 'impossible_request' && errors.every(({ pointer }) => pointer === '/paths/include')

/** @returns the job's id; `replayed`: an earlier request with this Idempotency-Key made it. */
export async function acceptJob(
  deps: AskDeps,
  asked: Asked,
  made: Made & { claim: IdempotencyClaim | null },
): Promise<{ id: string; replayed: boolean }> {
  const { claim, ...rest } = made
  return acceptOnce(deps, claim, async () => oneJob(deps, await makePlannedJob(deps, asked, rest), claim))
}

/** The job as it waits for a runner. */
export const queuedOf = ({ id, owner, scheduleId }: NewJob): QueuedJob => ({
  id,
  owner,
  scheduled: scheduleId !== null,
})

/** Something made and not stored yet: `jobs` counts those that need room, `toRun` are those that are to be run. */
type NotYetStored = {
  jobs: number
  toRun: readonly NewJob[]
  /** @param most jobs that the owner may have under way. */
  insert(most: number | null): Promise<Inserted | Full>
}

export const oneJob = (
  { store }: Pick<AcceptDeps, 'store'>,
  job: NewJob,
  claim: IdempotencyClaim | null,
): NotYetStored => ({
  jobs: 1,
  toRun: [job],
  insert: (most) => insertJob(store, job, claim, job.createdAtMs, most),
})

/**
 * Accepts what a request asks for, once for each Idempotency-Key: makes it, stores it if the queue has room and the
 * caller's limits allow it, and hands its jobs to the queue.
 *
 * @throws ProblemError `idempotency_key_reused`, `unavailable`, `too_many_requests`
 */
export async function acceptOnce(
  deps: AskDeps,
  claim: IdempotencyClaim | null,
  make: () => Promise<NotYetStored>,
): Promise<{ id: string; replayed: boolean }> {
  const before = await madeBefore(deps, claim)
  if (before !== null) {
    return before
  }
  const { jobs, insert, toRun } = await make()
  const { principal } = deps.store
  const most = deps.limits.jobsUnderWay(principal)
  refuseMoreThanEver(toRun.length, most)
  await refuseWhenFull(deps, jobs)
  const giveBack = deps.limits.takeTries(
    principal,
    toRun.reduce((sum, { plan, request }) => sum + plannedTries(plan, request), 0),
  )
  const made = await insert(most)
  if (made.outcome !== 'created') {
    giveBack()
  }
  if (made.outcome === 'full') {
    throw tooManyJobs(most)
  }
  const inserted = orRefuse(made)
  if (!inserted.replayed) {
    await deps.queue.enqueue(toRun.map(queuedOf))
  }
  return inserted
}

/**
 * Finds what an earlier request with this Idempotency-Key made. This is done before room is asked for or anything is
 * planned: a client that repeats a request because the answer was lost is told what exists, however full the queue is
 * and whatever would be refused by now. Two requests at once make one thing, which is decided when it is stored.
 *
 * @throws ProblemError `idempotency_key_reused`
 */
export async function madeBefore(
  { store, clock }: Pick<AcceptDeps, 'store' | 'clock'>,
  claim: IdempotencyClaim | null,
): Promise<{ id: string; replayed: boolean } | null> {
  const found = claim && (await findClaimed(store, claim, clock.now()))
  return found && orRefuse(found)
}

/** Counts the jobs that the queue still takes. */
export async function roomInQueue({ store, settings }: Pick<AcceptDeps, 'store' | 'settings'>): Promise<number> {
  return Math.max(0, settings.queueLimit - (await countQueued(store)))
}

/** @throws ProblemError `unavailable` */
async function refuseWhenFull(deps: Pick<AcceptDeps, 'store' | 'settings'>, jobs: number): Promise<void> {
  const room = await roomInQueue(deps)
  // A batch that is larger than the whole queue is taken when the queue is empty.
  if (jobs <= room || room === deps.settings.queueLimit) {
    return
  }
  throw new ProblemError('unavailable', 'Too many jobs are waiting (PORTOLAN_QUEUE_LIMIT); try again later.', {
    headers: { 'retry-after': '5' },
  })
}

/** @throws ProblemError `idempotency_key_reused` */
export function orRefuse(inserted: Inserted): { id: string; replayed: boolean } {
  if (inserted.outcome !== 'mismatch') {
    return { id: inserted.id, replayed: inserted.outcome === 'replayed' }
  }
  throw new ProblemError(
    'idempotency_key_reused',
    'This Idempotency-Key was used within 24 h for a request with another body or query. Use a new key for a new request.',
  )
}

/** A job ends after this time unless the caller or a wait says otherwise. */
const DEADLINE_MS = 60_000
