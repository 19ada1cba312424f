/**
 * Accepts a comparison: plans both sides, pairs what they promise, and makes a job of it, which is run as any other and
 * judged by its comparison (ADR 0050).
 *
 * @module
 */
import { TRIES } from '../check/compare/asked.ts'
import type { ObjectsAsked } from '../kube/object-source.ts'
import { ProblemError } from '../lib/problem.ts'
import { type Comparison, SIDES, type Side, type SideAsked } from '../plan/compare/comparison.ts'
import { isRouted, type PairOptions, pairSides } from '../plan/compare/pair.ts'
import { keepWithin } from '../plan/egress-only.ts'
import { NOT_NARROWED_BY_ADDRESS } from '../plan/keep-to-cluster.ts'
import type { Dials } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { isCutShort } from '../plan/size.ts'
import { hasEnded } from '../record/job.ts'
import { FROM_MANIFESTS, type ObjectsUsed } from '../record/objects-used.ts'
import { refuseOthers } from '../record/principal.ts'
import type { Store } from '../store/db.ts'
import type { IdempotencyClaim } from '../store/idempotency.ts'
import { getJob } from '../store/jobs.ts'
import type { NewJob } from '../store/stored-job.ts'
import { type AcceptDeps, type AskDeps, acceptOnce, type Made, makeJob, oneJob } from './accept.ts'
import { isRefused, type PlannedSide, type PlannedSides, planSides, type SidesAsked } from './plan-compare.ts'
import { type PlannedManifests, plannedBefore, sourceOf, vantageOf } from './plan-request.ts'

/** @property objects `null`: both sides are those of jobs, so that no objects are needed. */
export type AskedCompare = SidesAsked &
  Omit<PairOptions, 'ports'> & {
    ignoreHeaders: readonly string[]
    objects: ObjectsAsked | PlannedManifests<PlannedSides> | null
  }

/** @returns its id; `replayed`: an earlier request with this Idempotency-Key made it. */
export async function acceptCompare(
  deps: AskDeps,
  asked: AskedCompare,
  made: Made & { claim: IdempotencyClaim | null },
): Promise<{ id: string; replayed: boolean }> {
  const { claim, ...rest } = made
  return acceptOnce(deps, claim, async () => oneJob(deps, await makeCompare(deps, asked, rest), claim))
}

/** @throws ProblemError if a side cannot be planned, or the rules of both promise nothing that may be sent. */
async function makeCompare(deps: AcceptDeps, asked: AskedCompare, made: Made): Promise<NewJob> {
  const { sides, objects } = await sidesOf(deps, asked)
  for (const side of SIDES) {
    refuseOthers(deps.store.principal, { namespace: sides[side].namespace })
  }
  const { methods, ignoreHeaders, left, right, limit } = asked
  const ports = { left: sides.left.ports, right: sides.right.ports }
  const { paths, ...paired } = pairSides(
    { left: sides.left.paths, right: sides.right.paths },
    { methods, limit, ports },
  )
  if (paired.requests.length === 0) {
    throw nothingToSend(paired.notSent)
  }
  const target = {
    cluster: asked.request.target.cluster,
    namespace: sides.left.namespace,
    service: asked.request.target.service ?? '',
  }
  const comparison: Comparison = {
    left: shown(left, sides.left),
    right: shown(right, sides.right),
    ...paired,
    notSent: [...paired.notSent, ...SIDES.flatMap((side) => notPlanned(side, sides[side]))],
    ignoreHeaders,
    methods,
    service: asked.request.target.service,
  }
  const request: JobRequest = { ...asked.request, ...FIXED, target }
  const vantage = vantageOf(deps, request)
  const plan = { target, vantage, paths, notApplicable: [], ignored: [], ...dialsOf(sides) }
  const job = await makeJob(deps, request, { target, vantage, plan, diagnosis: null, comparison, objects }, made)
  const { namespace } = sides.right
  return { ...job, alsoNamespace: namespace === target.namespace ? null : namespace }
}

/** Joins what either side may dial; `{}`: the policy alone bounds one of them, and so the comparison. */
function dialsOf({ left, right }: Sides['sides']): { dials?: Dials } {
  if (left.dials === undefined || right.dials === undefined) {
    return {}
  }
  const all = [...left.dials, ...right.dials]
  const { lift } = all[0] ?? {}
  return {
    dials: {
      addresses: [...new Set(all.flatMap(({ addresses }) => addresses))],
      at: all.flatMap(({ at }) => at),
      ranges: [...new Set(all.flatMap(({ ranges }) => ranges))],
      // Ids of paths that the comparison does not have: a name is judged by what it resolves to
      byName: [],
      ...(lift !== undefined && { lift }),
    },
  }
}

/** A comparison is no measurement of a Service: it enters no history, and every try counts. */
const FIXED = {
  samples: TRIES,
  samplesInTurn: true,
  retries: { limit: 0, delayMs: 0 },
  settleMs: 0,
  history: false,
} as const

/** A plan is cut before its paths are made, so that which ones are missing is not known. */
const notPlanned = (side: Side, { cutShort }: PlannedSide): Comparison['notSent'] =>
  cutShort.map((reason) => ({ side, request: 'other requests', reason }))

const shown = (asked: SideAsked, { namespace }: PlannedSide): SideAsked =>
  'kind' in asked ? { ...asked, namespace } : asked

type Sides = { sides: Readonly<Record<Side, PlannedSide>>; objects: ObjectsUsed }

async function sidesOf(deps: AcceptDeps, asked: AskedCompare): Promise<Sides> {
  const { objects } = asked
  const planned: PlannedSides =
    objects === null
      ? { sides: {}, objects: FROM_MANIFESTS }
      : 'planned' in objects
        ? plannedBefore(objects)
        : await planSides(deps, asked, sourceOf(deps, objects))
  const of = async (side: Side): Promise<PlannedSide> => {
    const own = asked[side]
    if (!('job' in own)) {
      return need(planned.sides[side])
    }
    // The job was planned for whoever made it
    return keepWithin(
      await jobSide(deps.store, side, own.job, asked.request.madeBy === 'narrowed'),
      asked.request.egressOnly,
    )
  }
  return { sides: { left: await of('left'), right: await of('right') }, objects: planned.objects }
}

function need<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('a side was not planned')
  }
  return value
}

/** The paths of a job that has ended: what it found is not looked at, as they are asked anew. */
async function jobSide(store: Store, side: Side, id: string, isNarrowed: boolean): Promise<PlannedSide> {
  const job = await getJob(store, id)
  if (job === null || job.comparison !== null) {
    throw refused(side, `There is no job ${id}.`)
  }
  if (!hasEnded(job)) {
    throw refused(side, `Job ${id} has not ended: it is ${job.status}.`)
  }
  const { plan } = job
  if (isNarrowed && plan?.dials?.lift !== NOT_NARROWED_BY_ADDRESS) {
    throw refused(side, `Job ${id} was made by a caller that may dial more than you: make one, and compare that.`)
  }
  const paths = (plan?.paths ?? []).filter((path) => isRouted(path) && !(plan !== null && isRefused(path, plan)))
  if (paths.length === 0) {
    throw refused(side, `Job ${id} has no path that a router leads: an Ingress, or a route of a Gateway.`)
  }
  const cutShort = (job.plan?.notApplicable ?? []).filter((each) => isCutShort(each) && isRouted(each))
  return {
    namespace: job.target.namespace,
    paths,
    ports: job.request.addresses.controllerPorts,
    cutShort: cutShort.map(({ reason }) => reason),
    ...(plan?.dials !== undefined && { dials: [plan.dials] }),
  }
}

const refused = (side: Side, detail: string): ProblemError =>
  new ProblemError('impossible_request', detail, { errors: [{ pointer: `/${side}/job`, detail }] })

function nothingToSend(notSent: Comparison['notSent']): ProblemError {
  const reasons = [...new Set(notSent.map(({ reason }) => reason))].slice(0, 5)
  const detail = `Nothing of what the two sides promise may be sent: ${reasons.join('; ')}.`
  return new ProblemError('impossible_request', detail, { errors: [{ pointer: '/methods', detail }] })
}
