/**
 * Accepting a job: plan it (so that what cannot be done is said at once), make it durable, hand it to the queue.
 *
 * @module
 */
import type { Policy } from '../check/policy.ts'
import { diagnoseObjects } from '../diagnose/diagnose.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import { KUBECTL_CORE } from '../kube/hand-over.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Ignored, KubeObjects } from '../kube/objects.ts'
import { addressOfServer } from '../lib/address.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import { type PlainProblem, type ProblemDetail, ProblemError, problemFrom } from '../lib/problem.ts'
import type { Plan, Vantage } from '../plan/path.ts'
import { type Place, seenAs } from '../plan/place.ts'
import { planPaths } from '../plan/plan.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Store } from '../store/db.ts'
import { findClaimed, type IdempotencyClaim, type Inserted } from '../store/idempotency.ts'
import { countQueued, insertJob, type NewJob } from '../store/jobs.ts'
import type { JobQueue } from './queue.ts'
import { planWithoutSecrets, type SecretBox, sealSecrets, withoutSecrets } from './secrets.ts'
import { refuseTooManyTries } from './try-limit.ts'

export type AcceptDeps = {
  store: Store
  clock: Clock
  queue: JobQueue
  secrets: SecretBox
  place: Place
  policy: Policy
  settings: { cluster: string; queueLimit: number; dnsServers: readonly string[] }
  /** What this runtime cannot do of what is asked for; left out: it can do everything. */
  unsupported?(request: JobRequest, plan: Plan): readonly ProblemDetail[]
}

/** A request with its parsed manifests. */
export type Given = { request: JobRequest; ignored: readonly Ignored[] }

export type Asked = Given & {
  /** Made where the manifests were read, which are then not carried along. */
  planned?: Planned | { refused: PlainProblem }
}

export type Planned = { plan: Plan; diagnosis: Diagnosis }

/** What planning needs of a runtime: data, apart from what it may refuse, so that it can be done in any thread. */
export type PlanDeps = Pick<AcceptDeps, 'place' | 'policy' | 'settings' | 'unsupported'>

/**
 * Works out the paths from the manifests; probes and stores nothing. Throws a {@link ProblemError} where it can't.
 *
 * @param index of the request's objects, where many Services of the same objects are planned.
 */
export function planRequest(deps: PlanDeps, asked: Asked, index?: ObjectIndex): Planned {
  const { request, planned } = asked
  if (planned !== undefined) {
    if ('refused' in planned) {
      throw problemFrom(planned.refused)
    }
    return planned
  }
  refuseForbiddenServers(deps, request)
  const objects = objectsOf(request)
  const input = {
    request: withDnsServers(deps, request),
    objects,
    ignored: asked.ignored,
    place: { ...deps.place, vantage: vantageOf(deps, request) },
  }
  const plan = planPaths(input, index)
  refuseTooManyTries(plan, request)
  const errors = deps.unsupported?.(input.request, plan) ?? []
  if (errors[0]) {
    throw new ProblemError('not_supported', errors[0].detail, { errors })
  }
  return { plan, diagnosis: diagnoseObjects(plan, objects, index) }
}

/**
 * DNS servers are dialled too. Those of the configuration are the operator's own choice.
 *
 * @throws ProblemError `impossible_request`
 */
export function refuseForbiddenServers({ policy }: Pick<AcceptDeps, 'policy'>, { addresses }: JobRequest): void {
  const errors = addresses.dnsServers.flatMap((server, at): ProblemDetail[] => {
    const permission = policy.check(addressOfServer(server) ?? server)
    if (permission.allowed) {
      return []
    }
    const detail = `The policy of this server forbids it: ${permission.reason}`
    return [{ pointer: `/addresses/dnsServers/${at}`, detail }]
  })
  if (errors[0]) {
    throw new ProblemError('impossible_request', errors[0].detail, { errors })
  }
}

/** The DNS servers of the configuration, where the request names none: what is planned for is what is asked. */
function withDnsServers({ settings }: Pick<AcceptDeps, 'settings'>, request: JobRequest): JobRequest {
  const { addresses } = request
  if (addresses.dnsServers.length > 0) {
    return request
  }
  return { ...request, addresses: { ...addresses, dnsServers: settings.dnsServers } }
}

/** Who makes a job, and from what. */
export type Made = {
  owner: string
  /** `null`: the clock starts with the run. */
  deadlineAtMs: number | null
  scheduleId: string | null
  batchId: string | null
}

/** What a runner asks DNS, wherever it stands: the servers and the cluster domain that were planned for. */
function withNames(deps: Pick<AcceptDeps, 'place' | 'settings'>, asked: JobRequest): JobRequest {
  const request = withDnsServers(deps, asked)
  const clusterDomain = request.addresses.clusterDomain ?? deps.place.clusterDomain
  return { ...request, addresses: { ...request.addresses, clusterDomain } }
}

/** The job that is asked for, ready to be stored: without its objects, its secrets sealed. */
export async function makeJob(
  deps: Pick<AcceptDeps, 'clock' | 'place' | 'secrets' | 'settings'>,
  asked: JobRequest,
  planned: Pick<NewJob, 'target' | 'vantage' | 'plan' | 'diagnosis'>,
  made: Made,
): Promise<NewJob> {
  const { objects: _objects, ...request } = withNames(deps, asked)
  const { checks, secrets } = withoutSecrets(request.checks)
  const nowMs = deps.clock.now()
  return {
    id: newId('job', nowMs),
    createdAtMs: nowMs,
    target: planned.target,
    vantage: planned.vantage,
    labels: request.labels,
    request: { ...request, checks },
    plan: planned.plan && planWithoutSecrets(planned.plan),
    diagnosis: planned.diagnosis,
    sealed: await sealSecrets(deps.secrets, secrets),
    deadlineMs: request.deadlineMs ?? DEADLINE_MS,
    history: request.history,
    ...made,
  }
}

/** A job planned from its manifests. */
export function makePlannedJob(deps: AcceptDeps, asked: Asked, made: Made): Promise<NewJob> {
  const { plan, diagnosis } = planRequest(deps, asked)
  return makeJob(deps, asked.request, { target: plan.target, vantage: plan.vantage, plan, diagnosis }, made)
}

/** @returns the job's id; `replayed`: an earlier request with this Idempotency-Key made it. */
export async function acceptJob(
  deps: AcceptDeps,
  asked: Asked,
  made: Made & { claim: IdempotencyClaim | null },
): Promise<{ id: string; replayed: boolean }> {
  const { claim, ...rest } = made
  const before = await madeBefore(deps, claim)
  if (before !== null) {
    return before
  }
  const job = await makePlannedJob(deps, asked, rest)
  await refuseWhenFull(deps, 1)
  const inserted = orRefuse(await insertJob(deps.store, job, claim, job.createdAtMs))
  if (!inserted.replayed) {
    await deps.queue.enqueue([inserted.id])
  }
  return inserted
}

/**
 * What an earlier request with this Idempotency-Key made. It is looked for before room is asked for or anything is
 * planned: whoever repeats a request because the answer was lost is told of what exists, however full the queue is and
 * whatever would be refused by now. That two requests at once make one thing is decided when it is stored.
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

/** How many more jobs the queue takes. */
export async function roomInQueue({ store, settings }: Pick<AcceptDeps, 'store' | 'settings'>): Promise<number> {
  return Math.max(0, settings.queueLimit - (await countQueued(store)))
}

/** @throws ProblemError `unavailable` */
export async function refuseWhenFull(deps: Pick<AcceptDeps, 'store' | 'settings'>, jobs: number): Promise<void> {
  const room = await roomInQueue(deps)
  // What the whole queue could not hold may have it when it is empty.
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

/** The whole job, where neither the caller nor a wait says otherwise. */
const DEADLINE_MS = 60_000

export function objectsOf(request: JobRequest): KubeObjects {
  if (request.objects !== null) {
    return request.objects
  }
  throw new ProblemError(
    'no_cluster',
    'Without manifests the objects are read from a live cluster, which this release cannot do. ' +
      `Send them in target.manifests, or as the body: ${KUBECTL_CORE} (and nodes, where you may read them).`,
    { errors: [{ pointer: '/target/manifests', detail: 'Required' }] },
  )
}

/** In-cluster is a fact about one cluster: the one that Portolan stands in. */
export function vantageOf(deps: Pick<AcceptDeps, 'place' | 'settings'>, request: JobRequest): Vantage {
  const { vantage } = deps.place
  const elsewhere = vantage.position === 'in-cluster' && request.target.cluster !== deps.settings.cluster
  return seenAs(vantage, request.vantage ?? (elsewhere ? 'outside' : vantage.position))
}
