import type { Addresses, JobRequest } from '../job/job.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Service, ServicePort } from '../kube/objects.ts'
import type { PathKind, Plan, Vantage } from './path.ts'
import type { ServiceEndpoints } from './service-endpoints.ts'
import { portKey, type Take } from './size.ts'

/** What Portolan knows of its own place: `null` where it stands in no cluster, or was not told. */
export type Prober = {
  namespace: string | null
  environment: Readonly<Record<string, string>> | null
  clusterDomain: string | null
  nodeName: string | null
  /** CIDRs of addresses that the edge reaches although they are not public; left out: none. */
  reaches?: readonly string[]
}

/** What every source of paths is given. */
export type PlanContext = {
  target: Plan['target']
  service: Service
  index: ObjectIndex
  endpoints: ServiceEndpoints
  request: JobRequest
  addresses: Addresses
  vantage: Vantage
  prober: Prober
  /** `toad-svc.default.svc`: SNI of direct paths. */
  serviceName: string
  /** `toad-svc.default.svc.cluster.local`. */
  fqdn: string
  clusterDomain: { name: string; because: string }
  /** Which items of a factor paths are made of: all, unless there are too many (`size.ts`). */
  take: Take
}

/** The ports that paths of a kind are made of, each with its place in `spec.ports`. */
export const portsFor = (
  { service, take }: Pick<PlanContext, 'service' | 'take'>,
  kind: PathKind,
): readonly { port: ServicePort; at: number }[] =>
  take(
    kind,
    'ports',
    service.ports.map((port, at) => ({ port, at })),
    ({ port }) => portKey(port),
  )
