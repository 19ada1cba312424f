/**
 * Turns a request into its plan: the objects are read from where the request says, then planned and diagnosed. Nothing
 * is probed or stored.
 *
 * @module
 */
import { narrowedPolicy, type Policy } from '../check/policy.ts'
import { diagnoseObjects } from '../diagnose/diagnose.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import { KUBECTL_CORE } from '../kube/hand-over.ts'
import { indexObjects, type ObjectIndex } from '../kube/object-index.ts'
import {
  manifestSource,
  type ObjectSource,
  type ObjectsAsked,
  type ObjectsRead,
  type Provenance,
  type ReadHow,
  type ReadTarget,
  type ServiceTarget,
} from '../kube/object-source.ts'
import { DNS_PORT, serverOf } from '../lib/address.ts'
import { unmarkedValue } from '../lib/marked.ts'
import { type PlainProblem, type ProblemDetail, ProblemError, problemFrom } from '../lib/problem.ts'
import { NOTHING_BESIDE } from '../plan/beside.ts'
import type { DiscoverEgress } from '../plan/discover-egress.ts'
import { keepOffOwn, keepWithin } from '../plan/egress-only.ts'
import { type Marker, marker } from '../plan/elsewhere.ts'
import { FOR_DISCOVERY, FOR_NARROWED, keepToCluster } from '../plan/keep-to-cluster.ts'
import type { Plan, Vantage } from '../plan/path.ts'
import { type Place, seenAs } from '../plan/place.ts'
import { planPaths } from '../plan/plan.ts'
import type { JobRequest } from '../plan/request.ts'
import { warningsOf } from '../plan/warnings.ts'
import { refuseTooManyTries } from './try-limit.ts'

/** Planning needs this of a runtime: data, and what the runtime refuses, so that it can be done in any process. */
export type PlanDeps = {
  place: Place
  policy: Policy
  settings: {
    cluster: string
    queueLimit: number
    dnsServers: readonly string[]
    /** Jobs of discovery may dial these besides the cluster's own addresses; left out: nothing else. */
    discoverEgress?: DiscoverEgress
  }
  /** Tells what this runtime cannot do of what is asked for; left out: it can do everything. */
  unsupported?(request: JobRequest, plan: Plan): readonly ProblemDetail[]
}

/** Reading from a cluster needs a source besides. */
export type SourceDeps = PlanDeps & { clusterSource: ObjectSource }

/** A request as it was read, with its manifests if it has any. */
export type Given = { request: JobRequest; objects: ObjectsAsked }

/** The manifests were planned, or refused, where they were read, and have not been carried along. */
export type PlannedManifests<P> = { source: 'manifests'; planned: P | { refused: PlainProblem } }

export type Asked = { request: JobRequest; objects: ObjectsAsked | PlannedManifests<Planned> }

export type Planned = { plan: Plan; diagnosis: Diagnosis; provenance: Provenance }

/**
 * Works out the paths that are asked for.
 *
 * @throws ProblemError if it cannot be planned.
 */
export const planAsked = async (deps: SourceDeps, { request, objects }: Asked, how = READ_ANEW): Promise<Planned> =>
  'planned' in objects ? plannedBefore(objects) : planRequest(deps, request, sourceOf(deps, objects), how)

/** @throws ProblemError if planning was refused. */
export function plannedBefore<P extends object>({ planned }: PlannedManifests<P>): P {
  if ('refused' in planned) {
    throw problemFrom(planned.refused)
  }
  return planned
}

export const sourceOf = (deps: Pick<SourceDeps, 'clusterSource'>, objects: ObjectsAsked): ObjectSource =>
  objects.source === 'manifests' ? manifestSource(objects.manifests) : deps.clusterSource

/**
 * Reads the objects of one Service, and plans its paths.
 *
 * @throws ProblemError if it cannot be planned.
 */
export async function planRequest(
  deps: PlanDeps,
  request: JobRequest,
  source: ObjectSource,
  how = READ_ANEW,
): Promise<Planned> {
  refuseForbiddenServers(deps, request)
  return readAndPlan(source, targetOf(request), how, (read, index) =>
    planRead(deps, { ...request, target: { ...request.target, ...read.found } }, read, index),
  )
}

const targetOf = ({ target, reaches }: JobRequest): ServiceTarget => ({
  ...target,
  ...(reaches && { within: reaches }),
})

/** Reads the objects of a job anew, and plans what was accepted: the servers that it asks have been allowed then. */
export const planAgain = (deps: SourceDeps, request: JobRequest, { hasFailed, ...how }: AgainHow): Promise<Planned> =>
  readAndPlan(deps.clusterSource, targetOf(request), how, (read, index) =>
    planRead(deps, request, read, index, hasFailed),
  )

/** `hasFailed`: tries have failed, so that it matters what the cluster has said. */
export type AgainHow = ReadHow & { hasFailed: boolean }

/** Objects are read after the request for them, and not taken from what a watch holds. */
export const READ_ANEW: ReadHow = { held: false }

/** The most turns of reading on: what a rule finds may make it want more, but not without end. */
const STEPS_MAX = 5

/**
 * Reads, and makes something of what was read. If that asks about objects that nobody had asked for, they are read, and
 * it is made again, so that what comes out is the same as if everything had been read at once.
 */
export async function readAndPlan<T>(
  source: ObjectSource,
  target: ReadTarget,
  how: ReadHow,
  make: (read: ObjectsRead, index: ObjectIndex) => T,
): Promise<T> {
  let read = await source.read(target, how)
  for (let step = 1; ; step++) {
    const index = indexOf(read)
    const made = orThrown(() => make(read, index))
    const wanted = index.wanted()
    if (wanted.length === 0 || source.readOn === undefined || step > STEPS_MAX) {
      return made()
    }
    read = await source.readOn(target, read, wanted)
  }
}

/** An error may come from objects that have not been read yet. */
function orThrown<T>(act: () => T): () => T {
  try {
    const value = act()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

export const indexOf = ({ objects, provenance }: ObjectsRead): ObjectIndex =>
  indexObjects(objects, provenance.unread, provenance.source)

/**
 * Plans one Service from objects that were read.
 *
 * @param index holds these objects, which may be those of many Services.
 * @param hasFailed tells that tries have failed, so that events are read beside the objects.
 * @throws ProblemError if it cannot be planned.
 */
export const planRead = (
  deps: PlanDeps,
  asked: JobRequest,
  read: ObjectsRead,
  index: ObjectIndex,
  hasFailed = false,
): Planned => orToldTo(asked, read, index, () => plan(deps, asked, read, index, hasFailed))

function plan(
  deps: PlanDeps,
  asked: JobRequest,
  { objects, ignored, provenance }: ObjectsRead,
  index: ObjectIndex,
  hasFailed: boolean,
): Planned {
  const request = withDnsServers(deps, asked)
  const elsewhere = provenance.source !== 'manifests' && request.target.cluster !== deps.settings.cluster
  const place = { ...deps.place, vantage: vantageOf(deps, request), elsewhere }
  const whole = planPaths({ request, objects, ignored, place }, index)
  const kept =
    request.madeBy === undefined
      ? whole
      : request.madeBy === 'discovery'
        ? keepToCluster(whole, index, FOR_DISCOVERY, deps.settings.discoverEgress)
        : keepToCluster(whole, index, FOR_NARROWED)
  const plan = keepWithin(keepOffOwn(kept, deps.policy.own.isAt), request.egressOnly)
  refuseTooManyTries(plan, request)
  const errors = deps.unsupported?.(request, plan) ?? []
  if (errors[0]) {
    throw new ProblemError('not_supported', errors[0].detail, { errors })
  }
  const diagnosis = diagnoseObjects(plan, objects, index)
  const told = hasFailed || objects.events.length > 0 ? withWarnings(plan, index) : plan
  const { dnsServers, cluster } = deps.settings
  const mark = marker({ objects, index, provenance }, plan.target, { request, place, dnsServers, cluster })
  return { plan: markedPlan(told, mark), diagnosis: markedDiagnosis(diagnosis, mark), provenance }
}

/** Marks the texts alone: all other fields lead the tries, and have to stay as they are. */
const markedPlan = (plan: Plan, mark: Marker): Plan => ({
  ...plan,
  paths: plan.paths.map((path) => ({ ...path, because: mark(path.because), skipped: mark(path.skipped) })),
  notApplicable: plan.notApplicable.map((each) => ({ ...each, reason: mark(each.reason) })),
  ignored: mark(plan.ignored),
  ...(plan.beside?.warnings && { beside: { ...plan.beside, warnings: mark(plan.beside.warnings) } }),
})

const markedDiagnosis = (diagnosis: Diagnosis, mark: Marker): Diagnosis => ({
  ...diagnosis,
  findings: diagnosis.findings.map((finding) => {
    const { title, detail, fix, confirm, evidence } = finding
    return { ...finding, ...mark({ title, detail, fix, confirm, evidence }) }
  }),
})

/** A refusal is told at once to whoever asks, or stays with what a schedule has made. */
export function orToldTo<T>(
  { reaches }: JobRequest,
  { objects, provenance }: ObjectsRead,
  index: ObjectIndex,
  act: () => T,
): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof ProblemError) || reaches === undefined) {
      throw error
    }
    const [namespace = ''] = reaches
    const mark = marker({ objects, index, provenance }, { namespace, service: '' }, {})
    const told = unmarkedValue(mark({ detail: error.detail, errors: error.errors }), reaches)
    const { code, headers, status } = error
    throw new ProblemError(code, told.detail, { headers, status, errors: told.errors, cause: error })
  }
}

/** Keeps the cluster's warnings about the Service's objects beside the plan, as evidence when tries have failed. */
function withWarnings(plan: Plan, index: ObjectIndex): Plan {
  const warnings = warningsOf(index, plan.target.namespace, plan.target.service)
  return warnings.length === 0 ? plan : { ...plan, beside: { ...(plan.beside ?? NOTHING_BESIDE), warnings } }
}

/**
 * DNS servers are dialled too. Those of the configuration are the operator's own choice.
 *
 * @throws ProblemError `impossible_request`
 */
export function refuseForbiddenServers(
  { policy: whole }: Pick<PlanDeps, 'policy'>,
  { addresses, egressOnly }: Pick<JobRequest, 'addresses' | 'egressOnly'>,
): void {
  const policy = egressOnly === undefined ? whole : narrowedPolicy(whole, egressOnly)
  const errors = addresses.dnsServers.flatMap((server, at): ProblemDetail[] => {
    const { address, port } = serverOf(server) ?? { address: server, port: null }
    const permission = policy.check(address, port ?? DNS_PORT)
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

/** Fills in the DNS servers of the configuration if the request names none, so that those are asked that were planned for. */
export function withDnsServers({ settings }: Pick<PlanDeps, 'settings'>, request: JobRequest): JobRequest {
  const { addresses } = request
  if (addresses.dnsServers.length > 0) {
    return request
  }
  return { ...request, addresses: { ...addresses, dnsServers: settings.dnsServers } }
}

/** In-cluster is a fact about one cluster: the one that Portolan stands in. */
export function vantageOf(deps: Pick<PlanDeps, 'place' | 'settings'>, request: JobRequest): Vantage {
  const { vantage } = deps.place
  const elsewhere = vantage.position === 'in-cluster' && request.target.cluster !== deps.settings.cluster
  return seenAs(vantage, request.vantage ?? (elsewhere ? 'outside' : vantage.position))
}

/** Stands in for a cluster on a server that reads none. */
export const noCluster: ObjectSource = {
  read: () =>
    Promise.reject(
      new ProblemError(
        'no_cluster',
        'Without manifests the objects are read from a live cluster, and this server has none: on Node ' +
          'PORTOLAN_KUBECONFIG gives it one, on Workers nothing does. ' +
          `Or send the objects in target.manifests, or as the body: ${KUBECTL_CORE} (and nodes, where you may read them).`,
        { errors: [{ pointer: '/target/manifests', detail: 'missing, expected the objects of the Service' }] },
      ),
    ),
}
