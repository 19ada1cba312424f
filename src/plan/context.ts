import type { Addresses, JobRequest } from '../job/job.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Service } from '../kube/objects.ts'
import type { Plan, Vantage } from './path.ts'
import type { ServiceEndpoints } from './service-endpoints.ts'

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
}
