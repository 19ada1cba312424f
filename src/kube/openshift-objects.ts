/**
 * The parts of a Route of OpenShift that Portolan reads. Certificates and keys stand in its spec: nothing of them is read.
 *
 * @see https://github.com/openshift/api/blob/master/route/v1/types.go
 * @module
 */
import type { Condition, Meta, PortRef } from './meta.ts'

export type OpenShiftBackend = {
  kind: string
  name: string
  /** 100 by default; 0 gets nothing. */
  weight: number
}

export type OpenShiftRoute = {
  kind: 'Route'
  meta: Meta
  /** `null`: a router makes one up, and tells it in the status. */
  host: string | null
  path: string | null
  /** `spec.to` and `spec.alternateBackends`. */
  backends: readonly OpenShiftBackend[]
  /** A port of the endpoints, by number, or of the Service, by name; `null`: every one. */
  targetPort: PortRef | null
  /** `null`: plain HTTP. */
  tls: {
    /** `edge`, `passthrough`, `reencrypt`, or what is not known here. */
    termination: string
    /** Plain HTTP is treated so: `None`, `Allow` or `Redirect`. */
    insecure: string
  } | null
  /** `Subdomain`: the first label of the host stands for any one. */
  wildcardPolicy: string
  /** One for each router; `null`: nobody wrote a status. */
  ingress:
    | readonly {
        host: string | null
        routerName: string | null
        routerCanonicalHostname: string | null
        conditions: readonly Condition[]
      }[]
    | null
}
