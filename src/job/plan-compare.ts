/**
 * Plans the sides of a comparison that objects make: their paths, as they are planned for the Services behind them.
 * Nothing is probed or stored.
 *
 * @module
 */
import { indexObjects, type ObjectIndex } from '../kube/object-index.ts'
import type { ObjectSource, ObjectsRead } from '../kube/object-source.ts'
import type { KubeObjects, Meta } from '../kube/objects.ts'
import { unmarked } from '../lib/marked.ts'
import { nearMiss } from '../lib/near.ts'
import { ProblemError } from '../lib/problem.ts'
import { SIDES, type Side, type SideAsked } from '../plan/compare/comparison.ts'
import { isRouted } from '../plan/compare/pair.ts'
import type { Dials, Plan, PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { isCutShort } from '../plan/size.ts'
import { unreadText } from '../plan/unread.ts'
import type { BatchTarget } from '../record/batch.ts'
import { type ObjectsUsed, objectsUsed } from '../record/objects-used.ts'
import { orToldTo, type PlanDeps, planRead, READ_ANEW, readAndPlan, refuseForbiddenServers } from './plan-request.ts'

type ObjectSide = Extract<SideAsked, { kind: string }>

/** A side that an object makes. */
export type PlannedSide = {
  namespace: string
  paths: readonly PlannedPath[]
  /** They are of its router, where they were given. */
  ports: { http: number; https: number } | null
  /** Reasons why some of its paths are missing here; empty: none is. */
  cutShort: readonly string[]
  /** Bounds where its paths may be dialled, by each Service that it leads to. Left out: the policy alone decides. */
  dials?: readonly Dials[]
}

/** The sides that objects make; those that jobs make are looked up where they are kept. */
export type PlannedSides = { sides: Partial<Readonly<Record<Side, PlannedSide>>>; objects: ObjectsUsed }

/** `request`: as for a job about the Service, or about none in particular. */
export type SidesAsked = { request: JobRequest; left: SideAsked; right: SideAsked }

const objectSides = (asked: SidesAsked): [Side, ObjectSide][] =>
  SIDES.flatMap((side): [Side, ObjectSide][] => {
    const of = asked[side]
    return 'kind' in of ? [[side, of]] : []
  })

/** Objects of more Services are not planned for one request. */
const SERVICES_MAX = 300

/**
 * Reads the objects once, and plans the sides that objects make.
 *
 * @throws ProblemError if one of them cannot be planned, or routes nothing.
 */
export async function planSides(
  deps: PlanDeps,
  asked: SidesAsked,
  source: ObjectSource,
  how = READ_ANEW,
): Promise<PlannedSides> {
  const { request } = asked
  refuseForbiddenServers(deps, request)
  const { cluster, namespace, service } = request.target
  const named = [namespace, ...objectSides(asked).map(([, side]) => side.namespace)].filter((each) => each !== null)
  const namespaces = named.length === 0 ? null : [...new Set(named)]
  const target = service === null ? { cluster, namespaces, selector: null } : request.target
  return readAndPlan(source, target, how, (read, index) =>
    orToldTo(request, read, index, () => {
      const sides: Partial<Record<Side, PlannedSide>> = {}
      const used: ObjectsUsed[] = []
      for (const [side, of] of objectSides(asked)) {
        const planned = planSide(deps, request, side, of, read, index)
        sides[side] = planned.of
        used.push(...planned.used)
      }
      return { sides, objects: used[0] ?? objectsUsed(read.provenance, null) }
    }),
  )
}

function planSide(deps: PlanDeps, asked: JobRequest, side: Side, of: ObjectSide, read: ObjectsRead, all: ObjectIndex) {
  const namespace = of.namespace ?? asked.target.namespace ?? read.found?.namespace ?? null
  const objects = withoutNamesakes(read.objects, { ...of, namespace })
  const index = objects === read.objects ? all : indexObjects(objects, read.provenance.unread, read.provenance.source)
  const own = { ...read, objects }
  const addresses = { ...asked.addresses, ...of.addresses }
  const ref = `${of.kind}/${of.name}`
  const paths: PlannedPath[] = []
  const used: ObjectsUsed[] = []
  const reasons = new Set<string>()
  const cutShort = new Set<string>()
  const dials: Dials[] = []
  for (const target of servicesOf(asked, read, index, namespace)) {
    const request = { ...asked, addresses, target: { cluster: asked.target.cluster, ...target } }
    const planned = planOrNot(deps, request, own, index, asked.target.service !== null)
    if (planned !== null) {
      used.push(objectsUsed(planned.provenance, planned.plan))
      paths.push(
        ...planned.plan.paths.filter(
          (path) =>
            isRouted(path) &&
            !isRefused(path, planned.plan) &&
            path.because.some((each) => each.ref !== null && unmarked(each.ref, null) === ref),
        ),
      )
      for (const { skipped } of planned.plan.paths.filter((path) => isRefused(path, planned.plan))) {
        reasons.add(skipped?.detail ?? '')
      }
      dials.push(...(planned.plan.dials === undefined ? [] : [planned.plan.dials]))
      for (const each of planned.plan.notApplicable.filter(({ kind }) => kind === of.kind)) {
        reasons.add(each.reason)
      }
      for (const { kind, reason } of planned.plan.notApplicable.filter(isCutShort)) {
        if (paths.some((path) => path.kind === kind)) {
          cutShort.add(reason)
        }
      }
    }
  }
  // More is read where it is wanted, for the index that was handed in.
  for (const { kind, namespace: where, part } of index === all ? [] : index.wanted()) {
    all.unread(kind, where, part)
  }
  if (paths.length === 0) {
    // A missing object is refused only now, because planning may still have made the source read it.
    refuseMissing(read, side, { ...of, namespace })
    throw routesNothing(asked, side, of, read, [...reasons])
  }
  const found = allObjects(objects).find((object) => object.kind === of.kind && object.meta.name === of.name)
  return {
    of: {
      namespace: namespace ?? found?.meta.namespace ?? 'default',
      paths,
      ports: addresses.controllerPorts,
      cutShort: [...cutShort],
      ...(dials.length > 0 && { dials }),
    },
    used,
  }
}

/** Tells whether discovery may not dial a path. The request of its rule is then sent to neither side. */
export const isRefused = ({ skipped }: PlannedPath, { dials }: Pick<Plan, 'dials'>): boolean =>
  dials !== undefined && skipped?.reason === 'policy'

/** A Service that cannot be planned does not keep the others from it, unless it is the one that is asked for. */
function planOrNot(deps: PlanDeps, request: JobRequest, read: ObjectsRead, index: ObjectIndex, isAskedFor: boolean) {
  try {
    return planRead(deps, request, read, index)
  } catch (error) {
    if (error instanceof ProblemError && !isAskedFor) {
      return null
    }
    throw error
  }
}

/** The Service that is asked for, or all: what an object routes to is known when it is planned. */
function servicesOf(
  { target, reaches }: JobRequest,
  { found }: ObjectsRead,
  index: ObjectIndex,
  unplaced: string | null,
): readonly { namespace: string | null; service: string }[] {
  if (target.service !== null) {
    return [{ namespace: found?.namespace ?? target.namespace, service: target.service }]
  }
  const all = new Map<string, BatchTarget>()
  for (const { meta } of index.services) {
    const namespace = meta.namespace ?? unplaced ?? 'default'
    if (reaches !== undefined && !reaches.includes(namespace)) {
      continue
    }
    all.set(`${namespace}/${meta.name}`, { namespace, service: meta.name })
  }
  if (all.size <= SERVICES_MAX) {
    return [...all.values()]
  }
  const detail = `These are ${all.size} Services; a comparison looks through ${SERVICES_MAX}. Name the one that both sides lead to in target.service, or send the objects of fewer.`
  throw new ProblemError('impossible_request', detail, { errors: [{ pointer: '/target/service', detail }] })
}

type Named = { kind: string; meta: Meta }

const allObjects = (objects: KubeObjects): readonly Named[] => Object.values(objects).flat() as Named[]

const isIn = ({ meta }: Named, namespace: string | null): boolean =>
  namespace === null || meta.namespace === null || meta.namespace === namespace

/** Reasons name objects by kind and name: one of the same name in another namespace is taken away before. */
function withoutNamesakes(objects: KubeObjects, of: ObjectSide): KubeObjects {
  const isNamesake = (object: Named): boolean =>
    object.kind === of.kind && object.meta.name === of.name && !isIn(object, of.namespace)
  if (!allObjects(objects).some(isNamesake)) {
    return objects
  }
  const kept = Object.entries(objects).map(([list, each]) => [
    list,
    (each as readonly Named[]).filter((one) => !isNamesake(one)),
  ])
  return Object.fromEntries(kept) as KubeObjects
}

/** @throws ProblemError `impossible_request` if it is not among the objects. */
function refuseMissing({ objects, provenance }: ObjectsRead, side: Side, { kind, namespace, name }: ObjectSide): void {
  const all = allObjects(objects)
  const ofKind = all.filter((object) => object.kind === kind)
  if (ofKind.some((object) => object.meta.name === name && isIn(object, namespace))) {
    return
  }
  const where = namespace === null ? '' : ` in namespace ${namespace}`
  const elsewhere = ofKind.find(({ meta }) => meta.name === name)
  const near = nearMiss(
    name,
    ofKind.map(({ meta }) => meta.name),
  )
  const nearKind = ofKind.length > 0 ? null : nearMiss(kind, [...new Set(all.map((object) => object.kind))])
  const hint =
    elsewhere !== undefined
      ? ` There is one in namespace ${elsewhere.meta.namespace}: say so in ${side}.namespace.`
      : near !== null
        ? ` Did you mean ${near}?`
        : nearKind !== null
          ? ` Did you mean the kind ${nearKind}?`
          : ofKind.length === 0
            ? ` No object of that kind is there${unreadHint(provenance.unread)}.`
            : ''
  const detail = `There is no ${kind}/${name}${where} among the objects.${hint}`
  throw new ProblemError('impossible_request', detail, { errors: [{ pointer: `/${side}/name`, detail }] })
}

const unreadHint = (unread: ObjectsRead['provenance']['unread']): string => {
  const told = [...new Set(unread.filter(({ reason }) => reason !== 'not_asked').map(unreadText))].slice(0, 3)
  return told.length === 0 ? '' : `, and not everything could be read: ${told.join('; ')}`
}

function routesNothing(
  { target }: JobRequest,
  side: Side,
  { kind, name }: ObjectSide,
  read: ObjectsRead,
  reasons: readonly string[],
): ProblemError {
  const to = target.service === null ? 'any of the Services among the objects' : `Service ${target.service}`
  const told = reasons.length === 0 ? '' : ` ${reasons.slice(0, 3).join('; ')}.`
  const detail =
    `${kind}/${name} makes no path to ${to}${unreadHint(read.provenance.unread)}.${told} POST /v1/plan with the same target says ` +
    'which paths there are, and why others are not.'
  return new ProblemError('impossible_request', detail, { errors: [{ pointer: `/${side}`, detail }] })
}
