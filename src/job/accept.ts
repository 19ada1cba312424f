/**
 * Accepting a job: plan it (so that what cannot be done is said at once), make it durable, hand it to the queue.
 *
 * @module
 */
import { diagnoseObjects } from '../diagnose/diagnose.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { Ignored, KubeObjects } from '../kube/objects.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Plan, Vantage } from '../plan/path.ts'
import { planPaths } from '../plan/plan.ts'
import type { Store } from '../store/db.ts'
import { countQueued, type IdempotencyClaim, insertJob } from '../store/jobs.ts'
import type { JobRequest } from './job.ts'
import type { Place } from './place.ts'
import type { JobQueue } from './queue.ts'
import { planWithoutSecrets, type SecretBox, sealSecrets, withoutSecrets } from './secrets.ts'

export type AcceptDeps = {
  store: Store
  clock: Clock
  queue: JobQueue
  secrets: SecretBox
  place: Place
  settings: { cluster: string; queueLimit: number; dnsServers: readonly string[] }
}

/** A request with its parsed manifests. */
export type Asked = { request: JobRequest; ignored: readonly Ignored[] }

export type Planned = { plan: Plan; diagnosis: Diagnosis }

/** Works out the paths from the manifests; probes and stores nothing. Throws a {@link ProblemError} where it can't. */
export function planRequest(deps: Pick<AcceptDeps, 'place' | 'settings'>, asked: Asked): Planned {
  const { request } = asked
  const objects = objectsOf(request)
  const withDns =
    request.addresses.dnsServers.length > 0
      ? request
      : { ...request, addresses: { ...request.addresses, dnsServers: deps.settings.dnsServers } }
  const plan = planPaths({
    request: withDns,
    objects,
    ignored: asked.ignored,
    vantage: vantageOf(deps, request),
    prober: deps.place,
  })
  return { plan, diagnosis: diagnoseObjects(plan, objects) }
}

/** @returns the job's id; `replayed`: an earlier request with this Idempotency-Key made it. */
export async function acceptJob(
  deps: AcceptDeps,
  asked: Asked,
  made: { owner: string; claim: IdempotencyClaim | null; deadlineAtMs: number | null },
): Promise<{ jobId: string; replayed: boolean }> {
  const { plan, diagnosis } = planRequest(deps, asked)
  if ((await countQueued(deps.store)) >= deps.settings.queueLimit) {
    throw new ProblemError('unavailable', 'Too many jobs are waiting (PORTOLAN_QUEUE_LIMIT); try again later.', {
      headers: { 'retry-after': '5' },
    })
  }
  const { objects: _stored, ...request } = asked.request
  const { checks, secrets } = withoutSecrets(request.checks)
  const nowMs = deps.clock.now()
  const inserted = await insertJob(
    deps.store,
    {
      id: newId('job', nowMs),
      createdAtMs: nowMs,
      owner: made.owner,
      target: plan.target,
      vantage: plan.vantage,
      labels: request.labels,
      request: { ...request, checks },
      plan: planWithoutSecrets(plan),
      diagnosis,
      objects: null,
      sealed: await sealSecrets(deps.secrets, secrets),
      deadlineAtMs: made.deadlineAtMs,
      deadlineMs: request.deadlineMs ?? DEADLINE_MS,
      history: request.history,
      scheduleId: null,
      batchId: null,
    },
    made.claim,
    nowMs,
  )
  if (inserted.outcome === 'mismatch') {
    throw new ProblemError(
      'idempotency_key_reused',
      'This Idempotency-Key was used within 24 h for a request with another body or query. Use a new key for a new request.',
    )
  }
  if (inserted.outcome === 'created') await deps.queue.enqueue(inserted.jobId)
  return { jobId: inserted.jobId, replayed: inserted.outcome === 'replayed' }
}

/** The whole job, where neither the caller nor a wait says otherwise. */
const DEADLINE_MS = 60_000

function objectsOf(request: JobRequest): KubeObjects {
  if (request.objects !== null) return request.objects
  throw new ProblemError(
    'no_cluster',
    'Without manifests the objects are read from a live cluster, which this release cannot do. ' +
      'Send them in target.manifests: kubectl get svc,endpointslices,ingress,nodes,pods -o yaml',
    { errors: [{ pointer: '/target/manifests', detail: 'Required' }] },
  )
}

/** In-cluster is a fact about one cluster: the one that Portolan stands in. */
function vantageOf(deps: Pick<AcceptDeps, 'place' | 'settings'>, request: JobRequest): Vantage {
  if (request.vantage !== null) return request.vantage
  const { vantage } = deps.place
  return vantage === 'in-cluster' && request.target.cluster !== deps.settings.cluster ? 'outside' : vantage
}
