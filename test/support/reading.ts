/** Stands in for what a reader of a cluster gets to see: less than there is, with an account of what it has not read. */
import { indexObjects, matchesLabels } from '../../src/kube/object-index.ts'
import type { ObjectKind, ObjectSource, ObjectsRead, Provenance, Unread, Wanted } from '../../src/kube/object-source.ts'
import type { KubeEvent, KubeObject, KubeObjects } from '../../src/kube/objects.ts'
import { ownObjects } from '../../src/plan/own-objects.ts'

/** Kinds that have no namespace. */
export const CLUSTER_WIDE: ReadonlySet<ObjectKind> = new Set([
  'nodes',
  'ingressClasses',
  'namespaces',
  'gatewayClasses',
])

const KINDS_OF_OBJECTS: readonly ObjectKind[] = [
  'services',
  'endpointSlices',
  'endpoints',
  'pods',
  'ingresses',
  'ingressClasses',
  'nodes',
  'workloads',
  'networkPolicies',
  'events',
  'gatewayClasses',
  'gateways',
  'listenerSets',
  'gatewayRoutes',
  'referenceGrants',
  'backendTlsPolicies',
  'openShiftRoutes',
]

export const READ_KINDS = KINDS_OF_OBJECTS

export type Target = { namespace: string; service: string }

/** Tells whether an object belongs to the Service itself: it has its name or label, or its selector matches it. */
export function ownOf(objects: KubeObjects, { namespace, service }: Target): (object: KubeObject) => boolean {
  const selector = objects.services.find(({ meta }) => meta.name === service && meta.namespace === namespace)?.selector
  const names = new Set(
    ownObjects(indexObjects(objects), namespace, service).map(({ kind, name }) => `${kind}/${name}`),
  )
  const isOwnEvent = ({ involvedObject }: KubeEvent) => names.has(`${involvedObject.kind}/${involvedObject.name}`)
  return (object) => {
    if ((object.meta.namespace ?? namespace) !== namespace) {
      return false
    }
    switch (object.kind) {
      case 'Service':
      case 'Endpoints':
        return object.meta.name === service
      case 'EndpointSlice':
        return object.serviceName === service
      case 'Pod':
        return selector !== null && selector !== undefined && matchesLabels(object.meta.labels, selector)
      case 'Event':
        return isOwnEvent(object)
      default:
        return false
    }
  }
}

/** Takes objects away, as if they had not been read. */
export type Cut = Pick<Unread, 'kind' | 'namespace' | 'besides' | 'part' | 'reason'> & {
  /** Those of them that were read all the same, by place: a list that was cut short. */
  keeps(at: number): boolean
}

export const isWithin = ({ namespace, besides }: Pick<Unread, 'namespace' | 'besides'>, of: string | null): boolean =>
  namespace === null ? of === null || !besides.includes(of) : namespace === of

/** Takes all of these away, and says so. The Service itself is always there. */
export function takeAway(objects: KubeObjects, target: Target, cuts: readonly Cut[]) {
  const isOwn = ownOf(objects, target)
  const kept = (kind: ObjectKind, of: readonly KubeObject[]): readonly KubeObject[] =>
    cuts
      .filter((cut) => cut.kind === kind)
      .reduce(
        (left, cut) =>
          left.filter((object, at) => {
            const { namespace } = object.meta
            const isCut = isWithin(cut, CLUSTER_WIDE.has(kind) ? null : (namespace ?? target.namespace))
            const isTarget = object.kind === 'Service' && isOwn(object)
            return !isCut || isTarget || (cut.part === 'others' && isOwn(object)) || cut.keeps(at)
          }),
        of,
      )
  const left = Object.fromEntries(
    Object.entries(objects).map(([kind, of]) => [kind, kept(kind as ObjectKind, of as readonly KubeObject[])]),
  ) as unknown as KubeObjects
  const unread = cuts.map(({ keeps: _, ...of }): Unread => ({ ...of, detail: 'as told', refused: null }))
  return { objects: left, unread }
}

const LIVE: Provenance = {
  source: 'cluster',
  readAtMs: 0,
  resourceVersions: {},
  stale: false,
  unread: [],
}

type Extent = Omit<Wanted, 'part'> & { part?: 'own' | 'others' }

/** The first step of a job's read. */
const FIRST: Readonly<Record<ObjectKind, 'own' | 'namespace' | 'all' | 'nothing'>> = {
  services: 'own',
  endpointSlices: 'own',
  endpoints: 'nothing',
  pods: 'own',
  ingresses: 'namespace',
  ingressClasses: 'all',
  nodes: 'all',
  networkPolicies: 'namespace',
  workloads: 'nothing',
  events: 'nothing',
  gatewayClasses: 'nothing',
  gateways: 'nothing',
  listenerSets: 'nothing',
  gatewayRoutes: 'nothing',
  referenceGrants: 'nothing',
  backendTlsPolicies: 'nothing',
  openShiftRoutes: 'nothing',
  namespaces: 'all',
}

/** Reads these objects as a cluster is read: what belongs to the Service first, the rest when it is wanted. */
export function readInSteps(objects: KubeObjects, target: Target): ObjectSource & { wanted: readonly Wanted[] } {
  const isOwn = ownOf(objects, target)
  const asked: Wanted[] = []
  const read = (extents: readonly Extent[]): ObjectsRead => {
    const isRead = (kind: ObjectKind, object: KubeObject): boolean => {
      const first = FIRST[kind]
      const of = CLUSTER_WIDE.has(kind) ? null : (object.meta.namespace ?? target.namespace)
      return (
        first === 'all' ||
        (first === 'own' && isOwn(object)) ||
        (first === 'namespace' && of === target.namespace) ||
        extents.some(
          (extent) =>
            extent.kind === kind &&
            (extent.part === 'own' ? isOwn(object) : extent.namespace === null || extent.namespace === of),
        )
      )
    }
    const left = Object.fromEntries(
      Object.entries(objects).map(([kind, of]) => [
        kind,
        (of as readonly KubeObject[]).filter((object) => isRead(kind as ObjectKind, object)),
      ]),
    ) as unknown as KubeObjects
    const unread = KINDS_OF_OBJECTS.flatMap((kind): Unread[] => {
      const first = FIRST[kind]
      const own = extents.filter((extent) => extent.kind === kind)
      const whole = own.filter(({ part }) => part !== 'own')
      if (first === 'all' || whole.some(({ namespace }) => namespace === null)) {
        return []
      }
      const besides = whole.flatMap(({ namespace }) => namespace ?? [])
      const part = first === 'own' || own.some((extent) => extent.part === 'own') ? 'others' : 'all'
      const at = first === 'namespace' ? [target.namespace, ...besides] : besides
      return [{ kind, namespace: null, besides: at, part, reason: 'not_asked', detail: 'not asked for', refused: null }]
    })
    return { objects: left, ignored: [], provenance: { ...LIVE, unread } }
  }
  return {
    wanted: asked,
    read: async () => read([]),
    readOn: async (_target, _before, wanted) => {
      asked.push(...wanted)
      return read(asked)
    },
  }
}
