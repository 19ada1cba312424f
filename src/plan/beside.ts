/**
 * Addresses beside the paths of a Service that control probes may ask, to tell one cause from another. Nothing here
 * belongs to another tenant: the API server and DNS are everybody's, the rest is the Service's own.
 *
 * @module
 */
import type { Service } from '../kube/objects.ts'
import type { Warning } from './warnings.ts'

export type At = { address: string; port: number }

export type Beside = {
  /** Cluster IPs of `default/kubernetes`; empty: not known, or out of reach. */
  kubernetes: readonly At[]
  /** The cluster's DNS: its cluster IPs, or the servers that names are asked of; and its pods. */
  dns: readonly At[]
  dnsPods: readonly At[]
  /** The known facts about the pods behind endpoints, by the endpoint's address. */
  pods: Readonly<Record<string, BesidePod>>
  healthCheckNodePort: number | null
  sessionAffinity: Service['sessionAffinity']
  /** Something tells the Ingress controller to speak TLS to the pods. */
  backendsByTls: boolean
  /** The latest warnings about its objects; left out: nothing had failed when it was planned, or there are none. */
  warnings?: readonly Warning[]
}

/** `ports`: TCP ports that its containers declare. `others`: its addresses of the other family. */
export type BesidePod = { name: string | null; ports: readonly number[]; others: readonly string[] }

export const NOTHING_BESIDE: Beside = {
  kubernetes: [],
  dns: [],
  dnsPods: [],
  pods: {},
  healthCheckNodePort: null,
  sessionAffinity: 'None',
  backendsByTls: false,
}
