import type { ObjectIndex } from '../kube/object-index.ts'
import type { Unread } from '../kube/object-source.ts'
import type { Service, ServicePort } from '../kube/objects.ts'
import { type Because, noted } from './because.ts'
import type { ToldScheme } from './ingress-backends.ts'
import type { PathKind } from './kinds.ts'
import type { Plan, Position, Scheme } from './path.ts'
import type { Place } from './place.ts'
import type { Addresses, JobRequest } from './request.ts'
import { schemeOf, schemesOf } from './scheme.ts'
import type { ServiceEndpoints } from './service-endpoints.ts'
import { portKey, type Take } from './take.ts'
import { restingOn } from './unread.ts'

/** Every source of paths is given this. */
export type PlanContext = {
  target: Plan['target']
  service: Service
  index: ObjectIndex
  endpoints: ServiceEndpoints
  request: JobRequest
  addresses: Addresses
  /** The position of the place, which is all that most sources ask of it. */
  position: Position
  place: Place
  /** `toad-svc.default.svc`, the SNI of direct paths. */
  serviceName: string
  /** `toad-svc.default.svc.cluster.local`. */
  fqdn: string
  clusterDomain: { name: string; because: Because }
  /** Ingress controllers are told that ports speak this. */
  byIngress: ReadonlyMap<ServicePort, ToldScheme>
  /** Tells why they may be told more than that, because not everything was read that tells. */
  byIngressUnread: Unread | null
  /** Chooses the items of a factor that paths are made of: all, unless there are too many (`size.ts`). */
  take: Take
}

export type PlannedPort = {
  port: ServicePort
  /** Its place in `spec.ports`. */
  at: number
  /** The scheme that it speaks on the way that paths of the kind take. */
  scheme: Scheme
  /** The reasons for it, where the port itself does not say so. */
  schemeBecause: readonly Because[]
}

/** Lists the ports that paths of a kind are made of. */
export function portsFor(
  {
    service,
    take,
    byIngress,
    byIngressUnread,
  }: Pick<PlanContext, 'service' | 'take' | 'byIngress' | 'byIngressUnread'>,
  kind: PathKind,
): readonly PlannedPort[] {
  const ports = service.ports.map((port, at) => ({ port, at }))
  return take(kind, 'ports', ports, ({ port }) => portKey(port)).map(({ port, at }) => {
    const told = byIngress.get(port)
    const { behind, because, endsTls } = schemesOf(service, port, told?.scheme ?? null)
    if (schemeOf(port) === behind) {
      const mayBeTold = behind === 'tcp' && port.appProtocol === null && told === undefined
      return { port, at, scheme: behind, schemeBecause: mayBeTold ? restingOn(byIngressUnread) : [] }
    }
    const schemeBecause = endsTls ? because.map((each) => noted(each, 'TLS ends there')) : told ? [told.because] : []
    return { port, at, scheme: behind, schemeBecause }
  })
}
