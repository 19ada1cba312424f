/**
 * A path is one network way to a Service. The planner makes it, checks run on it, and history is keyed by it.
 *
 * @module
 */

import type { Family, Ignored, PathType, Protocol, TrafficPolicy } from '../kube/objects.ts'
import { hashParts } from '../lib/hash.ts'
import type { Because } from './because.ts'
import type { At, Beside } from './beside.ts'
import type { Check } from './check.ts'
import type { PathKind } from './kinds.ts'

export type NotApplicable = { kind: PathKind; reason: string }

export const POSITIONS = ['in-cluster', 'outside', 'edge'] as const
/** The place of a prober with regard to the target's cluster: what it can reach follows from it. */
export type Position = (typeof POSITIONS)[number]

/**
 * Paths are seen from a vantage. Its name is any DNS label: history and the API tell vantages apart by it. The rules
 * of reachability ask its position. Both state a fact; neither moves the prober.
 */
export type Vantage = { name: string; position: Position }

/** @param name `null`: the vantage is called as it stands. */
export const vantageAt = (position: Position, name: string | null = null): Vantage => ({
  name: name ?? position,
  position,
})

export const SKIP_REASONS = [
  'vantage',
  'pending',
  'unprobeable',
  'policy',
  'excluded',
  'sampled',
  'not_expected',
  'gone',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]
export type Skipped = { reason: SkipReason; detail: string }

/** The application protocol that the port is taken to speak. It decides the default check and the `url`. */
export type Scheme = 'http' | 'https' | 'tcp' | 'udp' | 'sctp' | 'dns'

export type PathPort = { name: string | null; number: number; protocol: Protocol }

export type PlannedPath = {
  /** Deterministic; see {@link pathId}. */
  id: string
  kind: PathKind
  /** `null` only where a path has no port: a DNS name or a variable as such. */
  port: PathPort | null
  /** The IP address that is dialled, or a hostname to resolve. `null` if it is not known yet, or nothing is dialled. */
  address: string | null
  addressPort: number | null
  /** The family of `address`; `null` for a hostname. */
  family: Family | null
  node: string | null
  /** Endpoints only: the name of the pod behind it, as far as the objects tell. */
  pod?: string
  /** Decides which endpoints its address is translated to: any, or those of one node. Left out: nothing translates it. */
  trafficPolicy?: TrafficPolicy
  /** The HTTP Host that a check sends when it is not the address: an Ingress rule's host, a DNS name. */
  host: string | null
  /** SNI and the name certificates are judged by. */
  serverName: string | null
  rulePath: string | null
  pathType: PathType | null
  /** The object with the listener or the class that a route is of. `null` where no router is on the way, or none is named. */
  parent: PathParent | null
  /** The rule of a route takes these requests. `null` if routes match nothing; an Ingress has `rulePath` instead. */
  match: PathMatch | null
  scheme: Scheme
  /** For people and for curl; `null` where the address is not known. */
  url: string | null
  expected: 'reachable' | 'unreachable' | 'unknown'
  /**
   * Clients from these ranges alone are let in, and nothing else is doubtful: a try that leaves from one of them
   * decides as if it were reachable. Not part of the API's path.
   */
  onlyFrom?: readonly string[]
  /** Weights send this part of the requests, of 1, to the Service. Left out: all, or nobody knows. Not part of the API's path. */
  share?: number
  /** The object fields that each part came from, and the reason where `expected` is `unknown`. */
  because: readonly Because[]
  /** A load balancer's address that kube-proxy answers inside the cluster: the load balancer itself is untested. */
  shortCut: boolean
  /** The reason why it is not probed, known before probing. */
  skipped: Skipped | null
  /** Variables only: the value that Kubernetes would set. */
  variable: { name: string; value: string; found: string | null } | null
  /** DNS only: the records that the objects promise. */
  dns: DnsExpectation | null
  /**
   * A failure is as meant, seen from where the prober stands: an internal address from outside, a node without an endpoint
   * under policy Local. Not part of the API's path.
   */
  excused?: true
  /** The checks to make on this path, in order. Not part of the API's path. */
  checks: readonly Check[]
}

/** A Gateway or a ListenerSet with the name of a listener; of an Ingress its class. */
export type PathParent = { kind: string; namespace: string | null; name: string; section: string | null }

/** Values by name; `regex`: the value is a regular expression. */
export type PathValue = { name: string; value: string; regex?: true }

export type PathMatch = {
  /** `Exact`, `PathPrefix`, `RegularExpression`, as in the API of the route. */
  type: string | null
  /** For gRPC it is `/service/method`, either of which may be missing. */
  path: string | null
  method: string | null
  headers: readonly PathValue[]
  query: readonly PathValue[]
}

/** A name must resolve to this, by the objects. */
export type DnsExpectation = {
  name: string
  type: 'A' | 'AAAA' | 'CNAME' | 'SRV'
  /** Values as a set: addresses, the CNAME's target, or `port target` for SRV. `null`: any answer will do. */
  values: readonly string[] | null
  /** `resolve`: ask for this very name. `lookup`: as an application would, with the search list. */
  how: 'resolve' | 'lookup'
}

/** The caller chooses paths by a kind, or a kind with port, node or host. */
export type PathSelector = {
  kind: PathKind
  /** Service port: its name or number. */
  port?: string | number
  node?: string
  host?: string
  /** `edge`, `shop/edge` or `Gateway/shop/edge`; for an Ingress the name of its class. */
  parent?: string
}

export type Plan = {
  target: { cluster: string; namespace: string; service: string }
  vantage: Vantage
  paths: readonly PlannedPath[]
  notApplicable: readonly NotApplicable[]
  ignored: readonly Ignored[]
  /** Addresses that control probes may ask. Not part of the API's plan. */
  beside?: Beside
  /** Bounds where its tries may go, within the policy. Absent: the policy alone decides. Not part of the API's plan. */
  dials?: Dials
}

/** Bounds the tries of a job that nobody with a token has asked for (ADR 0042). */
export type Dials = {
  /** IP addresses of the Service and of its pods, at any port. */
  addresses: readonly string[]
  /** Addresses that the cluster vouches for besides, at these ports alone. */
  at: readonly At[]
  /** CIDRs that the operator names. */
  ranges: readonly string[]
  /** Ids of paths by a name that the cluster or the operator vouches for: whatever it resolves to may be dialled. */
  byName: readonly string[]
  /** Names what would let the tries go further. Left out: the setting of discovery. */
  lift?: string
}

/**
 * Makes the id of a path. It stays the same while the path is the same way to the same Service, whatever addresses it
 * gets. `discriminator` tells paths of one kind and port apart; `docs/paths.md` names it for each kind (*identity*). A
 * ClusterIP or a nodePort number is never in it.
 */
export function pathId(
  target: Plan['target'],
  path: Pick<PlannedPath, 'kind' | 'port' | 'family' | 'scheme'>,
  discriminator: readonly (string | number | null)[],
): string {
  const { cluster, namespace, service } = target
  const port = path.port ? [path.port.number, path.port.protocol] : [null, null]
  return `pth_${hashParts([cluster, namespace, service, path.kind, ...port, path.family, path.scheme, ...discriminator], 20)}`
}
