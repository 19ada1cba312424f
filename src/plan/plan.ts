/**
 * Kubernetes' rules as a function from objects to every network path to a Service, each with the fields that it came from,
 * and a reason for every kind that does not apply. Pure: the same objects, in any order, give the same plan.
 *
 * @module
 */

import { indexObjects, type ObjectIndex } from '../kube/object-index.ts'
import type { Ignored, KubeObjects } from '../kube/objects.ts'
import { fieldOf, mergeBecause, noteOf } from './because.ts'
import { checksFor, headerDoubts } from './choose-checks.ts'
import type { PlanContext } from './context.ts'
import { finishPath, type PathDraft } from './draft.ts'
import { besideOf } from './find-beside.ts'
import { byBackendTls } from './gateway/backend-tls.ts'
import { schemesByIngress, unreadRoutes } from './ingress-backends.ts'
import { PATH_KINDS } from './kinds.ts'
import { notApplicable } from './not-applicable.ts'
import { schemesByRoute } from './openshift/ports.ts'
import type { Plan, PlannedPath } from './path.ts'
import type { Place } from './place.ts'
import type { JobRequest } from './request.ts'
import { choosePaths, type GroupedPath, refuseImpossible } from './selection.ts'
import { endpointsOf } from './service-endpoints.ts'
import { boundsOf } from './size.ts'
import { SOURCES } from './sources.ts'
import { findTarget } from './target.ts'

export type PlanInput = {
  request: JobRequest
  objects: KubeObjects
  ignored: readonly Ignored[]
  /** The place of the prober with regard to the target's cluster. */
  place: Place
}

/**
 * Plans the paths of one Service.
 *
 * @param index of `input.objects`, where many Services of the same objects are planned.
 * @throws ProblemError `service_not_found`, `service_ambiguous`, `impossible_request`
 */
export function planPaths(input: PlanInput, index: ObjectIndex = indexObjects(input.objects)): Plan {
  const { context, unlisted, ignored } = contextOf(input, index)
  const { request } = context
  const paths = finishAll(
    context,
    PATH_KINDS.flatMap((kind) => SOURCES[kind].paths(context)),
  )
  refuseImpossible(context, paths)
  const planned = new Set(paths.map(({ path }) => path.kind))
  return {
    target: context.target,
    vantage: input.place.vantage,
    paths: choosePaths(request, paths),
    notApplicable: [...notApplicable(context, planned), ...unlisted],
    ignored: [...input.ignored, ...ignored],
    beside: besideOf(context),
  }
}

function contextOf(
  { request, place }: PlanInput,
  index: ObjectIndex,
): { context: PlanContext; unlisted: Plan['notApplicable']; ignored: Plan['ignored'] } {
  const { service, namespace, ignored } = findTarget(index, request.target)
  const { addresses } = request
  const name = service.meta.name
  const clusterDomain = clusterDomainOf(addresses.clusterDomain, place.clusterDomain)
  const serviceName = `${name}.${namespace}.svc`
  const target = { cluster: request.target.cluster, namespace, service: name }
  // The bounds come first, before anything is worked out for each item.
  const sized = { target, service, index, request }
  const sizes = PATH_KINDS.flatMap((kind) => SOURCES[kind].sizes(sized))
  const { take, unlisted } = boundsOf(sized, sizes)
  const context: PlanContext = {
    target,
    service,
    index,
    endpoints: endpointsOf(index, namespace, service),
    request,
    addresses,
    position: place.vantage.position,
    place,
    serviceName,
    fqdn: `${serviceName}.${clusterDomain.name}`,
    clusterDomain,
    byIngress: new Map([...schemesByRoute({ index, target }, service), ...schemesByIngress(index, namespace, service)]),
    byIngressUnread: unreadRoutes(index, namespace, service),
    take,
  }
  return { context, unlisted, ignored }
}

function clusterDomainOf(given: string | null, found: string | null): PlanContext['clusterDomain'] {
  if (given !== null) {
    return { name: given, because: fieldOf(null, 'addresses.clusterDomain') }
  }
  if (found !== null) {
    return { name: found, because: noteOf("cluster domain of the prober's resolv.conf or settings") }
  }
  return { name: 'cluster.local', because: noteOf('cluster domain: the default, as nothing says otherwise') }
}

/** Two objects may make the same path (a rule in two Ingresses): it becomes one, with the reasons of both. */
function finishAll(context: PlanContext, drafts: readonly PathDraft[]): GroupedPath[] {
  const { request } = context
  const finished = new Map<string, { of: PathDraft; path: PlannedPath }>()
  for (const each of drafts.map((draft) => byBackendTls(context, draft))) {
    const checks = checksFor(each, context, request.checks)
    const of = { ...each, because: [...each.because, ...headerDoubts(each, checks)] }
    const path = finishPath(context, of, checks)
    const known = finished.get(path.id)
    if (known === undefined) {
      finished.set(path.id, { of, path })
      continue
    }
    const both = { ...known.of, because: mergeBecause(known.of.because, of.because) }
    finished.set(path.id, { of: both, path: finishPath(context, both, known.path.checks) })
  }
  return [...finished.values()].map(({ of, path }) => ({ path, group: of.group }))
}
