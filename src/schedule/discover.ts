/**
 * From the Services of a cluster and the schedules that discovery keeps to what is to be made, changed and removed. Pure:
 * the same objects give the same, and what has been done is not to be done again.
 *
 * @module
 */
import { isAbout } from '../kube/object-index.ts'
import type { ObjectsRead, Unread } from '../kube/object-source.ts'
import type { Namespace, Service } from '../kube/objects.ts'
import { formatDuration } from '../lib/duration.ts'
import { hashParts, sha256Hex } from '../lib/hash.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Rejection } from '../record/discovery.ts'
import type { Managed, ManagedWork, Rejected, ServiceKey } from '../store/managed-schedules.ts'
import { type ReadingAnnotations, readAnnotations, type Wish } from './annotations.ts'

/** A schedule as it should be; when it runs next depends on when it is made. */
export type Wanted = ServiceKey & { everyMs: number; cron: string; wish: string; work: ManagedWork }

export type Reconciled = {
  make: readonly Wanted[]
  change: readonly { before: Managed; wanted: Wanted }[]
  remove: readonly Managed[]
  /** Covers every Service and Namespace that was read and has something refused, or had. */
  rejected: readonly Rejected[]
}

export type Discovering = ReadingAnnotations & { cluster: string }

/** The schedules and rejections as they are stored. */
export type Kept = { managed: readonly Managed[]; rejected: readonly Rejected[] }

/**
 * A Service is gone only if its namespace was read and lacks it. Where Namespaces were not read, what they say is not
 * known: a schedule that their Services have stays as it is.
 */
export function reconcile(
  of: Discovering,
  { objects, provenance }: Pick<ObjectsRead, 'objects' | 'provenance'>,
  kept: Kept,
): Reconciled {
  const isUnread = unreadIn(provenance.unread)
  const namespaces = new Map(objects.namespaces.map((namespace) => [namespace.meta.name, namespace]))
  const before = new Map(kept.managed.map((managed) => [keyOf(managed), managed]))
  const wanted = new Map<string, Wanted>()
  const rejected = new Map<string, Rejected>()
  const stays = new Set<string>()

  for (const service of objects.services.toSorted(byName)) {
    const at = { namespace: service.meta.namespace ?? '', service: service.meta.name }
    const namespace = namespaces.get(at.namespace) ?? null
    if (namespace === null && isUnread('namespaces', null) && before.has(keyOf(at)) && asksNothing(service)) {
      stays.add(keyOf(at))
      continue
    }
    const asked = askedBy(of, service, namespace)
    addRejected(rejected, at, asked.rejected, namespace)
    if (asked.wanted !== null) {
      wanted.set(keyOf(at), asked.wanted)
    }
  }

  const isGone = (at: ServiceKey): boolean =>
    !wanted.has(keyOf(at)) && !stays.has(keyOf(at)) && !isUnread('services', at.namespace)
  const make = [...wanted.values()].filter((each) => !before.has(keyOf(each)))
  const change = [...wanted.values()].flatMap((each) => {
    const managed = before.get(keyOf(each))
    return managed === undefined || managed.wish === each.wish ? [] : [{ before: managed, wanted: each }]
  })
  return { make, change, remove: kept.managed.filter(isGone), rejected: changesOf(kept.rejected, rejected, isUnread) }
}

const keyOf = ({ namespace, service }: ServiceKey): string => `${namespace}/${service}`

const byName = (a: Service, b: Service): number => {
  const [left, right] = [a, b].map(({ meta }) => `${meta.namespace ?? ''}/${meta.name}`)
  return (left ?? '') < (right ?? '') ? -1 : 1
}

type AskedBy = { wanted: Wanted | null; rejected: readonly Rejection[] }

/** Most Services are the same objects at the next look, where a watch holds them. */
const known = new WeakMap<Service, { by: string; namespace: Namespace | null; asked: AskedBy }>()

function askedBy(of: Discovering, service: Service, namespace: Namespace | null): AskedBy {
  const by = `${of.cluster} ${of.mode} ${of.everyLeastMs}`
  const before = known.get(service)
  if (before !== undefined && before.by === by && before.namespace === namespace) {
    return before.asked
  }
  const { wish, rejected } = readAnnotations(of, service, namespace)
  const at = { namespace: service.meta.namespace ?? '', service: service.meta.name }
  const asked = { wanted: wish && wantedOf(of.cluster, at, wish), rejected }
  known.set(service, { by, namespace, asked })
  return asked
}

const asksNothing = ({ meta }: Service): boolean =>
  !Object.keys(meta.annotations).some((key) => key.startsWith('portolan.dev/') || key.startsWith('prometheus.io/'))

type IsUnread = (kind: 'services' | 'namespaces', namespace: string | null) => boolean

const unreadIn =
  (unread: readonly Unread[]): IsUnread =>
  (kind, namespace) =>
    unread.some((each) => each.kind === kind && isAbout(each, namespace, 'others'))

/** A refused annotation of a Namespace is told once, however many Services it has. */
function addRejected(
  all: Map<string, Rejected>,
  at: ServiceKey,
  rejected: readonly Rejection[],
  namespace: Namespace | null,
): void {
  const ofNamespace = `Namespace/${namespace?.meta.name}`
  for (const [isInherited, list] of [
    [false, rejected.filter(({ object }) => object !== ofNamespace)],
    [true, rejected.filter(({ object }) => object === ofNamespace)],
  ] as const) {
    if (list.length > 0) {
      const key = isInherited ? { namespace: at.namespace, service: '' } : at
      const before = all.get(keyOf(key))?.rejected ?? []
      const isNew = ({ annotation, field }: Rejection): boolean =>
        !before.some((each) => each.annotation === annotation && each.field === field)
      all.set(keyOf(key), { ...key, rejected: [...before, ...list.filter(isNew)] })
    }
  }
}

/** Returns the rejections that differ from those that are kept; an empty list where nothing is refused any more. */
function changesOf(
  kept: readonly Rejected[],
  now: ReadonlyMap<string, Rejected>,
  isUnread: IsUnread,
): readonly Rejected[] {
  const before = new Map(kept.map((each) => [keyOf(each), JSON.stringify(each.rejected)]))
  const changed = [...now.values()].filter((each) => before.get(keyOf(each)) !== JSON.stringify(each.rejected))
  const over = kept.filter(
    (each) =>
      !now.has(keyOf(each)) &&
      !isUnread('services', each.namespace) &&
      (each.service !== '' || !isUnread('namespaces', null)),
  )
  return [...changed, ...over.map((each) => ({ ...each, rejected: [] }))]
}

function wantedOf(cluster: string, at: ServiceKey, { everyMs, ...asked }: Wish): Wanted {
  const work: ManagedWork = {
    request: requestOf({ cluster, ...at }, asked),
    objects: { source: 'cluster' },
    batch: null,
    hidden: {},
  }
  const cron = `@every ${formatDuration(everyMs)}`
  return { ...at, everyMs, cron, work, wish: hashParts([cron, JSON.stringify(work.request)], 26) }
}

/** A job's own defaults, with what annotations may ask for over them. */
export const requestOf = (target: JobRequest['target'], asked: Omit<Wish, 'everyMs'>): JobRequest => ({
  target,
  addresses: {
    nodes: [],
    loadBalancer: [],
    ingressController: [],
    controllerPorts: null,
    clusterDomain: null,
    dnsServers: [],
    environment: null,
  },
  paths: { include: [], exclude: [] },
  limits: { nodes: 20, endpoints: 50, paths: 500 },
  retries: { limit: 0, delayMs: 1000 },
  settleMs: 0,
  vantage: null,
  history: true,
  labels: {},
  ...asked,
  madeBy: 'discovery',
})

/**
 * The instant that `@every` counts from, so that the Services of a cluster are spread over their interval: a Service
 * that is deleted and made again has its old place.
 */
export function anchorOf(cluster: string, { namespace, service, everyMs }: Wanted, nowMs: number): number {
  const share = Number.parseInt(sha256Hex(`${cluster} ${namespace}/${service}`).slice(0, 12), 16) / 2 ** 48
  const phaseMs = Math.floor(share * everyMs)
  return Math.floor((nowMs - phaseMs) / everyMs) * everyMs + phaseMs
}
